//! Antrea's NetworkPolicy and ClusterNetworkPolicy: they isolate only where a rule drops everything.

use super::reach::{Action, Destination, Ports, Rule, Stage};
use super::{Chosen, Direction, Effect, Policy, Target, chosen, named, object};
use crate::inventory::Kind;
use crate::inventory::json::{has, list, text};
use crate::inventory::kinds::custom::Custom;
use serde_json::Value;

pub(super) fn policy(kind: Kind, custom: &Custom) -> Policy {
    let spec = &custom.spec;
    let target = |peer: &Value| {
        let plain = ["podSelector", "namespaceSelector"];
        let strange = peer.as_object().is_none_or(|fields| fields.keys().any(|f| !plain.contains(&f.as_str())));
        let namespaces =
            if kind.info().namespaced { named(&custom.meta.namespace) } else { chosen(peer.get("namespaceSelector")) };
        Target { namespaces, pods: if strange { Chosen::Unreadable } else { chosen(peer.get("podSelector")) } }
    };
    let by_rule = ["ingress", "egress"].iter().any(|f| list(spec, f).iter().any(|rule| has(rule, "appliedTo")));
    let mut targets: Vec<Target> = list(spec, "appliedTo").iter().map(target).collect();
    if by_rule {
        targets.push(Target { namespaces: Chosen::All, pods: Chosen::Unreadable });
    }
    let effect = |direction: Direction| {
        let denies = |rule: &&Value| matches!(text(rule, "action"), "Drop" | "Reject");
        let peers = if direction == Direction::Ingress { "from" } else { "to" };
        let limits = [peers, "ports", "protocols", "toServices", "l7Protocols"];
        let denying: Vec<&Value> = list(spec, direction.field()).iter().filter(denies).collect();
        match denying.iter().any(|rule| limits.iter().all(|field| !has(rule, field))) {
            true => Effect::Isolates,
            false if denying.is_empty() => Effect::None,
            false => Effect::Unsure,
        }
    };
    Policy {
        object: object(kind, custom),
        targets,
        ingress: effect(Direction::Ingress),
        egress: effect(Direction::Egress),
        stage: if text(spec, "tier") == "baseline" { Stage::After } else { Stage::Before },
        rules: list(spec, "egress").iter().filter_map(|rule| egress(rule, order(spec))).collect(),
    }
}

/// Tiers are asked by their priority, which only the shipped ones have here, then policies by theirs.
fn order(spec: &Value) -> f64 {
    let tier = match text(spec, "tier") {
        "emergency" => 50.0,
        "securityops" => 100.0,
        "networkops" => 150.0,
        "platform" => 200.0,
        _ => 250.0,
    };
    tier * 1e5 + spec.get("priority").and_then(Value::as_f64).unwrap_or_default()
}

fn egress(rule: &Value, order: f64) -> Option<Rule> {
    let action = match text(rule, "action") {
        "Allow" => Action::Allow,
        "Drop" | "Reject" => Action::Deny,
        "Pass" => Action::Pass,
        _ => return None,
    };
    let to = match list(rule, "to") {
        [] if has(rule, "toServices") => Vec::new(),
        [] => vec![Destination::Any],
        peers => peers.iter().filter_map(destination).collect(),
    };
    let ports = list(rule, "ports");
    let tcp = |port: &Value| {
        let number = |field: &str| port.get(field).and_then(Value::as_i64);
        let matches = matches!(text(port, "protocol"), "" | "TCP");
        let first = if port.get("port").is_none() { Some(0) } else { number("port") };
        let last = number("endPort").or(first.map(|first| if first == 0 { 65535 } else { first }));
        first.zip(last).filter(|_| matches).map(|(first, last)| Ports::range(first, last))
    };
    Some(Rule {
        action,
        order,
        to,
        ports: ports.iter().filter_map(tcp).collect(),
        // `protocols` are ICMP and IGMP
        every_port: ports.is_empty() && !has(rule, "protocols"),
        narrowed: has(rule, "l7Protocols") || has(rule, "appliedTo"),
    })
}

fn destination(peer: &Value) -> Option<Destination> {
    if let Some(block) = peer.get("ipBlock") {
        return Some(Destination::block(text(block, "cidr"), list(block, "except").iter().filter_map(Value::as_str)));
    }
    has(peer, "group").then_some(Destination::Unread)
}
