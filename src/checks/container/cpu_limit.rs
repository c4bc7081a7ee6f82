use super::super::{Alike, Check, Cx, Hits, Run, SpecCx};
use super::resources::Figure;
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// `resources.limits.cpu` of every container that runs on, unless the pod as a whole has one (from 1.34 on) or a LimitRange
/// of the namespace gives it (pitfalls 12, 13).
pub static CHECK: Check = Check {
    id: "container.cpu-limit",
    title: "Containers have a CPU limit",
    severity: Severity::Low,
    over: Kind::POD_SPEC,
    needs: &[Kind::LimitRange],
    aliases: &[
        "kubescape:C-0270",
        "kubescape:C-0050",
        "kubescape:C-0009",
        "trivy:KSV-0011",
        "polaris:cpuLimitsMissing",
        "kube-linter:unset-cpu-requirements",
        "popeye:POP-106",
        "popeye:POP-107",
    ],
    why: "Without a limit one container takes every cycle that its node has to spare: a loop, or a miner, slows down all its \
          neighbours.",
    remedy: Remedy {
        advice: "Set resources.limits.cpu above what the container needs at its peak, or give the namespace a LimitRange with \
                 a default.",
        // what it needs is not known from here
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Look at its use over a week: a limit under the peak throttles it, which shows as latency and not as an \
                    error.",
    },
    run: Run::EachAlike(run),
};

fn run(cx: &Cx<'_>, workload: &Alike<'_>, pod: &SpecCx<'_>, hits: &mut Hits) {
    Figure { resource: "cpu", field: "limits", expected: "a limit here, on the pod or by a LimitRange" }
        .judge(cx, workload, pod, hits);
}
