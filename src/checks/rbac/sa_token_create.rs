use super::super::{Check, Cx, Judge, Run};
use super::rights::{self, NEEDS, OVER, Want};
use crate::inventory::Right;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// create on `serviceaccounts/token`; CIS 5.1.13.
pub static CHECK: Check = Check {
    id: "rbac.sa-token-create",
    title: "Few subjects can mint tokens of ServiceAccounts",
    severity: Severity::High,
    over: OVER,
    needs: NEEDS,
    aliases: &["kubescape:C-0282", "kube-bench:5.1.13"],
    why: "Its holder asks for a token of any ServiceAccount that the rule covers, and has all its rights from then on.",
    remedy: Remedy {
        advice: "Take create on serviceaccounts/token out of the rule, or name the ServiceAccounts in resourceNames.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Token brokers and deployers use it: name the accounts that they need.",
    },
    run: Run::Objects(run),
};

pub(super) const WANT: Want = Want {
    doing: "minting ServiceAccount tokens",
    expected: "no create on serviceaccounts/token, or for accounts named in resourceNames",
    rights: &[(
        Right { verbs: &["create"], groups: &[""], resources: &["serviceaccounts/token"], namespaced: true },
        Severity::High,
    )],
    named: Severity::Low,
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    rights::judge(cx, judge, &WANT);
}
