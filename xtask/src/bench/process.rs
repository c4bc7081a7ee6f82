//! What a process costs, as the system counts it.

use crate::cluster::wait::until;
use anyhow::{Context, Result, bail};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Between two looks at a process that runs.
const BETWEEN: Duration = Duration::from_millis(5);

/// What one run came to.
#[derive(Clone, Copy)]
pub(super) struct Cost {
    /// Of the clock.
    pub seconds: f64,
    /// Of the processor.
    pub busy: f64,
    /// Peak of memory, MB.
    pub peak: f64,
}

impl Cost {
    /// The faster of two; the higher peak.
    pub(super) fn best(self, other: Option<Self>) -> Self {
        match other {
            Some(other) if other.seconds < self.seconds => Self { peak: other.peak.max(self.peak), ..other },
            Some(other) => Self { peak: other.peak.max(self.peak), ..self },
            None => self,
        }
    }
}

/// Runs a program to its end; what it says on standard error comes back, where it succeeds. Given up after the limit.
pub(super) fn run(command: &mut Command, limit: Duration) -> Result<(Cost, String)> {
    let begin = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run {command:?}"))?;
    let mut pipe = child.stderr.take().context("no standard error")?;
    let (sender, ended) = channel();
    thread::spawn(move || {
        let mut said = String::new();
        let _ = pipe.read_to_string(&mut said);
        let _ = sender.send(said);
    });
    let mut peak = 0.0f64;
    let said = loop {
        match ended.recv_timeout(BETWEEN) {
            Ok(said) => break said,
            Err(RecvTimeoutError::Disconnected) => break String::new(),
            Err(RecvTimeoutError::Timeout) => peak = peak.max(memory(child.id())),
        }
        if begin.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            bail!("stopped after {} s at {peak:.0} MB", limit.as_secs());
        }
    };
    let seconds = begin.elapsed().as_secs_f64();
    let busy = busy(child.id()).unwrap_or_default();
    let status = child.wait()?;
    // findings and gaps are no failures of the run
    if !matches!(status.code(), Some(0 | 1 | 4)) {
        bail!("{command:?} ended with {status}: {said}");
    }
    Ok((Cost { seconds, busy, peak }, said))
}

/// Seconds of the processor that a process used so far.
pub(super) fn busy(pid: u32) -> Result<f64> {
    /// Of the system's clock a second, on every Linux.
    const TICKS: f64 = 100.0;
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |field: usize| fields.get(field).and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
    Ok((ticks(11) + ticks(12)) / TICKS)
}

/// Waits until a process does next to nothing: an API server collects garbage for seconds after a large read, and what is
/// measured meanwhile shares the processor with it.
pub(super) fn settled(pid: u32) -> Result<()> {
    const SLICE: Duration = Duration::from_millis(300);
    let (mut begin, mut before) = (Instant::now(), busy(pid)?);
    until("the process rests", Duration::from_secs(60), || {
        let slice = begin.elapsed();
        if slice < SLICE {
            return Ok(false);
        }
        let now = busy(pid)?;
        let rests = now - before < 0.1 * slice.as_secs_f64();
        (begin, before) = (Instant::now(), now);
        Ok(rests)
    })
}

/// Most memory of a process so far, MB.
pub(super) fn memory(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok()).unwrap_or_default() / 1e3
}

/// Nanoseconds since 1970, as other processes on this machine count them.
pub(super) fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map(|time| time.as_nanos()).unwrap_or_default()
}

/// A terminal that is looked at: `examples/watch_screen.rs`.
pub(super) struct Screen {
    child: Child,
    /// Ends the terminal when it goes.
    _input: Option<ChildStdin>,
    lines: Receiver<String>,
    /// Of the program in the terminal.
    pub pid: u32,
    /// When it was started.
    pub started: u128,
}

impl Screen {
    /// Opens the program of a release build, and looks for one of these texts, with `|` between.
    pub(super) fn open(texts: &str, kubeconfig: &std::path::Path, args: &[&str]) -> Result<Self> {
        let release = super::release();
        let mut command = Command::new(release.join("examples/watch_screen"));
        command.arg(texts).arg(release.join("plimsoll")).args(args).env("KUBECONFIG", kubeconfig);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn()?;
        let output = BufReader::new(child.stdout.take().context("no standard output")?);
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let input = child.stdin.take();
        let mut screen = Self { child, _input: input, lines, pid: 0, started: 0 };
        screen.started = screen.wait("started", Duration::from_secs(10))?;
        screen.pid = u32::try_from(screen.wait("pid", Duration::from_secs(10))?)?;
        Ok(screen)
    }

    /// Waits until it says so (`seen`, `gone`): when that was.
    pub(super) fn wait(&self, what: &str, limit: Duration) -> Result<u128> {
        let deadline = Instant::now() + limit;
        loop {
            let line = self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now()));
            let line = line.with_context(|| format!("waited {} s in vain for the screen: {what}", limit.as_secs()))?;
            if let Some(value) = line.strip_prefix(what) {
                return Ok(value.trim().parse()?);
            }
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        drop(self._input.take());
        let _ = self.child.wait();
    }
}
