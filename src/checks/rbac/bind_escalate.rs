use super::super::{Check, Cx, Judge, Run};
use super::rights::{self, NEEDS, OVER, Want};
use crate::inventory::Right;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// bind and escalate on roles and cluster roles: the two verbs that lift RBAC's own guard; CIS 5.1.8.
pub static CHECK: Check = Check {
    id: "rbac.bind-escalate",
    title: "Few subjects hold bind or escalate",
    severity: Severity::High,
    over: OVER,
    needs: NEEDS,
    aliases: &["kubescape:C-0191", "trivy:KSV-0050", "trivy:KSV-0051", "trivy:KSV-0052", "kube-bench:5.1.8"],
    why: "RBAC lets nobody grant what he does not hold, except through bind and escalate: their holder makes himself anything.",
    remedy: Remedy {
        advice: "Take bind and escalate out of the rule, or name the roles that may be bound in resourceNames.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Find what binds roles with it: operators that install others often do, and need a few named roles.",
    },
    run: Run::Objects(run),
};

const GROUPS: &[&str] = &["rbac.authorization.k8s.io"];
pub(super) const WANT: Want = Want {
    doing: "bind or escalate on roles",
    expected: "neither bind nor escalate, or on roles named in resourceNames",
    rights: &[
        // asked in the namespace of the new binding, for ClusterRoles as well
        (
            Right { verbs: &["bind"], groups: GROUPS, resources: &["roles", "clusterroles"], namespaced: true },
            Severity::High,
        ),
        (Right { verbs: &["escalate"], groups: GROUPS, resources: &["roles"], namespaced: true }, Severity::High),
        (
            Right { verbs: &["escalate"], groups: GROUPS, resources: &["clusterroles"], namespaced: false },
            Severity::High,
        ),
    ],
    named: Severity::Medium,
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    rights::judge(cx, judge, &WANT);
}
