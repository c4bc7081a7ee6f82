use super::super::{Alike, Check, Cx, Hits, Run, SpecCx};
use super::resources::Figure;
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// `resources.requests.cpu` of every container that runs on, or a limit, which the API server takes for the request; unless
/// the pod as a whole has one (from 1.34 on) or a LimitRange of the namespace gives it (pitfalls 12, 13).
pub static CHECK: Check = Check {
    id: "container.cpu-request",
    title: "Containers request CPU",
    severity: Severity::Low,
    over: Kind::POD_SPEC,
    needs: &[Kind::LimitRange],
    aliases: &[
        "kubescape:C-0268",
        "kubescape:C-0050",
        "trivy:KSV-0015",
        "polaris:cpuRequestsMissing",
        "kube-linter:unset-cpu-requirements",
        "popeye:POP-106",
    ],
    why: "The scheduler counts what is requested: what asks for nothing is put on nodes that are full, and is the first to \
          wait when they are busy.",
    remedy: Remedy {
        advice: "Set resources.requests.cpu to what the container needs on an ordinary day, or give the namespace a LimitRange \
                 with a default.",
        // what it needs is not known from here
        fix: Fix::Advice,
        disruption: Disruption::Restarts,
        try_first: "Check that the nodes have room for the sum: a pod whose request fits nowhere stays pending.",
    },
    run: Run::EachAlike(run),
};

fn run(cx: &Cx<'_>, workload: &Alike<'_>, pod: &SpecCx<'_>, hits: &mut Hits) {
    Figure { resource: "cpu", field: "requests", expected: "a request here, on the pod or by a LimitRange" }
        .judge(cx, workload, pod, hits);
}
