//! What a workload's token is good for: everything, or one of the rights that lead to everything.

use super::super::{Account, Alike, Cx, Hits, Powers, SpecCx, accounts, token};
use super::rights::{Want, binding_name, list};
use crate::inventory::kinds::rbac::Rule;
use crate::inventory::{Grant, GrantScope, Holder, Kind, Target};
use crate::model::{FieldPath, GapReason, Severity};

/// Decide what the account holds, and whether the workload carries its token.
pub(super) const NEEDS: &[Kind] =
    &[Kind::ServiceAccount, Kind::Role, Kind::ClusterRole, Kind::RoleBinding, Kind::ClusterRoleBinding];

/// Rights with which a cluster is taken over, as the checks have them that list their holders.
const TAKEOVER: &[&Want] = &[
    &super::secrets_read::WANT,
    &super::pods_create::WANT,
    &super::pods_exec::WANT,
    &super::bind_escalate::WANT,
    &super::impersonate::WANT,
    &super::sa_token_create::WANT,
    &super::nodes_proxy::WANT,
    &super::webhook_modify::WANT,
    &super::csr_approve::WANT,
];

/// Judges a workload by one of the powers that its token has.
pub(super) fn judge(
    cx: &Cx<'_>,
    workload: &Alike<'_>,
    pod: &SpecCx<'_>,
    hits: &mut Hits,
    expected: &'static str,
    found: fn(&Powers) -> Option<(&str, Severity)>,
) {
    let name = pod.spec.service_account();
    let Some(account) = cx.account(workload.namespace(), name) else { return };
    let powers = account.powers(|| of(cx, account));
    if found(powers).is_none() && powers.unread.is_none() {
        return;
    }
    let who = format!("ServiceAccount {}/{name}", workload.namespace());
    let path = FieldPath::of("serviceAccountName");
    let carried = token::carried(cx, workload, pod);
    match (found(powers), carried, powers.unread) {
        (_, Ok(false), _) | (None, _, None) => {}
        (Some((text, severity)), Ok(true), _) => {
            hits.fail(path, name, expected)
                .message(format!("carries the token of {who}, which allows {text}"))
                .severity(severity);
        }
        (Some((text, _)), Err(reason), _) => {
            hits.unread(path, reason, expected).message(format!(
                "{who} allows {text}, and whether the workload carries its token is not known: the account was not read"
            ));
        }
        (None, _, Some(reason)) => {
            hits.unread(path, reason, expected)
                .message(format!("what {who} holds is not known: not all roles and bindings were read"));
        }
    }
}

/// Bindings that a message names.
const SHOWN: usize = 3;

/// What the token of an account allows.
fn of(cx: &Cx<'_>, account: &Account<'_>) -> Powers {
    let mut powers = Powers { unread: unread(cx, account), ..Powers::default() };
    let mut takeover: Vec<String> = Vec::new();
    let mut grants: Vec<_> = account.grants.iter().collect();
    grants.sort_by_key(|(_, grant)| grant.scope);
    for (holder, grant) in grants {
        let rules = cx.rbac.rules(grant);
        // kube-system holds the accounts of Kubernetes' own controllers
        let whole = matches!(grant.scope, GrantScope::Cluster | GrantScope::Namespace("kube-system"));
        let everything = rules.iter().any(Rule::is_everything);
        if everything || rules.iter().any(Rule::is_all_of_core) {
            let what = if everything { "everything" } else { "every verb on every resource of the core group" };
            if powers.admin.as_ref().is_none_or(|(_, known)| whole && !known) {
                powers.admin = Some((through(what, *holder, grant), whole));
            }
        }
        if !whole {
            continue;
        }
        if everything {
            takeover.push(through("everything", *holder, grant));
            continue;
        }
        let holds = |want: &&&Want| rules.iter().any(|rule| want.unlimited(rule, grant.scope, cx.version()));
        let doings: Vec<String> = TAKEOVER.iter().filter(holds).map(|want| want.doing.to_owned()).collect();
        if !doings.is_empty() {
            takeover.push(through(&list(&doings), *holder, grant));
        }
    }
    let more = takeover.len().saturating_sub(SHOWN);
    takeover.truncate(SHOWN);
    takeover.extend((more > 0).then(|| format!("and more through {more} other bindings")));
    powers.takeover = (!takeover.is_empty()).then(|| takeover.join("; "));
    powers
}

/// `reading Secrets cluster-wide (ClusterRoleBinding web)`.
fn through(what: &str, holder: Holder<'_>, grant: &Grant<'_>) -> String {
    let group = if let Holder::Group(_) = holder { format!(" to {holder}") } else { String::new() };
    format!("{what} {} ({}{group})", grant.scope, binding_name(grant))
}

/// Why an account may hold more than was read.
fn unread(cx: &Cx<'_>, account: &Account<'_>) -> Option<GapReason> {
    let role = |grant: &Grant<'_>| match grant.role {
        Target::Unread(reason) | Target::Known(_, Some(reason)) => Some(reason),
        Target::Read(_) | Target::Known(_, None) | Target::Dangling => None,
    };
    accounts::unread_bindings(cx).or_else(|| account.grants.iter().find_map(|(_, grant)| role(grant)))
}
