//! `container.*`; written by `cargo xtask gen`.

/// `container.allow-privilege-escalation`.
pub mod allow_privilege_escalation;
/// `container.apparmor`.
pub mod apparmor;
/// `container.cap-add-baseline`.
pub mod cap_add_baseline;
/// `container.cap-add-restricted`.
pub mod cap_add_restricted;
/// `container.cap-dangerous`.
pub mod cap_dangerous;
/// `container.cap-drop-all`.
pub mod cap_drop_all;
/// `container.cap-net-raw`.
pub mod cap_net_raw;
mod capabilities;
/// `container.cpu-limit`.
pub mod cpu_limit;
/// `container.cpu-request`.
pub mod cpu_request;
/// `container.duplicate-env`.
pub mod duplicate_env;
mod effective;
/// `container.env-literal-credential`.
pub mod env_literal_credential;
/// `container.host-port`.
pub mod host_port;
/// `container.image-digest`.
pub mod image_digest;
/// `container.image-latest`.
pub mod image_latest;
/// `container.image-pull-policy`.
pub mod image_pull_policy;
/// `container.image-registry`.
pub mod image_registry;
/// `container.image-registry-deprecated`.
pub mod image_registry_deprecated;
/// `container.linux-hardening`.
pub mod linux_hardening;
/// `container.liveness-probe`.
pub mod liveness_probe;
/// `container.low-uid`.
pub mod low_uid;
/// `container.memory-limit`.
pub mod memory_limit;
/// `container.memory-request`.
pub mod memory_request;
/// `container.privileged`.
pub mod privileged;
/// `container.privileged-port`.
pub mod privileged_port;
/// `container.probe-host`.
pub mod probe_host;
mod probes;
/// `container.proc-mount`.
pub mod proc_mount;
/// `container.read-only-root-fs`.
pub mod read_only_root_fs;
/// `container.readiness-probe`.
pub mod readiness_probe;
mod resources;
/// `container.root-group`.
pub mod root_group;
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
/// `container.ssh-port`.
pub mod ssh_port;
/// `container.sudo`.
pub mod sudo;
/// `container.windows-host-process`.
pub mod windows_host_process;
