//! NetworkPolicy.

use super::reach::{Action, Destination, Ports, Rule, Stage};
use super::{Chosen, Effect, Policy, Target, is_world, named};
use crate::inventory::Kind;
use crate::inventory::kinds::network::{IpBlock, NetworkPolicy, Peer, PolicyPort};
use crate::model::ObjectRef;

/// Where Calico puts NetworkPolicies among its own; the others have one order only.
pub(super) const ORDER: f64 = 1000.0;

/// Pitfalls 33, 34.
pub(super) fn policy(policy: &NetworkPolicy) -> Policy {
    let spec = &policy.spec;
    let effect = |isolates: bool, open: bool| match (isolates, open) {
        (false, _) => Effect::None,
        (true, true) => Effect::Open,
        (true, false) => Effect::Isolates,
    };
    let rules = spec.egress.iter().filter(|_| policy.isolates_egress()).map(|rule| Rule {
        action: Action::Allow,
        order: ORDER,
        to: to(&rule.to),
        ports: rule.ports.iter().filter_map(ports).collect(),
        every_port: rule.ports.is_empty(),
        narrowed: false,
    });
    let meta = &policy.meta;
    Policy {
        object: ObjectRef::new(&Kind::NetworkPolicy.api_version(), "NetworkPolicy", meta.namespace(), &meta.name),
        targets: vec![Target { namespaces: named(&meta.namespace), pods: Chosen::of(spec.pod_selector.clone()) }],
        ingress: effect(
            policy.isolates_ingress(),
            spec.ingress.iter().any(|rule| rule.ports.is_empty() && anywhere(&rule.from)),
        ),
        egress: effect(
            policy.isolates_egress(),
            spec.egress.iter().any(|rule| rule.ports.is_empty() && anywhere(&rule.to)),
        ),
        stage: Stage::Among,
        rules: rules.collect(),
    }
}

/// Whether peers are everybody: none named, or blocks that hold every address of a family.
pub fn anywhere(peers: &[Peer]) -> bool {
    peers.is_empty() || world(peers)
}

/// Whether blocks without exceptions hold every address of a family, one alone or several together.
pub fn world(peers: &[Peer]) -> bool {
    let whole = |block: &&IpBlock| block.except.is_empty();
    let blocks = peers.iter().filter_map(|peer| peer.ip_block.as_ref()).filter(whole);
    is_world(blocks.map(|block| block.cidr.as_str()))
}

/// Peers that are pods are no address that is asked for.
fn to(peers: &[Peer]) -> Vec<Destination> {
    if peers.is_empty() {
        return vec![Destination::Any];
    }
    let blocks = peers.iter().filter_map(|peer| peer.ip_block.as_ref());
    blocks.map(|block| Destination::block(&block.cidr, block.except.iter().map(String::as_str))).collect()
}

/// The TCP ports of a rule; a name stands for ports of pods.
fn ports(port: &PolicyPort) -> Option<Ports> {
    if !matches!(port.protocol.as_str(), "" | "TCP") {
        return None;
    }
    let Some(first) = &port.port else { return Some(Ports::ALL) };
    let first = first.number()?;
    Some(Ports::range(first, port.end_port.unwrap_or(first)))
}
