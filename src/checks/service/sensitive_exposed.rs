use super::super::{Alike, Check, Cx, Hits, Run, SpecCx};
use super::sensitive;
use crate::inventory::Kind;
use crate::inventory::exposure::EXPOSURE_KINDS;
use crate::inventory::services::Carries;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// No administration interface, data store or build server is reached from outside the cluster: by a NodePort, a
/// LoadBalancer, externalIPs, an Ingress, a route of the Gateway API, an Istio VirtualService, a Traefik IngressRoute or a
/// Contour HTTPProxy that leads to its pods. The programs are known by names and images. Headless Services and
/// ExternalNames carry nowhere (pitfall 37). What stays inside the provider's network is of medium severity.
pub static CHECK: Check = Check {
    id: "service.sensitive-exposed",
    title: "Sensitive interfaces are not reached from outside the cluster",
    severity: Severity::High,
    over: Kind::POD_SPEC,
    needs: EXPOSURE_KINDS,
    aliases: &["kubescape:C-0021"],
    why: "These interfaces run code, show data or steer the cluster, some without asking for a name; on the Internet they are \
          found within hours.",
    remedy: Remedy {
        advice: "Make the Service a ClusterIP and delete the route; reach the interface by kubectl port-forward, or behind a \
                 proxy that authenticates.",
        fix: Fix::Advice,
        disruption: Disruption::CutsTraffic,
        try_first: "Ask who uses the address; they need the other way in first.",
    },
    run: Run::EachAlike(run),
};

/// Parts of names that tell what a workload is.
pub(in crate::checks) fn names() -> impl Iterator<Item = &'static str> {
    sensitive::names()
}

fn run(cx: &Cx<'_>, workload: &Alike<'_>, pod: &SpecCx<'_>, hits: &mut Hits) {
    let Some(program) = sensitive::of(workload, pod.spec) else { return };
    let exposure = cx.exposure();
    let ways = exposure.of(workload.namespace(), workload.pod_labels(), pod.spec);
    let expected = "no way in from outside";
    let Some(first) = ways.first() else {
        if let Some(reason) = exposure.gap(workload.namespace()) {
            hits.unread(FieldPath::root(), reason, expected)
                .message(format!("{program}: whether it is reached from outside was not read"));
        }
        return;
    };
    let names: Vec<String> = ways.iter().map(ToString::to_string).collect();
    let hit = hits.fail(FieldPath::root(), names.clone(), expected);
    hit.message(format!("{program} is reached from outside through {}", names.join(", ")));
    if first.carries == Carries::Internal {
        hit.severity(Severity::Medium);
    }
}
