//! `cargo xtask test`: everything that must hold before a change is merged. CI runs exactly this.

use std::env;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::{generate, paths, tools};

/// What the headless build must not bring in: these crates, and those that start with the name and a hyphen.
const ONLY_WITH_FEATURES: [&str; 3] = ["tokio", "kube", "ratatui"];

type Step = fn() -> Result<()>;

/// Runs every step, in order, and stops at the first that fails.
pub fn run() -> Result<()> {
    let steps: [(&str, Step); 9] = [
        ("tools", check_tools),
        ("format", || cargo(&["fmt", "--all", "--check"])),
        ("clippy", || cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])),
        ("doc", doc),
        ("headless build", || cargo(&["build", "--package", "plimsoll", "--no-default-features"])),
        ("headless dependencies", headless_dependencies),
        ("generated files", || generate::run(true)),
        ("tests", || cargo(&["test", "--workspace"])),
        ("tests without watch-lists", without_watch_lists),
    ];
    let begin = Instant::now();
    for (name, step) in steps {
        eprintln!("== {name}");
        let begin = Instant::now();
        step().with_context(|| format!("the step \"{name}\" failed"))?;
        eprintln!("== {name}: {:.1} s", begin.elapsed().as_secs_f32());
    }
    eprintln!("== all passed in {:.1} s", begin.elapsed().as_secs_f32());
    Ok(())
}

/// Tests skip themselves, but cargo hides what a passing test says: say it here.
fn check_tools() -> Result<()> {
    for (tool, needed_by) in [
        ("go", "the tests that build and start a cluster"),
        ("git", "the tests of files in git"),
        ("containerd", "the tests of a real kubelet"),
    ] {
        if tools::found(tool) {
            continue;
        }
        if tools::in_ci() {
            bail!("{tool} is missing, for {needed_by}");
        }
        eprintln!("{tool} is missing: {needed_by} may be skipped");
    }
    Ok(())
}

/// Servers before 1.34, and those that switch it off, stream no lists.
fn without_watch_lists() -> Result<()> {
    let mut command = command(&["test", "--workspace", "--test", "live"]);
    succeed(command.env("PLIMSOLL_API_SERVER", "--feature-gates=WatchList=false"))
}

fn doc() -> Result<()> {
    let mut command = command(&["doc", "--workspace", "--no-deps"]);
    succeed(command.env("RUSTDOCFLAGS", "-D warnings"))
}

fn headless_dependencies() -> Result<()> {
    let tree = ["tree", "--package", "plimsoll", "--edges", "normal", "--no-default-features", "--prefix", "none"];
    let output = command(&tree).output().context("cannot run cargo tree")?;
    if !output.status.success() {
        bail!("cargo tree failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let tree = String::from_utf8(output.stdout)?;
    let crates = tree.lines().filter_map(|line| line.split_whitespace().next());
    let unwanted: Vec<_> = crates.filter(|name| is_unwanted(name)).collect();
    if !unwanted.is_empty() {
        bail!("without features, plimsoll depends on {}", unwanted.join(", "));
    }
    Ok(())
}

fn is_unwanted(name: &str) -> bool {
    // Kubernetes' functions of CEL: no client
    if name == "kube-cel" {
        return false;
    }
    let rest = ONLY_WITH_FEATURES.iter().find_map(|unwanted| name.strip_prefix(unwanted));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

fn cargo(args: &[&str]) -> Result<()> {
    succeed(&mut command(args))
}

fn command(args: &[&str]) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(paths::root()).args(args);
    cargo
}

fn succeed(command: &mut Command) -> Result<()> {
    let status = command.status().context("cannot run cargo")?;
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_unwanted;

    #[test]
    fn crates_of_an_unwanted_family_are_unwanted() {
        assert!(["kube", "kube-core", "tokio", "ratatui-core"].into_iter().all(is_unwanted));
        assert!(!["kubelet", "kube-cel", "serde", "tokio_"].into_iter().any(is_unwanted));
    }
}
