//! What the checks of a namespace's quota and limits share.

use super::super::{Cx, Hits, Judge};
use crate::inventory::Kind;
use crate::inventory::kinds::cluster::Namespace;
use crate::model::{FieldPath, Severity};
use serde_json::Value;
use std::collections::BTreeMap;

/// Judges each namespace in scope that has workloads: it has a bound of the kind.
///
/// `bound` says whether a namespace has one, or has one that bounds nothing (a part of a sentence).
pub(super) fn each(
    cx: &Cx<'_>,
    judge: &mut Judge,
    kind: Kind,
    expected: &'static str,
    bound: impl Fn(&str) -> Result<(), &'static str>,
) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for workload in cx.workloads {
        *counts.entry(workload.namespace()).or_default() += 1;
    }
    for namespace in cx.inventory.namespaces.values().filter(|n| cx.in_scope(Kind::Namespace, &n.meta)) {
        let name = namespace.meta.name.as_str();
        let hits = judge.object(Kind::Namespace, &namespace.meta);
        let Err(why) = bound(name) else { continue };
        let workloads = counts.get(name).copied().unwrap_or_default();
        if let Some(reason) = cx.gap(kind, Some(name)) {
            hits.unread(FieldPath::root(), reason, expected);
        } else if workloads > 0 {
            missing(hits, name, workloads, expected, why);
        } else if let Some(reason) = Kind::POD_SPEC.iter().find_map(|kind| cx.gap(*kind, Some(name))) {
            hits.unread(FieldPath::root(), reason, expected)
                .message(format!("namespace {name} {why}, and whether anything runs in it was not read"));
        }
    }
}

fn missing(hits: &mut Hits, name: &str, workloads: usize, expected: &'static str, why: &str) {
    let plural = if workloads == 1 { "workload" } else { "workloads" };
    let hit = hits.fail(FieldPath::root(), Value::Null, expected);
    hit.message(format!("namespace {name} has {workloads} {plural} and {why}"));
    if Namespace::is_system(name) {
        // a bound there may keep the cluster's own components from starting
        hit.severity(Severity::Info);
    }
}
