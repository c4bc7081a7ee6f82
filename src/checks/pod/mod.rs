//! `pod.*`; written by `cargo xtask gen`.

/// `pod.host-pid`.
pub mod host_pid;
/// `pod.sa-token-automount`.
pub mod sa_token_automount;
