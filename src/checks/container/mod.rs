//! `container.*`; written by `cargo xtask gen`.

/// `container.allow-privilege-escalation`.
pub mod allow_privilege_escalation;
/// `container.apparmor`.
pub mod apparmor;
/// `container.cap-add-baseline`.
pub mod cap_add_baseline;
/// `container.cap-add-restricted`.
pub mod cap_add_restricted;
/// `container.cap-drop-all`.
pub mod cap_drop_all;
/// `container.cap-net-raw`.
pub mod cap_net_raw;
mod capabilities;
mod effective;
/// `container.env-literal-credential`.
pub mod env_literal_credential;
/// `container.host-port`.
pub mod host_port;
/// `container.privileged`.
pub mod privileged;
/// `container.probe-host`.
pub mod probe_host;
/// `container.proc-mount`.
pub mod proc_mount;
/// `container.read-only-root-fs`.
pub mod read_only_root_fs;
/// `container.run-as-root`.
pub mod run_as_root;
/// `container.run-as-user-zero`.
pub mod run_as_user_zero;
/// `container.seccomp-missing`.
pub mod seccomp_missing;
/// `container.seccomp-unconfined`.
pub mod seccomp_unconfined;
/// `container.secret-env`.
pub mod secret_env;
/// `container.security-context`.
pub mod security_context;
/// `container.selinux-options`.
pub mod selinux_options;
/// `container.windows-host-process`.
pub mod windows_host_process;
