use super::super::{Check, Cx, Judge, Run};
use super::admitted::{Asked, each};
use crate::inventory::Kind;
use crate::inventory::engines::ENGINE_KINDS;
use crate::inventory::pod_security::Level;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// `pod-security.kubernetes.io/enforce` is `baseline` or `restricted` (pitfall 40), or a Kyverno policy demands one of
/// these levels as a whole and denies (pitfalls 41, 42); CIS 5.2.2 to 5.2.5 and 5.2.10 to 5.2.12, the policy's side.
/// An engine that refuses some pods is a candidate: whether it refuses all that baseline does is not read from it.
pub static CHECK: Check = Check {
    id: "ns.pss-baseline",
    title: "Every namespace enforces Pod Security baseline",
    severity: Severity::Medium,
    over: &[Kind::Namespace],
    needs: ENGINE_KINDS,
    aliases: &[
        "kubescape:C-0193",
        "kubescape:C-0194",
        "kubescape:C-0195",
        "kubescape:C-0196",
        "kubescape:C-0199",
        "kubescape:C-0202",
        "kubescape:C-0203",
        "kubescape:C-0204",
    ],
    why: "What runs safely today says nothing of the next deployment: only admission keeps a privileged pod, one on the \
          host's namespaces or one with a path of the node out of the namespace.",
    remedy: Remedy {
        advice: "Label the namespace pod-security.kubernetes.io/enforce: baseline; what needs more belongs in a namespace \
                 of its own.",
        // a version that does not act on the label needs an engine
        fix: Fix::ByField(&[("labels", Fix::Set("\"baseline\"")), ("", Fix::Advice)]),
        disruption: Disruption::MayBreak,
        try_first: "ns.pss-dry-run lists the workloads that would be refused; so does kubectl label --dry-run=server \
                    --overwrite namespace NAME pod-security.kubernetes.io/enforce=baseline.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let asked = Asked { level: Some(Level::Baseline), expected: "baseline or restricted", in_system: None };
    each(cx, judge, &asked);
}
