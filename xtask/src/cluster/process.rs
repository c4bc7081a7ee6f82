//! The processes of one cluster: they end with the value that holds them, or with this process however it dies.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

/// Reads a process id a line; at the end of its input, kills their groups and removes the state. A test that is killed
/// with SIGKILL drops nothing, but the kernel closes its end of the pipe.
const WATCHDOG: &str = r#"
while read -r pid; do groups="$groups -$pid"; done
[ -z "$groups" ] || kill -s KILL -- $groups
for _ in 1 2 3 4 5; do rm -rf -- "$1" && exit; sleep 0.2; done"#;

/// Another process took a port between our choosing it and its use.
#[derive(Debug)]
pub(super) struct PortTaken;

impl std::fmt::Display for PortTaken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("another process took the port first")
    }
}

impl std::error::Error for PortTaken {}

pub(super) struct Processes {
    state: PathBuf,
    /// Gone once the processes were let go.
    watchdog: Option<Child>,
    children: Vec<(String, Child)>,
}

impl Processes {
    pub(super) fn new(state: &Path) -> Result<Self> {
        let watchdog = Command::new("sh")
            .args(["-c", WATCHDOG, "watchdog"])
            .arg(state)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot run sh")?;
        Ok(Self { state: state.to_path_buf(), watchdog: Some(watchdog), children: Vec::new() })
    }

    /// Starts `command` in a process group of its own, so that Ctrl-C in a terminal does not reach it; its output goes
    /// to `<name>.log` in the state directory.
    pub(super) fn spawn(&mut self, name: &str, command: &mut Command) -> Result<()> {
        let log = File::create(self.log(name)).with_context(|| format!("cannot write the log of {name}"))?;
        let child = command
            .current_dir(&self.state)
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let pid = child.id();
        self.children.push((name.to_owned(), child));
        if let Some(pipe) = self.watchdog.as_mut().and_then(|watchdog| watchdog.stdin.as_mut()) {
            writeln!(pipe, "{pid}").context("the watchdog of the test cluster died")?;
        }
        Ok(())
    }

    /// Ends a process, as a crash would, and forgets it.
    pub(super) fn end(&mut self, name: &str) -> Result<()> {
        let Some(at) = self.children.iter().position(|(of, _)| of == name) else { bail!("{name} does not run") };
        let (_, mut child) = self.children.remove(at);
        child.kill()?;
        child.wait()?;
        Ok(())
    }

    pub(super) fn pids(&self) -> Vec<u32> {
        self.children.iter().map(|(_, child)| child.id()).collect()
    }

    /// Fails with the end of its log when a process has ended.
    pub(super) fn check(&mut self) -> Result<()> {
        for (name, child) in &mut self.children {
            if let Some(status) = child.try_wait()? {
                let log = fs::read_to_string(self.state.join(format!("{name}.log"))).unwrap_or_default();
                if log.contains("address already in use") {
                    bail!(PortTaken);
                }
                let lines: Vec<_> = log.lines().collect();
                let tail = lines.get(lines.len().saturating_sub(15)..).unwrap_or_default().join("\n");
                bail!("{name} of the test cluster ended with {status}:\n{tail}");
            }
        }
        Ok(())
    }

    /// Lets the processes outlive this one.
    pub(super) fn detach(mut self) -> Result<()> {
        if let Some(mut watchdog) = self.watchdog.take() {
            watchdog.kill().context("cannot stop the watchdog")?;
            watchdog.wait()?;
        }
        Ok(())
    }

    fn log(&self, name: &str) -> PathBuf {
        self.state.join(format!("{name}.log"))
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        let Some(mut watchdog) = self.watchdog.take() else { return };
        // Nothing useful can be done about a failure here: what is dead is dead, and the watchdog tries the same.
        for (_, child) in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
        // It knows only ids that are gone by now: end it before it can use one.
        let _ = watchdog.kill();
        let _ = watchdog.wait();
        let _ = fs::remove_dir_all(&self.state);
    }
}

/// Kills the process groups of a cluster that an earlier run left running in `state`.
pub(super) fn kill(pids: &[u32], state: &Path) -> Result<()> {
    let groups: Vec<_> = pids.iter().filter(|pid| alive(**pid, state)).map(|pid| format!("-{pid}")).collect();
    if groups.is_empty() {
        return Ok(());
    }
    let status = Command::new("sh").args(["-c", r#"kill -s KILL -- "$@""#, "kill"]).args(&groups).status()?;
    if !status.success() {
        bail!("cannot kill the process groups {}", groups.join(" "));
    }
    Ok(())
}

/// Whether a process still runs and is one of the cluster in `state`: after a reboot, its id may be someone else's.
pub(super) fn alive(pid: u32, state: &Path) -> bool {
    let command = fs::read(format!("/proc/{pid}/cmdline")).or_else(|_| {
        let ps = Command::new("ps").args(["-ww", "-o", "command=", "-p", &pid.to_string()]).output();
        ps.map(|output| output.stdout)
    });
    command.is_ok_and(|line| String::from_utf8_lossy(&line).contains(&*state.to_string_lossy()))
}
