use super::super::{Check, Cx, Judge, Outcome, Run};
use super::rights::{self, Held, NEEDS};
use crate::inventory::{Grant, GrantScope, Kind};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// Bindings of both kinds to `cluster-admin`, beyond the one that Kubernetes ships; CIS 5.1.1. Those of a platform are
/// info, `admin` and `edit` cluster-wide a note.
pub static CHECK: Check = Check {
    id: "rbac.cluster-admin-bindings",
    title: "cluster-admin is bound only where nothing less will do",
    severity: Severity::Critical,
    over: &[Kind::RoleBinding, Kind::ClusterRoleBinding],
    needs: NEEDS,
    aliases: &[
        "kubescape:C-0185",
        "kubescape:C-0035",
        "trivy:KSV-0111",
        "polaris:clusterrolebindingClusterAdmin",
        "polaris:rolebindingClusterAdminClusterRole",
        "kube-linter:cluster-admin-role-binding",
        "kube-bench:5.1.1",
    ],
    why: "Who holds cluster-admin can read, change and delete everything: one credential that leaks is the cluster.",
    remedy: Remedy {
        advice: "Bind a role that names what the subject does, then delete this binding.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Bind the narrower role beside this one and watch the audit log for what it would have refused.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for grant in cx.rbac.grants.iter().filter(|g| cx.in_scope(g.kind, &g.binding.meta)) {
        let hits = judge.object(grant.kind, &grant.binding.meta);
        let role = grant.binding.role_ref.name.as_str();
        let note = matches!(role, "admin" | "edit") && grant.scope == GrantScope::Cluster;
        if grant.binding.role_ref.kind != "ClusterRole" || !(role == "cluster-admin" || note) {
            continue;
        }
        let held: Vec<Held<'_>> = grant
            .holders
            .iter()
            .filter(|(_, holder)| grant.is_platforms(*holder) || !grant.ships(*holder))
            .map(|(rule, holder)| Held {
                rule: *rule,
                holder: *holder,
                scope: grant.scope,
                severity: match holder.unacceptable() {
                    _ if grant.is_platforms(*holder) => Severity::Info,
                    _ if note => Severity::Medium,
                    Some(_) => at(grant, Severity::Critical),
                    None => at(grant, Severity::High),
                },
                everything: !note,
            })
            .collect();
        let Some(severity) = held.iter().map(|h| h.severity).max() else { continue };
        let (outcome, reason) = if note { (Outcome::Review, String::new()) } else { rights::weigh(cx, &held) };
        let expected =
            if note { "the role in the namespaces where it is used" } else { "a role that names what is used" };
        let text = rights::sentence(&format!("ClusterRole {role}"), &held) + &reason;
        let hit = rights::hit(hits, outcome, FieldPath::of("roleRef"), rights::role_ref(grant), expected);
        hit.message(text).severity(severity);
    }
}

/// In one namespace it is one step less severe.
fn at(grant: &Grant<'_>, severity: Severity) -> Severity {
    if grant.scope == GrantScope::Cluster { severity } else { severity.lower() }
}
