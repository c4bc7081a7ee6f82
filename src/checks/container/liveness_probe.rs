use super::super::{Alike, Check, Cx, Hits, Run, SpecCx};
use super::probes;
use crate::inventory::Kind;
use crate::inventory::kinds::pod::ContainerKind;
use crate::model::{Disruption, Fix, Remedy, Severity};
use serde_json::Value;

/// `livenessProbe` of every regular container of a pod that is meant to run on. What ends by itself (Jobs, restart policies
/// other than Always) needs none, nor do init containers; of native sidecars it is not asked (pitfalls 12, 15).
pub static CHECK: Check = Check {
    id: "container.liveness-probe",
    title: "Containers that hang are restarted",
    severity: Severity::Low,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &[
        "kubescape:C-0056",
        "polaris:livenessProbeMissing",
        "kube-linter:no-liveness-probe",
        "popeye:POP-102",
        "popeye:POP-103",
    ],
    why: "A process that hangs without ending looks healthy to the kubelet: it stays, answering nobody, until a person \
          notices.",
    remedy: Remedy {
        advice: "Add a livenessProbe on something that fails only if a restart helps, and never on a dependency.",
        // which question shows that it lives is not known from here
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Measure the slowest start and answer under load: a probe that is too strict restarts what only is busy.",
    },
    run: Run::EachAlike(run),
};

fn run(_: &Cx<'_>, workload: &Alike<'_>, pod: &SpecCx<'_>, hits: &mut Hits) {
    if !probes::expected(workload, pod.spec) {
        return;
    }
    let regular = pod.containers().filter(|container| container.list == ContainerKind::Regular);
    for container in regular.filter(|container| container.container.liveness_probe.is_none()) {
        let name = container.container.name.as_str();
        hits.about(Some(name));
        hits.fail(container.at("livenessProbe"), Value::Null, "a probe")
            .message(format!("container {name} has no liveness probe: while it hangs it counts as running"));
    }
}
