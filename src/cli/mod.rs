//! The command line: flags, headless commands, exit codes.

mod args;
mod collect;
mod config;
mod exit;
mod explain;
mod fixtures;
mod gaps;
mod info;
mod list;
mod node;
mod packs;
#[cfg(feature = "live")]
mod progress;
mod records;
mod role;
mod scan;
mod screens;

pub use args::Cli;
pub use exit::Exit;

use args::Command;
use clap::{CommandFactory, Parser};
use std::io::Write;

/// Runs the program: parses the command line, does what it says, returns the exit code.
pub fn main() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refused(&error),
    };
    let result = match &cli.command {
        None => screens::run(&cli.live, &cli.records, cli.demo, &cli.screens, &cli.packs),
        Some(Command::Scan(args)) => scan::run(&cli.live, &cli.records, cli.demo, args, &cli.packs),
        Some(Command::List(args)) => list::run(args, &cli.packs),
        Some(Command::Explain(args)) => explain::run(args, &cli.packs),
        Some(Command::Gaps(args)) => gaps::run(args, &cli.packs),
        Some(Command::Waivers(args)) => {
            records::waivers(&cli.records.with(&config::settings(&cli.live, true)), args, &cli.packs)
        }
        Some(Command::Attestations(args)) => {
            records::attestations(&cli.records.with(&config::settings(&cli.live, true)), args, &cli.packs)
        }
        Some(Command::Role(args)) => role::run(args, &cli.packs),
        Some(Command::Packs(command)) => packs::run(command, &cli.packs),
        Some(Command::Collect(args)) => collect::run(&cli.live.with(&config::settings(&cli.live, true)), args),
        Some(Command::Node(args)) => node::run(args),
        Some(Command::Info) => info::run(&cli.live.with(&config::settings(&cli.live, true)), &cli.packs),
        Some(Command::Config(args)) => config::run(args),
        Some(Command::Completions { shell }) => {
            let mut command = Cli::command();
            clap_complete::generate(*shell, &mut command, "plimsoll", &mut std::io::stdout().lock());
            Ok(Exit::Ok)
        }
        Some(Command::Man) => man(),
    };
    result.unwrap_or_else(|failure| told("plimsoll", &failure))
}

/// The same for `plimsoll-node`.
pub fn node_main() -> Exit {
    #[derive(Debug, Parser)]
    #[command(name = "plimsoll-node", version)]
    struct Node {
        #[command(flatten)]
        args: node::NodeArgs,
    }
    match Node::try_parse() {
        Ok(Node { args }) => node::run(&args).unwrap_or_else(|failure| told("plimsoll-node", &failure)),
        Err(error) => refused(&error),
    }
}

fn told(program: &str, failure: &Failure) -> Exit {
    let _ = writeln!(std::io::stderr(), "{program}: {}", failure.message);
    failure.exit
}

/// A command line that is none, or a request for help.
fn refused(error: &clap::Error) -> Exit {
    let _ = error.print();
    if error.use_stderr() { Exit::Usage } else { Exit::Ok }
}

/// Why a command ended early.
#[derive(Debug)]
pub struct Failure {
    /// Exit code.
    pub exit: Exit,
    /// What to tell, with what to do.
    pub message: String,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl ToString) -> Self {
        Self { exit, message: message.to_string() }
    }
}

/// Writes to standard output; a closed pipe (`| head`) is no failure.
fn print(text: &str) -> Result<(), Failure> {
    print_with(|out| out.write_all(text.as_bytes()))
}

/// The same of what is written bit by bit.
fn print_with(write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Exit::Internal, format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

fn man() -> Result<Exit, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page).map_err(|error| Failure::new(Exit::Internal, error))?;
    print(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Ok)
}

/// `now`, RFC 3339 in UTC, to the second.
fn now() -> std::sync::Arc<str> {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into()
}
