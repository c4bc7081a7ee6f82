//! How many pods workloads keep, and which budgets hold on to them.

use super::kinds::limits::{HorizontalPodAutoscaler, PodDisruptionBudget};
use super::kinds::meta::{Map, Meta};
use super::{Inventory, Kind};
use std::collections::BTreeMap;

impl PodDisruptionBudget {
    /// Whether it holds on to pods with these labels: without a selector to none, with an empty one to all of its
    /// namespace (pitfall 60).
    pub fn selects(&self, pod: &Map) -> bool {
        self.spec.selector.as_ref().is_some_and(|selector| selector.matches(pod))
    }
}

impl HorizontalPodAutoscaler {
    /// The kind of its target, where it is one that is read; the version may be any.
    pub fn target_kind(&self) -> Option<Kind> {
        let target = &self.spec.scale_target_ref;
        let group = target.api_version.split_once('/').map_or("", |(group, _)| group);
        Kind::of(group, &target.kind).filter(|kind| Kind::POD_SPEC.contains(kind))
    }

    /// The fewest pods that it keeps.
    pub fn least(&self) -> i32 {
        self.spec.min_replicas.unwrap_or(1)
    }
}

/// Autoscalers by target, budgets by a label that they ask for.
#[derive(Debug)]
pub struct Scaling<'a> {
    autoscalers: BTreeMap<(&'a str, Kind, &'a str), &'a HorizontalPodAutoscaler>,
    budgets: BTreeMap<&'a str, Budgets<'a>>,
}

/// The budgets of a namespace.
#[derive(Debug, Default)]
struct Budgets<'a> {
    by_label: BTreeMap<(&'a str, &'a str), Vec<&'a PodDisruptionBudget>>,
    /// Those that ask for no label by its value.
    others: Vec<&'a PodDisruptionBudget>,
}

impl<'a> Scaling<'a> {
    /// Indexes those of an inventory.
    pub fn new(inventory: &'a Inventory) -> Self {
        let mut autoscalers = BTreeMap::new();
        for autoscaler in inventory.autoscalers.values() {
            if let Some(kind) = autoscaler.target_kind() {
                let name = autoscaler.spec.scale_target_ref.name.as_str();
                autoscalers.insert((autoscaler.meta.namespace.as_str(), kind, name), autoscaler);
            }
        }
        let mut budgets: BTreeMap<&str, Budgets<'_>> = BTreeMap::new();
        for budget in inventory.budgets.values() {
            let here = budgets.entry(&budget.meta.namespace).or_default();
            let first = budget.spec.selector.as_ref().and_then(|selector| selector.match_labels.iter().next());
            match first {
                Some((key, value)) => here.by_label.entry((key, value)).or_default().push(budget),
                None => here.others.push(budget),
            }
        }
        Self { autoscalers, budgets }
    }

    /// The autoscaler of a workload.
    pub fn autoscaler(&self, kind: Kind, meta: &Meta) -> Option<&'a HorizontalPodAutoscaler> {
        self.autoscalers.get(&(meta.namespace.as_str(), kind, meta.name.as_str())).copied()
    }

    /// The budgets that hold on to pods with these labels.
    pub fn budgets(&self, namespace: &str, pod: &Map) -> Vec<&'a PodDisruptionBudget> {
        let Some(here) = self.budgets.get(namespace) else { return Vec::new() };
        let labelled = pod.iter().filter_map(|(key, value)| here.by_label.get(&(key.as_str(), value.as_str())));
        labelled.flatten().chain(&here.others).copied().filter(|budget| budget.selects(pod)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{Medium, Object, Version};
    use serde_json::{Value, json};

    fn budget(name: &str, spec: Value) -> Value {
        json!({"metadata": {"name": name, "namespace": "shop"}, "spec": spec})
    }

    #[test]
    fn budgets_select_as_the_api_does() {
        let mut inventory = Inventory::new(Medium::Cluster, Version::NEWEST);
        for (name, spec) in [
            ("all", json!({"selector": {}})),
            ("none", json!({})),
            ("web", json!({"selector": {"matchLabels": {"app": "web"}}})),
            (
                "expression",
                json!({"selector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]}}),
            ),
            ("other", json!({"selector": {"matchLabels": {"app": "web", "tier": "b"}}})),
        ] {
            inventory.upsert(Object::from_json(Kind::PodDisruptionBudget, budget(name, spec)).unwrap());
        }
        let labels: Map = [("app".to_owned(), "web".to_owned())].into();
        let scaling = Scaling::new(&inventory);
        let mut names: Vec<&str> =
            scaling.budgets("shop", &labels).iter().map(|budget| budget.meta.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["all", "expression", "web"]);
        assert!(scaling.budgets("else", &labels).is_empty());
    }
}
