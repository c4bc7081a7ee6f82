use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// `automountServiceAccountToken` of every ServiceAccount named `default`; CIS 5.1.5.
pub static CHECK: Check = Check {
    id: "sa.default-automount",
    title: "`default` ServiceAccounts do not hand out their token",
    severity: Severity::Low,
    over: &[Kind::ServiceAccount],
    needs: &[],
    aliases: &["kubescape:C-0189", "popeye:POP-303", "kube-bench:5.1.5"],
    why: "A pod that names no ServiceAccount runs as `default`; with automount on it carries a token that nobody meant \
          it to have.",
    remedy: Remedy {
        advice: "Set automountServiceAccountToken: false on the ServiceAccount.",
        fix: Fix::Set("false"),
        disruption: Disruption::MayBreak,
        try_first: "Give pods that need the API a ServiceAccount of their own first.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let accounts = cx.inventory.service_accounts.values().filter(|a| a.meta.name == "default");
    for account in accounts.filter(|a| cx.in_scope(Kind::ServiceAccount, &a.meta)) {
        let hits = judge.object(Kind::ServiceAccount, &account.meta);
        if account.automount_service_account_token != Some(false) {
            let actual = account.automount_service_account_token.map_or(Value::Null, Value::Bool);
            hits.fail(FieldPath::of("automountServiceAccountToken"), actual, "false")
                .message(format!("ServiceAccount default of {} hands out its token", account.meta.namespace));
        }
    }
}
