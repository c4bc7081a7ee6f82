use super::super::{Check, Cx, Judge, Run};
use crate::inventory::{Holder, Kind};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// A ServiceAccount named `default` among the subjects of a binding; CIS 5.1.5.
pub static CHECK: Check = Check {
    id: "sa.default-bound",
    title: "`default` ServiceAccounts hold no rights",
    severity: Severity::High,
    over: &[Kind::RoleBinding, Kind::ClusterRoleBinding],
    needs: &[],
    aliases: &["kubescape:C-0189", "kubescape:C-0225", "kube-bench:5.1.5"],
    why: "Every pod that names no ServiceAccount runs as `default`: what it may do, anything that is ever started there \
          may do.",
    remedy: Remedy {
        advice: "Give the workload that needs the right a ServiceAccount of its own, bind that one, and take `default` out \
                 of the binding.",
        fix: Fix::Remove,
        disruption: Disruption::MayBreak,
        try_first: "Find who uses it: pods of the namespace without serviceAccountName, and the audit log for this account.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for grant in cx.rbac.grants.iter().filter(|grant| cx.in_scope(grant.kind, &grant.binding.meta)) {
        let hits = judge.object(grant.kind, &grant.binding.meta);
        for (index, holder) in &grant.holders {
            let Holder::Account { namespace, name: "default" } = *holder else { continue };
            let role = &grant.binding.role_ref;
            let Some(subject) = grant.binding.subjects.get(*index) else { continue };
            // two subjects may share a name, so the path goes by position
            hits.fail(FieldPath::of("subjects").index(*index), subject.written(), "another subject").message(format!(
                "ServiceAccount {namespace}/default holds {} {} {}",
                role.kind, role.name, grant.scope
            ));
        }
    }
}
