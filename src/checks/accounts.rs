//! ServiceAccounts by who runs as them and what they hold: worked out once an account, since thousands of pods share few.

use super::{Alike, Cx, SpecCx, token};
use crate::inventory::{Grant, Holder, Kind, Medium, Workload};
use crate::model::GapReason;
use std::collections::HashMap;
use std::sync::OnceLock;

/// A ServiceAccount that workloads run as.
#[derive(Debug, Default)]
pub struct Account<'a> {
    /// Workloads that run as it.
    pub users: usize,
    /// Those of them that carry its token.
    pub carriers: Vec<&'a Workload<'a>>,
    /// Why it is not known of some whether they do.
    pub unsure: Option<GapReason>,
    /// Bindings through which it holds anything, with the holder that they name: itself, or a group of accounts.
    pub grants: Vec<(Holder<'a>, &'a Grant<'a>)>,
    powers: OnceLock<Powers>,
}

/// What a token is good for, in words that follow "its token allows".
#[derive(Debug, Default)]
pub struct Powers {
    /// Everything, and whether anywhere that matters to the whole cluster.
    pub admin: Option<(String, bool)>,
    /// What takes the cluster over.
    pub takeover: Option<String>,
    /// Why there may be more to it.
    pub unread: Option<GapReason>,
}

impl Account<'_> {
    /// What its token is good for, worked out by the first that asks.
    pub fn powers(&self, work_out: impl FnOnce() -> Powers) -> &Powers {
        self.powers.get_or_init(work_out)
    }
}

/// Why an account may hold more than was read.
pub(super) fn unread_bindings(cx: &Cx<'_>) -> Option<GapReason> {
    let mut gaps = [Kind::ClusterRoleBinding, Kind::RoleBinding].map(|kind| cx.gap(kind, None)).into_iter();
    match cx.inventory.medium {
        Medium::Cluster => gaps.find_map(|gap| gap),
        // a source that holds bindings of either kind is where they are kept
        Medium::Files => gaps.reduce(|a, b| a.and(b)).flatten(),
    }
}

/// ServiceAccounts by namespace and name.
pub(super) type Accounts<'a> = HashMap<(&'a str, &'a str), Account<'a>>;

pub(super) fn accounts<'a>(cx: &Cx<'a>) -> Accounts<'a> {
    let mut accounts = Accounts::new();
    for workload in cx.workloads {
        let mut names: Vec<&str> = workload.specs().map(|spec| spec.service_account()).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let place = (workload.namespace(), name);
            let account = accounts
                .entry(place)
                .or_insert_with(|| Account { grants: cx.rbac.held_by_account(place.0, place.1), ..Account::default() });
            account.users += 1;
            let mut carries = false;
            for spec in workload.specs().filter(|spec| spec.service_account() == name) {
                match token::carried(cx, &Alike::of(workload), &SpecCx { spec, version: cx.version() }) {
                    Ok(carried) => carries |= carried,
                    Err(reason) => account.unsure = Some(reason),
                }
            }
            if carries {
                account.carriers.push(workload);
            }
        }
    }
    accounts
}
