use super::super::flag::Said;
use super::super::nodes::{self, Seen, Whose};
use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::inventory::flags::Given;
use crate::model::{Disruption, Fix, GapReason, Remedy, Severity};

/// `--hostname-override` on the kubelet's command line; CIS 4.2.7. It is no field of the configuration, so only a look at
/// the node's processes tells. Some clouds' installers set it, knowingly.
pub static CHECK: Check = Check {
    id: "kubelet.hostname-override",
    title: "Nodes are called by the name that they have",
    severity: Severity::Low,
    over: &[],
    needs: &[Kind::NodeFacts, Kind::Node],
    aliases: &["kubescape:C-0179", "kube-bench:4.2.7"],
    why: "A node under another name breaks what its certificate says, and logs of the node and of the cluster no longer \
          fit together.",
    remedy: Remedy {
        advice: "Remove --hostname-override from the kubelet's command line, unless your cloud's installer sets it; then \
                 waive this with that reason.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "The node registers anew under its own name: drain it first, and remove the old Node object.",
    },
    run: Run::Objects(run),
};

const FLAG: &str = "hostname-override";

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let (mut seen, mut unknown) = (Vec::new(), Vec::new());
    for facts in nodes::facts(cx, judge, Whose::Every) {
        let node = facts.meta.name.as_str();
        let Some(flags) = facts.flags("kubelet") else {
            unknown.push(node);
            continue;
        };
        let given = flags.get(FLAG).filter(|given| !given.is_empty()).map(Given::text);
        let said = given.map(|name| Said {
            review: false,
            at: flags.at(FLAG),
            actual: name.into(),
            expected: "not given".into(),
            message: format!("the kubelet calls its node {name}, whatever the node's own name is"),
        });
        seen.push(Seen::new(node, Kind::NodeFacts, said.into_iter().collect()));
    }
    if !unknown.is_empty() {
        let message = format!("no kubelet was seen among the processes of {}", unknown.join(", "));
        judge.missing(Kind::NodeFacts.name(), GapReason::NoNodeEvidence, message);
    }
    nodes::report(judge, seen);
}
