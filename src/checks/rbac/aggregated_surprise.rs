use super::super::{Check, Cx, Judge, Run};
use super::rights;
use crate::inventory::kinds::rbac::Rule;
use crate::inventory::{GrantScope, Kind, Right};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// A ClusterRole that Kubernetes does not ship and whose label feeds it into `view`, `edit` or `admin`, with rights that
/// these leave out on purpose. Which those are: of `view` Secrets, what reaches into pods, and everything but looking; of
/// `edit` roles, bindings and other people's rights; of all three a wildcard that takes in the core group. `view` feeds
/// `edit`, and `edit` feeds `admin`. The rules of the role itself count, not those merged into it (pitfall 23).
pub static CHECK: Check = Check {
    id: "rbac.aggregated-surprise",
    title: "Roles that feed view, edit and admin add nothing that these leave out",
    severity: Severity::Medium,
    over: &[Kind::ClusterRole],
    needs: &[],
    aliases: &[],
    why: "Everybody who was given view, edit or admin holds the addition as well, and no binding shows it.",
    remedy: Remedy {
        advice: "Take the label off and bind the role to those who need it, or take the right out of the role.",
        fix: Fix::Remove,
        disruption: Disruption::MayBreak,
        try_first: "List who holds view, edit and admin in any namespace: they lose the right.",
    },
    run: Run::Objects(run),
};

/// User-facing roles, the least first, with what they leave out.
const FED: [(&str, &[(&str, Right)]); 3] = [
    ("view", &[("reading Secrets", SECRETS), ("a way into pods", STREAMS), ("rights to change things", CHANGES)]),
    ("edit", &[("writing roles or bindings", ROLES), ("impersonating others", IMPERSONATE)]),
    ("admin", &[("bind or escalate on roles", ESCALATE), ("impersonating others", IMPERSONATE)]),
];

/// What all of them leave out.
const CORE: &str = "every resource of the core group";

const SECRETS: Right =
    Right { verbs: &["get", "list", "watch"], groups: &[""], resources: &["secrets"], namespaced: true };
const STREAMS: Right = Right {
    verbs: &["get", "create"],
    groups: &[""],
    resources: &["pods/exec", "pods/attach", "pods/portforward", "pods/proxy"],
    namespaced: true,
};
const CHANGES: Right = Right {
    verbs: &["create", "update", "patch", "delete", "deletecollection", "bind", "escalate", "impersonate"],
    groups: &["*"],
    resources: &["*"],
    namespaced: true,
};
const ROLES: Right = Right {
    groups: &["rbac.authorization.k8s.io"],
    resources: &["roles", "rolebindings", "clusterroles", "clusterrolebindings"],
    ..CHANGES
};
const ESCALATE: Right = Right { verbs: &["bind", "escalate"], ..ROLES };
const IMPERSONATE: Right = Right {
    verbs: &["impersonate"],
    groups: &["", "authentication.k8s.io"],
    resources: &["users", "groups"],
    namespaced: true,
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let roles = cx.rbac.roles.iter().filter(|role| role.kind == Kind::ClusterRole && !role.shipped);
    for role in roles.filter(|role| cx.in_scope(role.kind, &role.role.meta)) {
        let hits = judge.object(role.kind, &role.role.meta);
        for (fed, left_out) in FED {
            let label = format!("rbac.authorization.k8s.io/aggregate-to-{fed}");
            if role.role.meta.labels.get(&label).is_none_or(|value| value != "true") {
                continue;
            }
            let surprise = |rule: &Rule| {
                let granted = left_out.iter().find(|(_, right)| right.granted_by(rule, GrantScope::Cluster).is_some());
                if takes_in_core(rule) { Some(CORE) } else { granted.map(|(what, _)| *what) }
            };
            let rules = role.role.rules.iter().enumerate();
            let mut found = rules.filter_map(|(index, rule)| Some((index, rule, surprise(rule)?)));
            let Some((index, rule, what)) = found.next() else { continue };
            let hit = hits
                .review(FieldPath::of("metadata.labels").key(&label), "true", "no label, or a role without the right")
                .message(format!("puts {what} into ClusterRole {fed}: whoever holds {fed} holds it as well"));
            for (index, rule) in [(index, rule)].into_iter().chain(found.map(|(index, rule, _)| (index, rule))) {
                let (_, actual) = rights::whole_rule(rule);
                hit.also(FieldPath::of("rules").index(index), actual, "a rule without the right");
            }
            // the lesser role feeds the others
            break;
        }
    }
}

/// A wildcard among the resources of the core group, or of all groups.
fn takes_in_core(rule: &Rule) -> bool {
    let core = rule.api_groups.iter().any(|group| group.is_empty() || group == "*");
    core && rule.resources.iter().any(|resource| resource == "*")
}
