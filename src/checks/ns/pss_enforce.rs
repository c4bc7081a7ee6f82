use super::super::{Check, Cx, Judge, Run};
use super::admitted::{Asked, each};
use crate::inventory::Kind;
use crate::inventory::engines::ENGINE_KINDS;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// `pod-security.kubernetes.io/enforce`, its value and not its presence (pitfall 40), or an engine that refuses unsafe
/// pods in that namespace (pitfalls 41, 42); CIS 5.2.1. The choice holds per namespace, so it is made here.
pub static CHECK: Check = Check {
    id: "ns.pss-enforce",
    title: "Every namespace refuses unsafe pods",
    severity: Severity::Medium,
    over: &[Kind::Namespace],
    needs: ENGINE_KINDS,
    aliases: &["kubescape:C-0192", "kube-bench:5.2.1"],
    why: "Without Pod Security admission or a policy engine that denies, the API server accepts any pod, privileged ones \
          included.",
    remedy: Remedy {
        advice: "Label the namespace pod-security.kubernetes.io/enforce: baseline, or restricted where its pods allow.",
        // a version that does not act on the label needs an engine
        fix: Fix::ByField(&[("labels", Fix::Set("\"baseline\"")), ("", Fix::Advice)]),
        disruption: Disruption::MayBreak,
        try_first: "kubectl label --dry-run=server --overwrite namespace NAME pod-security.kubernetes.io/enforce=baseline \
                    prints the running pods that would be refused; they stay until they are replaced.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let expected = "baseline or restricted, or an engine that refuses unsafe pods here";
    each(cx, judge, &Asked { level: None, expected, in_system: None });
}
