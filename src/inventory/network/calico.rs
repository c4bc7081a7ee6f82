//! Calico's NetworkPolicy and GlobalNetworkPolicy.

use super::reach::{Action, Destination, Ports, Rule, Stage};
use super::{Chosen, Direction, Effect, Policy, Target, named, object};
use crate::inventory::Kind;
use crate::inventory::json::{has, list, text};
use crate::inventory::kinds::custom::Custom;
use crate::inventory::kinds::meta::{Requirement, Selector};
use serde_json::Value;

pub(super) fn policy(kind: Kind, custom: &Custom) -> Policy {
    let spec = &custom.spec;
    let flag = |field: &str| spec.get(field).and_then(Value::as_bool) == Some(true);
    let (by_pod_selector, pods) = expression(text(spec, "selector"), false);
    let pods = if has(spec, "serviceAccountSelector") { Chosen::Unreadable } else { pods };
    let mut targets = Vec::new();
    if kind.info().namespaced {
        targets.push(Target { namespaces: named(&custom.meta.namespace), pods });
    } else if !flag("doNotTrack") && !flag("preDNAT") {
        // those two are for host endpoints only
        let (namespaces, _) = expression(text(spec, "namespaceSelector"), true);
        let namespaces = match (by_pod_selector, namespaces) {
            (Chosen::All, other) | (other, Chosen::All) => other,
            (Chosen::By(mut one), Chosen::By(two)) => {
                one.match_expressions.extend(two.match_expressions);
                Chosen::By(one)
            }
            _ => Chosen::Unreadable,
        };
        targets.push(Target { namespaces, pods });
    }
    let types: Vec<&str> = list(spec, "types").iter().filter_map(Value::as_str).collect();
    let effect = |direction: Direction| {
        let rules = list(spec, direction.field());
        let named = match types.is_empty() {
            false => types.contains(&direction.as_str()),
            // absent: the directions that have rules; without any rule, ingress
            true => !rules.is_empty() || (direction == Direction::Ingress && !has(spec, "egress")),
        };
        let bare = |action: &str| {
            rules.iter().any(|rule| {
                let matches = ["protocol", "notProtocol", "icmp", "notICMP", "source", "destination", "http"];
                text(rule, "action") == action
                    && matches
                        .iter()
                        .all(|f| rule.get(f).is_none_or(|v| v.is_null() || *v == Value::Object(Default::default())))
            })
        };
        match named {
            false => Effect::None,
            true if bare("Allow") => Effect::Open,
            true if bare("Pass") => Effect::Unsure,
            true => Effect::Isolates,
        }
    };
    Policy {
        object: object(kind, custom),
        targets,
        ingress: effect(Direction::Ingress),
        egress: effect(Direction::Egress),
        stage: Stage::Among,
        rules: rules(spec),
    }
}

/// Egress rules in their order. What a policy of another tier does depends on that tier's order, which is not read.
fn rules(spec: &Value) -> Vec<Rule> {
    let order = spec.get("order").and_then(Value::as_f64).unwrap_or(f64::INFINITY);
    if !matches!(text(spec, "tier"), "" | "default") {
        let to = vec![Destination::Unread];
        let every_port = true;
        return vec![Rule { action: Action::Pass, order, to, ports: Vec::new(), every_port, narrowed: true }];
    }
    list(spec, "egress").iter().filter_map(|rule| egress(rule, order)).collect()
}

fn egress(rule: &Value, order: f64) -> Option<Rule> {
    let action = match text(rule, "action") {
        "Allow" => Action::Allow,
        "Deny" => Action::Deny,
        "Pass" => Action::Pass,
        // Log goes on to the next rule
        _ => return None,
    };
    let tcp = |value: Option<&Value>| value.is_some_and(|v| v == "TCP" || v.as_i64() == Some(6));
    let other = rule.get("protocol").is_some_and(|v| !v.is_null()) && !tcp(rule.get("protocol"));
    if other || tcp(rule.get("notProtocol")) || has(rule, "icmp") {
        return None;
    }
    let to = rule.get("destination").unwrap_or(&Value::Null);
    let words = |field: &str| list(to, field).iter().filter_map(Value::as_str);
    let except = || words("notNets");
    let destinations: Vec<Destination> = if has(to, "nets") {
        words("nets").map(|net| Destination::block(net, except())).collect()
    } else if ["selector", "namespaceSelector", "domains", "services", "serviceAccounts"].iter().any(|f| has(to, f)) {
        // a NetworkSet or a name may stand for any address
        vec![Destination::Unread]
    } else if has(to, "notNets") {
        ["0.0.0.0/0", "::/0"].map(|all| Destination::block(all, except())).into()
    } else {
        vec![Destination::Any]
    };
    let source = rule.get("source").and_then(Value::as_object).is_some_and(|fields| !fields.is_empty());
    let further = ["http", "ipVersion"].iter().any(|field| has(rule, field));
    Some(Rule {
        action,
        order,
        to: destinations,
        ports: list(to, "ports").iter().filter_map(ports).collect(),
        every_port: !has(to, "ports"),
        narrowed: source || further || has(to, "notPorts") || has(to, "notSelector"),
    })
}

/// `80`, `"80"`, `"1024:65535"`; a name stands for ports of pods.
fn ports(value: &Value) -> Option<Ports> {
    if let Some(port) = value.as_i64() {
        return Some(Ports::range(port, port));
    }
    let text = value.as_str()?;
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    Some(Ports::range(first.parse::<i64>().ok()?, last.parse::<i64>().ok()?))
}

/// A Calico expression as selectors of namespaces and of pods. Conjunctions of plain terms are read; an `||`, a
/// parenthesis or another operator is not.
pub(super) fn expression(text: &str, of_namespaces: bool) -> (Chosen, Chosen) {
    let unreadable = (Chosen::Unreadable, Chosen::Unreadable);
    let (mut namespaces, mut pods) = (Selector::default(), Selector::default());
    for part in text.split("&&").map(str::trim) {
        if part.is_empty() || part == "all()" {
            continue;
        }
        let Some(requirement) = term(part) else { return unreadable };
        let key = requirement.key.as_str();
        let name = || "kubernetes.io/metadata.name".to_owned();
        let (to_namespaces, key) = match key {
            "projectcalico.org/namespace" => (true, name()),
            "projectcalico.org/name" if of_namespaces => (true, name()),
            // every workload endpoint of Kubernetes has this one
            "projectcalico.org/orchestrator" if requirement.values == ["k8s"] && requirement.operator == "In" => {
                continue;
            }
            _ if of_namespaces => (true, key.to_owned()),
            _ => match key.strip_prefix("pcns.") {
                Some(label) => (true, label.to_owned()),
                None if key.starts_with("pcsa.") || key.starts_with("projectcalico.org/") => return unreadable,
                None => (false, key.to_owned()),
            },
        };
        let into = if to_namespaces { &mut namespaces } else { &mut pods };
        into.match_expressions.push(Requirement { key, ..requirement });
    }
    (Chosen::of(namespaces), Chosen::of(pods))
}

/// `has(k)`, `!has(k)`, `k == 'v'`, `k != 'v'`, `k in {…}`, `k not in {…}`.
fn term(text: &str) -> Option<Requirement> {
    let requirement = |key: &str, operator: &str, values: Vec<String>| {
        let key = key.trim();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/');
        (!key.is_empty() && key.chars().all(plain)).then(|| Requirement {
            key: key.to_owned(),
            operator: operator.to_owned(),
            values,
        })
    };
    let quoted = |value: &str| {
        let value = value.trim();
        let inner = ['\'', '"'].iter().find_map(|q| value.strip_prefix(*q)?.strip_suffix(*q))?;
        (!inner.contains(['\'', '"'])).then(|| inner.to_owned())
    };
    let set = |text: &str| -> Option<Vec<String>> {
        let inner = text.trim().strip_prefix('{')?.strip_suffix('}')?.trim();
        if inner.is_empty() { Some(Vec::new()) } else { inner.split(',').map(quoted).collect() }
    };
    let inside = |text: &str| text.trim().strip_prefix("has(")?.strip_suffix(')').map(str::to_owned);
    if let Some(key) = inside(text) {
        return requirement(&key, "Exists", Vec::new());
    }
    if let Some(key) = text.strip_prefix('!').and_then(inside) {
        return requirement(&key, "DoesNotExist", Vec::new());
    }
    if let Some((key, value)) = text.split_once("!=") {
        return requirement(key, "NotIn", vec![quoted(value)?]);
    }
    if let Some((key, value)) = text.split_once("==") {
        return requirement(key, "In", vec![quoted(value)?]);
    }
    if let Some((key, values)) = text.split_once(" not in ") {
        return requirement(key, "NotIn", set(values)?);
    }
    let (key, values) = text.split_once(" in ")?;
    requirement(key, "In", set(values)?)
}
