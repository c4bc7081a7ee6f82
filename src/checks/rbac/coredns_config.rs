use super::super::{Check, Cx, Judge, Run};
use super::rights::{self, NEEDS, OVER, Question};
use crate::inventory::kinds::rbac::Rule;
use crate::inventory::{GrantScope, Right};
use crate::model::{Disruption, Fix, Remedy, Severity};

/// update or patch on ConfigMaps, cluster-wide or in kube-system, unless resourceNames leaves the DNS server's out:
/// `coredns`, AKS's `coredns-custom`, GKE's `kube-dns`.
pub static CHECK: Check = Check {
    id: "rbac.coredns-config",
    title: "Few subjects can change the configuration of the cluster's DNS",
    severity: Severity::Medium,
    over: OVER,
    needs: NEEDS,
    aliases: &["kubescape:C-0037", "trivy:KSV-0049"],
    why: "The ConfigMap of the DNS server says where every name leads: its holder sends what any pod asks for to an address \
          of his own.",
    remedy: Remedy {
        advice: "Grant ConfigMaps in the namespaces where they are used, and in kube-system by name only.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Operators that elect a leader need their own ConfigMap or, better, a Lease: name it in resourceNames.",
    },
    run: Run::Objects(run),
};

const CHANGE: Right =
    Right { verbs: &["update", "patch"], groups: &[""], resources: &["configmaps"], namespaced: true };
const NAMES: &[&str] = &["coredns", "coredns-custom", "kube-dns"];

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let severity = |rule: &Rule, scope: GrantScope<'_>| {
        rights::reaches_config_map(rule, scope, &CHANGE, NAMES).then_some(Severity::Medium)
    };
    const EXPECTED: &str = "no update or patch on configmaps of kube-system, or on others named in resourceNames";
    rights::ask(cx, judge, &Question::new("changing the DNS server's ConfigMap", EXPECTED, &severity));
}
