//! `kubectl plimsoll`, the same program as a kubectl plugin: see the library for what it does.

fn main() -> std::process::ExitCode {
    plimsoll::cli::main().into()
}
