use super::super::{Alike, Check, Cx, Hits, Run, SpecCx};
use super::probes;
use crate::inventory::Kind;
use crate::inventory::kinds::pod::ContainerKind;
use crate::model::{Disruption, Fix, Remedy, Severity};
use serde_json::Value;

/// `readinessProbe` of every regular container of a pod that some Service selects (pitfall 37). What ends by itself (Jobs,
/// restart policies other than Always) needs none (pitfalls 12, 15).
pub static CHECK: Check = Check {
    id: "container.readiness-probe",
    title: "Services send no traffic to containers that are not ready",
    severity: Severity::Low,
    over: Kind::POD_SPEC,
    needs: &[Kind::Service],
    aliases: &[
        "kubescape:C-0018",
        "polaris:readinessProbeMissing",
        "kube-linter:no-readiness-probe",
        "popeye:POP-102",
        "popeye:POP-104",
    ],
    why: "Without a probe a container counts as ready once its process starts: every rollout and restart then loses the \
          requests that arrive before it can answer.",
    remedy: Remedy {
        advice: "Add a readinessProbe that fails as long as the container cannot answer.",
        // which question shows that it is ready is not known from here
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Run one replica with it and see that it becomes ready: where no replica does, the Service has no \
                    endpoints.",
    },
    run: Run::EachAlike(run),
};

fn run(cx: &Cx<'_>, workload: &Alike<'_>, pod: &SpecCx<'_>, hits: &mut Hits) {
    if !probes::expected(workload, pod.spec) {
        return;
    }
    let regular = pod.containers().filter(|container| container.list == ContainerKind::Regular);
    let mut without = regular.filter(|container| container.container.readiness_probe.is_none()).peekable();
    if without.peek().is_none() {
        return;
    }
    let namespace = workload.namespace();
    let service = cx.services().of(namespace, workload.pod_labels()).next();
    let gap = cx.gap(Kind::Service, Some(namespace));
    for container in without {
        let name = container.container.name.as_str();
        hits.about(Some(name));
        let path = container.at("readinessProbe");
        match (service, gap) {
            (Some(service), _) => {
                hits.fail(path, Value::Null, "a probe").message(format!(
                    "Service {} sends traffic to the pod before container {name} says that it is ready",
                    service.meta.name
                ));
            }
            (None, Some(reason)) => {
                hits.unread(path, reason, "a probe, or no Service that selects the pod").message(format!(
                    "container {name} has no readiness probe, and not every Service that may select the pod was read"
                ));
            }
            (None, None) => {}
        }
    }
}
