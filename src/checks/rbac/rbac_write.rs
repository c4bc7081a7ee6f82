use super::super::{Check, Cx, Judge, Run};
use super::rights::{self, NEEDS, OVER, Want};
use crate::inventory::Right;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// create, update or patch on roles and bindings of both kinds; extends CIS 5.1.8. RBAC's own guard lets the holder pass
/// on only what he holds, as long as he has neither bind nor escalate (`rbac.bind-escalate`). A RoleBinding grants the
/// kinds without a namespace to nobody (pitfall 22).
pub static CHECK: Check = Check {
    id: "rbac.rbac-write",
    title: "Few subjects can write roles and bindings",
    severity: Severity::High,
    over: OVER,
    needs: NEEDS,
    aliases: &["trivy:KSV-0050", "trivy:KSV-0051", "trivy:KSV-0052", "trivy:KSV-0055"],
    why: "Its holder passes on whatever he holds himself, to whomever he likes, and the new binding stays when he has gone.",
    remedy: Remedy {
        advice: "Leave roles and bindings to those who administer the namespace, and let a pipeline from version control write the rest.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Operators that install others write roles: see in the audit log which, and name those in resourceNames.",
    },
    run: Run::Objects(run),
};

const CHANGE: &[&str] = &["create", "update", "patch"];
const GROUPS: &[&str] = &["rbac.authorization.k8s.io"];

const WANT: Want = Want {
    doing: "writing roles or bindings",
    expected: "no create, update or patch on roles, clusterroles, rolebindings and clusterrolebindings",
    rights: &[
        (
            Right { verbs: CHANGE, groups: GROUPS, resources: &["roles", "rolebindings"], namespaced: true },
            Severity::High,
        ),
        (
            Right {
                verbs: CHANGE,
                groups: GROUPS,
                resources: &["clusterroles", "clusterrolebindings"],
                namespaced: false,
            },
            Severity::High,
        ),
    ],
    named: Severity::Medium,
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    rights::judge(cx, judge, &WANT);
}
