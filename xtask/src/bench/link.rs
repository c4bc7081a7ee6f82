//! The same scan through a line that is far and thin.

use super::process::{self, Screen};
use super::record::Record;
use super::scan::{filled, raw_read};
use crate::cluster::load::Large;
use crate::link::Link as Line;
use anyhow::{Context, Result};
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(600);

/// How far, how thin
#[derive(clap::Args)]
pub struct Link {
    /// Pods
    #[arg(long, default_value_t = 20_000)]
    pub pods: u32,
    /// Round trip, milliseconds
    #[arg(long, default_value_t = 80)]
    pub round_trip: u64,
    /// Million bits a second
    #[arg(long, default_value_t = 20)]
    pub megabits: u64,
    /// Rounds; the best of each counts
    #[arg(long, default_value_t = 2)]
    pub rounds: u32,
    /// How plimsoll asks for lists, one row each
    #[arg(long, value_delimiter = ',', default_values = ["auto"])]
    pub compression: Vec<String>,
    /// Measure the release build that is there, whatever changed since
    #[arg(long)]
    pub as_built: bool,
    /// Print JSON
    #[arg(short = 'o', long = "output", value_parser = ["table", "json"], default_value = "table")]
    pub output: String,
}

pub(super) fn run(link: &Link) -> Result<()> {
    super::build(link.as_built, &["--bin", "plimsoll", "--example", "raw_read", "--example", "watch_screen"])?;
    let cluster = filled(Some(&Large::workloads(link.pods)))?;
    let server = cluster.server_url().trim_start_matches("https://").parse()?;
    let line = Line::start(server, Duration::from_millis(link.round_trip), link.megabits * 1_000_000)?;
    let kubeconfig = cluster.state_dir().join("far.kubeconfig");
    let text = std::fs::read_to_string(cluster.kubeconfig())?;
    let far = format!("https://{}", line.address());
    std::fs::write(&kubeconfig, text.replace(cluster.server_url(), &far))?;
    let log = cluster.state_dir().join("requests.log");
    let about = format!(
        "A scan of {} pods through a line of {} ms and {} Mbit/s, beside the same requests with plain hyper (raw read).",
        link.pods, link.round_trip, link.megabits
    );
    let columns = [
        ("raw read", "s"),
        ("first finding", "s"),
        ("scan", "s"),
        ("scan / raw", "x"),
        ("requests", ""),
        ("read", "MB"),
        ("peak", "MB"),
    ];
    let mut record = Record::new(&about, &columns);
    for compression in &link.compression {
        let args = ["--compression", compression.as_str()];
        let (mut best, mut raw, mut first) = (None::<process::Cost>, f64::MAX, f64::MAX);
        let (mut requests, mut bytes) = (0.0, 0.0);
        for _ in 0..link.rounds {
            let mut command = Command::new(super::release().join("plimsoll"));
            command.args(["scan", "--stats", "--request-log"]).arg(&log).args(args);
            // alone, a scan of unpacked lists takes longer than anybody waits for a part
            let (cost, said) =
                process::run(command.env("KUBECONFIG", &kubeconfig).args(["--answer-timeout", "600s"]), LIMIT)?;
            eprintln!("{:.2} s: {}", cost.seconds, said.trim());
            best = Some(cost.best(best));
            let read = raw_read(&kubeconfig, cluster.token(), &log)?;
            raw = raw.min(read.seconds);
            (requests, bytes) = (read.requests, read.bytes);
            let screen = Screen::open(" CRIT | HIGH | MED ", &kubeconfig, &args)?;
            first = first.min((screen.wait("seen", LIMIT)? - screen.started) as f64 / 1e9);
        }
        let best = best.context("at least one round is needed")?;
        record.row(
            format!("--compression {compression}"),
            &[
                Some(raw),
                Some(first),
                Some(best.seconds),
                Some(best.seconds / raw),
                Some(requests),
                Some(bytes / 1e6),
                Some(best.peak),
            ],
        );
    }
    record.notes.push(format!(
        "Best of {} rounds. `auto` is what plimsoll does by itself: on such a line, gzip pages.",
        link.rounds
    ));
    record.print(link.output == "json")
}
