//! The terminal with very many findings: a key to its frame, filters and sorts, and what it takes while idle.

use super::release;
use crate::paths;
use anyhow::{Result, bail};
use std::process::Command;

pub(super) fn run(findings: u32, json: bool) -> Result<()> {
    let build = ["build", "--release", "--package", "plimsoll", "--bin", "plimsoll", "--example", "bench_ui"];
    if !Command::new(env!("CARGO")).current_dir(paths::root()).args(build).status()?.success() {
        bail!("the release build failed");
    }
    let mut bench = Command::new(release().join("examples/bench_ui"));
    bench.arg(release().join("plimsoll")).arg(findings.to_string()).arg(if json { "json" } else { "table" });
    if !bench.status()?.success() {
        bail!("{bench:?} failed");
    }
    Ok(())
}
