use super::super::{Alike, Check, Cx, Hits, Run, SpecCx};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// The ServiceAccount that a pod names exists in its namespace; `default` is made by the cluster itself, and a static pod
/// uses none (pitfalls 15, 18).
pub static CHECK: Check = Check {
    id: "pod.sa-missing",
    title: "The ServiceAccounts that pods name exist",
    severity: Severity::Low,
    over: Kind::POD_SPEC,
    needs: &[Kind::ServiceAccount],
    aliases: &["kubescape:C-0307", "kube-linter:non-existent-service-account", "popeye:POP-307", "popeye:POP-507"],
    why: "Pods of it are refused until somebody makes the account; whoever may make one then decides what they can do.",
    remedy: Remedy {
        advice: "Create the ServiceAccount with the grants that the program needs, or name one that exists.",
        // which grants it should hold is not known from here
        fix: Fix::Advice,
        disruption: Disruption::None,
        try_first: "Look in the history of the namespace whether the account was deleted, and with it its bindings.",
    },
    run: Run::EachAlike(run),
};

fn run(cx: &Cx<'_>, workload: &Alike<'_>, pod: &SpecCx<'_>, hits: &mut Hits) {
    let (namespace, name) = (workload.namespace(), pod.spec.service_account());
    let exists = || cx.inventory.service_accounts.contains_key(&(namespace.into(), name.into()));
    if workload.mirror() || name == "default" || exists() {
        return;
    }
    let path = FieldPath::of("serviceAccountName");
    const EXPECTED: &str = "a ServiceAccount of the namespace";
    match cx.gap(Kind::ServiceAccount, Some(namespace)) {
        Some(reason) => {
            hits.unread(path, reason, EXPECTED).message(format!("ServiceAccount {namespace}/{name} was not read"));
        }
        None => {
            hits.fail(path, name, EXPECTED).message(format!("ServiceAccount {namespace}/{name} does not exist"));
        }
    }
}
