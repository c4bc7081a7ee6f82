use super::super::{Check, Cx, Judge, Run};
use crate::inventory::kinds::cluster::Namespace;
use crate::inventory::{Kind, Medium};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use std::collections::BTreeMap;

/// Which namespaces there are and what runs in them: for a person to compare with who owns what; CIS 5.6.1.
pub static CHECK: Check = Check {
    id: "ns.inventory",
    title: "Namespaces separate what belongs to different owners",
    severity: Severity::Low,
    over: &[Kind::Namespace],
    needs: Kind::POD_SPEC,
    aliases: &["kubescape:C-0209", "kube-bench:5.6.1"],
    why: "Rights, quotas and network rules are given by namespace; where everything shares one, they cannot tell teams or \
          environments apart.",
    remedy: Remedy {
        advice: "Give each team and each environment a namespace of its own, and say in a label who owns it.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Moving a workload renames its Service and leaves its Secrets and claims behind: list them first.",
    },
    run: Run::Cluster(run),
};

/// Labels that commonly say who owns a namespace.
const OWNERS: [&str; 5] = ["team", "owner", "app.kubernetes.io/part-of", "app.kubernetes.io/managed-by", "department"];

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let hits = judge.cluster();
    let path = FieldPath::of("namespaces");
    // manifests rarely hold every kind of workload: what is there is counted
    let whole = cx.inventory.medium == Medium::Files && !cx.workloads.is_empty();
    if let Some(reason) = Kind::POD_SPEC.iter().filter(|_| !whole).find_map(|kind| cx.gap(*kind, None)) {
        hits.unread(path, reason, "what runs in each namespace");
        return;
    }
    let mut counts: BTreeMap<&str, usize> =
        cx.inventory.namespaces.values().map(|n| (n.meta.name.as_str(), 0)).collect();
    for workload in cx.workloads {
        *counts.entry(workload.namespace()).or_default() += 1;
    }
    let used: Vec<(&str, usize)> =
        counts.iter().filter(|(name, n)| **n > 0 && !Namespace::is_system(name)).map(|(name, n)| (*name, *n)).collect();
    let total = counts.len();
    let (message, severity) = match *used.as_slice() {
        [(only, n)] if n > 1 => {
            (format!("all {n} workloads outside the system's share namespace {only}"), Severity::Low)
        }
        _ => (
            format!("{total} namespaces, {} of them with workloads: compare with who owns what", used.len()),
            Severity::Info,
        ),
    };
    let hit =
        hits.review(path.clone(), total, "each owner in a namespace of its own").message(message).severity(severity);
    for (name, count) in counts {
        let labels = cx.inventory.namespaces.get(&("".into(), name.into())).map(|n| &n.meta.labels);
        let owner =
            labels.and_then(|l| OWNERS.iter().find_map(|key| l.get(*key).map(|value| format!("{key}={value}"))));
        let said = owner.unwrap_or_else(|| "no owner label".to_owned());
        hit.also(
            path.clone().named(0, name),
            format!("{count} {}, {said}", if count == 1 { "workload" } else { "workloads" }),
            "one owner",
        );
    }
}
