use super::super::{Check, Cx, Judge, Run};
use super::bounds::each;
use crate::inventory::Kind;
use crate::inventory::kinds_of;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// A ResourceQuota with a `hard` bound in every namespace that has workloads. In the namespaces that Kubernetes makes for
/// itself it is told as info: a quota there can keep the cluster's own components from starting.
pub static CHECK: Check = Check {
    id: "ns.resource-quota",
    title: "Namespaces with workloads have a ResourceQuota",
    severity: Severity::Low,
    over: &[Kind::Namespace],
    needs: kinds_of!(&[Kind::ResourceQuota], Kind::POD_SPEC),
    aliases: &["trivy:KSV-0040"],
    why: "Without a quota one namespace, by a mistake or a stolen account, can take the whole cluster's CPU, memory and \
          addresses.",
    remedy: Remedy {
        advice: "Add a ResourceQuota with figures from what the namespace uses, and room to grow.",
        fix: Fix::Create(
            "apiVersion: v1\nkind: ResourceQuota\nmetadata:\n  name: quota\n  namespace: {name}\nspec:\n  hard:\n    \
             pods: \"100\"\n    requests.cpu: \"20\"\n    requests.memory: 40Gi\n    limits.memory: 80Gi\n",
        ),
        disruption: Disruption::MayBreak,
        try_first: "Under a quota on requests or limits a pod that names none is refused: add a LimitRange with defaults first.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    each(cx, judge, Kind::ResourceQuota, "a ResourceQuota", |namespace| {
        let mut quotas = cx.inventory.quotas.values().filter(|quota| quota.meta.namespace == namespace).peekable();
        match quotas.peek().is_some() {
            false => Err("no ResourceQuota"),
            true if quotas.any(|quota| !quota.spec.hard.is_empty()) => Ok(()),
            true => Err("a ResourceQuota without bounds"),
        }
    });
}
