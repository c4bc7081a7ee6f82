//! What the nodes have in common, and where they differ.

use super::kinds::cluster::Node;
use super::kinds::meta::Map;
use super::kubelet::KubeletState;
use super::node_facts::NodeFacts;
use super::{Inventory, Kind, Version, age_in_words};
use crate::model::{FindingStatus, Report};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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

/// What is known of a kubelet's configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KubeletKnown {
    /// It answered.
    Asked,
    /// It was asked and did not say; why.
    Refused(Arc<str>),
    /// The node's own files say it.
    Files,
    /// Nothing.
    No,
}

/// What was seen on a node itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Who looked: `plimsoll 0.1.0`, `kube-bench cis-1.12`.
    pub by: Arc<str>,
    /// How long ago, in words.
    pub age: String,
    /// Too long ago to pass.
    pub stale: bool,
}

/// A node, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeRow {
    /// Its name.
    pub name: Arc<str>,
    /// `control-plane`, `worker`, what its labels say; empty: nothing.
    pub roles: String,
    /// Its kubelet's version; empty: unknown.
    pub version: String,
    /// Minors behind the API server; negative: ahead.
    pub behind: Option<i64>,
    /// Ready; None: it does not say.
    pub ready: Option<bool>,
    /// What is wrong: `NotReady: kubelet stopped posting`, `DiskPressure`, `cordoned`.
    pub troubles: Vec<String>,
    /// Its kubelet's configuration.
    pub kubelet: KubeletKnown,
    /// Who looked at it.
    pub looks: Vec<Look>,
    /// When the first of its certificates runs out, RFC 3339, with the file.
    pub expires: Option<(String, Arc<str>)>,
    /// Paths that could not be looked at.
    pub unreadable: Vec<(Arc<str>, Arc<str>)>,
    /// Findings that fail on it.
    pub failing: usize,
}

/// Every node, in order of name.
pub fn rows(inventory: &Inventory, report: &Report) -> Vec<NodeRow> {
    let now = report.finished.parse::<jiff::Timestamp>().map(|time| time.as_second()).unwrap_or_default();
    let mut failing: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in report.findings.rows().filter(|f| f.status() == FindingStatus::Fail && &*f.owner().kind == "Node") {
        *failing.entry(&finding.owner().name).or_default() += 1;
    }
    inventory.nodes.values().map(|node| row(inventory, node, now, &failing)).collect()
}

fn row(inventory: &Inventory, node: &Node, now: i64, failing: &BTreeMap<&str, usize>) -> NodeRow {
    let name = node.meta.name.as_str();
    let key = ("".into(), name.into());
    let facts = inventory.node_facts.get(&key);
    let version: Option<Version> = node.status.node_info.kubelet_version.parse().ok();
    let behind = version.map(|version| i64::from(inventory.version.minor) - i64::from(version.minor));
    let kubelet = match inventory.kubelets.get(&key).map(|kubelet| &kubelet.state) {
        Some(KubeletState::Read(_)) => KubeletKnown::Asked,
        _ if facts.and_then(NodeFacts::kubelet).is_some() => KubeletKnown::Files,
        Some(KubeletState::Failed(error)) => KubeletKnown::Refused(error.as_str().into()),
        None => KubeletKnown::No,
    };
    let look = |by: String, at: &str| Look {
        by: by.into(),
        age: age_in_words(now, at),
        stale: inventory.settings.max_age.refuses(now, at),
    };
    let own = facts.map(|facts| look(facts.collected_by.clone(), &facts.collected_at));
    let bench = inventory.kube_benches.get(&key);
    let bench = bench.map(|bench| look(format!("kube-bench {}", bench.benchmark), &bench.collected_at));
    let expires = facts.into_iter().flat_map(|facts| &facts.files);
    let expires = expires.filter_map(|file| Some((file.expires.clone()?, Arc::from(file.path.as_str())))).min();
    let unreadable = facts.into_iter().flat_map(|facts| &facts.errors);
    NodeRow {
        name: name.into(),
        roles: roles(&node.meta.labels),
        version: node.status.node_info.kubelet_version.clone(),
        behind,
        ready: node.status.conditions.iter().find(|c| c.r#type == "Ready").map(|c| c.status == "True"),
        troubles: troubles(node),
        kubelet,
        looks: own.into_iter().chain(bench).collect(),
        expires,
        unreadable: unreadable.map(|error| (error.path.as_str().into(), error.message.as_str().into())).collect(),
        failing: failing.get(name).copied().unwrap_or_default(),
    }
}

fn roles(labels: &Map) -> String {
    let named = labels.keys().filter_map(|label| label.strip_prefix("node-role.kubernetes.io/"));
    let roles: BTreeSet<&str> = named.filter(|role| !role.is_empty()).collect();
    roles.into_iter().collect::<Vec<_>>().join(",")
}

fn troubles(node: &Node) -> Vec<String> {
    let wrong = node.status.conditions.iter().filter(|c| (c.status == "True") != (c.r#type == "Ready"));
    // a condition of its own that nobody can tell, such as a plugin's, is shown where it says True
    let mut troubles: Vec<String> =
        wrong.map(|c| if c.r#type == "Ready" { "NotReady".to_owned() } else { c.r#type.clone() }).collect();
    if node.spec.unschedulable {
        troubles.push("cordoned".to_owned());
    }
    troubles
}

/// What the nodes' own documents say, as it is shown: by kind and node.
pub fn document(inventory: &Inventory, kind: Kind, node: &str) -> Option<serde_json::Value> {
    let key = ("".into(), node.into());
    let value = match kind {
        Kind::NodeFacts => serde_json::to_value(inventory.node_facts.get(&key)?),
        Kind::KubeBench => serde_json::to_value(inventory.kube_benches.get(&key)?),
        _ => return None,
    };
    let mut document = serde_json::json!({"apiVersion": kind.api_version(), "kind": kind.name()});
    document.as_object_mut()?.extend(value.ok()?.as_object()?.clone());
    Some(document)
}
