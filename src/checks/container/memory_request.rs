use super::super::{Alike, Check, Cx, Hits, Run, SpecCx};
use super::resources::Figure;
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// `resources.requests.memory` of every container that runs on, or a limit, which the API server takes for the request;
/// unless the pod as a whole has one (from 1.34 on) or a LimitRange of the namespace gives it (pitfalls 12, 13).
pub static CHECK: Check = Check {
    id: "container.memory-request",
    title: "Containers request memory",
    severity: Severity::Low,
    over: Kind::POD_SPEC,
    needs: &[Kind::LimitRange],
    aliases: &[
        "kubescape:C-0269",
        "kubescape:C-0004",
        "trivy:KSV-0016",
        "polaris:memoryRequestsMissing",
        "kube-linter:unset-memory-requirements",
        "popeye:POP-106",
    ],
    why: "The scheduler counts what is requested: what asks for nothing is put on nodes that are full, and is the first to \
          be evicted when their memory runs out.",
    remedy: Remedy {
        advice: "Set resources.requests.memory to what the container needs on an ordinary day, or give the namespace a \
                 LimitRange with a default.",
        // what it needs is not known from here
        fix: Fix::Advice,
        disruption: Disruption::Restarts,
        try_first: "Check that the nodes have room for the sum: a pod whose request fits nowhere stays pending.",
    },
    run: Run::EachAlike(run),
};

fn run(cx: &Cx<'_>, workload: &Alike<'_>, pod: &SpecCx<'_>, hits: &mut Hits) {
    Figure { resource: "memory", field: "requests", expected: "a request here, on the pod or by a LimitRange" }
        .judge(cx, workload, pod, hits);
}
