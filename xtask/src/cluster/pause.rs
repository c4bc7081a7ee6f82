//! Controllers that stand still: while objects are written past them, and while something is measured.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::Cluster;

const CONTROLLERS: [&str; 3] = ["kube-controller-manager", "kube-scheduler", "kwok"];

impl Cluster {
    /// Stops everything but etcd and the API server where it stands.
    pub fn pause_controllers(&self) -> Result<()> {
        self.signal("STOP")
    }

    /// Lets it go on.
    pub fn resume_controllers(&self) -> Result<()> {
        self.signal("CONT")
    }

    /// The process of one of the cluster's programs.
    pub fn pid_of(&self, program: &str) -> Result<u32> {
        let runs = |pid: &&u32| {
            let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            let name = line.split(|byte| *byte == 0).next().map(String::from_utf8_lossy).unwrap_or_default();
            Path::new(&*name).file_name().is_some_and(|name| name == program)
        };
        self.pids.iter().find(runs).copied().with_context(|| format!("{program} does not run"))
    }

    fn signal(&self, signal: &str) -> Result<()> {
        let pids =
            CONTROLLERS.iter().map(|program| Ok(self.pid_of(program)?.to_string())).collect::<Result<Vec<_>>>()?;
        let status = Command::new("sh").args(["-c", r#"kill -s "$@""#, "kill", signal, "--"]).args(&pids).status()?;
        if !status.success() {
            bail!("cannot send {signal} to {}", pids.join(" "));
        }
        Ok(())
    }
}
