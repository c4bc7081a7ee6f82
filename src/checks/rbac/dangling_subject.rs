use super::super::{Check, Cx, Judge, Run};
use crate::inventory::{Holder, Kind, Medium};
use crate::model::{Disruption, FieldPath, Fix, GapReason, Remedy, Severity};

/// A subject that is a ServiceAccount (by kind or by user name) which does not exist in a namespace whose accounts were
/// read, or whose namespace does not exist (pitfall 31). Users and groups are nobody's to list. Left out are shipped
/// bindings: Kubernetes makes the accounts of its controllers when they first run. In manifests the account may be
/// elsewhere: not decided.
pub static CHECK: Check = Check {
    id: "rbac.dangling-subject",
    title: "Bindings name ServiceAccounts that exist",
    severity: Severity::Medium,
    over: &[Kind::RoleBinding, Kind::ClusterRoleBinding],
    needs: &[Kind::ServiceAccount, Kind::Namespace],
    aliases: &["popeye:POP-1300"],
    why: "The grant outlives the account: who may create a ServiceAccount of that name, or the namespace it was in, takes \
          the right up again.",
    remedy: Remedy {
        advice: "Take the subject out of the binding; delete the binding where no other is left.",
        fix: Fix::Remove,
        disruption: Disruption::MayBreak,
        try_first: "See whether the account comes and goes with something that is installed on and off.",
    },
    run: Run::Objects(run),
};

/// What is known of an account.
enum Account {
    There,
    Missing(&'static str),
    Unread(GapReason),
}

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for grant in cx.rbac.grants.iter().filter(|grant| cx.in_scope(grant.kind, &grant.binding.meta)) {
        let hits = judge.object(grant.kind, &grant.binding.meta);
        for (index, holder) in grant.own_holders() {
            let Holder::Account { namespace, name } = holder else { continue };
            // two subjects may share a name, so the path goes by position
            let path = FieldPath::of("subjects").index(index);
            let role = &grant.binding.role_ref;
            match look(cx, namespace, name) {
                Account::There => {}
                Account::Missing(what) => {
                    let Some(subject) = grant.binding.subjects.get(index) else { continue };
                    hits.fail(path, subject.written(), EXPECTED).message(format!(
                        "{holder} does not exist{what}: whoever makes it holds {} {} {}",
                        role.kind, role.name, grant.scope
                    ));
                }
                Account::Unread(reason) => {
                    hits.unread(path, reason, EXPECTED).message(format!("{holder} was not read: it may not exist"));
                }
            }
        }
    }
}

const EXPECTED: &str = "an account that exists";

fn look(cx: &Cx<'_>, namespace: &str, name: &str) -> Account {
    let inventory = cx.inventory;
    if inventory.service_accounts.contains_key(&(namespace.into(), name.into())) {
        return Account::There;
    }
    if inventory.medium == Medium::Files {
        // each namespace gets its `default` as it is made
        return if name == "default" { Account::There } else { Account::Unread(GapReason::SourceCannotHoldIt) };
    }
    let gone = !inventory.namespaces.contains_key(&("".into(), namespace.into()));
    if gone && cx.gap(Kind::Namespace, None).is_none() {
        return Account::Missing(", and neither does its namespace");
    }
    cx.gap(Kind::ServiceAccount, Some(namespace)).map_or(Account::Missing(""), Account::Unread)
}
