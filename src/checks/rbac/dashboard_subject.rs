use super::super::service::dashboard::NAME as DASHBOARD;
use super::super::{Check, Cx, Judge, Run};
use crate::inventory::kinds_of;
use crate::inventory::{Holder, Kind};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// A role `kubernetes-dashboard` bound to anyone but a ServiceAccount of that name, and workloads that run as that account
/// and whose name does not begin so. Told by name alone, in any namespace: the dashboard is installed anywhere.
pub static CHECK: Check = Check {
    id: "rbac.dashboard-subject",
    title: "The dashboard's role and ServiceAccount are used by the dashboard alone",
    severity: Severity::Low,
    over: kinds_of!(&[Kind::RoleBinding, Kind::ClusterRoleBinding], Kind::POD_SPEC),
    needs: &[],
    aliases: &["kubescape:C-0014"],
    why: "What is granted to the dashboard is granted for people who log in to it; whoever borrows its role or its account \
          acts with that, and under its name in the audit log.",
    remedy: Remedy {
        advice: "Give the subject a role of its own, and the workload a ServiceAccount of its own.",
        fix: Fix::ByField(&[("subjects", Fix::Remove), ("", Fix::Advice)]),
        disruption: Disruption::MayBreak,
        try_first: "See in the audit log what the subject does with the role; grant that first.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for grant in cx.rbac.grants.iter().filter(|grant| cx.in_scope(grant.kind, &grant.binding.meta)) {
        let hits = judge.object(grant.kind, &grant.binding.meta);
        let role = &grant.binding.role_ref;
        let others = grant.holders.iter().filter(|(_, h)| !matches!(h, Holder::Account { name: DASHBOARD, .. }));
        for (index, holder) in others.filter(|_| role.name == DASHBOARD) {
            let Some(subject) = grant.binding.subjects.get(*index) else { continue };
            // two subjects may share a name, so the path goes by position
            let path = FieldPath::of("subjects").index(*index);
            hits.fail(path, subject.written(), "ServiceAccount kubernetes-dashboard alone")
                .message(format!("{holder} holds the dashboard's {} {} {}", role.kind, role.name, grant.scope));
        }
    }
    for workload in cx.workloads {
        let hits = judge.reference(workload.owner.clone());
        let borrows = workload.specs().any(|spec| spec.service_account() == DASHBOARD);
        if borrows && !workload.owner.name.starts_with(DASHBOARD) {
            hits.fail(FieldPath::of(workload.prefix).fields("serviceAccountName"), DASHBOARD, "an account of its own")
                .message("runs as the dashboard's ServiceAccount and is not the dashboard");
        }
    }
}
