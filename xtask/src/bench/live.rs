//! How far behind a busy cluster the terminal is: changes come by watch, and one of them is looked for on the screen.

use super::process::{Screen, busy, memory, now};
use super::record::Record;
use super::scan::filled;
use crate::cluster::load::{Changes, Large};
use anyhow::Result;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How much, how long
#[derive(clap::Args)]
pub struct Live {
    /// Pods
    #[arg(long, default_value_t = 20_000)]
    pub pods: u32,
    /// Changes a second, one row each
    #[arg(long, value_delimiter = ',', default_values = ["0", "1000"])]
    pub rates: Vec<u32>,
    /// Seconds of each
    #[arg(long, default_value_t = 30)]
    pub seconds: u64,
    /// Measure the release build that is there, whatever changed since
    #[arg(long)]
    pub as_built: bool,
    /// Print JSON
    #[arg(short = 'o', long = "output", value_parser = ["table", "json"], default_value = "table")]
    pub output: String,
}

/// A Deployment that fails and passes by turns.
const MARKER: &str = "marker";
/// For a change to be seen.
const LIMIT: Duration = Duration::from_secs(60);

pub(super) fn run(live: &Live) -> Result<()> {
    super::build(live.as_built, &["--bin", "plimsoll", "--example", "watch_screen"])?;
    let large = Large::workloads(live.pods);
    let cluster = filled(Some(&large))?;
    let marker = |privileged: bool| {
        format!(
            r#"{{"apiVersion":"apps/v1","kind":"Deployment","metadata":{{"name":"{MARKER}","namespace":"default"}},"spec":{{"replicas":0,"selector":{{"matchLabels":{{"app":"{MARKER}"}}}},"template":{{"metadata":{{"labels":{{"app":"{MARKER}"}}}},"spec":{{"containers":[{{"name":"c","image":"i","securityContext":{{"privileged":{privileged}}}}}]}}}}}}}}"#
        )
    };
    let mark = |privileged| cluster.kubectl_input(["apply", "-f", "-"], &marker(privileged)).map(drop);
    mark(true)?;
    let screen = Screen::open("FAIL   default", cluster.kubeconfig(), &[":findings", "default", "critical"])?;
    screen.wait("seen", LIMIT)?;
    let server = cluster.pid_of("kube-apiserver")?;
    let about = format!(
        "The terminal on {} pods while labels and statuses of pods and of Deployments change: from the API server's answer to one change \
         until the screen shows what came of it.",
        live.pods
    );
    let columns = [
        ("changes a second", ""),
        ("median lag", "s"),
        ("longest lag", "s"),
        ("seen", ""),
        ("plimsoll", "cores"),
        ("peak", "MB"),
        ("API server", "cores"),
    ];
    let mut record = Record::new(&about, &columns);
    let mut fails = true;
    for rate in &live.rates {
        let changes = Changes::read(&cluster, &large, 2000)?;
        let over = AtomicBool::new(false);
        let (plimsoll_before, server_before) = (busy(screen.pid)?, busy(server)?);
        let begin = Instant::now();
        let (lags, made) = thread::scope(|scope| -> Result<_> {
            let making = scope.spawn(|| changes.make(*rate, &over));
            let mut lags = Vec::new();
            let mut look = || -> Result<()> {
                while begin.elapsed().as_secs() < live.seconds {
                    fails = !fails;
                    mark(fails)?;
                    let answered = now();
                    let Ok(seen) = screen.wait(if fails { "seen" } else { "gone" }, LIMIT) else {
                        // that is a figure too, and the last of this row
                        lags.push(LIMIT.as_secs_f64());
                        break;
                    };
                    lags.push(seen.saturating_sub(answered) as f64 / 1e9);
                }
                Ok(())
            };
            let looked = look();
            over.store(true, Ordering::Relaxed);
            looked?;
            let made = making.join().map_err(|_| anyhow::anyhow!("the thread that makes changes panicked"))??;
            Ok((lags, made))
        })?;
        let seconds = begin.elapsed().as_secs_f64();
        let mut lags = lags;
        lags.sort_by(f64::total_cmp);
        record.row(
            format!("{rate} asked for, {seconds:.0} s"),
            &[
                Some(f64::from(made) / seconds),
                lags.get(lags.len() / 2).copied(),
                lags.last().copied(),
                Some(lags.len() as f64),
                Some((busy(screen.pid)? - plimsoll_before) / seconds),
                Some(memory(screen.pid)),
                Some((busy(server)? - server_before) / seconds),
            ],
        );
    }
    record.notes.push(format!("A lag of {} s: it was not seen by then.", LIMIT.as_secs()));
    record.print(live.output == "json")
}
