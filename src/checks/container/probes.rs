//! Which workloads need probes.

use super::super::Alike;
use crate::inventory::kinds::pod::PodSpec;

/// Whether its pods are meant to run on: not those of a Job, whoever made it, nor a static pod, which the kubelet's own
/// watch keeps up (pitfall 15).
pub(super) fn expected(workload: &Alike<'_>, spec: &PodSpec) -> bool {
    let ends = matches!(workload.kind(), "Job" | "CronJob") || !spec.restart_policy.is_empty();
    !workload.mirror() && !ends
}
