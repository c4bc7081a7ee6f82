use super::super::{Check, Cx, Judge, Run};
use super::namespaces::{FLOWS_FIRST, default_deny};
use crate::inventory::Kind;
use crate::inventory::network::{Direction, POLICY_KINDS};
use crate::model::{Disruption, Fix, Remedy, Severity};

/// A policy that selects every pod of the namespace and isolates it for ingress (pitfalls 33, 34, 38).
pub static CHECK: Check = Check {
    id: "netpol.default-deny-ingress",
    title: "Every namespace denies ingress by default",
    severity: Severity::Medium,
    over: &[Kind::Namespace],
    needs: POLICY_KINDS,
    aliases: &["kubescape:C-0030"],
    why: "A policy that selects one pod leaves the next one open: only a default for the whole namespace holds for pods \
          that nobody thought of.",
    remedy: Remedy {
        advice: "Add a policy with an empty podSelector and policyTypes Ingress, then allow the flows that are needed; narrow \
                 a policy that allows everything.",
        // a policy that opens all again stands beside the new one
        fix: Fix::ByField(&[
            ("policies", Fix::Advice),
            (
                "",
                Fix::Create(
                    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: default-deny-ingress\n  \
                     namespace: {name}\nspec:\n  podSelector: {}\n  policyTypes:\n    - Ingress\n",
                ),
            ),
        ]),
        disruption: Disruption::CutsTraffic,
        try_first: FLOWS_FIRST,
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    default_deny(cx, judge, Direction::Ingress);
}
