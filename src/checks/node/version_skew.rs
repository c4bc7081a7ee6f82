use super::super::{Check, Cx, Judge, Run};
use crate::inventory::{Kind, Medium, Version};
use crate::model::{Disruption, FieldPath, Fix, GapReason, Remedy, Severity};

/// `status.nodeInfo.kubeletVersion` against the API server's version, as numbers (pitfall 54): never newer, at most three
/// minors older from 1.28 on, two before.
pub static CHECK: Check = Check {
    id: "node.version-skew",
    title: "Kubelets are of versions that the API server bears",
    severity: Severity::Medium,
    over: &[Kind::Node],
    needs: &[],
    aliases: &[],
    why: "Outside the supported distance fields get lost between API server and kubelet: pods run without a setting that \
          their manifest has, security settings included.",
    remedy: Remedy {
        advice: "Upgrade the control plane first, then the nodes, and none of them more than the supported distance apart.",
        fix: Fix::Advice,
        disruption: Disruption::Restarts,
        try_first: "Drain and upgrade one node and watch what runs on it.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let server = cx.version();
    let distance = if server.at_least(28) { 3 } else { 2 };
    for node in cx.inventory.nodes.values().filter(|node| cx.in_scope(Kind::Node, &node.meta)) {
        let hits = judge.object(Kind::Node, &node.meta);
        let (name, text) = (&node.meta.name, node.status.node_info.kubelet_version.as_str());
        let path = FieldPath::of("status.nodeInfo.kubeletVersion");
        let expected = format!("v{} or up to {distance} minors older", server.short());
        // manifests do not say which API server they meet
        let Some(kubelet) = text.parse::<Version>().ok().filter(|_| cx.inventory.medium == Medium::Cluster) else {
            hits.unread(path, GapReason::SourceCannotHoldIt, expected)
                .message(format!("the versions of node {name} and of its API server are not both known"));
            continue;
        };
        let how = if (kubelet.major, kubelet.minor) > (server.major, server.minor) {
            "newer than".to_owned()
        } else if kubelet.minor + distance < server.minor {
            format!("{} minors older than", server.minor - kubelet.minor)
        } else {
            continue;
        };
        hits.fail(path, text, expected)
            .message(format!("the kubelet of node {name} is {how} the API server, {server}"));
    }
}
