use super::super::{Check, Cx, Judge, Run};
use super::rights::{binding_name, list};
use crate::inventory::kinds::meta::Meta;
use crate::inventory::{Grant, Holder, Kind};
use crate::model::{Disruption, FieldPath, Fix, ObjectRef, Remedy, Severity};
use std::collections::BTreeMap;

/// Every ServiceAccount that a binding names, with what it holds: for a person to compare with what runs as it. Shipped
/// bindings are left out. An account that does not exist is listed as well (`rbac.dangling-subject` says so).
pub static CHECK: Check = Check {
    id: "rbac.sa-inventory",
    title: "ServiceAccounts hold what their workloads use",
    severity: Severity::Info,
    over: &[Kind::RoleBinding, Kind::ClusterRoleBinding],
    needs: &[],
    aliases: &["kubescape:C-0053"],
    why: "A token that is stolen from a pod is worth what its ServiceAccount holds; what nobody uses any more is worth it \
          only to the thief.",
    remedy: Remedy {
        advice: "Compare each account's grants with what its workloads do, and take away what they do not use.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Look in the audit log for when the account last used each right.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let mut accounts: BTreeMap<(&str, &str), Vec<&Grant<'_>>> = BTreeMap::new();
    for grant in &cx.rbac.grants {
        for (_, holder) in grant.own_holders() {
            let Holder::Account { namespace, name } = holder else { continue };
            accounts.entry((namespace, name)).or_default().push(grant);
        }
    }
    for ((namespace, name), grants) in accounts {
        let read = cx.inventory.service_accounts.get(&(namespace.into(), name.into()));
        let unread = || Meta { name: name.to_owned(), namespace: namespace.to_owned(), ..Meta::default() };
        let meta = read.map_or_else(unread, |account| account.meta.clone());
        if !cx.in_scope(Kind::ServiceAccount, &meta) {
            continue;
        }
        let grants: Vec<String> = grants.iter().map(|grant| held(grant)).collect();
        let text = format!("holds {}", list(&grants));
        judge
            .reference(ObjectRef::new("v1", "ServiceAccount", Some(namespace), name))
            .review(FieldPath::of("metadata.name"), grants, "what its workloads use")
            .message(text);
    }
}

/// `ClusterRole view cluster-wide (ClusterRoleBinding web)`.
fn held(grant: &Grant<'_>) -> String {
    let role = &grant.binding.role_ref;
    format!("{} {} {} ({})", role.kind, role.name, grant.scope, binding_name(grant))
}
