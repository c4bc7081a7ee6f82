use super::super::{Account, Alike, Check, Cx, Hits, Run, SpecCx, accounts, token};
use crate::inventory::{Holder, Kind, Target, Workload};
use crate::model::{Disruption, FieldPath, Fix, GapReason, Remedy, Severity};

/// More than one top-level workload of a namespace carries the token of the same ServiceAccount, other than `default`, and
/// a binding names that account. Those without the token share nothing (pitfalls 15, 17 and 18).
pub static CHECK: Check = Check {
    id: "sa.shared",
    title: "Workloads do not share a ServiceAccount that holds rights",
    severity: Severity::Low,
    over: Kind::POD_SPEC,
    needs: &[Kind::ServiceAccount, Kind::RoleBinding, Kind::ClusterRoleBinding],
    aliases: &[],
    why: "What one of them needs all of them hold, and the audit log cannot tell which of them used it.",
    remedy: Remedy {
        advice: "Give each workload a ServiceAccount of its own, bound to what its own program does.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Bind the new account to the same roles first, move the workload, then narrow them.",
    },
    run: Run::EachWorkload(run),
};

fn run(cx: &Cx<'_>, workload: &Workload<'_>, pod: &SpecCx<'_>, hits: &mut Hits) {
    let (namespace, name) = (workload.namespace(), pod.spec.service_account());
    let Some(account) = cx.account(namespace, name).filter(|_| name != "default") else { return };
    let (bound, carried) = (is_bound(cx, account), token::carried(cx, &Alike::of(workload), pod));
    let others = account.carriers.len().saturating_sub(usize::from(carried == Ok(true)));
    let may_share = others > 0 || account.users > 1 && account.unsure.is_some();
    if bound == Ok(false) || carried == Ok(false) || !may_share {
        return;
    }
    let path = FieldPath::of("serviceAccountName");
    const EXPECTED: &str = "an account of its own";
    if bound == Ok(true) && carried == Ok(true) && others > 0 {
        let sharers = account.carriers.iter().filter(|other| other.owner != workload.owner);
        let names: Vec<String> = sharers.take(2).map(|other| other.owner.kind_name()).collect();
        let names = match others - names.len() {
            0 => names.join(" and "),
            more => format!("{} and {more} more", names.join(", ")),
        };
        hits.fail(path, name, EXPECTED)
            .message(format!("shares ServiceAccount {name}, to which {} bound, with {names}", roles(account)));
    } else if let Some(reason) = bound.err().or(carried.err()).or(account.unsure) {
        hits.unread(path, reason, EXPECTED).message(format!(
            "others name ServiceAccount {name} as well, and whether it holds rights and who carries its token is not known"
        ));
    }
}

/// Whether a binding names the account itself.
fn is_bound(cx: &Cx<'_>, account: &Account<'_>) -> Result<bool, GapReason> {
    let own = account
        .grants
        .iter()
        .any(|(holder, grant)| matches!(holder, Holder::Account { .. }) && grant.role != Target::Dangling);
    match own {
        true => Ok(true),
        false => accounts::unread_bindings(cx).map_or(Ok(false), Err),
    }
}

/// `ClusterRole view is`, `ClusterRole view and 2 others are`.
fn roles(account: &Account<'_>) -> String {
    let own = account.grants.iter().filter(|(holder, _)| matches!(holder, Holder::Account { .. }));
    let mut roles: Vec<String> =
        own.map(|(_, grant)| format!("{} {}", grant.binding.role_ref.kind, grant.binding.role_ref.name)).collect();
    roles.sort();
    roles.dedup();
    match roles.as_slice() {
        [only] => format!("{only} is"),
        [one, other] => format!("{one} and {other} are"),
        [first, rest @ ..] => format!("{first} and {} others are", rest.len()),
        [] => "a role is".to_owned(),
    }
}
