//! `pod.*`; written by `cargo xtask gen`.

/// `pod.automount-hosts-alias`.
pub mod automount_hosts_alias;
/// `pod.cloud-credentials-host-path`.
pub mod cloud_credentials_host_path;
/// `pod.default-service-account`.
pub mod default_service_account;
mod host;
/// `pod.host-ipc`.
pub mod host_ipc;
/// `pod.host-network`.
pub mod host_network;
/// `pod.host-path`.
pub mod host_path;
/// `pod.host-path-sensitive`.
pub mod host_path_sensitive;
/// `pod.host-path-writable`.
pub mod host_path_writable;
/// `pod.host-pid`.
pub mod host_pid;
/// `pod.host-users`.
pub mod host_users;
/// `pod.in-default-namespace`.
pub mod in_default_namespace;
/// `pod.in-kube-system`.
pub mod in_kube_system;
/// `pod.naked`.
pub mod naked;
/// `pod.projected-token-long`.
pub mod projected_token_long;
/// `pod.runtime-socket`.
pub mod runtime_socket;
/// `pod.sa-missing`.
pub mod sa_missing;
/// `pod.sa-token-automount`.
pub mod sa_token_automount;
/// `pod.service-account-field`.
pub mod service_account_field;
/// `pod.share-process-namespace`.
pub mod share_process_namespace;
/// `pod.subpath-cve-2021-25741`.
pub mod subpath_cve_2021_25741;
mod system;
/// `pod.tolerate-control-plane`.
pub mod tolerate_control_plane;
/// `pod.unsafe-sysctls`.
pub mod unsafe_sysctls;
/// `pod.volume-types`.
pub mod volume_types;
