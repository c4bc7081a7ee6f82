use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// Every namespace has at least one policy of its own, or one of a CNI's cluster-wide kinds; CIS 5.3.2.
/// A namespace without pods is told apart (severity info): there is nothing to protect yet.
pub static CHECK: Check = Check {
    id: "netpol.namespace-none",
    title: "Every namespace has a NetworkPolicy",
    severity: Severity::Medium,
    over: &[Kind::Namespace],
    needs: &[Kind::NetworkPolicy, Kind::CiliumNetworkPolicy, Kind::CalicoNetworkPolicy],
    aliases: &["kubescape:C-0206", "kubescape:C-0054", "polaris:missingNetworkPolicy", "popeye:POP-1200"],
    why: "Without a policy every pod of the namespace takes connections from every other pod in the cluster and may \
          call anything.",
    remedy: Remedy {
        advice: "Start with a policy that denies all ingress and egress, then allow the flows that the namespace needs.",
        fix: Fix::Create(
            "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: default-deny\n  namespace: \
             {name}\nspec:\n  podSelector: {}\n  policyTypes:\n    - Ingress\n    - Egress\n",
        ),
        disruption: Disruption::CutsTraffic,
        try_first: "List the flows first (DNS to kube-system, ingress controller, database); plimsoll cannot see traffic \
                    and does not know them.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for namespace in cx.inventory.namespaces.values().filter(|n| cx.in_scope(Kind::Namespace, &n.meta)) {
        let name = namespace.meta.name.as_str();
        let hits = judge.object(Kind::Namespace, &namespace.meta);
        if cx.inventory.network_policies.keys().any(|(n, _)| **n == *name) {
            continue;
        }
        if let Some(reason) = CHECK.needs.iter().find_map(|kind| cx.gap(*kind, Some(name))) {
            hits.unread(FieldPath::root(), reason, "at least one policy");
            continue;
        }
        hits.fail(FieldPath::root(), Value::Null, "at least one policy")
            .message(format!("namespace {name} has no NetworkPolicy"));
    }
}
