//! What the nodes have in common, and where they differ.

use super::kinds::meta::Map;
use super::{Inventory, Version};
use std::collections::BTreeMap;

/// Whether a node has a kubelet of its own, by its labels: Fargate and virtual kubelets stand for a service.
pub fn runs_kubelet(labels: &Map) -> bool {
    let is = |label: &str, value: &str| labels.get(label).is_some_and(|l| l == value);
    !is("eks.amazonaws.com/compute-type", "fargate") && !is("type", "virtual-kubelet")
}

/// The nodes, summed up.
#[derive(Debug, Default)]
pub struct Nodes<'a> {
    /// Versions of kubelets, each with the name of a node that has it.
    pub kubelets: BTreeMap<Version, &'a str>,
    /// Whether some node's version could not be told.
    pub unknown_kubelets: bool,
    /// Whether some node is a machine of Azure, by its provider's id.
    pub on_azure: bool,
}

impl<'a> Nodes<'a> {
    /// Those of an inventory.
    pub fn new(inventory: &'a Inventory) -> Self {
        let mut nodes = Self::default();
        for node in inventory.nodes.values() {
            match node.status.node_info.kubelet_version.parse() {
                Ok(version) => drop(nodes.kubelets.entry(version).or_insert(&node.meta.name)),
                Err(_) => nodes.unknown_kubelets = true,
            }
            nodes.on_azure |= node.spec.provider_id.starts_with("azure://");
        }
        nodes
    }
}
