use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, GapReason, Remedy, Severity};
use serde_json::Value;

/// `status.conditions` of a node: Ready is True, and MemoryPressure, DiskPressure, PIDPressure and NetworkUnavailable are
/// not. A cordoned node is somebody's decision and does not count.
pub static CHECK: Check = Check {
    id: "node.conditions",
    title: "Nodes are ready and under no pressure",
    severity: Severity::Low,
    over: &[Kind::Node],
    needs: &[],
    aliases: &[
        "popeye:POP-701",
        "popeye:POP-702",
        "popeye:POP-704",
        "popeye:POP-705",
        "popeye:POP-706",
        "popeye:POP-707",
    ],
    why: "A node that is not ready runs nothing new, and one under pressure evicts what it runs: capacity is less than it \
          looks.",
    remedy: Remedy {
        advice: "Find out why: kubectl describe node shows the condition's message; free or add memory, disk or processes, \
                 or replace the node.",
        fix: Fix::Advice,
        disruption: Disruption::Restarts,
        try_first: "Cordon the node before anything is restarted on it.",
    },
    run: Run::Objects(run),
};

const PRESSURES: [(&str, &str); 4] = [
    ("MemoryPressure", "is short of memory"),
    ("DiskPressure", "is short of disk"),
    ("PIDPressure", "is short of process ids"),
    ("NetworkUnavailable", "has no network"),
];

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for node in cx.inventory.nodes.values().filter(|node| cx.in_scope(Kind::Node, &node.meta)) {
        let hits = judge.object(Kind::Node, &node.meta);
        let name = &node.meta.name;
        let conditions = &node.status.conditions;
        let path = FieldPath::of("status.conditions");
        if conditions.is_empty() {
            hits.unread(path, GapReason::SourceCannotHoldIt, "Ready is True")
                .message(format!("node {name} has no conditions: it is a manifest, or nobody reports on it"));
            continue;
        }
        let ready = conditions.iter().enumerate().find(|(_, condition)| condition.r#type == "Ready");
        if ready.is_none_or(|(_, condition)| condition.status != "True") {
            let (index, actual) = ready.map_or((0, Value::Null), |(i, c)| (i, c.status.as_str().into()));
            let path = path.clone().item(index, "type", "Ready").fields("status");
            hits.fail(path, actual, "True").message(format!("node {name} is not ready"));
        }
        for (index, condition) in conditions.iter().enumerate() {
            let Some((kind, what)) = PRESSURES.iter().find(|(kind, _)| *kind == condition.r#type) else { continue };
            if condition.status == "True" {
                let path = path.clone().item(index, "type", kind).fields("status");
                hits.fail(path, "True", "False").message(format!("node {name} {what}"));
            }
        }
    }
}
