//! `plimsoll`: see the library for what it does.

fn main() -> std::process::ExitCode {
    plimsoll::cli::main().into()
}
