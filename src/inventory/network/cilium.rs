//! CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy.

use super::native::ORDER;
use super::reach::{Action, Destination, Ports, Rule, Stage};
use super::{Chosen, Direction, Effect, Policy, Target, is_world, named, object};
use crate::inventory::Kind;
use crate::inventory::json::{has, list, selector, text};
use crate::inventory::kinds::custom::Custom;
use crate::inventory::kinds::meta::{Requirement, Selector};
use serde_json::Value;

/// `spec` and each of `specs` (pitfall 38).
pub(super) fn policies(kind: Kind, custom: &Custom) -> Vec<Policy> {
    let specs = std::iter::once(&custom.spec).chain(list(&custom.rest, "specs")).filter(|spec| spec.is_object());
    specs
        .map(|spec| {
            let targets = match spec.get("endpointSelector").filter(|s| !s.is_null()) {
                // a policy for nodes selects no pod
                None => Vec::new(),
                Some(written) => {
                    let (namespaces, pods) = selector(written).map_or((Chosen::All, Chosen::Unreadable), split);
                    let namespaces =
                        if kind == Kind::CiliumNetworkPolicy { named(&custom.meta.namespace) } else { namespaces };
                    vec![Target { namespaces, pods }]
                }
            };
            // a deny wins over every allow
            let allowed = list(spec, "egress").iter().map(|rule| egress(rule, Action::Allow, ORDER));
            let denied = list(spec, "egressDeny").iter().map(|rule| egress(rule, Action::Deny, f64::NEG_INFINITY));
            Policy {
                object: object(kind, custom),
                targets,
                ingress: effect(spec, Direction::Ingress),
                egress: effect(spec, Direction::Egress),
                stage: Stage::Among,
                rules: denied.chain(allowed).collect(),
            }
        })
        .collect()
}

fn effect(spec: &Value, direction: Direction) -> Effect {
    let field = direction.field();
    let rules = list(spec, field);
    let written = !rules.is_empty() || !list(spec, &format!("{field}Deny")).is_empty();
    let denies = spec.get("enableDefaultDeny").and_then(|d| d.get(field)).and_then(Value::as_bool);
    let peers = if direction == Direction::Ingress { "from" } else { "to" };
    let everyone = |rule: &Value| {
        let words = |field: &str| list(rule, &format!("{peers}{field}")).iter().filter_map(Value::as_str);
        !has(rule, "toPorts") && (words("Entities").any(|entity| entity == "all") || is_world(words("CIDR")))
    };
    match denies.unwrap_or(written) {
        false => Effect::None,
        true if rules.iter().any(everyone) => Effect::Open,
        true => Effect::Isolates,
    }
}

/// Fields of a rule that say where it goes. Without any it goes everywhere if it names ports, and nowhere if not.
const PEERS: [&str; 9] =
    ["toEndpoints", "toRequires", "toCIDR", "toCIDRSet", "toEntities", "toServices", "toFQDNs", "toGroups", "toNodes"];

fn egress(rule: &Value, action: Action, order: f64) -> Rule {
    let named = |field: &str| rule.get(field).is_some_and(|value| !value.is_null());
    let mut to = Vec::new();
    if !PEERS.into_iter().any(named) && has(rule, "toPorts") {
        to.push(Destination::Any);
    }
    let words = |field: &str| list(rule, field).iter().filter_map(Value::as_str);
    to.extend(words("toCIDR").map(|cidr| Destination::block(cidr, std::iter::empty())));
    to.extend(list(rule, "toCIDRSet").iter().map(|set| match text(set, "cidr") {
        // a group of addresses that is kept elsewhere
        "" => Destination::Unread,
        cidr => Destination::block(cidr, list(set, "except").iter().filter_map(Value::as_str)),
    }));
    to.extend(words("toEntities").filter_map(|entity| match entity {
        "all" | "world" => Some(Destination::Any),
        "world-ipv4" => Some(Destination::block("0.0.0.0/0", std::iter::empty())),
        "world-ipv6" => Some(Destination::block("::/0", std::iter::empty())),
        // an agent of the cloud may answer on the node itself
        "host" | "remote-node" => Some(Destination::Unread),
        _ => None,
    }));
    // whatever a name resolves to
    to.extend(
        list(rule, "toFQDNs")
            .iter()
            .filter(|name| text(name, "matchPattern").starts_with('*'))
            .map(|_| Destination::Unread),
    );
    let entries = list(rule, "toPorts");
    let ports = entries.iter().flat_map(|entry| match list(entry, "ports") {
        [] => vec![Ports::ALL],
        ports => ports.iter().filter_map(port).collect(),
    });
    Rule {
        action,
        order,
        to,
        ports: ports.collect(),
        every_port: entries.is_empty() && !has(rule, "icmps"),
        // rules of layer 7 let some requests through
        narrowed: entries.iter().any(|entry| has(entry, "rules") || has(entry, "serverNames")),
    }
}

fn port(port: &Value) -> Option<Ports> {
    if !matches!(text(port, "protocol"), "" | "ANY" | "TCP") {
        return None;
    }
    let first: i64 = match text(port, "port") {
        "" => 0,
        // a name is a port of pods
        number => number.parse().ok()?,
    };
    let last = port.get("endPort").and_then(Value::as_i64).filter(|last| *last > 0);
    Some(if first == 0 { Ports::ALL } else { Ports::range(first, last.unwrap_or(first)) })
}

/// Cilium puts a namespace's name and labels among the labels of its pods: a selector's terms are taken apart.
fn split(selector: Selector) -> (Chosen, Chosen) {
    let (mut namespaces, mut pods) = (Selector::default(), Selector::default());
    let place = |key: &str| -> Option<(bool, String)> {
        let key = key.strip_prefix("k8s:").or_else(|| key.strip_prefix("any:")).unwrap_or(key);
        if key == "io.kubernetes.pod.namespace" {
            return Some((true, "kubernetes.io/metadata.name".into()));
        }
        if let Some(label) = key.strip_prefix("io.cilium.k8s.namespace.labels.") {
            return Some((true, label.into()));
        }
        // other sources of labels (`reserved:`, the ServiceAccount's name) are not read
        let foreign = key.contains(':') || key.starts_with("io.cilium.") || key.starts_with("io.kubernetes.pod.");
        (!foreign).then(|| (false, key.into()))
    };
    for (key, value) in selector.match_labels {
        let Some((of_namespace, key)) = place(&key) else { return (Chosen::All, Chosen::Unreadable) };
        let into = if of_namespace { &mut namespaces } else { &mut pods };
        into.match_labels.insert(key, value);
    }
    for requirement in selector.match_expressions {
        let Some((of_namespace, key)) = place(&requirement.key) else { return (Chosen::All, Chosen::Unreadable) };
        let into = if of_namespace { &mut namespaces } else { &mut pods };
        into.match_expressions.push(Requirement { key, ..requirement });
    }
    (Chosen::of(namespaces), Chosen::of(pods))
}
