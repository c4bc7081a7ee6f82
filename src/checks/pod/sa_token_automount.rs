use super::super::token::{self, Automount};
use super::super::{Alike, Check, Cx, Hits, Run, SpecCx};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// Effective automount of the ServiceAccount token: pod, else ServiceAccount, else true (pitfall 17); CIS 5.1.6.
/// A static pod cannot use a ServiceAccount (pitfall 15). Info where the account is the workload's own and holds grants.
pub static CHECK: Check = Check {
    id: "pod.sa-token-automount",
    title: "ServiceAccount tokens are mounted only where they are used",
    severity: Severity::Medium,
    over: Kind::POD_SPEC,
    needs: &[Kind::ServiceAccount],
    aliases: &[
        "kubescape:C-0190",
        "kubescape:C-0034",
        "trivy:KSV-0036",
        "polaris:automountServiceAccountToken",
        "popeye:POP-301",
        "kube-bench:5.1.6",
    ],
    why: "Whoever gets into a pod finds the token and talks to the API server as the pod; most programs never do.",
    remedy: Remedy {
        advice: "Set automountServiceAccountToken: false on the pod, or on its ServiceAccount, unless the program talks \
                 to the API server.",
        fix: Fix::Set("false"),
        disruption: Disruption::MayBreak,
        try_first: "Look for API calls of the ServiceAccount in the audit log; a client library that expects the token \
                    fails at start.",
    },
    run: Run::EachAlike(run),
};

fn run(cx: &Cx<'_>, workload: &Alike<'_>, pod: &SpecCx<'_>, hits: &mut Hits) {
    let path = FieldPath::of("automountServiceAccountToken");
    let name = pod.spec.service_account();
    const EITHER: &str = "false here or on the ServiceAccount";
    let hit = match token::automount(cx, workload, pod) {
        Automount::Off => return,
        Automount::ByPod => {
            hits.fail(path, true, "false").message(format!("the pod mounts the token of ServiceAccount {name}"))
        }
        Automount::ByDefault => hits
            .fail(path, Value::Null, EITHER)
            .message(format!("neither the pod nor ServiceAccount {name} forbids the token's mount")),
        Automount::Unread(reason) => {
            hits.unread(path, reason, EITHER).message(format!(
                "ServiceAccount {}/{name} was not read: it may forbid the mount",
                workload.namespace()
            ));
            return;
        }
    };
    if is_dedicated_and_granted(cx, workload, name) {
        let message = format!("{}; the account is this workload's own and holds grants", hit.message);
        hit.message(message).severity(Severity::Info);
    }
}

/// An account of the workload's own with a grant is there to be used.
fn is_dedicated_and_granted(cx: &Cx<'_>, workload: &Alike<'_>, name: &str) -> bool {
    let is_granted = || cx.rbac.granted_to_account(workload.namespace(), name).next().is_some();
    let is_shared = || cx.account(workload.namespace(), name).is_some_and(|account| account.users > 1);
    name != "default" && is_granted() && !is_shared()
}
