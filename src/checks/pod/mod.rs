//! `pod.*`; written by `cargo xtask gen`.

pub mod host_pid;
pub mod sa_token_automount;
