use super::super::token::{self, Automount};
use super::super::{Alike, Check, Cx, Hits, Run, SpecCx};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// Runs as ServiceAccount `default` with its token in force (pitfalls 15, 17, 18); CIS 5.1.5.
pub static CHECK: Check = Check {
    id: "pod.default-service-account",
    title: "Pods do not run as `default` with its token",
    severity: Severity::Medium,
    over: Kind::POD_SPEC,
    needs: &[Kind::ServiceAccount],
    aliases: &["kubescape:C-0189", "kube-linter:default-service-account", "popeye:POP-300", "kube-bench:5.1.5"],
    why: "What is granted to `default` is granted to every pod of the namespace that names no account, and nobody can \
          tell from a log which of them used it.",
    remedy: Remedy {
        advice: "Set automountServiceAccountToken: false; a program that talks to the API server gets a ServiceAccount \
                 of its own instead.",
        fix: Fix::SetAt("automountServiceAccountToken", "false"),
        disruption: Disruption::MayBreak,
        try_first: "Look for API calls of this namespace's `default` in the audit log; a client library that expects \
                    the token fails at start.",
    },
    run: Run::EachAlike(run),
};

fn run(cx: &Cx<'_>, workload: &Alike<'_>, pod: &SpecCx<'_>, hits: &mut Hits) {
    if pod.spec.service_account() != "default" {
        return;
    }
    let path = FieldPath::of("serviceAccountName");
    const EXPECTED: &str = "a ServiceAccount of its own, or no token";
    match token::automount(cx, workload, pod) {
        Automount::Off => {}
        Automount::ByPod | Automount::ByDefault => {
            hits.fail(path, "default", EXPECTED).message("runs as ServiceAccount default and has its token");
        }
        Automount::Unread(reason) => {
            hits.unread(path, reason, EXPECTED).message(format!(
                "runs as ServiceAccount {}/default, which was not read: it may withhold the token",
                workload.namespace()
            ));
        }
    }
}
