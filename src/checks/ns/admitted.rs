//! What the checks of a namespace's Pod Security level share.

use super::super::{Cx, Judge};
use crate::inventory::Kind;
use crate::inventory::engines::Cover;
use crate::inventory::kinds::cluster::Namespace;
use crate::inventory::network::labels_of;
use crate::inventory::pod_security::{ENFORCE, Level, enforced};
use crate::model::{FieldPath, Severity};
use serde_json::Value;

/// What is asked of every namespace.
pub(super) struct Asked {
    /// The least level; None: any, or an engine that refuses unsafe pods.
    pub(super) level: Option<Level>,
    /// What would pass, in words.
    pub(super) expected: &'static str,
    /// Severity in a namespace that Kubernetes made for itself, where it differs.
    pub(super) in_system: Option<Severity>,
}

/// Judges each namespace in scope by its label and, where that does not say enough, by the policy engines.
pub(super) fn each(cx: &Cx<'_>, judge: &mut Judge, asked: &Asked) {
    let engines = cx.engines();
    for namespace in cx.inventory.namespaces.values().filter(|n| cx.in_scope(Kind::Namespace, &n.meta)) {
        let (name, labels) = (namespace.meta.name.as_str(), &namespace.meta.labels);
        let hits = judge.object(Kind::Namespace, &namespace.meta);
        if enforced(labels, cx.version()) >= Some(asked.level.unwrap_or(Level::Baseline)) {
            continue;
        }
        let all = labels_of(name, Some(labels));
        if asked.level.is_some() && engines.level(name, &all) >= asked.level {
            continue;
        }
        let cover = engines.cover(name, &all);
        let gap = match cover {
            Cover::Refused(_) if asked.level.is_none() => continue,
            Cover::Unread(reason) => Some(reason),
            Cover::Refused(_) | Cover::Perhaps(..) | Cover::No(_) => engines.gap(Some(name)),
        };
        let acts = cx.version().at_least(23);
        let path = if acts { FieldPath::of("metadata.labels").key(ENFORCE) } else { FieldPath::root() };
        if let Some(reason) = gap {
            let label = asked.level.map_or("such", Level::as_str);
            hits.unread(path, reason, asked.expected).message(format!(
                "namespace {name} has no {label} label, and whether an engine covers it was not read"
            ));
            continue;
        }
        let label = said(namespace, acts);
        let actual = labels.get(ENFORCE).map_or(Value::Null, |level| level.as_str().into());
        let hit = match cover {
            Cover::Perhaps(policy, why) => {
                hits.review(path, actual, asked.expected).message(format!("{label}; {} {why}", policy.object))
            }
            Cover::Refused(policy) => hits.review(path, actual, asked.expected).message(format!(
                "{label}; {} refuses unsafe pods, whether all that are not {} is not read from it",
                policy.object, asked.expected
            )),
            Cover::No(Some((policy, why))) => {
                hits.fail(path, actual, asked.expected).message(format!("{label}; {} {why}", policy.object))
            }
            _ => hits.fail(path, actual, asked.expected).message(label),
        };
        if let Some(severity) = asked.in_system.filter(|_| Namespace::is_system(name)) {
            hit.severity(severity);
        }
    }
}

/// What the labels say, in words.
fn said(namespace: &Namespace, acts: bool) -> String {
    let (name, labels) = (&namespace.meta.name, &namespace.meta.labels);
    let quiet = |mode: &str| labels.contains_key(&format!("pod-security.kubernetes.io/{mode}"));
    match labels.get(ENFORCE).map(|word| Level::of(word)) {
        None if ["warn", "audit"].iter().any(|mode| quiet(mode)) => format!("namespace {name} only warns or audits"),
        None => format!("namespace {name} has no enforce label"),
        Some(None) => format!("the enforce label of namespace {name} is no level"),
        Some(Some(Level::Privileged)) => format!("namespace {name} enforces privileged, which allows everything"),
        Some(Some(_)) if !acts => format!("this version does not act on the label of namespace {name}"),
        Some(Some(level)) => format!("namespace {name} enforces {level}"),
    }
}
