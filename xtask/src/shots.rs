//! `cargo xtask shots`: the README's pictures, from the program itself.

use crate::paths;
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// Builds the program and takes the pictures into `assets/screenshots`.
pub fn run() -> Result<()> {
    let root = paths::root();
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let folder = root.join("assets/screenshots");
    std::fs::create_dir_all(&folder)?;
    let build = ["build", "--package", "plimsoll", "--bin", "plimsoll", "--example", "shots"];
    for mut command in [
        {
            let mut cargo = Command::new(env!("CARGO"));
            cargo.current_dir(&root).args(build);
            cargo
        },
        {
            let mut shots = Command::new(target.join("debug/examples/shots"));
            shots.arg(target.join("debug/plimsoll")).arg(&folder);
            shots
        },
    ] {
        if !command.status()?.success() {
            bail!("{command:?} failed");
        }
    }
    println!("{}", folder.display());
    Ok(())
}
