use super::super::{Check, Cx, Judge, Run};
use super::rights::{self, NEEDS, OVER, Want};
use crate::inventory::Right;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// impersonate on users, groups, ServiceAccounts and the extra attributes, and the constrained verbs
/// `impersonate:…` and `impersonate-on:…`; CIS 5.1.8. Kinds without a namespace: a RoleBinding grants only ServiceAccounts.
pub static CHECK: Check = Check {
    id: "rbac.impersonate",
    title: "Few subjects can impersonate others",
    severity: Severity::High,
    over: OVER,
    needs: NEEDS,
    aliases: &["kubescape:C-0065", "kubescape:C-0191", "trivy:KSV-0043", "kube-bench:5.1.8"],
    why: "Its holder acts as anybody it covers, and what is done is judged and often logged as the other's.",
    remedy: Remedy {
        advice: "Take impersonate out of the rule, or name whom it covers in resourceNames.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Look for impersonatedUser in the audit log: dashboards and gateways that act for their users stop without it.",
    },
    run: Run::Objects(run),
};

pub(super) const WANT: Want = Want {
    doing: "impersonating others",
    expected: "no impersonate, or of names in resourceNames",
    rights: &[
        (
            Right {
                verbs: &["impersonate", "impersonate:*", "impersonate-on:*"],
                groups: &[""],
                resources: &["users", "groups"],
                namespaced: false,
            },
            Severity::High,
        ),
        (
            Right {
                verbs: &["impersonate", "impersonate:*", "impersonate-on:*"],
                groups: &[""],
                resources: &["serviceaccounts"],
                namespaced: true,
            },
            Severity::High,
        ),
        (
            Right {
                verbs: &["impersonate", "impersonate:*", "impersonate-on:*"],
                groups: &["authentication.k8s.io"],
                resources: &["users", "groups", "serviceaccounts", "uids", "userextras", "userextras/*"],
                namespaced: false,
            },
            Severity::High,
        ),
    ],
    named: Severity::Low,
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    rights::judge(cx, judge, &WANT);
}
