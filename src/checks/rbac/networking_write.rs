use super::super::{Check, Cx, Judge, Run};
use super::rights::{self, NEEDS, OVER, Want};
use crate::inventory::Right;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// create, update, patch, delete or deletecollection on NetworkPolicies, Services, Ingresses, Endpoints and
/// EndpointSlices.
pub static CHECK: Check = Check {
    id: "rbac.networking-write",
    title: "Few subjects can change policies, Services and Ingresses",
    severity: Severity::Medium,
    over: OVER,
    needs: NEEDS,
    aliases: &["trivy:KSV-0056"],
    why: "Its holder opens what a policy closes, publishes a workload to the outside, or leads the traffic of a Service to an \
          address of his own.",
    remedy: Remedy {
        advice: "Leave NetworkPolicies to those who own the network, Services and Ingresses to those who deploy; take endpoints out.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Ingress and mesh controllers write status or endpoints: give them the sub-resource, and see in the audit log what else they write.",
    },
    run: Run::Objects(run),
};

const WRITE: &[&str] = &["create", "update", "patch", "delete", "deletecollection"];

const WANT: Want = Want {
    doing: "changing network policies, Services or Ingresses",
    expected: "no create, update, patch or delete on networkpolicies, services, ingresses and endpoints",
    rights: &[
        (
            Right { verbs: WRITE, groups: &[""], resources: &["services", "endpoints"], namespaced: true },
            Severity::Medium,
        ),
        (
            Right {
                verbs: WRITE,
                groups: &["networking.k8s.io", "extensions"],
                resources: &["networkpolicies", "ingresses"],
                namespaced: true,
            },
            Severity::Medium,
        ),
        (
            Right { verbs: WRITE, groups: &["discovery.k8s.io"], resources: &["endpointslices"], namespaced: true },
            Severity::Medium,
        ),
    ],
    named: Severity::Low,
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    rights::judge(cx, judge, &WANT);
}
