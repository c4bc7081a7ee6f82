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
    /// Check everything that must hold before a change is merged
    Test,
    /// Measure, as ratios
    #[command(subcommand)]
    Bench(xtask::bench::Bench),
    /// Build `plimsoll-node` as it is shipped to nodes: static and small
    Agent,
    /// Take the README's pictures from the program itself
    Shots,
    /// Scaffold a check: its file, fixtures and place in the registry
    NewCheck {
        /// FAMILY.NAME, like container.host-port
        id: String,
    },
    /// Write the generated files: registry of checks, docs
    Gen {
        /// Fail where a file differs instead of writing it
        #[arg(long)]
        check: bool,
    },
}

fn main() -> Result<()> {
    match Task::parse() {
        Task::Cluster(subcommand) => cluster::run(subcommand),
        Task::Test => xtask::test::run(),
        Task::Bench(bench) => xtask::bench::run(bench),
        Task::Agent => xtask::agent::run(),
        Task::Shots => xtask::shots::run(),
        Task::NewCheck { id } => xtask::new_check::run(&id),
        Task::Gen { check } => xtask::generate::run(check),
    }
}
