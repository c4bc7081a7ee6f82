use super::super::{Check, Cx, Judge, Run};
use super::rights;
use crate::inventory::{Kind, Target};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// `roleRef` names a Role or ClusterRole that is not there. In manifests it may be elsewhere: not decided. A
/// ClusterRoleBinding can name a ClusterRole only.
pub static CHECK: Check = Check {
    id: "rbac.dangling-role",
    title: "Bindings name roles that exist",
    severity: Severity::Low,
    over: &[Kind::RoleBinding, Kind::ClusterRoleBinding],
    needs: &[Kind::Role, Kind::ClusterRole],
    aliases: &["popeye:POP-1300"],
    why: "The binding grants nothing today and whatever its author likes tomorrow: who makes a role of that name hands it \
          to these subjects without a look at who they are.",
    remedy: Remedy {
        advice: "Delete the binding, or make it anew with the role that was meant: roleRef cannot be changed.",
        fix: Fix::Advice,
        disruption: Disruption::None,
        try_first: "See whether a chart or operator brings the role later, and whether it is misspelt.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for grant in cx.rbac.grants.iter().filter(|grant| cx.in_scope(grant.kind, &grant.binding.meta)) {
        let hits = judge.object(grant.kind, &grant.binding.meta);
        let (path, role) = (FieldPath::of("roleRef"), &grant.binding.role_ref);
        const EXPECTED: &str = "a role that exists";
        match grant.role {
            Target::Dangling => {
                let text = if grant.kind == Kind::ClusterRoleBinding && role.kind != "ClusterRole" {
                    format!(
                        "a ClusterRoleBinding grants ClusterRoles only, and this one names {} {}",
                        role.kind, role.name
                    )
                } else {
                    format!(
                        "{} {} does not exist: the binding grants nothing until somebody makes it",
                        role.kind, role.name
                    )
                };
                hits.fail(path, rights::role_ref(grant), EXPECTED).message(text);
            }
            Target::Unread(reason) => {
                hits.unread(path, reason, EXPECTED)
                    .message(format!("{} {} was not read: it may not exist", role.kind, role.name));
            }
            Target::Known(_, Some(reason)) => {
                hits.unread(path, reason, EXPECTED).message(format!(
                    "{} {} was not read: Kubernetes ships it, and it may be gone",
                    role.kind, role.name
                ));
            }
            Target::Read(_) | Target::Known(_, None) => {}
        }
    }
}
