use super::super::{Alike, Check, Cx, Hits, Run, SpecCx};
use super::namespaces::FLOWS_FIRST;
use crate::inventory::Kind;
use crate::inventory::network::{Direction, POLICY_KINDS};
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
    run: Run::EachAlike(run),
};

fn run(cx: &Cx<'_>, workload: &Alike<'_>, pod: &SpecCx<'_>, hits: &mut Hits) {
    if pod.spec.host_network || workload.mirror() {
        return;
    }
    let network = cx.network();
    let namespace = workload.namespace();
    let (mut open, mut doubts) = (Vec::new(), Vec::new());
    for direction in [Direction::Ingress, Direction::Egress] {
        let isolation = network.isolation(namespace, workload.pod_labels(), direction);
        let word = direction.as_str().to_lowercase();
        match (isolation.by.is_empty(), isolation.perhaps.first()) {
            (false, _) => {}
            (true, Some(policy)) => doubts.push((word, *policy)),
            (true, None) => open.push(word),
        }
    }
    let expected = "a policy that selects it, for ingress and for egress";
    // one finding a workload, whichever directions are open
    let path = FieldPath::root();
    let undecided = if open.is_empty() && doubts.is_empty() { None } else { network.gap(namespace) };
    if let Some(reason) = undecided {
        hits.unread(path, reason, expected).message("no policy that was read isolates it for both directions");
    } else if !open.is_empty() {
        let hit = hits.fail(path, format!("open for {}", open.join(" and ")), expected);
        hit.message(format!("no policy isolates it for {}", open.join(" or ")));
        // what a pod sends is the lesser half of what it takes
        if open == ["egress"] {
            hit.severity(Severity::Low);
        }
    } else if let Some((_, policy)) = doubts.first() {
        let words: Vec<&str> = doubts.iter().map(|(word, _)| word.as_str()).collect();
        hits.review(path, policy.object.kind_name(), expected).message(format!(
            "{} may isolate it for {}: its selector or its rules are not read",
            policy.object,
            words.join(" and ")
        ));
    }
}
