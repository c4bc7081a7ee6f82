//! `cargo xtask cluster`: clusters that outlive the command that started them.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::load::{self, Large};
use super::{Cluster, Options, named};
use crate::paths;

/// A test cluster to try things on.
#[derive(clap::Subcommand, Debug)]
pub enum Subcommand {
    /// Start a cluster, leave it running and print the path of its kubeconfig
    Up {
        /// What to call it
        #[arg(long, default_value = "default")]
        name: String,
        /// How many fake nodes it has
        #[arg(long, default_value_t = 3)]
        nodes: u32,
        /// A user who can do nothing until RBAC lets them; may repeat. Loads let `reader-of-forty` read in 40 namespaces
        #[arg(long = "user", value_name = "NAME")]
        users: Vec<String>,
    },
    /// Fill a running cluster
    Load {
        /// Which cluster
        #[arg(long, default_value = "default")]
        name: String,
        /// With what
        #[command(flatten)]
        what: What,
    },
    /// Stop a cluster and remove its files
    Down {
        /// Which cluster
        #[arg(long, default_value = "default")]
        name: String,
    },
    /// List the clusters
    Status,
}

/// What to fill a cluster with.
#[derive(clap::Args, Debug)]
#[group(required = true, multiple = false)]
pub struct What {
    /// So many pods, ten of each Deployment, with all that a busy cluster holds beside them
    #[arg(long, value_name = "PODS")]
    pods: Option<u32>,
    /// The same, with no two specs alike
    #[arg(long, value_name = "PODS")]
    distinct: Option<u32>,
    /// So many pods that nobody owns
    #[arg(long, value_name = "PODS")]
    bare: Option<u32>,
    /// The real manifests in ../shared/corpus
    #[arg(long)]
    corpus: bool,
    /// So many Deployments without any hardening, and the usual platform components
    #[arg(long, value_name = "DEPLOYMENTS")]
    unhardened: Option<u32>,
}

/// Runs one of the subcommands.
pub fn run(subcommand: Subcommand) -> Result<()> {
    match subcommand {
        Subcommand::Up { name, nodes, users } => up(&name, nodes, users),
        Subcommand::Load { name, what } => fill(&Cluster::open(&name)?, &what),
        Subcommand::Down { name } => Cluster::open(&name)?.stop(),
        Subcommand::Status => status(),
    }
}

fn up(name: &str, nodes: u32, users: Vec<String>) -> Result<()> {
    if let Ok(cluster) = Cluster::open(name) {
        if cluster.ready() {
            println!("{}", cluster.kubeconfig().display());
            return Ok(());
        }
        cluster.stop()?; // Left over, from before a reboot say.
    }
    let begin = Instant::now();
    let mut cluster = Cluster::start({
        let users = users.into_iter().map(|user| (user, Vec::new())).collect();
        Options { name: Some(name.to_owned()), nodes, users, ..Options::default() }
    })?;
    cluster.detach()?;
    eprintln!("up in {:.1} s: {}", begin.elapsed().as_secs_f32(), cluster.server_url());
    println!("{}", cluster.kubeconfig().display());
    Ok(())
}

fn fill(cluster: &Cluster, what: &What) -> Result<()> {
    if !cluster.ready() {
        bail!("the test cluster does not answer: start it again with `cargo xtask cluster up`");
    }
    let begin = Instant::now();
    if what.corpus {
        load::corpus(cluster)?;
    }
    let large = [
        what.pods.map(Large::workloads),
        what.distinct.map(|pods| Large { distinct: true, ..Large::workloads(pods) }),
        what.bare.map(Large::bare),
    ];
    for what in large.into_iter().flatten() {
        load::large(cluster, &what)?;
        cluster.resume_controllers()?;
        load::settle(cluster, Duration::from_secs(600))?;
    }
    if let Some(deployments) = what.unhardened {
        load::unhardened(cluster, deployments)?;
    }
    eprintln!("loaded in {:.1} s", begin.elapsed().as_secs_f32());
    Ok(())
}

fn status() -> Result<()> {
    let Ok(entries) = fs::read_dir(paths::cache()?.join("clusters")) else { return Ok(()) };
    for entry in entries {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let (state, kubeconfig) = match Cluster::open(&name) {
            Ok(cluster) if cluster.ready() => ("running", cluster.kubeconfig().to_path_buf()),
            _ => ("stopped", named(&name)?),
        };
        println!("{name:<16} {state:<8} {}", kubeconfig.display());
    }
    Ok(())
}
