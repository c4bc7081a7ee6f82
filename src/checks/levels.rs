//! The checks that make up the levels of the Pod Security Standards: what admission at that level would ask of a pod.
//! The packs `pss-baseline` and `pss-restricted` name the same ones; a test compares.

use super::{Check, SpecCx, container, pod, pss};
use crate::inventory::Version;
use crate::inventory::kinds::pod::PodSpec;
use crate::inventory::pod_security::Level;

/// What both levels ask.
static COMMON: [&Check; 10] = [
    &pod::host_network::CHECK,
    &pod::host_pid::CHECK,
    &pod::host_ipc::CHECK,
    &container::privileged::CHECK,
    &container::host_port::CHECK,
    &container::probe_host::CHECK,
    &container::apparmor::CHECK,
    &container::selinux_options::CHECK,
    &pod::unsafe_sysctls::CHECK,
    &container::windows_host_process::CHECK,
];

/// What baseline asks and restricted asks more strictly.
static BASELINE: [&Check; 4] = [
    &container::cap_add_baseline::CHECK,
    &pod::host_path::CHECK,
    &container::proc_mount::CHECK,
    &container::seccomp_unconfined::CHECK,
];

/// What restricted asks.
static RESTRICTED: [&Check; 8] = [
    &pod::volume_types::CHECK,
    &container::allow_privilege_escalation::CHECK,
    &pss::run_as_non_root::CHECK,
    &container::run_as_user_zero::CHECK,
    &container::seccomp_missing::CHECK,
    &container::cap_drop_all::CHECK,
    &container::cap_add_restricted::CHECK,
    &pss::proc_mount::CHECK,
];

/// The checks of a level; privileged has none.
pub fn checks(level: Level) -> impl Iterator<Item = &'static Check> {
    let (common, own): (&[&Check], &[&Check]) = match level {
        Level::Privileged => (&[], &[]),
        Level::Baseline => (&COMMON, &BASELINE),
        Level::Restricted => (&COMMON, &RESTRICTED),
    };
    common.iter().chain(own).copied()
}

/// The checks of a level that a spec fails under the rules of a version: why admission would refuse it.
pub fn broken(level: Level, spec: &PodSpec, version: Version) -> Vec<&'static Check> {
    let cx = SpecCx { spec, version };
    let fails = |check: &&Check| !check.of_spec(cx).is_empty();
    checks(level).filter(fails).collect()
}
