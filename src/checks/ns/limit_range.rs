use super::super::{Check, Cx, Judge, Run};
use super::bounds::each;
use crate::inventory::Kind;
use crate::inventory::kinds_of;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// A LimitRange for containers or pods in every namespace that has workloads; one that bounds claims only does not count.
/// In the namespaces that Kubernetes makes for itself it is told as info.
pub static CHECK: Check = Check {
    id: "ns.limit-range",
    title: "Namespaces with workloads have a LimitRange",
    severity: Severity::Low,
    over: &[Kind::Namespace],
    needs: kinds_of!(&[Kind::LimitRange], Kind::POD_SPEC),
    aliases: &["trivy:KSV-0039"],
    why: "A container that names no limits gets none: one that leaks memory takes its neighbours on the node with it.",
    remedy: Remedy {
        advice: "Add a LimitRange that gives containers default requests and limits.",
        fix: Fix::Create(
            "apiVersion: v1\nkind: LimitRange\nmetadata:\n  name: defaults\n  namespace: {name}\nspec:\n  limits:\n    - \
             type: Container\n      defaultRequest:\n        cpu: 100m\n        memory: 128Mi\n      default:\n        \
             memory: 512Mi\n",
        ),
        disruption: Disruption::MayBreak,
        try_first: "It holds for pods created from then on: find the containers that need more than the default and name \
                    their limits first, or they are killed after the next restart.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    each(cx, judge, Kind::LimitRange, "a LimitRange for containers", |namespace| {
        let ranges = cx.inventory.limit_ranges.values().filter(|range| range.meta.namespace == namespace);
        let mut items = ranges.flat_map(|range| &range.spec.limits).peekable();
        match items.peek().is_some() {
            false => Err("no LimitRange"),
            true if items.any(|item| matches!(item.r#type.as_str(), "Container" | "Pod")) => Ok(()),
            true => Err("a LimitRange for claims only"),
        }
    });
}
