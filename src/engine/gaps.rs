//! What could not be read, and which checks miss it.

use super::evaluate::Controls;
use crate::checks::{self, Check, Missing};
use crate::inventory::{Inventory, Kind, Medium, ReadState, Wire};
use crate::model::{Gap, GapReason};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The gap of a kind over the scope: of the namespaces asked for, or of the whole cluster.
pub(super) fn scoped_gap(inventory: &Inventory, kind: Kind) -> Option<GapReason> {
    if kind.info().namespaced && !inventory.scope.namespaces.is_empty() {
        return inventory.scope.namespaces.iter().find_map(|n| inventory.gap(kind, Some(n)));
    }
    inventory.gap(kind, None)
}

pub(super) fn gaps(
    inventory: &Inventory,
    controls_of: &BTreeMap<Arc<str>, Controls>,
    missing: BTreeMap<Missing, Vec<Arc<str>>>,
) -> Vec<Gap> {
    let chosen: Vec<&'static Check> = controls_of.keys().filter_map(|id| checks::find(id)).collect();
    let mut gaps = Vec::new();
    for kind in Kind::every() {
        let uses = |check: &&&'static Check| check.over.contains(&kind) || check.needs.contains(&kind);
        let checks: Vec<Arc<str>> = chosen.iter().filter(uses).map(|check| check.id.into()).collect();
        if checks.is_empty() || !inventory.knows(kind) {
            continue;
        }
        let name: Arc<str> = kind.name().into();
        for (_, (namespace, object), error) in inventory.undecodable().iter().filter(|(k, _, _)| *k == kind) {
            gaps.push(Gap {
                kind: name.clone(),
                namespace: (!namespace.is_empty()).then(|| namespace.clone()),
                reason: GapReason::Undecodable,
                message: format!("{name} {object} does not decode: {error}").into(),
                checks: checks.clone(),
            });
        }
        let Some(reason) = scoped_gap(inventory, kind) else { continue };
        if reason == GapReason::Undecodable || (inventory.medium == Medium::Files && inventory.count(kind) > 0) {
            continue;
        }
        // what the nodes' own files or kube-bench say stands in for it, and says itself where it does not
        let has = |other: Kind| inventory.count(other) > 0;
        let stands_in = match kind {
            Kind::KubeletConfig => has(Kind::NodeFacts) || has(Kind::KubeBench),
            Kind::NodeFacts => has(Kind::KubeBench),
            _ => false,
        };
        if stands_in && !inventory.opted_in(kind) {
            continue;
        }
        let message: Arc<str> = match inventory.state(kind) {
            ReadState::Failed { message, .. } if kind.info().wire == Wire::Gathered => message.clone(),
            _ if kind.info().wire == Wire::Gathered => gathered(kind).into(),
            _ if reason == GapReason::OptIn => {
                let flag = if kind == Kind::Secret { "--with-secrets" } else { "--with-configmaps" };
                format!("{} are read on request only: {flag}", kind.info().plural).into()
            }
            ReadState::Failed { message, .. } => message.clone(),
            ReadState::Reading | ReadState::Unread if inventory.medium == Medium::Cluster => "not read yet".into(),
            _ => format!("no {name} in the source").into(),
        };
        gaps.push(Gap { kind: name, namespace: None, reason, message, checks });
    }
    // a kind that is read whole too is one gap
    let mut merged: Vec<Gap> = Vec::new();
    for gap in gaps {
        let same = |known: &&mut Gap| {
            (&known.kind, &known.namespace, known.reason, &known.message)
                == (&gap.kind, &gap.namespace, gap.reason, &gap.message)
        };
        match merged.iter_mut().find(same) {
            Some(known) => known.checks.extend(gap.checks),
            None => merged.push(gap),
        }
    }
    let mut gaps = merged;
    // where nothing of a kind is known the gap of the kind says so for all checks
    let said = |gaps: &[Gap], missing: &Missing| {
        gaps.iter().any(|gap| *gap.kind == *missing.kind && gap.reason == missing.reason && gap.namespace.is_none())
    };
    let missing: Vec<_> = missing.into_iter().filter(|(missing, _)| !said(&gaps, missing)).collect();
    gaps.extend(missing.into_iter().map(|(Missing { kind, reason, message }, checks)| Gap {
        kind: kind.into(),
        namespace: None,
        reason,
        message: message.into(),
        checks,
    }));
    let missing: Vec<Arc<str>> = controls_of.keys().filter(|id| checks::find(id).is_none()).cloned().collect();
    if !missing.is_empty() {
        gaps.push(Gap {
            kind: "Check".into(),
            namespace: None,
            reason: GapReason::NotImplemented,
            message: format!("{} checks that the packs name are not built yet", missing.len()).into(),
            checks: missing,
        });
    }
    gaps
}

/// What it would take to know what is gathered of each node.
fn gathered(kind: Kind) -> &'static str {
    match kind {
        Kind::KubeletConfig => {
            "kubelet configuration was not read: --with-kubelet-config asks for it. It takes the right to get \
             nodes/proxy, which also lets its holder run commands in every pod"
        }
        _ => {
            "nothing looked at the nodes themselves (modes and owners of files, command lines): run `plimsoll node` on \
             each, or `plimsoll collect nodes`, and give --node-facts what they wrote"
        }
    }
}
