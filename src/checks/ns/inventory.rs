use super::super::{Check, Cx, Judge, Run};
use crate::inventory::kinds::cluster::Namespace;
use crate::inventory::{Kind, Medium};
use crate::model::{Disruption, FieldPath, Fix, ObjectRef, Remedy, Severity};
use serde_json::Value;
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
    // manifests rarely hold every kind of workload: what is there is counted
    let some = cx.inventory.medium == Medium::Files && !cx.workloads.is_empty();
    let gap = Kind::POD_SPEC.iter().filter(|_| !some).find_map(|kind| cx.gap(*kind, None));
    let mut counts: BTreeMap<&str, usize> =
        cx.inventory.namespaces.values().map(|n| (n.meta.name.as_str(), 0)).collect();
    for workload in cx.workloads {
        *counts.entry(workload.namespace()).or_default() += 1;
    }
    let used: Vec<&str> =
        counts.iter().filter(|(name, n)| **n > 0 && !Namespace::is_system(name)).map(|(name, _)| *name).collect();
    for (name, count) in &counts {
        let (path, expected) = (FieldPath::of("metadata.labels"), "a label that says who owns it");
        let labels = cx.inventory.namespaces.get(&("".into(), (*name).into())).map(|n| &n.meta.labels);
        let owner = labels.and_then(|labels| OWNERS.iter().find_map(|key| Some((*key, labels.get(key)?))));
        let keys = labels.filter(|labels| !labels.is_empty()).map(|labels| labels.keys().map(String::as_str).collect());
        let (actual, whose) = match owner {
            Some((key, value)) => (Value::from_iter([(key, value.as_str())]), format!("{key} is {value}")),
            None => (keys.unwrap_or(Value::Null), "no label says whose it is".to_owned()),
        };
        let (holds, severity) = match used.as_slice() {
            _ if gap.is_some() => ("what it holds was not read".to_owned(), Severity::Info),
            [only] if only == name && *count > 1 => {
                (format!("it holds all {count} workloads outside the system's"), Severity::Low)
            }
            _ => match count {
                0 => ("it holds no workload".to_owned(), Severity::Info),
                1 => ("it holds 1 workload".to_owned(), Severity::Info),
                _ => (format!("it holds {count} workloads"), Severity::Info),
            },
        };
        judge
            .reference(ObjectRef::new("v1", "Namespace", None, name))
            .review(path, actual, expected)
            .message(format!("namespace {name}: {whose}, {holds}"))
            .severity(severity);
    }
    if let Some(reason) = gap {
        judge.cluster().unread(FieldPath::of("namespaces"), reason, "what runs in each namespace");
    }
}
