use super::super::{Check, Cx, Judge, Run};
use super::rights::{self, OVER, Question};
use crate::inventory::kinds::cluster::Node;
use crate::inventory::kinds::rbac::Rule;
use crate::inventory::kinds_of;
use crate::inventory::{GrantScope, Kind, Platform, Right};
use crate::model::{Disruption, Fix, GapReason, Remedy, Severity};

/// Writing ConfigMap `aws-auth` of kube-system, by name or with all others there. On EKS it says which AWS identities are
/// which users and groups; elsewhere the name grants nothing. Where the nodes were not read, a rule that names it counts
/// all the same.
pub static CHECK: Check = Check {
    id: "rbac.aws-auth",
    title: "Few subjects can change who AWS identities are in the cluster",
    severity: Severity::Critical,
    over: OVER,
    needs: kinds_of!(&[Kind::Node, Kind::ServiceAccount], Kind::POD_SPEC),
    aliases: &["trivy:KSV-0115"],
    why: "A line in this ConfigMap makes any AWS identity a member of system:masters, which no binding shows and no role \
          limits.",
    remedy: Remedy {
        advice: "Use EKS access entries, set the cluster's authentication mode to API, and take kube-system's ConfigMaps out \
                 of the rule.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Make an access entry for each line of aws-auth, nodes included, before the mode changes: it does not \
                    change back.",
    },
    run: Run::Objects(run),
};

const WRITE: Right = Right {
    verbs: &["create", "update", "patch", "delete", "deletecollection"],
    groups: &[""],
    resources: &["configmaps"],
    namespaced: true,
};
const NAME: &str = "aws-auth";

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    match is_eks(cx) {
        Ok(true) => ask(cx, judge, None, &|_| true),
        Ok(false) => judge.not_applicable("no node is one of EKS, which alone reads ConfigMap aws-auth by itself"),
        Err(reason) => {
            let names_it = |rule: &Rule| rule.resource_names.iter().any(|name| name == NAME);
            ask(cx, judge, None, &names_it);
            let undecided = (reason, "whether this is EKS, where it matters, is not known: no node was read");
            ask(cx, judge, Some(undecided), &|rule| !names_it(rule));
        }
    }
}

fn ask(cx: &Cx<'_>, judge: &mut Judge, undecided: Option<(GapReason, &'static str)>, counts: &dyn Fn(&Rule) -> bool) {
    let severity = |rule: &Rule, scope: GrantScope<'_>| {
        let reaches = counts(rule) && rights::reaches_config_map(rule, scope, &WRITE, &[NAME]);
        reaches.then_some(Severity::Critical)
    };
    const EXPECTED: &str = "no writing verb on configmaps of kube-system, or on others named in resourceNames";
    let question = Question::new("writing ConfigMap aws-auth", EXPECTED, &severity);
    rights::ask(cx, judge, &Question { undecided, ..question });
}

/// Whether the cluster is one of EKS: a single node that looks so is enough to ask.
fn is_eks(cx: &Cx<'_>) -> Result<bool, GapReason> {
    let looks_so = |node: &Node| {
        node.status.node_info.kubelet_version.contains("-eks-")
            || node.meta.labels.keys().any(|label| label.starts_with("eks.amazonaws.com/"))
    };
    let nodes = &cx.inventory.nodes;
    match cx.gap(Kind::Node, None) {
        _ if cx.platform() == Platform::Eks || nodes.values().any(looks_so) => Ok(true),
        Some(reason) => Err(reason),
        None if nodes.is_empty() => Err(GapReason::SourceCannotHoldIt),
        None => Ok(false),
    }
}
