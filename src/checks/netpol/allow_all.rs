use super::super::{Check, Cx, Hits, Judge, Run};
use super::namespaces::FLOWS_FIRST;
use crate::inventory::Kind;
use crate::inventory::kinds::network::{NetworkPolicy, Peer};
use crate::inventory::network::{Direction, Effect, POLICY_KINDS, anywhere, world};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use std::collections::BTreeSet;

/// No rule that allows everything: no peers and no ports, or blocks that hold every address without an exception
/// (pitfall 34: `ingress: [{}]`). A rule for every address on named ports is of low severity: a public service has one. Of
/// the kinds of CNIs those are told that allow everything of a direction (pitfall 38).
pub static CHECK: Check = Check {
    id: "netpol.allow-all",
    title: "No network policy allows everything",
    severity: Severity::Medium,
    over: POLICY_KINDS,
    needs: &[],
    aliases: &[],
    why: "Such a rule makes the pods that it selects as open as if there were no policy, and lists and counts show them as \
          isolated.",
    remedy: Remedy {
        advice: "Name the peers and ports that are needed, and delete the rule.",
        fix: Fix::Advice,
        disruption: Disruption::CutsTraffic,
        try_first: FLOWS_FIRST,
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let inventory = cx.inventory;
    for policy in inventory.network_policies.values().filter(|p| cx.in_scope(Kind::NetworkPolicy, &p.meta)) {
        let hits = judge.object(Kind::NetworkPolicy, &policy.meta);
        native(policy, hits);
    }
    let network = cx.network();
    let namespaces: BTreeSet<&str> = inventory.customs.keys().map(|(_, (namespace, _))| &**namespace).collect();
    let own = namespaces.iter().flat_map(|namespace| network.own(namespace));
    for policy in own.chain(network.wide()).filter(|policy| &*policy.object.api_version != "networking.k8s.io/v1") {
        let in_scope = inventory.scope.namespaces.is_empty()
            || policy.object.namespace.as_ref().is_some_and(|n| inventory.scope.namespaces.contains(n));
        if !in_scope {
            continue;
        }
        let hits = judge.reference(policy.object.clone());
        for direction in [Direction::Ingress, Direction::Egress] {
            if policy.effect(direction) == Effect::Open {
                let word = direction.as_str().to_lowercase();
                hits.fail(FieldPath::of("spec").fields(&word), "everything", "the peers that are needed")
                    .message(format!("allows all {word} of the pods that it selects"));
            }
        }
    }
}

/// A rule of either direction.
struct Rule<'a> {
    word: &'static str,
    index: usize,
    peers: &'a [Peer],
    every_port: bool,
}

fn native(policy: &NetworkPolicy, hits: &mut Hits) {
    let ingress = policy.spec.ingress.iter().enumerate().filter(|_| policy.isolates_ingress());
    let egress = policy.spec.egress.iter().enumerate().filter(|_| policy.isolates_egress());
    let ingress = ingress.map(|(index, rule)| Rule {
        word: "ingress",
        index,
        peers: &rule.from,
        every_port: rule.ports.is_empty(),
    });
    let egress =
        egress.map(|(index, rule)| Rule { word: "egress", index, peers: &rule.to, every_port: rule.ports.is_empty() });
    for Rule { word, index, peers, every_port } in ingress.chain(egress) {
        let path = FieldPath::of("spec").fields(word).index(index);
        let side = if word == "ingress" { "from" } else { "to" };
        if every_port && anywhere(peers) {
            let what = if peers.is_empty() { "no peers and no ports" } else { "every address and no ports" };
            hits.fail(path, what, "the peers and ports that are needed")
                .message(format!("allows all {word} of the pods that it selects"));
        } else if world(peers) {
            hits.fail(path.fields(side), "every address", "the addresses that are needed, or an except")
                .message(format!("allows {word} {side} every address on the ports that it names"))
                .severity(Severity::Low);
        }
    }
}
