//! The labels that selectors can find: those of every pod that runs and of every template, each set once.

use super::Inventory;
use super::kinds::meta::Map;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Distinct sets of labels, by namespace.
#[derive(Debug, Default)]
pub struct PodLabels<'a> {
    by_namespace: BTreeMap<&'a str, Vec<&'a Map>>,
}

impl<'a> PodLabels<'a> {
    /// Of an inventory. Templates count whatever their replicas: a selector is right before the first pod runs.
    pub fn new(inventory: &'a Inventory) -> Self {
        let mut labels = Self::default();
        // sets are interned: equal ones are the same allocation
        let mut known = HashSet::new();
        let mut add = |namespace: &'a str, set: &'a Arc<Map>| {
            if known.insert((namespace, Arc::as_ptr(set).addr())) {
                labels.by_namespace.entry(namespace).or_default().push(set);
            }
        };
        for ((_, (namespace, _)), row) in inventory.controllers.iter().filter(|(_, row)| row.template.is_some()) {
            add(namespace, &row.pod_labels);
        }
        for pod in inventory.pods.iter().filter(|pod| !pod.ended) {
            add(&pod.namespace, &pod.labels);
        }
        labels
    }

    /// Those of a namespace.
    pub fn of(&self, namespace: &str) -> &[&'a Map] {
        self.by_namespace.get(namespace).map_or(&[], Vec::as_slice)
    }

    /// Namespaces that have any.
    pub fn namespaces(&self) -> impl Iterator<Item = &'a str> {
        self.by_namespace.keys().copied()
    }
}
