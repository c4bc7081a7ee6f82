//! Every check; written by `cargo xtask gen`.

use super::Check;

/// Every check, in order of id.
pub static ALL: &[&Check] = &[
    &super::container::allow_privilege_escalation::CHECK,
    &super::container::apparmor::CHECK,
    &super::container::cap_add_baseline::CHECK,
    &super::container::cap_add_restricted::CHECK,
    &super::container::cap_drop_all::CHECK,
    &super::container::cap_net_raw::CHECK,
    &super::container::env_literal_credential::CHECK,
    &super::container::host_port::CHECK,
    &super::container::privileged::CHECK,
    &super::container::probe_host::CHECK,
    &super::container::proc_mount::CHECK,
    &super::container::read_only_root_fs::CHECK,
    &super::container::run_as_root::CHECK,
    &super::container::run_as_user_zero::CHECK,
    &super::container::seccomp_missing::CHECK,
    &super::container::seccomp_unconfined::CHECK,
    &super::container::secret_env::CHECK,
    &super::container::security_context::CHECK,
    &super::container::selinux_options::CHECK,
    &super::container::windows_host_process::CHECK,
    &super::netpol::namespace_none::CHECK,
    &super::pod::default_service_account::CHECK,
    &super::pod::host_ipc::CHECK,
    &super::pod::host_network::CHECK,
    &super::pod::host_path::CHECK,
    &super::pod::host_pid::CHECK,
    &super::pod::sa_token_automount::CHECK,
    &super::pod::unsafe_sysctls::CHECK,
    &super::pod::volume_types::CHECK,
    &super::pss::proc_mount::CHECK,
    &super::pss::run_as_non_root::CHECK,
    &super::sa::default_automount::CHECK,
];
