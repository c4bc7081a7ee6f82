use super::super::{Check, Cx, Hits, Run, SpecCx};
use super::namespaces::FLOWS_FIRST;
use crate::inventory::network::{Direction, POLICY_KINDS};
use crate::inventory::{Kind, Workload};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// Some policy isolates each pod for ingress and some for egress: it selects the pod, with that type (pitfalls 33, 34, 35,
/// 38). What the policy then allows is `netpol.allow-all`'s question. Pods on the host's network are not judged: no policy
/// holds them (pitfall 36, `netpol.host-network-note`); nor are static pods.
pub static CHECK: Check = Check {
    id: "netpol.pod-uncovered",
    title: "A policy isolates every pod, for ingress and for egress",
    severity: Severity::Medium,
    over: Kind::POD_SPEC,
    needs: POLICY_KINDS,
    aliases: &[
        "kubescape:C-0260",
        "kubescape:C-0030",
        "polaris:missingNetworkPolicy",
        "kube-linter:non-isolated-pod",
        "popeye:POP-1204",
    ],
    why: "A pod that no policy selects takes connections from every pod in the cluster and may call anything, however many \
          policies its namespace has.",
    remedy: Remedy {
        advice: "Deny both directions by default in the namespace and allow what this workload needs, or give it labels that \
                 an existing policy selects.",
        fix: Fix::Advice,
        disruption: Disruption::CutsTraffic,
        try_first: FLOWS_FIRST,
    },
    run: Run::EachWorkload(run),
};

fn run(cx: &Cx<'_>, workload: &Workload<'_>, pod: &SpecCx<'_>, hits: &mut Hits) {
    if pod.spec.host_network || workload.mirror {
        return;
    }
    let network = cx.network();
    let namespace = workload.namespace();
    let mut open = Vec::new();
    let mut doubt = None;
    for direction in [Direction::Ingress, Direction::Egress] {
        let isolation = network.isolation(namespace, workload.pod_labels, direction);
        match (isolation.by.is_empty(), isolation.perhaps.first()) {
            (false, _) => {}
            (true, Some(policy)) => doubt = Some((direction, *policy)),
            (true, None) => open.push(direction),
        }
    }
    let words = |directions: &[Direction]| {
        directions.iter().map(|direction| direction.as_str().to_lowercase()).collect::<Vec<_>>().join(" or ")
    };
    let expected = "a policy that selects it, for ingress and for egress";
    // one finding a workload, whichever directions are open
    let path = FieldPath::root();
    let undecided = if open.is_empty() && doubt.is_none() { None } else { network.gap(namespace) };
    match (open.as_slice(), doubt, undecided) {
        (_, _, Some(reason)) => {
            hits.unread(path, reason, expected).message("no policy that was read isolates it for both directions");
        }
        ([], None, None) => {}
        ([], Some((direction, policy)), None) => {
            let word = words(&[direction]);
            hits.review(path, policy.object.kind_name(), expected).message(format!(
                "{} may isolate it for {word}: its selector or its rules are not read",
                policy.object
            ));
        }
        (open, _, None) => {
            let directions: Vec<&str> = open.iter().map(|direction| direction.as_str()).collect();
            let hit =
                hits.fail(path, directions, expected).message(format!("no policy isolates it for {}", words(open)));
            // what a pod sends is the lesser half of what it takes
            if *open == [Direction::Egress] {
                hit.severity(Severity::Low);
            }
        }
    }
}
