use super::super::{Check, Cx, Judge, Run};
use super::everyone::{self, ACCOUNTS, Everyone, OVER};
use crate::inventory::{Holder, Kind, Target};
use crate::model::{Disruption, Fix, Remedy, Severity};

/// Group `system:serviceaccounts`, or that of a namespace, in a binding of either kind to a role that holds more than
/// discovery; the shipped ones left out (pitfall 30). One step less in one namespace.
pub static CHECK: Check = Check {
    id: "rbac.all-serviceaccounts-bindings",
    title: "Bindings do not name all ServiceAccounts at once",
    severity: Severity::High,
    over: OVER,
    needs: &[Kind::Role, Kind::ClusterRole],
    aliases: &[],
    why: "Every pod with a token holds the right, and so does whatever is installed next; the `default` account that \
          pods run as without asking is one of them.",
    remedy: Remedy {
        advice: "Bind the ServiceAccounts that need the right one by one, and take the group out.",
        fix: Fix::Remove,
        disruption: Disruption::MayBreak,
        try_first: "Look in the audit log for which accounts use the right; bind them first.",
    },
    run: Run::Objects(run),
};

const ACCOUNTS_AT_ONCE: Everyone = Everyone {
    is: |holder| {
        matches!(holder, Holder::Group(name) if name.starts_with("system:serviceaccounts:")) || holder == ACCOUNTS
    },
    shipped: &[
        ("", "system:service-account-issuer-discovery", ACCOUNTS),
        ("", "system:cluster-trust-bundle-discovery", ACCOUNTS),
    ],
    severity: |cx, grant| match grant.role {
        Target::Unread(reason) | Target::Known(_, Some(reason)) => Err(reason),
        Target::Dangling => Ok(Some(everyone::scoped(grant, Severity::High))),
        Target::Read(_) | Target::Known(_, None) => {
            let more = !everyone::is_discovery(cx.rbac.rules(grant));
            Ok(more.then(|| everyone::scoped(grant, Severity::High)))
        }
    },
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    everyone::judge(cx, judge, &ACCOUNTS_AT_ONCE);
}
