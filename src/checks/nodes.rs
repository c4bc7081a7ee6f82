//! What the tables `kubelet` and `node_file` share: nodes, and what was gathered of each.

use super::flag::Said;
use super::{Cx, Judge, bench};
use crate::inventory::control_plane::{Component, NAMESPACE};
use crate::inventory::kubelet::{KubeletConfig, KubeletState};
use crate::inventory::node_facts::NodeFacts;
use crate::inventory::nodes::runs_kubelet;
use crate::inventory::platform::CONTROL_PLANE;
use crate::inventory::{Inventory, Kind, Medium, age_in_words};
use crate::model::{FieldPath, GapReason, ObjectRef};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
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

/// Counts the nodes. Those of which the same is said are named together, in the message of each. What is too old does not
/// pass, so that its node is not counted: `each` told the judge of it.
pub(super) fn report(cx: &Cx<'_>, judge: &mut Judge, seen: Vec<Seen>) {
    let all: Vec<Arc<str>> = seen.iter().map(|seen| seen.node.clone()).collect();
    let mut alike: BTreeMap<&str, Vec<Arc<str>>> = BTreeMap::new();
    for (node, said) in seen.iter().flat_map(|seen| seen.said.iter().map(|said| (&seen.node, said))) {
        alike.entry(&said.message).or_default().push(node.clone());
    }
    let several =
        |(said, nodes): (&str, Vec<Arc<str>>)| (said.to_owned(), format!("{said}, on {}", some_of(&nodes, &all)));
    let alike: HashMap<String, String> = alike.into_iter().filter(|(_, nodes)| nodes.len() > 1).map(several).collect();
    for Seen { node, kind, mut said } in seen {
        let old = if kind == Kind::NodeFacts { facts_of(cx, &node).and_then(|facts| too_old(cx, facts)) } else { None };
        if old.is_some() && said.is_empty() {
            continue;
        }
        for said in &mut said {
            if let Some(several) = alike.get(&said.message) {
                said.message.clone_from(several);
            }
            if let Some(old) = &old {
                said.message = format!("{}; as read {old}", said.message);
            }
        }
        bench::compare(cx, judge.check, &node, &mut said);
        let object = ObjectRef::new(&kind.api_version(), kind.name(), None, &node);
        let hits = judge.part(object, ObjectRef::new("v1", "Node", None, &node));
        for Said { review, at, actual, expected, message } in said {
            let hit = if review { hits.review(at, actual, expected) } else { hits.fail(at, actual, expected) };
            hit.message(message);
        }
    }
}

/// `a, b and c`, or `298 of 300 nodes, not on x and y`: whichever names fewer.
fn some_of(nodes: &[Arc<str>], all: &[Arc<str>]) -> String {
    let others: Vec<Arc<str>> = all.iter().filter(|node| !nodes.contains(node)).cloned().collect();
    match (nodes.len(), others.len()) {
        (n, _) if n <= NAMED => nodes.join(", "),
        (n, 0) => format!("all {n} nodes"),
        (n, rest) if rest <= NAMED => format!("{n} of {} nodes, not on {}", all.len(), others.join(", ")),
        (n, _) => format!("{}, {n} of {} nodes in all", names(nodes), all.len()),
    }
}

/// Nodes that are named before the others are only counted.
const NAMED: usize = 3;

/// `a, b, c and 9 more nodes`.
fn names(nodes: &[Arc<str>]) -> String {
    let (first, rest) = nodes.split_at(nodes.len().min(NAMED));
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
/// it (pitfall 48). The judge is told of those that are not, by name where one was asked and did not say.
pub(super) fn kubelets<'a>(cx: &Cx<'a>, judge: &mut Judge) -> Vec<Kubelet<'a>> {
    let inventory = cx.inventory;
    let known = |node: &'a str| {
        let asked = inventory.kubelets.get(&("".into(), node.into())).map(|kubelet| &kubelet.state);
        if let Some(KubeletState::Read(config)) = asked {
            return Known::There(Kubelet { node, config: Cow::Borrowed(config), kind: Kind::KubeletConfig });
        }
        let facts = facts_of(cx, node);
        match (facts.and_then(|facts| Some((facts, facts.kubelet()?))), asked) {
            (Some((facts, config)), _) => {
                let kubelet = Kubelet { node, config: Cow::Owned(config), kind: Kind::NodeFacts };
                Known::read(kubelet, too_old(cx, facts))
            }
            (None, Some(KubeletState::Failed(error))) => Known::Refused(error),
            (None, _) => Known::Nothing,
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
    let known = |node: &'a str| match facts_of(cx, node) {
        Some(facts) => Known::read(facts, too_old(cx, facts)),
        None => Known::Nothing,
    };
    each(cx, judge, (Kind::NodeFacts, GapReason::NoNodeEvidence), whose, known)
}

/// What was seen on a node, however long ago.
fn facts_of<'a>(cx: &Cx<'a>, node: &str) -> Option<&'a NodeFacts> {
    cx.inventory.node_facts.get(&("".into(), node.into()))
}

/// The same, where it still counts as read.
pub(super) fn fresh_facts<'a>(cx: &Cx<'a>, node: &str) -> Option<&'a NodeFacts> {
    facts_of(cx, node).filter(|facts| too_old(cx, facts).is_none())
}

/// How old what was seen on a node is, in words, where that is too old to pass.
fn too_old(cx: &Cx<'_>, facts: &NodeFacts) -> Option<String> {
    let settings = cx.settings();
    settings.max_age.refuses(cx.now(), &facts.collected_at).then(|| age_in_words(cx.now(), &facts.collected_at))
}

/// What is known of a node.
enum Known<'a, T> {
    /// It is known.
    There(T),
    /// It was read too long ago to pass: how long.
    Old(T, String),
    /// It was asked for, and what came instead.
    Refused(&'a str),
    /// Nothing.
    Nothing,
}

impl<T> Known<'_, T> {
    fn read(thing: T, old: Option<String>) -> Self {
        match old {
            Some(old) => Self::Old(thing, old),
            None => Self::There(thing),
        }
    }
}

fn each<'a, T>(
    cx: &Cx<'a>,
    judge: &mut Judge,
    (kind, reason): (Kind, GapReason),
    whose: Whose,
    known: impl Fn(&'a str) -> Known<'a, T>,
) -> Vec<T> {
    let inventory = cx.inventory;
    if !inventory.scope.namespaces.is_empty() || inventory.scope.selector.is_some() {
        judge.missing(kind.name(), GapReason::SourceCannotHoldIt, "the scope leaves out nodes");
        return Vec::new();
    }
    let nodes = names_of_nodes(inventory);
    let roles = whose == Whose::ControlPlane && nodes.iter().any(|node| has_role(inventory, node));
    let (mut found, mut unknown, mut old) = (Vec::new(), Vec::new(), Vec::new());
    let mut benched = bench::Benched::default();
    for node in &nodes {
        match known(node) {
            Known::There(thing) => found.push(thing),
            Known::Old(thing, age) => {
                found.push(thing);
                old.push(format!("{node} ({age})"));
            }
            Known::Refused(_) | Known::Nothing if roles && !has_role(inventory, node) => {}
            _ if benched.decides(cx, judge, node) => {}
            Known::Refused(error) => {
                let object = ObjectRef::new(&kind.api_version(), kind.name(), None, node);
                let hits = judge.part(object, ObjectRef::new("v1", "Node", None, node));
                hits.unread(FieldPath::of("error"), reason, "an answer")
                    .message(format!("the kubelet of {node} does not say how it is configured: {error}"));
                unknown.push(Arc::from(*node));
            }
            Known::Nothing => unknown.push(Arc::from(*node)),
        }
    }
    benched.tell(judge, nodes.len());
    let of = |which: &[Arc<str>]| format!("{} of {} nodes: {}", which.len(), nodes.len(), names(which));
    if found.is_empty() && benched.is_empty() {
        let reason = cx.gap(kind, None).unwrap_or(reason);
        judge.missing(kind.name(), reason, "of no node is it known");
    } else if !unknown.is_empty() {
        judge.missing(kind.name(), reason, format!("not known of {}", of(&unknown)));
    } else if !old.is_empty() {
        let most = cx.settings().max_age;
        judge.missing(kind.name(), GapReason::Stale, format!("read longer than {most} ago: {}", old.join(", ")));
    }
    if inventory.medium == Medium::Cluster
        && let Some(reason) = cx.gap(Kind::Node, None)
    {
        judge.missing(Kind::Node.name(), reason, "which nodes there are is not known");
    }
    found
}

/// Judges the nodes of the control plane by what kube-bench said of them, where the API shows no pod of it. False: it said
/// nothing.
pub(super) fn by_kube_bench(cx: &Cx<'_>, judge: &mut Judge) -> bool {
    let inventory = cx.inventory;
    let mut nodes = names_of_nodes(inventory);
    if nodes.iter().any(|node| has_role(inventory, node)) {
        nodes.retain(|node| has_role(inventory, node));
    }
    let mut benched = bench::Benched::default();
    let unknown = nodes.iter().filter(|node| !benched.decides(cx, judge, node)).map(|node| Arc::from(*node));
    let unknown: Vec<Arc<str>> = unknown.collect();
    benched.tell(judge, nodes.len());
    if !benched.is_empty() && !unknown.is_empty() {
        let message = format!("kube-bench says nothing of {}", names(&unknown));
        judge.missing(Kind::KubeBench.name(), GapReason::NoControlPlanePod, message);
    }
    !benched.is_empty()
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
    node.is_some_and(|node| roles.iter().any(|role| node.meta.labels.contains_key(role)))
}

/// Names of the nodes that have a kubelet of their own.
fn names_of_nodes(inventory: &Inventory) -> BTreeSet<&str> {
    let has_kubelet = |name: &str| {
        let node = inventory.nodes.get(&("".into(), name.into()));
        node.is_none_or(|node| runs_kubelet(&node.meta.labels))
    };
    let gathered = inventory.kubelets.keys().chain(inventory.node_facts.keys()).chain(inventory.kube_benches.keys());
    // a document outlives its node; manifests may hold documents alone
    let is_whole = inventory.medium == Medium::Cluster && inventory.gap(Kind::Node, None).is_none();
    let gathered = gathered.filter(|key| !is_whole || inventory.nodes.is_empty() || inventory.nodes.contains_key(*key));
    let named = inventory.nodes.keys().chain(gathered);
    named.map(|(_, name)| &**name).filter(|name| has_kubelet(name)).collect()
}
