//! AdminNetworkPolicy, BaselineAdminNetworkPolicy and their successor ClusterNetworkPolicy: they list what is denied and
//! isolate nothing by themselves.

use super::reach::{Action, Destination, Ports, Rule, Stage};
use super::{Chosen, Direction, Effect, Policy, Target, chosen, object};
use crate::inventory::Kind;
use crate::inventory::json::{has, list, text};
use crate::inventory::kinds::custom::Custom;
use serde_json::Value;

pub(super) fn policy(kind: Kind, custom: &Custom) -> Policy {
    let subject = custom.spec.get("subject").unwrap_or(&Value::Null);
    let mut targets = Vec::new();
    if let Some(namespaces) = subject.get("namespaces").filter(|v| !v.is_null()) {
        targets.push(Target { namespaces: chosen(Some(namespaces)), pods: Chosen::All });
    } else if let Some(pods) = subject.get("pods").filter(|v| !v.is_null()) {
        targets
            .push(Target { namespaces: chosen(pods.get("namespaceSelector")), pods: chosen(pods.get("podSelector")) });
    }
    let effect = |direction: Direction| {
        let denies = list(&custom.spec, direction.field()).iter().any(|rule| text(rule, "action") == "Deny");
        if denies { Effect::Unsure } else { Effect::None }
    };
    Policy {
        object: object(kind, custom),
        targets,
        ingress: effect(Direction::Ingress),
        egress: effect(Direction::Egress),
        stage: match kind {
            Kind::BaselineAdminNetworkPolicy => Stage::After,
            Kind::ClusterNetworkPolicy if text(&custom.spec, "tier") == "Baseline" => Stage::After,
            _ => Stage::Before,
        },
        rules: list(&custom.spec, "egress").iter().filter_map(|rule| egress(rule, &custom.spec)).collect(),
    }
}

fn egress(rule: &Value, spec: &Value) -> Option<Rule> {
    let action = match text(rule, "action") {
        "Allow" | "Accept" => Action::Allow,
        "Deny" => Action::Deny,
        "Pass" => Action::Pass,
        _ => return None,
    };
    let networks = list(rule, "to").iter().flat_map(|peer| list(peer, "networks")).filter_map(Value::as_str);
    let ports = list(rule, "ports");
    Some(Rule {
        action,
        order: spec.get("priority").and_then(Value::as_f64).unwrap_or_default(),
        to: networks.map(|cidr| Destination::block(cidr, std::iter::empty())).collect(),
        ports: ports.iter().filter_map(tcp).collect(),
        every_port: ports.is_empty(),
        // the successor's way to name ports
        narrowed: has(rule, "protocols"),
    })
}

fn tcp(port: &Value) -> Option<Ports> {
    let number = |value: &Value, field: &str| value.get(field).and_then(Value::as_i64);
    let one = port.get("portNumber").and_then(|p| Some((p, number(p, "port")?, number(p, "port")?)));
    let range = port.get("portRange").and_then(|p| Some((p, number(p, "start")?, number(p, "end")?)));
    let (written, first, last) = one.or(range)?;
    matches!(text(written, "protocol"), "" | "TCP").then(|| Ports::range(first, last))
}
