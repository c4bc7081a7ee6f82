//! The project's own chores: `cargo xtask help`.

use anyhow::Result;
use clap::Parser;
use xtask::cluster;

/// The project's own chores
#[derive(Parser)]
#[command(name = "cargo xtask")]
enum Task {
    /// A test cluster to try things on
    #[command(subcommand)]
    Cluster(cluster::Subcommand),
}

fn main() -> Result<()> {
    match Task::parse() {
        Task::Cluster(subcommand) => cluster::run(subcommand),
    }
}
