//! The command line: flags, headless commands, exit codes.

mod args;
mod config;
mod exit;
mod explain;
mod gaps;
mod info;
mod list;
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
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Ok };
        }
    };
    let result = match cli.command {
        None => screens::run(&cli.live, &cli.records, cli.demo, &cli.screens),
        Some(Command::Scan(args)) => scan::run(&cli.live, &cli.records, cli.demo, &args),
        Some(Command::List(args)) => list::run(&args),
        Some(Command::Explain(args)) => explain::run(&args),
        Some(Command::Gaps(args)) => gaps::run(&args),
        Some(Command::Waivers(args)) => records::waivers(&cli.records.with(&config::settings(&cli.live, true)), &args),
        Some(Command::Attestations(args)) => {
            records::attestations(&cli.records.with(&config::settings(&cli.live, true)), &args)
        }
        Some(Command::Role(args)) => role::run(&args),
        Some(Command::Info) => info::run(&cli.live),
        Some(Command::Config(args)) => config::run(&args),
        Some(Command::Completions { shell }) => {
            let mut command = Cli::command();
            clap_complete::generate(shell, &mut command, "plimsoll", &mut std::io::stdout().lock());
            Ok(Exit::Ok)
        }
        Some(Command::Man) => man(),
    };
    result.unwrap_or_else(|failure| {
        let _ = writeln!(std::io::stderr(), "plimsoll: {}", failure.message);
        failure.exit
    })
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
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
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
