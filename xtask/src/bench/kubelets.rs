//! Asking every kubelet: a real one behind the real API server answers for all nodes.

use super::target;
use crate::cluster::{Cluster, Options, node};
use crate::paths;
use anyhow::{Result, bail};
use std::process::Command;
use std::time::Instant;

pub(super) fn run(nodes: u32, rounds: u32, debug: bool) -> Result<()> {
    let build = || {
        let mut command = Command::new(env!("CARGO"));
        command.current_dir(paths::root()).args(["build", "--package", "plimsoll", "--bin", "plimsoll"]);
        let built = command.args((!debug).then_some("--release")).status()?;
        if built.success() { Ok(()) } else { bail!("the release build failed") }
    };
    let (count, times) = (nodes.to_string(), rounds.to_string());
    let mut args = vec!["bench", "kubelets", "--nodes", &count, "--rounds", &times];
    args.extend(debug.then_some("--debug"));
    if !node::again("the benchmark of kubelets", &args, build)? {
        return Ok(());
    }
    let cluster = Cluster::start(Options { nodes: 0, real_node: true, ..Options::default() })?;
    // the real node is one of them
    cluster.nodes_like_the_real_one(nodes.saturating_sub(1))?;
    let (mut with, mut without) = (f64::MAX, f64::MAX);
    for _ in 0..rounds {
        without = without.min(scan(&cluster, debug, &[])?);
        with = with.min(scan(&cluster, debug, &["--with-kubelet-config"])?);
    }
    println!("scan of {nodes} nodes   {without:.3} s (best of {rounds})");
    println!("and their kubelets  {with:.3} s (best of {rounds})");
    println!("asking them took    {:.3} s", with - without);
    Ok(())
}

fn scan(cluster: &Cluster, debug: bool, more: &[&str]) -> Result<f64> {
    let begin = Instant::now();
    let output = Command::new(target().join(if debug { "debug" } else { "release" }).join("plimsoll"))
        .args(["scan", "--framework", "cis", "-o", "json", "--stats"])
        .args(more)
        .env("KUBECONFIG", cluster.kubeconfig())
        .output()?;
    let seconds = begin.elapsed().as_secs_f64();
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("plimsoll scan ended with {}: {said}", output.status);
    }
    println!("  {}", said.trim());
    Ok(seconds)
}
