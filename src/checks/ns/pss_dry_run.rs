use super::super::{Check, Cx, Judge, Run, levels};
use crate::inventory::kinds::pod::PodSpec;
use crate::inventory::pod_security::{ENFORCE, Level, enforced, enforced_version};
use crate::inventory::{Kind, Version, Workload};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What Pod Security admission would refuse of what runs, were the namespace's level raised by one: baseline where
/// nothing is enforced, else restricted. Templates are judged as their pods would be, by the rules of the version that
/// the namespace enforces (pitfall 44). Evidence: the list to work through before the label is changed.
pub static CHECK: Check = Check {
    id: "ns.pss-dry-run",
    title: "What runs would be admitted at the next Pod Security level",
    severity: Severity::Info,
    over: &[Kind::Namespace],
    needs: Kind::POD_SPEC,
    aliases: &[],
    why: "A label refuses pods from the moment it is set, and shows it only when the next one is created: at a rollout, or \
          at night when a node is drained.",
    remedy: Remedy {
        advice: "Put these workloads right, or move them to a namespace of their own, then raise the level.",
        fix: Fix::Advice,
        disruption: Disruption::Restarts,
        try_first: "Set the level as pod-security.kubernetes.io/warn first: kubectl then says what would be refused.",
    },
    run: Run::Objects(run),
};

/// What a spec breaks, by spec, level and version: the same spec runs in many namespaces.
type Known = HashMap<(usize, Level, Version), Vec<&'static str>>;

fn breaks<'k>(known: &'k mut Known, level: Level, spec: &Arc<PodSpec>, version: Version) -> &'k [&'static str] {
    let key = (Arc::as_ptr(spec).addr(), level, version);
    known.entry(key).or_insert_with(|| levels::broken(level, spec, version).iter().map(|check| check.id).collect())
}

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let mut known = Known::new();
    let mut by_namespace: BTreeMap<&str, Vec<&Workload<'_>>> = BTreeMap::new();
    for workload in cx.workloads {
        by_namespace.entry(workload.namespace()).or_default().push(workload);
    }
    for namespace in cx.inventory.namespaces.values().filter(|n| cx.in_scope(Kind::Namespace, &n.meta)) {
        let (name, labels) = (namespace.meta.name.as_str(), &namespace.meta.labels);
        let workloads = by_namespace.get(name).map_or(&[][..], Vec::as_slice);
        let now = enforced(labels, cx.version());
        let next = if now.is_none() { Level::Baseline } else { Level::Restricted };
        let version = enforced_version(labels, cx.version());
        let mut refused = Vec::new();
        let mut stuck = 0;
        for workload in workloads {
            let mut all: Vec<&str> =
                workload.specs().flat_map(|spec| breaks(&mut known, next, spec, version).to_vec()).collect();
            if all.is_empty() {
                continue;
            }
            all.sort_unstable();
            all.dedup();
            // what is enforced already refuses the next pod of this one
            let cannot_start = |level| workload.specs().any(|s| !breaks(&mut known, level, s, version).is_empty());
            stuck += usize::from(now.is_some_and(cannot_start));
            refused.push((workload.owner.kind_name(), all.join(", ")));
        }
        let hits = judge.object(Kind::Namespace, &namespace.meta);
        let path = FieldPath::of("metadata.labels").key(ENFORCE);
        let actual = labels.get(ENFORCE).map_or(Value::Null, |level| level.as_str().into());
        let expected = format!("workloads that {next} admits");
        if refused.is_empty() {
            if let Some(reason) = Kind::POD_SPEC.iter().find_map(|kind| cx.gap(*kind, Some(name))) {
                hits.unread(path, reason, expected);
            }
            continue;
        }
        let (few, many) = (refused.len(), workloads.len());
        let those: Vec<&str> = refused.iter().take(3).map(|(name, _)| name.as_str()).collect();
        let more = if few > those.len() { " …" } else { "" };
        let already = match now {
            Some(now) if stuck > 0 => format!(", {stuck} of them already at the enforced {now}"),
            _ => String::new(),
        };
        let message = format!(
            "{few} of {many} workloads in namespace {name} would be refused at {next}{already}: {}{more}",
            those.join(", ")
        );
        let hit = hits.review(path, actual, expected.clone()).message(message);
        for (workload, broken) in refused {
            hit.also(FieldPath::of("workloads").named(0, &workload), broken, expected.clone());
        }
    }
}
