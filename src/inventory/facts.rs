//! What a list tells of objects beside their findings: labels and age. Gathered when somebody asks for it, so that a report
//! carries neither.

use super::kinds::meta::{Map, Meta};
use super::{Inventory, Kind};
use crate::model::ObjectRef;
use std::collections::HashMap;

/// What is known of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectFacts {
    /// Its labels; of what has pods, theirs as well.
    pub labels: Map,
    /// Seconds since it was created.
    pub age: Option<i64>,
}

impl ObjectFacts {
    /// A label's value.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels.get(key).map(String::as_str)
    }
}

/// Facts by object.
pub type Facts = HashMap<ObjectRef, ObjectFacts>;

impl Inventory {
    /// Labels and age of every object that findings may be about, at a time (seconds since the epoch).
    pub fn facts(&self, now: i64) -> Facts {
        let mut facts = Facts::new();
        let mut add = |kind: Kind, meta: &Meta| {
            let object = ObjectRef::new(&kind.api_version(), kind.name(), Some(&meta.namespace), &meta.name);
            let age = meta.creation_timestamp.map(|time| now - time.seconds);
            facts.insert(object, ObjectFacts { labels: meta.labels.clone(), age });
        };
        for kind in Kind::ALL.iter().filter(|kind| !kind.name().is_empty()) {
            self.metas_of(*kind).for_each(|meta| add(*kind, meta));
        }
        self.controllers.iter().for_each(|((kind, _), row)| add(*kind, &row.meta));
        self.roles.iter().for_each(|((kind, _), role)| add(*kind, &role.meta));
        self.bindings.iter().for_each(|((kind, _), binding)| add(*kind, &binding.meta));
        self.webhooks.iter().for_each(|((kind, _), webhook)| add(*kind, &webhook.meta));
        for pod in self.pods.iter() {
            let object = ObjectRef::new("v1", "Pod", Some(&pod.namespace), &pod.name);
            let age = (pod.created > 0).then_some(now - pod.created);
            facts.insert(object, ObjectFacts { labels: Map::clone(&pod.labels), age });
        }
        for workload in self.workloads() {
            let known = facts.entry((*workload.owner).clone()).or_default();
            for (key, value) in workload.pod_labels {
                if !known.labels.contains_key(key) {
                    known.labels.insert(key.clone(), value.clone());
                }
            }
        }
        facts
    }
}
