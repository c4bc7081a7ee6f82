use super::super::{Alike, Check, Cx, Hits, Run, SpecCx};
use super::resources::Figure;
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// `resources.limits.memory` of every container that runs on, unless the pod as a whole has one (from 1.34 on) or a
/// LimitRange of the namespace gives it (pitfalls 12, 13).
pub static CHECK: Check = Check {
    id: "container.memory-limit",
    title: "Containers have a memory limit",
    severity: Severity::Medium,
    over: Kind::POD_SPEC,
    needs: &[Kind::LimitRange],
    aliases: &[
        "kubescape:C-0271",
        "kubescape:C-0004",
        "kubescape:C-0009",
        "trivy:KSV-0018",
        "polaris:memoryLimitsMissing",
        "kube-linter:unset-memory-requirements",
        "popeye:POP-106",
        "popeye:POP-107",
    ],
    why: "Without a limit one leak fills the node: the kernel then kills what it likes, and the kubelet evicts pods that did \
          nothing wrong.",
    remedy: Remedy {
        advice: "Set resources.limits.memory above what the container needs at its peak, or give the namespace a LimitRange \
                 with a default.",
        // what it needs is not known from here
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Look at its use over a week: a container that goes over its limit is killed.",
    },
    run: Run::EachAlike(run),
};

fn run(cx: &Cx<'_>, workload: &Alike<'_>, pod: &SpecCx<'_>, hits: &mut Hits) {
    Figure { resource: "memory", field: "limits", expected: "a limit here, on the pod or by a LimitRange" }
        .judge(cx, workload, pod, hits);
}
