//! Namespaces of a test's own: network, processes and mounts. Whatever runs in them ends with the test, however it ends, and
//! leaves nothing on the machine.
//!
//! ```no_run
//! # use xtask::sandbox;
//! fn a_real_kubelet() {
//!     if !sandbox::enter("a_real_kubelet", &["containerd"], || Ok(())).unwrap() {
//!         return; // it ran inside, or was skipped by name
//!     }
//!     // inside: an own loopback, with `sandbox::ADDRESS` on it
//! }
//! ```

use crate::tools;
use anyhow::{Context, Result, bail};
use std::env;
use std::process::{Command, Stdio};

/// An address in the sandbox that is no loopback address: the API server does not proxy to those.
pub const ADDRESS: &str = "10.211.0.1";

/// Set for the test inside.
const INSIDE: &str = "PLIMSOLL_SANDBOX";
const UNSHARE: [&str; 7] =
    ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation=private"];
/// What a node writes to, whatever it is told: memory, inside.
const OWN: [&str; 3] = ["/run", "/var/lib", "/var/log"];

/// Runs the test of this name again in namespaces of its own, and fails where it fails. True: this is that run. A machine
/// that refuses namespaces skips it by name, in CI too; a missing program is an error there. What needs the network is
/// prepared before.
pub fn enter(test: &str, programs: &[&str], prepare: impl FnOnce() -> Result<()>) -> Result<bool> {
    again(test, &["--exact", test, "--nocapture"], programs, prepare)
}

/// The same for this program with other arguments.
pub fn again(test: &str, args: &[&str], programs: &[&str], prepare: impl FnOnce() -> Result<()>) -> Result<bool> {
    if env::var_os(INSIDE).is_some() {
        settle()?;
        return Ok(true);
    }
    let refused = |why: &str| {
        eprintln!("skipped: {test} (this machine refuses namespaces: {why})");
        Ok(false)
    };
    let mut probe = Command::new("unshare");
    match probe.args(UNSHARE).args(["ip", "link", "set", "lo", "up"]).stdin(Stdio::null()).output() {
        Err(error) => return refused(&format!("cannot run unshare: {error}")),
        Ok(output) if !output.status.success() => return refused(String::from_utf8_lossy(&output.stderr).trim()),
        Ok(_) => {}
    }
    if tools::skip(test, programs)? {
        return Ok(false);
    }
    prepare()?;
    let status = Command::new("unshare")
        .args(UNSHARE)
        .arg(env::current_exe()?)
        .args(args)
        .env(INSIDE, "1")
        .stdin(Stdio::null())
        .status()
        .context("cannot run unshare")?;
    if !status.success() {
        bail!("{test} failed in its sandbox: what it said is above");
    }
    Ok(false)
}

/// Makes the sandbox fit for a node.
fn settle() -> Result<()> {
    run("ip", &["link", "set", "lo", "up"])?;
    // kernels without dummy links have a loopback all the same
    run("ip", &["address", "add", &format!("{ADDRESS}/32"), "dev", "lo"])?;
    OWN.iter().try_for_each(|path| run("mount", &["-t", "tmpfs", "tmpfs", path]))
}

/// Runs a program of the system and fails with what it says.
pub fn run(program: &str, args: &[&str]) -> Result<()> {
    let output = Command::new(program).args(args).stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("cannot run {program}"))?;
    if !output.status.success() {
        bail!("{program} {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
