use super::super::{Check, Cx, Judge, Run};
use super::namespaces::{DENY_ALL, FLOWS_FIRST, each};
use crate::inventory::Kind;
use crate::inventory::network::{POLICY_KINDS, Truth};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// Every namespace has at least one policy of its own, or one of a CNI's cluster-wide kinds that selects all its pods;
/// CIS 5.3.2. That one exists says nothing of what it isolates (pitfall 35): see `netpol.default-deny-*`.
/// A namespace without pods that a policy could hold is told apart (severity info).
pub static CHECK: Check = Check {
    id: "netpol.namespace-none",
    title: "Every namespace has a NetworkPolicy",
    severity: Severity::Medium,
    over: &[Kind::Namespace],
    needs: POLICY_KINDS,
    aliases: &["kubescape:C-0206", "kubescape:C-0054", "kubescape:C-0049", "kube-bench:5.3.2"],
    why: "Without a policy every pod of the namespace takes connections from every other pod in the cluster and may \
          call anything.",
    remedy: Remedy {
        advice: "Start with a policy that denies all ingress and egress, then allow the flows that the namespace needs.",
        fix: Fix::Create(DENY_ALL),
        disruption: Disruption::CutsTraffic,
        try_first: FLOWS_FIRST,
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    each(cx, judge, |network, namespace, hits| {
        let wide = || network.wide().iter().map(|policy| (policy, policy.selects_all(&namespace.labels)));
        if !network.own(namespace.name).is_empty() || wide().any(|(_, selects)| selects == Truth::Yes) {
            return;
        }
        let path = FieldPath::root;
        if let Some(reason) = network.gap(namespace.name) {
            hits.unread(path(), reason, "at least one policy");
        } else if let Some((policy, _)) = wide().find(|(_, selects)| *selects == Truth::Unknown) {
            hits.review(path(), Value::Null, "at least one policy")
                .message(format!("{} may select its pods: its selector is not one that plimsoll reads", policy.object));
        } else {
            hits.fail(path(), Value::Null, "at least one policy")
                .message(format!("namespace {} has no NetworkPolicy{}", namespace.name, namespace.note))
                .severity(namespace.severity);
        }
    });
}
