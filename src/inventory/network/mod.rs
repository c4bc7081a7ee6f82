//! Which policies isolate a pod, by direction: one answer for NetworkPolicy and for the kinds that CNIs add.
//!
//! A policy of any kind becomes a [`Policy`]: which pods it selects and what that does to each direction. Selectors
//! of all dialects end as [`Selector`]; one that cannot be said that way is [`Truth::Unknown`], never a match.

mod admin;
mod antrea;
mod calico;
mod cilium;
mod native;
mod reach;

pub use native::{anywhere, world};
pub use reach::{Reach, is_world};

use super::json::selector;
use super::kinds::custom::Custom;
use super::kinds::meta::{Map, Selector};
use super::pod_labels::PodLabels;
use super::{Inventory, Kind};
use crate::model::{GapReason, ObjectRef};
use reach::{Rule, Stage};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What decides whether pods are isolated: NetworkPolicy and the kinds of the CNIs.
pub const POLICY_KINDS: &[Kind] = &[
    Kind::NetworkPolicy,
    Kind::CiliumNetworkPolicy,
    Kind::CiliumClusterwideNetworkPolicy,
    Kind::CalicoNetworkPolicy,
    Kind::CalicoGlobalNetworkPolicy,
    Kind::CalicoV3NetworkPolicy,
    Kind::CalicoV3GlobalNetworkPolicy,
    Kind::AdminNetworkPolicy,
    Kind::BaselineAdminNetworkPolicy,
    Kind::ClusterNetworkPolicy,
    Kind::AntreaNetworkPolicy,
    Kind::AntreaClusterNetworkPolicy,
];

/// A direction of traffic, as the pod sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Into the pod.
    Ingress,
    /// Out of it.
    Egress,
}

impl Direction {
    /// The word of `policyTypes`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ingress => "Ingress",
            Self::Egress => "Egress",
        }
    }

    /// The field of a policy's rules.
    fn field(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        }
    }
}

/// An answer that may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// No.
    No,
    /// Written in a way that plimsoll does not read.
    Unknown,
    /// Yes.
    Yes,
}

impl Truth {
    fn and(self, other: Self) -> Self {
        self.min(other)
    }
}

impl From<bool> for Truth {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

/// What a policy does to a direction of the pods it selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing: the pod stays as open as it was.
    None,
    /// What no rule lists is denied.
    Isolates,
    /// Isolates, and a rule then allows everything.
    Open,
    /// Denies in part, or in a way that is not read.
    Unsure,
}

/// Which of the pods or namespaces.
#[derive(Clone, Debug)]
enum Chosen {
    All,
    By(Selector),
    Unreadable,
}

impl Chosen {
    fn of(selector: Selector) -> Self {
        if selector.is_empty() { Self::All } else { Self::By(selector) }
    }

    fn matches(&self, labels: &Map) -> Truth {
        match self {
            Self::All => Truth::Yes,
            Self::By(selector) => selector.matches(labels).into(),
            Self::Unreadable => Truth::Unknown,
        }
    }

    /// Whether it matches whatever the labels are.
    fn matches_all(&self) -> Truth {
        match self {
            Self::All => Truth::Yes,
            Self::By(_) => Truth::No,
            Self::Unreadable => Truth::Unknown,
        }
    }
}

/// Pods that a policy selects: those chosen, in the namespaces chosen.
#[derive(Clone, Debug)]
struct Target {
    namespaces: Chosen,
    pods: Chosen,
}

/// A policy of any kind.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The object; several policies may be one object's (Cilium's `specs`).
    pub object: ObjectRef,
    targets: Vec<Target>,
    ingress: Effect,
    egress: Effect,
    stage: Stage,
    rules: Vec<Rule>,
}

impl Policy {
    /// What it does to a direction.
    pub fn effect(&self, direction: Direction) -> Effect {
        match direction {
            Direction::Ingress => self.ingress,
            Direction::Egress => self.egress,
        }
    }

    fn any(&self, test: impl Fn(&Target) -> Truth) -> Truth {
        self.targets.iter().map(test).max().unwrap_or(Truth::No)
    }

    /// Whether it selects every pod of a namespace, whatever the pod's labels.
    pub fn selects_all(&self, namespace: &Map) -> Truth {
        self.any(|target| target.namespaces.matches(namespace).and(target.pods.matches_all()))
    }

    /// Whether it names labels, so that it may select nothing for want of a pod or a namespace that has them.
    fn is_selective(&self) -> bool {
        let by = |chosen: &Chosen| matches!(chosen, Chosen::By(_));
        let own = self.object.namespace.is_some();
        self.targets.iter().any(|target| by(&target.pods) || (!own && by(&target.namespaces)))
    }

    /// Whether it selects a pod.
    pub fn selects(&self, namespace: &Map, pod: &Map) -> Truth {
        self.any(|target| target.namespaces.matches(namespace).and(target.pods.matches(pod)))
    }
}

/// What isolates a pod in a direction.
#[derive(Clone, Debug, Default)]
pub struct Isolation<'n> {
    /// Policies that select it and deny by default; none: it is open.
    pub by: Vec<&'n Policy>,
    /// Policies that may: their selector or their rules are not read.
    pub perhaps: Vec<&'n Policy>,
}

/// Pods of a namespace, as network policies see them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pods {
    /// Live pods and templates that a policy can isolate.
    pub plain: usize,
    /// Those on the host's network: no policy holds them.
    pub host_network: usize,
}

/// Every network policy that was read.
#[derive(Debug)]
pub struct Network<'a> {
    inventory: &'a Inventory,
    own: BTreeMap<String, Vec<Policy>>,
    wide: Vec<Policy>,
    pods: BTreeMap<&'a str, Pods>,
    labels: BTreeMap<&'a str, Map>,
}

impl<'a> Network<'a> {
    /// Reads the policies of an inventory.
    pub fn new(inventory: &'a Inventory) -> Self {
        let namespaces = inventory.namespaces.values().map(|namespace| &namespace.meta);
        let labels = namespaces.map(|meta| (meta.name.as_str(), labels_of(&meta.name, Some(&meta.labels)))).collect();
        let mut network = Self { inventory, own: BTreeMap::new(), wide: Vec::new(), pods: BTreeMap::new(), labels };
        for policy in inventory.network_policies.values() {
            network.own.entry(policy.meta.namespace.clone()).or_default().push(native::policy(policy));
        }
        for ((kind, _), custom) in &inventory.customs {
            if !POLICY_KINDS.contains(kind) {
                continue;
            }
            let policies = translate(*kind, custom);
            if kind.info().namespaced {
                network.own.entry(custom.meta.namespace.clone()).or_default().extend(policies);
            } else {
                network.wide.extend(policies);
            }
        }
        let mut count = |namespace: &'a str, host_network: bool| {
            let pods = network.pods.entry(namespace).or_default();
            if host_network { pods.host_network += 1 } else { pods.plain += 1 }
        };
        for pod in inventory.pods.iter().filter(|pod| !pod.ended) {
            count(&pod.namespace, pod.spec.host_network);
        }
        for ((_, (namespace, _)), row) in &inventory.controllers {
            let runs = !row.finished && row.replicas != Some(0) && row.meta.controller().is_none();
            if let Some(template) = row.template.as_ref().filter(|_| runs) {
                count(namespace, template.host_network);
            }
        }
        network
    }

    /// Pods and templates of a namespace.
    pub fn pods(&self, namespace: &str) -> Pods {
        self.pods.get(namespace).copied().unwrap_or_default()
    }

    /// Policies that live in a namespace.
    pub fn own(&self, namespace: &str) -> &[Policy] {
        self.own.get(namespace).map_or(&[], Vec::as_slice)
    }

    /// Policies that are cluster-scoped.
    pub fn wide(&self) -> &[Policy] {
        &self.wide
    }

    /// Both.
    pub fn around(&self, namespace: &str) -> impl Iterator<Item = &Policy> {
        self.own(namespace).iter().chain(&self.wide)
    }

    /// A namespace's labels as selectors see them: the API server sets the name among them. A namespace that was not
    /// read has that one only.
    pub fn namespace_labels(&self, namespace: &str) -> Cow<'_, Map> {
        match self.labels.get(namespace) {
            Some(labels) => Cow::Borrowed(labels),
            None => Cow::Owned(labels_of(namespace, None)),
        }
    }

    /// Whether a policy that names labels selects no pod, no template and, where it selects all pods of namespaces by
    /// label, no namespace.
    pub fn selects_nothing(&self, policy: &Policy, pods: &PodLabels<'_>) -> bool {
        if !policy.is_selective() {
            return false;
        }
        let selects = |namespace: &str| {
            let labels = self.namespace_labels(namespace);
            let own = policy.object.namespace.is_some();
            (!own && policy.selects_all(&labels) != Truth::No)
                || pods.of(namespace).iter().any(|pod| policy.selects(&labels, pod) != Truth::No)
        };
        match policy.object.namespace.as_deref() {
            Some(namespace) => !selects(namespace),
            None => {
                let read = self.inventory.namespaces.keys().map(|(_, name)| &**name);
                !read.chain(pods.namespaces()).any(selects)
            }
        }
    }

    /// np_isolation: the policies that isolate a pod with these labels in a direction. On the host's network none
    /// does: ask for `hostNetwork` first.
    pub fn isolation(&self, namespace: &str, pod: &Map, direction: Direction) -> Isolation<'_> {
        let labels = self.namespace_labels(namespace);
        let mut isolation = Isolation::default();
        for policy in self.around(namespace).filter(|policy| policy.effect(direction) != Effect::None) {
            match (policy.effect(direction), policy.selects(&labels, pod)) {
                (Effect::None, _) | (_, Truth::No) => {}
                (Effect::Unsure, _) | (_, Truth::Unknown) => isolation.perhaps.push(policy),
                (Effect::Isolates | Effect::Open, Truth::Yes) => isolation.by.push(policy),
            }
        }
        isolation
    }

    /// Why it is not known which policies a namespace has. Calico serves its policies in one of two groups, or in
    /// both with the same content: one that was read is enough.
    pub fn gap(&self, namespace: &str) -> Option<GapReason> {
        let served =
            |kind: Kind| self.inventory.count(kind) > 0 || *self.inventory.state(kind) == super::ReadState::Complete;
        POLICY_KINDS.iter().find_map(|kind| {
            let twin = match kind {
                Kind::CalicoV3NetworkPolicy => Some(Kind::CalicoNetworkPolicy),
                Kind::CalicoV3GlobalNetworkPolicy => Some(Kind::CalicoGlobalNetworkPolicy),
                _ => None,
            };
            let gap = self.inventory.gap(*kind, Some(namespace))?;
            let told = twin.is_some_and(|twin| served(twin) && self.inventory.gap(twin, Some(namespace)).is_none());
            (!told).then_some(gap)
        })
    }
}

/// A namespace's labels with the one that the API server sets.
pub fn labels_of(namespace: &str, labels: Option<&Map>) -> Map {
    let mut labels = labels.cloned().unwrap_or_default();
    labels.insert("kubernetes.io/metadata.name".into(), namespace.into());
    labels
}

fn object(kind: Kind, custom: &Custom) -> ObjectRef {
    ObjectRef::new(&kind.api_version(), kind.name(), custom.meta.namespace(), &custom.meta.name)
}

fn named(namespace: &str) -> Chosen {
    let labels = labels_of(namespace, None);
    Chosen::By(Selector { match_labels: labels, match_expressions: Vec::new() })
}

/// A selector in JSON; absent selects all.
fn chosen(value: Option<&Value>) -> Chosen {
    match value {
        None | Some(Value::Null) => Chosen::All,
        Some(value) => selector(value).map_or(Chosen::Unreadable, Chosen::of),
    }
}

fn translate(kind: Kind, custom: &Custom) -> Vec<Policy> {
    match kind {
        Kind::CiliumNetworkPolicy | Kind::CiliumClusterwideNetworkPolicy => cilium::policies(kind, custom),
        Kind::CalicoNetworkPolicy
        | Kind::CalicoV3NetworkPolicy
        | Kind::CalicoGlobalNetworkPolicy
        | Kind::CalicoV3GlobalNetworkPolicy => vec![calico::policy(kind, custom)],
        Kind::AdminNetworkPolicy | Kind::BaselineAdminNetworkPolicy | Kind::ClusterNetworkPolicy => {
            vec![admin::policy(kind, custom)]
        }
        _ => vec![antrea::policy(kind, custom)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{Medium, Object, Version};
    use serde_json::json;

    fn inventory(objects: &[Value]) -> Inventory {
        let mut inventory = Inventory::new(Medium::Files, Version::NEWEST);
        for object in objects {
            let group = object["apiVersion"].as_str().unwrap().split_once('/').map_or("", |(group, _)| group);
            let kind = Kind::of(group, object["kind"].as_str().unwrap()).unwrap();
            inventory.upsert(Object::from_json(kind, object.clone()).unwrap());
        }
        inventory
    }

    fn labels(value: Value) -> Map {
        serde_json::from_value(value).unwrap()
    }

    fn names(isolation: &Isolation<'_>) -> (Vec<String>, Vec<String>) {
        let names = |list: &[&Policy]| list.iter().map(|p| p.object.name.to_string()).collect();
        (names(&isolation.by), names(&isolation.perhaps))
    }

    /// Kubernetes: a pod is isolated in a direction when some policy selects it with that type.
    #[test]
    fn isolation_is_by_pod_and_direction() {
        let policy = |name: &str, spec: Value| {
            json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
                   "metadata": {"name": name, "namespace": "shop"}, "spec": spec})
        };
        let inventory = inventory(&[
            policy(
                "web",
                json!({"podSelector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]}, "ingress": [{}]}),
            ),
            policy("out", json!({"podSelector": {}, "policyTypes": ["Egress"], "egress": []})),
            policy(
                "both",
                json!({"podSelector": {"matchLabels": {"app": "db"}}, "egress": [{"to": [{"podSelector": {}}]}]}),
            ),
        ]);
        let network = Network::new(&inventory);
        let of = |app: &str, direction| names(&network.isolation("shop", &labels(json!({"app": app})), direction)).0;
        assert_eq!(of("web", Direction::Ingress), ["web"], "allow-all still isolates: it is another check's finding");
        assert_eq!(of("web", Direction::Egress), ["out"], "types default to ingress where there are no egress rules");
        assert_eq!(of("db", Direction::Ingress), ["both"]);
        assert_eq!(of("db", Direction::Egress), ["both", "out"], "egress rules imply the type");
        assert!(of("other", Direction::Ingress).is_empty());
        assert!(
            network.isolation("web", &Map::new(), Direction::Egress).by.is_empty(),
            "a policy stays in its namespace"
        );
    }

    #[test]
    fn cilium_labels_of_namespaces_are_taken_apart() {
        let inventory = inventory(&[
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "labels": {"tier": "app"}}}),
            json!({"apiVersion": "cilium.io/v2", "kind": "CiliumClusterwideNetworkPolicy", "metadata": {"name": "tier"},
                   "spec": {"endpointSelector": {"matchLabels": {"k8s:io.cilium.k8s.namespace.labels.tier": "app"}}, "ingress": [{}]}}),
            json!({"apiVersion": "cilium.io/v2", "kind": "CiliumClusterwideNetworkPolicy", "metadata": {"name": "account"},
                   "spec": {"endpointSelector": {"matchLabels": {"io.cilium.k8s.policy.serviceaccount": "x"}}, "ingress": [{}]}}),
            json!({"apiVersion": "cilium.io/v2", "kind": "CiliumClusterwideNetworkPolicy", "metadata": {"name": "audit"},
                   "spec": {"endpointSelector": {}, "enableDefaultDeny": {"ingress": false}, "ingress": [{}]}}),
        ]);
        let network = Network::new(&inventory);
        let (by, perhaps) = names(&network.isolation("shop", &Map::new(), Direction::Ingress));
        assert_eq!((by, perhaps), (vec!["tier".to_owned()], vec!["account".to_owned()]));
        let (by, _) = names(&network.isolation("web", &Map::new(), Direction::Ingress));
        assert!(by.is_empty(), "the label is shop's");
    }

    /// A policy that does not decode may be the one: its namespace is undecided, the next one is not.
    #[test]
    fn an_undecodable_policy_is_a_gap_of_its_namespace() {
        let namespace = |name: &str| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
        let mut inventory = inventory(&[namespace("shop"), namespace("web")]);
        inventory.note_undecodable(Kind::NetworkPolicy, "shop", "broken", "expected a map");
        let network = Network::new(&inventory);
        assert_eq!(network.gap("shop"), Some(GapReason::Undecodable));
        assert_eq!(network.gap("web"), None);
    }

    #[test]
    fn calico_expressions_that_are_conjunctions() {
        let of = |expression: &str, namespace: &str, pod: Value| {
            let (namespaces, pods) = calico::expression(expression, false);
            namespaces.matches(&labels_of(namespace, None)).and(pods.matches(&labels(pod)))
        };
        assert_eq!(of("all()", "a", json!({})), Truth::Yes);
        assert_eq!(of("app == 'web' && has(tier)", "a", json!({"app": "web", "tier": "1"})), Truth::Yes);
        assert_eq!(of("app == \"web\" && !has(tier)", "a", json!({"app": "web", "tier": "1"})), Truth::No);
        assert_eq!(of("projectcalico.org/namespace not in {'kube-system', 'b'}", "b", json!({})), Truth::No);
        assert_eq!(of("projectcalico.org/namespace not in {'kube-system', 'b'}", "a", json!({})), Truth::Yes);
        assert_eq!(of("app != 'web'", "a", json!({})), Truth::Yes);
        for unread in ["app == 'a' || app == 'b'", "!(app == 'a')", "app starts with 'a'", "(all())", "global()"] {
            assert_eq!(of(unread, "a", json!({})), Truth::Unknown, "{unread}");
        }
    }
}
