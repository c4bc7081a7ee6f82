//! Programs that some tests need beside the Rust toolchain.

use std::env;

use anyhow::{Result, bail};

/// Whether `test` has to be skipped because a program is missing; says so. An error in CI, where nothing is skipped.
pub fn skip(test: &str, tools: &[&str]) -> Result<bool> {
    let missing: Vec<_> = tools.iter().filter(|tool| !found(tool)).copied().collect();
    if missing.is_empty() {
        return Ok(false);
    }
    if in_ci() {
        bail!("{test} needs {}: install it, or unset CI to skip the test", missing.join(", "));
    }
    eprintln!("skipped: {test} (needs {})", missing.join(", "));
    Ok(true)
}

/// Whether a program of this name is in `PATH`.
pub fn found(tool: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|dir| dir.join(tool).is_file()))
}

/// Whether this is CI, where a missing tool is an error.
pub fn in_ci() -> bool {
    env::var("CI").as_deref() == Ok("true")
}
