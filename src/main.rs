//! `plimsoll`: see the library for what it does.

/// A scan makes and drops millions of small things on several threads: with the system's allocator that takes a third
/// more of the processor.
#[cfg(feature = "live")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    plimsoll::cli::main().into()
}
