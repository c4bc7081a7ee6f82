//! What the checks of a namespace's policies share.

use super::super::{Cx, Hits, Judge};
use crate::inventory::Kind;
use crate::inventory::kinds::meta::Map;
use crate::inventory::network::{Direction, Effect, Network, Truth};
use crate::model::{FieldPath, Severity};
use serde_json::Value;

/// The policy to start with.
pub(super) const DENY_ALL: &str = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: default-deny\n  \
                                   namespace: {name}\nspec:\n  podSelector: {}\n  policyTypes:\n    - Ingress\n    - Egress\n";

/// What to do before traffic is cut.
pub(super) const FLOWS_FIRST: &str = "List the flows first (DNS to kube-system, ingress controller, database); plimsoll \
                                      cannot see traffic and does not know them.";

/// A namespace in scope.
pub(super) struct Subject<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// Its labels, the API server's among them.
    pub(super) labels: Map,
    /// Medium; info where there is no pod that a policy could hold.
    pub(super) severity: Severity,
    /// Says so: a part of a sentence.
    pub(super) note: &'static str,
}

/// Judges each namespace in scope.
pub(super) fn each(cx: &Cx<'_>, judge: &mut Judge, rule: impl Fn(&Network<'_>, &Subject<'_>, &mut Hits)) {
    let network = cx.network();
    for namespace in cx.inventory.namespaces.values().filter(|n| cx.in_scope(Kind::Namespace, &n.meta)) {
        let name = namespace.meta.name.as_str();
        let pods = network.pods(name);
        // pods that were not read may be there
        let unread = Kind::POD_SPEC.iter().any(|kind| cx.gap(*kind, Some(name)).is_some());
        let (severity, note) = match (pods.plain, pods.host_network) {
            (1.., _) => (Severity::Medium, ""),
            _ if unread => (Severity::Medium, ""),
            (0, 0) => (Severity::Info, "; it has no pods"),
            (0, _) => (Severity::Info, "; all its pods are on the host's network, where no policy holds them"),
        };
        let subject = Subject { name, labels: network.namespace_labels(name).into_owned(), severity, note };
        rule(network, &subject, judge.object(Kind::Namespace, &namespace.meta));
    }
}

/// A namespace denies a direction by default where a policy that selects all its pods isolates them for it and none
/// that selects all of them allows everything: policies add up.
///
/// Any gap leaves it undecided, whichever way it points: an unread policy may deny by default, or open all again.
pub(super) fn default_deny(cx: &Cx<'_>, judge: &mut Judge, direction: Direction) {
    let word = direction.as_str().to_lowercase();
    let expected = match direction {
        Direction::Ingress => "a policy that selects every pod and denies ingress",
        Direction::Egress => "a policy that selects every pod and denies egress",
    };
    each(cx, judge, |network, namespace, hits| {
        let path = FieldPath::root;
        if let Some(reason) = network.gap(namespace.name) {
            hits.unread(path(), reason, expected);
            return;
        }
        let policies: Vec<_> = network
            .around(namespace.name)
            .map(|policy| (policy, policy.effect(direction), policy.selects_all(&namespace.labels)))
            .filter(|(_, effect, selects)| *effect != Effect::None && *selects != Truth::No)
            .collect();
        let sure = |wanted: Effect| policies.iter().find(|(_, e, s)| *e == wanted && *s == Truth::Yes).map(|(p, ..)| p);
        let perhaps = |wanted: &[Effect]| {
            let unsure = |e: Effect, s: Truth| e == Effect::Unsure || s == Truth::Unknown;
            policies.iter().find(|(_, e, s)| wanted.contains(e) && unsure(*e, *s)).map(|(p, ..)| p)
        };
        let name = namespace.name;
        let (closed, open) = (sure(Effect::Isolates), sure(Effect::Open));
        match (closed, open) {
            (_, Some(open)) => {
                hits.fail(FieldPath::of("policies").named(0, &open.object.name), open.object.kind_name(), expected)
                    .message(format!("{} allows all {word} of every pod of namespace {name}", open.object))
                    .severity(namespace.severity);
            }
            (Some(_), None) => {
                if let Some(policy) = perhaps(&[Effect::Open]) {
                    hits.review(
                        FieldPath::of("policies").named(0, &policy.object.name),
                        policy.object.kind_name(),
                        expected,
                    )
                    .message(format!(
                        "{} may open {word} again: its selector is not one that plimsoll reads",
                        policy.object
                    ));
                }
            }
            (None, None) => match perhaps(&[Effect::Isolates, Effect::Unsure]) {
                Some(policy) => {
                    hits.review(path(), policy.object.kind_name(), expected).message(format!(
                        "{} denies some {word}; whether by default is not read from it",
                        policy.object
                    ));
                }
                None => {
                    hits.fail(path(), Value::Null, expected)
                        .message(format!("no policy of namespace {name} denies {word} by default{}", namespace.note))
                        .severity(namespace.severity);
                }
            },
        }
    });
}
