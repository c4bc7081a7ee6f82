use super::super::{Check, Cx, Judge, Run};
use super::admitted::{Asked, each};
use crate::inventory::Kind;
use crate::inventory::engines::ENGINE_KINDS;
use crate::inventory::pod_security::Level;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// `pod-security.kubernetes.io/enforce` is `restricted` (pitfall 40), or a Kyverno policy demands that level as a whole
/// and denies (pitfalls 41, 42); CIS 5.2.6 to 5.2.9, the policy's side. The namespaces that Kubernetes makes for itself
/// hold what restricted cannot take: there it is told as info.
pub static CHECK: Check = Check {
    id: "ns.pss-restricted",
    title: "Namespaces of applications enforce Pod Security restricted",
    severity: Severity::Low,
    over: &[Kind::Namespace],
    needs: ENGINE_KINDS,
    aliases: &["kubescape:C-0197", "kubescape:C-0198", "kubescape:C-0200", "kubescape:C-0201"],
    why: "Baseline stops what is known to lead out of a container; root, privilege escalation and default capabilities \
          stay allowed until restricted refuses them.",
    remedy: Remedy {
        advice: "Fix the pods that restricted would refuse, then label the namespace \
                 pod-security.kubernetes.io/enforce: restricted.",
        // a version that does not act on the label needs an engine
        fix: Fix::ByField(&[("labels", Fix::Set("\"restricted\"")), ("", Fix::Advice)]),
        disruption: Disruption::MayBreak,
        try_first: "Set pod-security.kubernetes.io/warn: restricted first, and read what ns.pss-dry-run lists: most pods \
                    need a security context before they are admitted.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let asked = Asked { level: Some(Level::Restricted), expected: "restricted", in_system: Some(Severity::Info) };
    each(cx, judge, &asked);
}
