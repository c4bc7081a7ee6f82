//! What the tables `kubelet` and `node_file` share: nodes, and what was gathered of each.

use super::flag::Said;
use super::{Cx, Judge};
use crate::inventory::control_plane::{Component, NAMESPACE};
use crate::inventory::kubelet::{KubeletConfig, KubeletState};
use crate::inventory::node_facts::NodeFacts;
use crate::inventory::platform::CONTROL_PLANE;
use crate::inventory::{Inventory, Kind, Medium};
use crate::model::{FieldPath, GapReason, ObjectRef};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A node with its findings.
pub(super) struct Seen {
    node: Arc<str>,
    /// The document in which the fields stand.
    kind: Kind,
    said: Vec<Said>,
}

impl Seen {
    /// Of a node, by a document of this kind.
    pub(super) fn new(node: &str, kind: Kind, said: Vec<Said>) -> Self {
        Self { node: node.into(), kind, said }
    }
}

/// Counts the nodes. Those of which the same is said are named together, in the message of each.
pub(super) fn report(judge: &mut Judge, seen: Vec<Seen>) {
    let mut alike: BTreeMap<String, Vec<Arc<str>>> = BTreeMap::new();
    for (node, said) in seen.iter().flat_map(|seen| seen.said.iter().map(|said| (&seen.node, said))) {
        alike.entry(said.message.clone()).or_default().push(node.clone());
    }
    for Seen { node, kind, said } in seen {
        let object = ObjectRef::new(&kind.api_version(), kind.name(), None, &node);
        let hits = judge.part(object, ObjectRef::new("v1", "Node", None, &node));
        for Said { review, at, actual, expected, message } in said {
            let others = alike.get(&message).map_or(&[][..], Vec::as_slice);
            let message = if others.len() > 1 { format!("{message}, on {}", names(others)) } else { message };
            let hit = if review { hits.review(at, actual, expected) } else { hits.fail(at, actual, expected) };
            hit.message(message);
        }
    }
}

/// `a, b, c and 9 more nodes`.
fn names(nodes: &[Arc<str>]) -> String {
    let (first, rest) = nodes.split_at(nodes.len().min(3));
    match rest.len() {
        0 => first.join(", "),
        n => format!("{} and {n} more nodes", first.join(", ")),
    }
}

/// A kubelet whose configuration is known.
pub(super) struct Kubelet<'a> {
    pub(super) node: &'a str,
    pub(super) config: Cow<'a, KubeletConfig>,
    /// By which document.
    pub(super) kind: Kind,
}

impl Kubelet<'_> {
    /// The path of a field in its document.
    pub(super) fn at(&self, field: &str) -> FieldPath {
        let root = if self.kind == Kind::KubeletConfig { "kubeletconfig" } else { "kubeletConfig" };
        FieldPath::of(root).fields(field)
    }
}

/// The kubelets whose configuration is known: what configz answered, else what the node's files and command line make of
/// it (pitfall 48). The judge is told of those that are not.
pub(super) fn kubelets<'a>(cx: &Cx<'a>, judge: &mut Judge) -> Vec<Kubelet<'a>> {
    let inventory = cx.inventory;
    let known = |node: &'a str| {
        let key = ("".into(), node.into());
        match inventory.kubelets.get(&key).map(|kubelet| &kubelet.state) {
            Some(KubeletState::Read(config)) => {
                Some(Kubelet { node, config: Cow::Borrowed(&**config), kind: Kind::KubeletConfig })
            }
            Some(KubeletState::Failed(_)) | None => {
                let config = inventory.node_facts.get(&key)?.kubelet()?;
                Some(Kubelet { node, config: Cow::Owned(config), kind: Kind::NodeFacts })
            }
        }
    };
    each(cx, judge, (Kind::KubeletConfig, GapReason::NoKubeletAccess), Whose::Every, known)
}

/// Which nodes a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// All of them.
    Every,
    /// Those that run the control plane or etcd: by their role, where any has one.
    ControlPlane,
}

/// What was seen on nodes themselves. The judge is told of those that nobody looked at.
pub(super) fn facts<'a>(cx: &Cx<'a>, judge: &mut Judge, whose: Whose) -> Vec<&'a NodeFacts> {
    let known = |node: &'a str| cx.inventory.node_facts.get(&("".into(), node.into()));
    each(cx, judge, (Kind::NodeFacts, GapReason::NoNodeEvidence), whose, known)
}

fn each<'a, T>(
    cx: &Cx<'a>,
    judge: &mut Judge,
    (kind, reason): (Kind, GapReason),
    whose: Whose,
    known: impl Fn(&'a str) -> Option<T>,
) -> Vec<T> {
    let inventory = cx.inventory;
    if !inventory.scope.namespaces.is_empty() || inventory.scope.selector.is_some() {
        judge.missing(kind.name(), GapReason::SourceCannotHoldIt, "the scope leaves out nodes");
        return Vec::new();
    }
    let nodes = names_of_nodes(inventory);
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for node in &nodes {
        match known(node) {
            Some(thing) => found.push(thing),
            None => unknown.push(*node),
        }
    }
    if whose == Whose::ControlPlane && nodes.iter().any(|node| has_role(inventory, node)) {
        unknown.retain(|node| has_role(inventory, node));
    }
    let unknown: Vec<Arc<str>> = unknown.into_iter().map(Arc::from).collect();
    if found.is_empty() {
        let reason = cx.gap(kind, None).unwrap_or(reason);
        judge.missing(kind.name(), reason, "of no node is it known");
    } else if let Some(first) = unknown.first() {
        let why = match inventory.kubelets.get(&("".into(), first.clone())).map(|kubelet| &kubelet.state) {
            Some(KubeletState::Failed(error)) if kind == Kind::KubeletConfig => format!(" ({error})"),
            _ => String::new(),
        };
        let message = format!("not known of {} of {} nodes: {}{why}", unknown.len(), nodes.len(), names(&unknown));
        judge.missing(kind.name(), reason, message);
    }
    if inventory.medium == Medium::Cluster
        && let Some(reason) = cx.gap(Kind::Node, None)
    {
        judge.missing(Kind::Node.name(), reason, "which nodes there are is not known");
    }
    found
}

/// Whether the provider runs the control plane, so that no node of the cluster does; the judge is told.
pub(super) fn is_hosted(cx: &Cx<'_>, judge: &mut Judge) -> bool {
    let seen = cx.control_plane().of(Component::ApiServer).next().is_some();
    let hosted = cx.platform().is_managed() && !seen && cx.gap(Kind::Pod, Some(NAMESPACE)).is_none();
    if hosted {
        judge.not_applicable("provider: see its SOC report");
    }
    hosted
}

/// Whether a node says that it runs the control plane or etcd.
fn has_role(inventory: &Inventory, node: &str) -> bool {
    let roles = [CONTROL_PLANE, "node-role.kubernetes.io/master", "node-role.kubernetes.io/etcd"];
    let node = inventory.nodes.get(&("".into(), node.into()));
    node.is_some_and(|node| roles.iter().any(|role| node.meta.labels.contains_key(*role)))
}

/// Names of the nodes that have a kubelet of their own.
fn names_of_nodes(inventory: &Inventory) -> BTreeSet<&str> {
    let virtual_node = |name: &str| {
        let node = inventory.nodes.get(&("".into(), name.into()));
        node.is_some_and(|node| {
            let is = |label: &str, value: &str| node.meta.labels.get(label).is_some_and(|l| l == value);
            is("eks.amazonaws.com/compute-type", "fargate") || is("type", "virtual-kubelet")
        })
    };
    let named = inventory.nodes.keys().chain(inventory.kubelets.keys()).chain(inventory.node_facts.keys());
    named.map(|(_, name)| &**name).filter(|name| !virtual_node(name)).collect()
}
