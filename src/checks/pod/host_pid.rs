use super::super::{Check, Hits, Run, SpecCx};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// `spec.hostPID`; CIS 5.2.3, Pod Security Standards baseline.
pub static CHECK: Check = Check {
    id: "pod.host-pid",
    title: "Pods do not share the host's process namespace",
    severity: Severity::High,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &[
        "kubescape:C-0275",
        "kubescape:C-0038",
        "trivy:KSV-0010",
        "polaris:hostPIDSet",
        "kube-linter:host-pid",
        "kube-bench:5.2.3",
    ],
    why: "With hostPID a container sees every process of the node, reads their environment and can signal them; with \
          ptrace rights it takes them over.",
    remedy: Remedy {
        advice: "Remove hostPID.",
        fix: Fix::Remove,
        disruption: Disruption::Restarts,
        try_first: "Check that nothing in the pod reads /proc of other processes; monitoring agents often do.",
    },
    run: Run::EachSpec(run),
};

fn run(cx: &SpecCx<'_>, hits: &mut Hits) {
    if cx.spec.host_pid {
        hits.fail(FieldPath::of("hostPID"), true, "false, or the field absent").message("shares the node's processes");
    }
}
