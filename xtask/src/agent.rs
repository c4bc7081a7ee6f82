//! `cargo xtask agent`: `plimsoll-node` as it is shipped to nodes, static and small, and held to that.

use crate::paths;
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

/// What it may weigh: a program that is to be trusted is read, and shipped to every node.
const MOST: u64 = 4 * 1024 * 1024;

/// Builds it, and fails where it is large or needs anything of the machine that it runs on.
pub fn run() -> Result<()> {
    let version = Command::new("rustc").arg("-vV").output().context("cannot run rustc")?;
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc does not say its host")?;
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(paths::root()).env("RUSTFLAGS", "-C target-feature=+crt-static");
    // with a target of its own the flags are not those of build scripts
    command.args(["build", "--release", "--no-default-features", "--package", "plimsoll", "--bin", "plimsoll-node"]);
    if !command.args(["--target", host]).status()?.success() {
        bail!("the build failed");
    }
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| paths::root().join("target"), PathBuf::from);
    let program = target.join(host).join("release/plimsoll-node");
    let size = fs::metadata(&program)?.len();
    let linked = Command::new("ldd").arg(&program).output().context("cannot run ldd")?;
    let linked = format!("{}{}", String::from_utf8_lossy(&linked.stdout), String::from_utf8_lossy(&linked.stderr));
    if !(linked.contains("statically linked") || linked.contains("not a dynamic executable")) {
        bail!("{} is not static: {linked}", program.display());
    }
    if size > MOST {
        bail!("{} has {size} bytes, more than {MOST}", program.display());
    }
    println!("{}: static, {:.1} MB", program.display(), size as f64 / 1e6);
    Ok(())
}
