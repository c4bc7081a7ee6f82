//! What kubescape says of a case.

use serde_json::Value;
use std::collections::BTreeSet;

/// Kind and name.
pub type Named = (String, String);

/// An alert: the objects that it names. A holder of rights stands there with the roles and bindings that give them to
/// him, a join of several objects with each of them.
#[derive(Debug)]
pub struct Alert(pub BTreeSet<Named>);

/// The alerts of an `expected.json`.
pub fn alerts(expected: &Value) -> Vec<Alert> {
    let list = expected.as_array().cloned().unwrap_or_default();
    list.iter().map(|alert| Alert(objects(&alert["alertObject"]))).collect()
}

fn objects(of: &Value) -> BTreeSet<Named> {
    let mut found: BTreeSet<Named> = list(&of["k8sApiObjects"]).filter_map(named).collect();
    let external = &of["externalObjects"];
    found.extend(named(external));
    found.extend(list(&external["relatedObjects"]).filter_map(named));
    found
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn named(object: &Value) -> Option<Named> {
    let name = object.pointer("/metadata/name").or_else(|| object.get("name"))?;
    Some((object["kind"].as_str()?.to_owned(), name.as_str()?.to_owned()))
}
