//! `plimsoll scan` beside the same requests without plimsoll, on clusters as large as they come.

use super::process::{self, Cost, Screen, busy, settled};
use super::record::Record;
use super::release;
use crate::cluster::load::{self, Large};
use crate::cluster::{Cluster, Options};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Other tools are stopped after this.
const LIMIT: Duration = Duration::from_secs(600);

/// What to fill the cluster with
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Load {
    /// Pods of Deployments, ten each, with all that a busy cluster holds
    Shared,
    /// The same, no two specs alike
    Distinct,
    /// As the first, read by a user with rights in 40 namespaces
    Forty,
    /// Five times as many pods, and nobody owns them
    Bare,
    /// The real manifests of ../shared/corpus
    Corpus,
}

/// What and how
#[derive(clap::Args)]
pub struct Scan {
    /// Loads, one after the other
    #[arg(long = "load", value_enum, value_delimiter = ',', default_values = ["shared", "distinct", "forty", "bare", "corpus"])]
    pub loads: Vec<Load>,
    /// Pods of the first load
    #[arg(long, default_value_t = 20_000)]
    pub pods: u32,
    /// Rounds; the best of each counts
    #[arg(long, default_value_t = 3)]
    pub rounds: u32,
    /// Another tool to run once beside it, as a command line; may repeat: --tool "polaris audit --format json"
    #[arg(long = "tool", value_name = "COMMAND")]
    pub tools: Vec<String>,
    /// Measure the release build that is there, whatever changed since
    #[arg(long)]
    pub as_built: bool,
    /// Print JSON
    #[arg(short = 'o', long = "output", value_parser = ["table", "json"], default_value = "table")]
    pub output: String,
}

const COLUMNS: &[(&str, &str)] = &[
    ("raw read", "s"),
    ("first finding", "s"),
    ("scan", "s"),
    ("scan / raw", "x"),
    ("in pairs", "x"),
    ("as JSON", "s"),
    ("requests", ""),
    ("read", "MB"),
    ("peak", "MB"),
    ("peak as JSON", "MB"),
    ("CPU", "s"),
    ("server CPU", "s"),
];

pub(super) fn run(scan: &Scan) -> Result<()> {
    super::build(scan.as_built, &["--bin", "plimsoll", "--example", "raw_read", "--example", "watch_screen"])?;
    let mut record = Record::new(
        "`plimsoll scan` with every framework, beside the same requests with plain hyper, bodies thrown away (raw read).",
        COLUMNS,
    );
    let mut known: Option<(Large, Cluster)> = None;
    for what in &scan.loads {
        let large = match what {
            Load::Shared | Load::Forty => Some(Large::workloads(scan.pods)),
            Load::Distinct => Some(Large { distinct: true, ..Large::workloads(scan.pods) }),
            Load::Bare => Some(Large::bare(scan.pods * 5)),
            Load::Corpus => None,
        };
        // two loads in a row may be of one cluster
        let cluster = match known.take() {
            Some((of, cluster)) if Some(of) == large => cluster,
            other => {
                drop(other);
                filled(large.as_ref())?
            }
        };
        let of_reader: Vec<String> = match (what, &large) {
            (Load::Forty, Some(large)) => load::readable(large),
            _ => Vec::new(),
        };
        let name = match (what, &large) {
            (Load::Forty, _) => format!("{} pods, a user with rights in 40 namespaces", scan.pods),
            (Load::Bare, Some(large)) => format!("{} pods without owners", large.pods),
            (_, Some(large)) => {
                let alike = if large.distinct { "no two specs alike" } else { "specs shared" };
                format!("{} pods of {} Deployments, {alike}", large.pods, large.deployments)
            }
            (_, None) => "corpus: five real projects".to_owned(),
        };
        eprintln!("== {name}");
        let user = if *what == Load::Forty { load::READER } else { "admin" };
        one(scan, &cluster, user, &of_reader, &name, &mut record)?;
        if let Some(large) = large {
            known = Some((large, cluster));
        }
    }
    let notes = [
        format!(
            "Best of {} rounds, the highest peak. Controllers, scheduler and kwok stand still while it is measured; etcd and the API \
             server do not, but before each run the API server collects its garbage and comes to rest.",
            scan.rounds
        ),
        "Scan / raw: the best of each. In pairs: the scan of a round to the raw read that followed it, of all rounds the one in the \
         middle: on a machine whose speed changes it says more. First finding: from the start of the terminal until its screen shows one. Scan: a table of controls, the default; as JSON: \
         every finding written out. Server CPU: of the API server, during one scan."
            .to_owned(),
    ];
    record.notes.extend(notes);
    record.print(scan.output == "json")
}

/// A cluster that holds a load and stands still.
pub(super) fn filled(large: Option<&Large>) -> Result<Cluster> {
    let users = vec![(load::READER.to_owned(), Vec::new())];
    let cluster = Cluster::start(Options { users, ..Options::default() })?;
    match large {
        Some(large) => load::large(&cluster, large)?,
        None => load::corpus(&cluster)?,
    }
    cluster.pause_controllers()?;
    Ok(cluster)
}

fn one(scan: &Scan, cluster: &Cluster, user: &str, of: &[String], name: &str, record: &mut Record) -> Result<()> {
    let kubeconfig = cluster.kubeconfig_for(user, None)?;
    let namespaces: Vec<&str> = of.iter().flat_map(|namespace| ["-n", namespace.as_str()]).collect();
    let server = cluster.pid_of("kube-apiserver")?;
    let log = cluster.state_dir().join("requests.log");
    let (mut best, mut json): (Option<Cost>, Option<Cost>) = (None, None);
    let (mut raw, mut first): (Option<Raw>, Option<f64>) = (None, None);
    let mut server_busy = f64::MAX;
    let mut pairs: Vec<f64> = Vec::new();
    // the first look fills the server's caches, and counts for nobody
    plimsoll(&kubeconfig, "table", &log, &namespaces)?;
    for _ in 0..scan.rounds {
        rests(cluster, server)?;
        let before = busy(server)?;
        let (cost, said) = plimsoll(&kubeconfig, "table", &log, &namespaces)?;
        server_busy = server_busy.min(busy(server)? - before);
        eprintln!("{:.2} s: {}", cost.seconds, said.trim());
        best = Some(cost.best(best));
        rests(cluster, server)?;
        // next to it, since the machine's speed changes from minute to minute
        let one = raw_read(&kubeconfig, cluster.token_for(user)?, &log)?;
        pairs.push(cost.seconds / one.seconds);
        eprintln!("{:.2} s: raw, of which the scan took {:.2} times as long", one.seconds, cost.seconds / one.seconds);
        raw = Some(match raw {
            Some(other) if other.seconds < one.seconds => other,
            _ => one,
        });
        rests(cluster, server)?;
        json = Some(plimsoll(&kubeconfig, "json", &log, &namespaces)?.0.best(json));
        rests(cluster, server)?;
        let screen = Screen::open(" CRIT | HIGH | MED ", &kubeconfig, &namespaces)?;
        let seen = (screen.wait("seen", Duration::from_secs(60))? - screen.started) as f64 / 1e9;
        first = Some(first.map_or(seen, |other| other.min(seen)));
    }
    let (Some(best), Some(json), Some(raw)) = (best, json, raw) else { bail!("at least one round is needed") };
    record.row(
        name,
        &[
            Some(raw.seconds),
            first,
            Some(best.seconds),
            Some(best.seconds / raw.seconds),
            median(pairs),
            Some(json.seconds),
            Some(raw.requests),
            Some(raw.bytes / 1e6),
            Some(best.peak),
            Some(json.peak),
            Some(best.busy),
            Some(server_busy),
        ],
    );
    for tool in &scan.tools {
        other(tool, &kubeconfig, server, record)?;
    }
    Ok(())
}

/// Waits until the API server rests, its garbage collected: of gigabytes that takes seconds of both cores, and falls in the
/// middle of whatever is measured at the time.
fn rests(cluster: &Cluster, server: u32) -> Result<()> {
    cluster.kubectl_output(["get", "--raw", "/debug/pprof/heap?gc=1&debug=1"])?;
    settled(server)
}

/// The one in the middle; the lower of two.
fn median(mut figures: Vec<f64>) -> Option<f64> {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len().saturating_sub(1) / 2).copied()
}

/// A scan that writes down what it asks.
fn plimsoll(kubeconfig: &Path, output: &str, log: &Path, more: &[&str]) -> Result<(Cost, String)> {
    let mut command = Command::new(release().join("plimsoll"));
    command.args(["scan", "-o", output, "--stats", "--request-log"]).arg(log).args(more).env("KUBECONFIG", kubeconfig);
    process::run(&mut command, LIMIT)
}

#[derive(Clone, Copy)]
pub(super) struct Raw {
    pub seconds: f64,
    pub bytes: f64,
    pub requests: f64,
}

/// What it asked, without it.
pub(super) fn raw_read(kubeconfig: &Path, token: &str, log: &PathBuf) -> Result<Raw> {
    let output = Command::new(release().join("examples/raw_read"))
        .arg(log)
        .env("KUBECONFIG", kubeconfig)
        .env("PLIMSOLL_BENCH_TOKEN", token)
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    let figures: Vec<f64> = text.split_whitespace().filter_map(|figure| figure.parse().ok()).collect();
    match figures.as_slice() {
        [seconds, bytes, requests] => Ok(Raw { seconds: *seconds, bytes: *bytes, requests: *requests }),
        _ => bail!("raw_read said {text:?}, and: {}", String::from_utf8_lossy(&output.stderr)),
    }
}

/// Another tool, once, as it is called.
fn other(tool: &str, kubeconfig: &Path, server: u32, record: &mut Record) -> Result<()> {
    let before = busy(server)?;
    let mut words = tool.split_whitespace();
    let mut command = Command::new(words.next().context("a tool needs a name")?);
    command.args(words).env("KUBECONFIG", kubeconfig);
    match process::run(&mut command, LIMIT) {
        Ok((cost, _)) => record.row(
            format!("  {tool}"),
            &[
                None,
                None,
                Some(cost.seconds),
                None,
                None,
                None,
                None,
                None,
                Some(cost.peak),
                None,
                Some(cost.busy),
                Some(busy(server)? - before),
            ],
        ),
        Err(error) => {
            record.row(format!("  {tool}"), &[None; COLUMNS.len()]);
            record.notes.push(format!("`{tool}`: {error}"));
        }
    }
    Ok(())
}
