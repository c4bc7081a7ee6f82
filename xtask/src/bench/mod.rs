//! `cargo xtask bench`: timings as ratios to something measured in the same run, because machines are noisy.

mod files;
mod kubelets;
mod ui;

use crate::cluster::Cluster;
use crate::paths;
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

/// What to measure
#[derive(clap::Subcommand)]
pub enum Bench {
    /// `plimsoll scan` against the raw read of the same bytes
    Scan {
        /// A cluster that is up: cargo xtask cluster up --name NAME
        #[arg(long, default_value = "default")]
        name: String,
        /// Rounds; the best of each counts
        #[arg(long, default_value_t = 3)]
        rounds: u32,
    },
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
        Bench::Scan { name, rounds } => scan(&name, rounds),
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

fn scan(name: &str, rounds: u32) -> Result<()> {
    let cluster = Cluster::open(name)?;
    let build = ["build", "--release", "--package", "plimsoll", "--bin", "plimsoll", "--example", "raw_read"];
    let built = Command::new(env!("CARGO")).current_dir(paths::root()).args(build).status()?;
    if !built.success() {
        bail!("the release build failed");
    }
    let release = release();
    let (mut raw, mut best, mut bytes, mut peak) = (f64::MAX, f64::MAX, 0u64, 0u64);
    for _ in 0..rounds {
        // alternating, so that a slow spell hits both
        let output = Command::new(release.join("examples/raw_read"))
            .env("KUBECONFIG", cluster.kubeconfig())
            .env("PLIMSOLL_BENCH_TOKEN", cluster.token())
            .output()?;
        let text = String::from_utf8(output.stdout)?;
        let (seconds, read) = text
            .trim()
            .split_once(' ')
            .with_context(|| format!("raw_read said {text:?}, and: {}", String::from_utf8_lossy(&output.stderr)))?;
        raw = raw.min(seconds.parse()?);
        bytes = read.parse()?;
        let begin = Instant::now();
        let output = Command::new(release.join("plimsoll"))
            .args(["scan", "-o", "json", "--stats"])
            .env("KUBECONFIG", cluster.kubeconfig())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?
            .wait_with_output()?;
        best = best.min(begin.elapsed().as_secs_f64());
        let said = String::from_utf8(output.stderr)?;
        if !output.status.success() {
            bail!("plimsoll scan ended with {}: {said}", output.status);
        }
        let memory = said.rsplit_once("peak memory ").and_then(|(_, rest)| rest.split(' ').next()?.parse().ok());
        peak = peak.max(memory.unwrap_or_default());
        println!("  {}", said.trim());
    }
    println!("raw read   {raw:.3} s  {:.1} MB (best of {rounds})", bytes as f64 / 1e6);
    println!("scan       {best:.3} s  peak {peak} MB (best of {rounds}, worst peak)");
    println!("ratio      {:.2}", best / raw);
    Ok(())
}
