//! `cargo xtask bench`: timings as ratios to something measured in the same run, because machines are noisy.

mod files;
mod kubelets;
mod link;
mod live;
mod process;
mod record;
mod scan;
mod ui;

use crate::paths;
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::Command;

pub use link::Link;
pub use live::Live;
pub use scan::{Load, Scan};

/// What to measure
#[derive(clap::Subcommand)]
pub enum Bench {
    /// `plimsoll scan` beside the raw read of the same bytes, on large clusters that are started for it
    Scan(Scan),
    /// Write docs/performance.md from what the others printed with -o json
    Report {
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// How far the terminal is behind a cluster that changes all the time
    Live(Live),
    /// A scan through a line that is far and thin
    Link(Link),
    /// Decoding manifests against the libraries alone, into the same structs
    Files {
        /// Pods
        #[arg(long, default_value_t = 100_000)]
        pods: u32,
        /// Rounds; the best of each counts
        #[arg(long, default_value_t = 3)]
        rounds: u32,
    },
    /// The terminal with very many findings: a key to its frame, filters and sorts, idle processor time
    Ui {
        /// Findings
        #[arg(long, default_value_t = 500_000)]
        findings: u32,
        /// How it is printed
        #[arg(short, long, default_value = "table", value_parser = ["table", "json"])]
        output: String,
    },
    /// What asking so many kubelets adds to a scan, through a real API server
    Kubelets {
        /// Nodes
        #[arg(long, default_value_t = 300)]
        nodes: u32,
        /// Rounds; the best of each counts
        #[arg(long, default_value_t = 3)]
        rounds: u32,
        /// Measure the debug build that is there: slower, and no release build to wait for
        #[arg(long)]
        debug: bool,
    },
}

/// Runs a benchmark and prints what came of it.
pub fn run(bench: Bench) -> Result<()> {
    match bench {
        Bench::Scan(scan) => scan::run(&scan),
        Bench::Live(live) => live::run(&live),
        Bench::Link(link) => link::run(&link),
        Bench::Report { files } => record::report(&files),
        Bench::Files { pods, rounds } => files::run(pods, rounds),
        Bench::Ui { findings, output } => ui::run(findings, output == "json"),
        Bench::Kubelets { nodes, rounds, debug } => kubelets::run(nodes, rounds, debug),
    }
}

/// Where release builds land.
fn release() -> PathBuf {
    target().join("release")
}

/// Where builds land.
fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| paths::root().join("target"), PathBuf::from)
}

/// Builds what is measured, unless that is there: the program and examples, optimised.
fn build(as_built: bool, what: &[&str]) -> Result<()> {
    if as_built {
        return Ok(());
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(paths::root()).args(["build", "--release", "--package", "plimsoll"]).args(what);
    if !cargo.status()?.success() {
        bail!("the release build failed");
    }
    Ok(())
}
