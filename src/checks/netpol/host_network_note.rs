use super::super::{Alike, Check, Cx, Hits, Run, SpecCx};
use crate::inventory::Kind;
use crate::inventory::network::{Direction, POLICY_KINDS};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// Pods on the host's network stand outside NetworkPolicy, also those that a policy selects (pitfall 36). Evidence: they are
/// counted here and never as covered; whether they should be there at all is `pod.host-network`'s question.
pub static CHECK: Check = Check {
    id: "netpol.host-network-note",
    title: "No pod stands outside network policy",
    severity: Severity::Info,
    over: Kind::POD_SPEC,
    needs: POLICY_KINDS,
    aliases: &[],
    why: "Plugins enforce policies on a pod's own interface; a pod that uses the node's has none, so a policy that selects it \
          holds nothing.",
    remedy: Remedy {
        advice: "Guard these pods by the node's firewall, and count on no policy for them.",
        fix: Fix::Advice,
        disruption: Disruption::None,
        try_first: "Find out from the node which ports they listen on, and who can reach them there.",
    },
    run: Run::EachAlike(run),
};

fn run(cx: &Cx<'_>, workload: &Alike<'_>, pod: &SpecCx<'_>, hits: &mut Hits) {
    if !pod.spec.host_network {
        return;
    }
    let network = cx.network();
    let of = |direction| network.isolation(workload.namespace(), workload.pod_labels(), direction).by;
    let mut policies = of(Direction::Ingress).into_iter().chain(of(Direction::Egress));
    let message = match policies.next() {
        Some(policy) => format!("uses the node's network: {} selects it and does not hold it", policy.object),
        None => "uses the node's network: no policy can hold it".to_owned(),
    };
    hits.review(FieldPath::of("hostNetwork"), true, "a network of its own").message(message);
}
