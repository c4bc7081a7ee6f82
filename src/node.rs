//! `plimsoll-node`: `plimsoll node` alone, small enough to be read, trusted and shipped to every node.

fn main() -> std::process::ExitCode {
    plimsoll::cli::node_main().into()
}
