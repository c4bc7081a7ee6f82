//! `pod.*`; written by `cargo xtask gen`.

/// `pod.default-service-account`.
pub mod default_service_account;
/// `pod.host-ipc`.
pub mod host_ipc;
/// `pod.host-network`.
pub mod host_network;
/// `pod.host-path`.
pub mod host_path;
/// `pod.host-pid`.
pub mod host_pid;
/// `pod.sa-token-automount`.
pub mod sa_token_automount;
/// `pod.unsafe-sysctls`.
pub mod unsafe_sysctls;
/// `pod.volume-types`.
pub mod volume_types;
