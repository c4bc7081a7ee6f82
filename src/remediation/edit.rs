//! Changes of JSON values, and two values as patches.

use crate::model::{FieldPath, Step, flag_position};
use serde_json::{Map, Value, json};

/// Sets the value at a path, making the objects on the way. False: a list item on the way is not there.
pub(super) fn set(object: &mut Value, path: &FieldPath, value: Value) -> bool {
    let Some(place) = place(object, path.steps()) else { return false };
    *place = value;
    true
}

/// Makes sure that the list at a path holds a value.
pub(super) fn append(object: &mut Value, path: &FieldPath, value: Value) -> bool {
    let Some(place) = place(object, path.steps()) else { return false };
    if place.is_null() {
        *place = Value::Array(Vec::new());
    }
    let Some(list) = place.as_array_mut() else { return false };
    if !list.contains(&value) {
        list.push(value);
    }
    true
}

/// Removes the field or list item at a path. False: it is not there.
pub(super) fn remove(object: &mut Value, path: &FieldPath) -> bool {
    let (Some(parent), Some(last)) = (path.parent(), path.steps().last()) else { return false };
    let Some(holder) = parent.pointer(object).and_then(|pointer| object.pointer_mut(&pointer)) else { return false };
    match (holder, last) {
        (Value::Object(map), Step::Field(name) | Step::Key(name)) => map.shift_remove(&**name).is_some(),
        (Value::Array(list), step @ (Step::Item { .. } | Step::Flag { .. })) => {
            let Some(index) = position(list, step) else { return false };
            list.remove(index);
            true
        }
        _ => false,
    }
}

fn place<'v>(value: &'v mut Value, steps: &[Step]) -> Option<&'v mut Value> {
    let Some((step, rest)) = steps.split_first() else { return Some(value) };
    if value.is_null() {
        *value = Value::Object(Map::new());
    }
    let next = match (value, step) {
        (Value::Object(map), Step::Field(name) | Step::Key(name)) => map.entry(&**name).or_insert(Value::Null),
        (Value::Array(list), step) => {
            let index = position(list, step)?;
            list.get_mut(index)?
        }
        _ => return None,
    };
    place(next, rest)
}

fn position(list: &[Value], step: &Step) -> Option<usize> {
    match step {
        Step::Item { key: Some((key, wanted)), .. } => {
            list.iter().position(|item| item.get(key).is_some_and(|value| value == &**wanted))
        }
        Step::Item { index, key: None } => (*index < list.len()).then_some(*index),
        Step::Flag { index, name } => flag_position(list.iter().map(Value::as_str), *index, name),
        Step::Field(_) | Step::Key(_) => None,
    }
}

/// Lists of built-in kinds that the API server merges by a key (`patchMergeKey` of the API types), by field.
const MERGE_KEYS: &[(&str, &str)] = &[
    ("containers", "name"),
    ("initContainers", "name"),
    ("ephemeralContainers", "name"),
    ("env", "name"),
    ("volumes", "name"),
    ("volumeMounts", "mountPath"),
    ("volumeDevices", "devicePath"),
    ("imagePullSecrets", "name"),
    ("hostAliases", "ip"),
    ("topologySpreadConstraints", "topologyKey"),
    ("ports", "containerPort"),
    ("secrets", "name"),
    ("webhooks", "name"),
];

/// The least strategic merge patch that turns one value into the other. None: it cannot be said that way.
pub(super) fn strategic(before: &Value, after: &Value) -> Option<Value> {
    let (Value::Object(before), Value::Object(after)) = (before, after) else { return Some(after.clone()) };
    let mut patch = Map::new();
    for (key, new) in after {
        match before.get(key) {
            Some(old) if old == new => {}
            Some(old) => drop(patch.insert(key.clone(), field(key, old, new)?)),
            None => drop(patch.insert(key.clone(), new.clone())),
        }
    }
    for key in before.keys().filter(|key| !after.contains_key(*key)) {
        patch.insert(key.clone(), Value::Null);
    }
    Some(Value::Object(patch))
}

fn field(name: &str, old: &Value, new: &Value) -> Option<Value> {
    let (Value::Array(before), Value::Array(after)) = (old, new) else {
        return if old.is_object() { strategic(old, new) } else { Some(new.clone()) };
    };
    let Some((_, key)) = MERGE_KEYS.iter().find(|(list, _)| *list == name) else { return Some(new.clone()) };
    // equal keys (a port for TCP and UDP) cannot be told apart
    let keys = |list: &[Value]| -> Option<Vec<Value>> {
        let keys: Vec<Value> = list.iter().map(|item| item.get(key).cloned()).collect::<Option<_>>()?;
        let unique = keys.iter().enumerate().all(|(i, key)| !keys.iter().take(i).any(|other| other == key));
        unique.then_some(keys)
    };
    let (old_keys, new_keys) = (keys(before)?, keys(after)?);
    let mut items = Vec::new();
    for (item, id) in after.iter().zip(&new_keys) {
        match before.iter().zip(&old_keys).find(|(_, old)| *old == id) {
            Some((old, _)) if old == item => {}
            Some((old, _)) => {
                let mut patch = Map::from_iter([((*key).to_owned(), id.clone())]);
                if let Value::Object(fields) = strategic(old, item)? {
                    patch.extend(fields);
                }
                items.push(Value::Object(patch));
            }
            None => items.push(item.clone()),
        }
    }
    for id in old_keys.iter().filter(|id| !new_keys.contains(id)) {
        items.push(json!({"$patch": "delete", *key: id}));
    }
    Some(Value::Array(items))
}

/// The least JSON merge patch (RFC 7386), for custom resources: lists are replaced whole.
pub(super) fn merge(before: &Value, after: &Value) -> Value {
    let (Value::Object(before), Value::Object(after)) = (before, after) else { return after.clone() };
    let mut patch = Map::new();
    for (key, new) in after.iter().filter(|(key, new)| before.get(*key) != Some(*new)) {
        patch.insert(key.clone(), before.get(key).map_or_else(|| new.clone(), |old| merge(old, new)));
    }
    for key in before.keys().filter(|key| !after.contains_key(*key)) {
        patch.insert(key.clone(), Value::Null);
    }
    Value::Object(patch)
}

/// An RFC 6902 patch; before an indexed step into a named item, a `test` of the name guards against a list that moved.
pub(super) fn json_patch(before: &Value, after: &Value) -> Vec<Value> {
    let mut operations = Vec::new();
    compare(before, after, "", &mut operations);
    operations
}

fn compare(before: &Value, after: &Value, at: &str, operations: &mut Vec<Value>) {
    if before == after {
        return;
    }
    let child = |token: &str| format!("{at}/{}", token.replace('~', "~0").replace('/', "~1"));
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            for key in old.keys().filter(|key| !new.contains_key(*key)) {
                operations.push(json!({"op": "remove", "path": child(key)}));
            }
            for (key, value) in new {
                match old.get(key) {
                    Some(old) => compare(old, value, &child(key), operations),
                    None => operations.push(json!({"op": "add", "path": child(key), "value": value})),
                }
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (i, (old, new)) in old.iter().zip(new).enumerate().filter(|(_, (old, new))| old != new) {
                if let (Some(name), true) = (old.get("name"), old.get("name") == new.get("name")) {
                    operations.push(json!({"op": "test", "path": format!("{at}/{i}/name"), "value": name}));
                }
                compare(old, new, &format!("{at}/{i}"), operations);
            }
        }
        (Value::Array(old), Value::Array(new)) if new.starts_with(old) => {
            for value in new.iter().skip(old.len()) {
                operations.push(json!({"op": "add", "path": format!("{at}/-"), "value": value}));
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() + 1 => {
            let gone = old.iter().zip(new).position(|(old, new)| old != new).unwrap_or(new.len());
            if old.iter().skip(gone + 1).eq(new.iter().skip(gone)) {
                operations.push(json!({"op": "test", "path": format!("{at}/{gone}"), "value": old.get(gone)}));
                operations.push(json!({"op": "remove", "path": format!("{at}/{gone}")}));
            } else {
                operations.push(json!({"op": "replace", "path": at, "value": after}));
            }
        }
        _ => operations.push(json!({"op": "replace", "path": at, "value": after})),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod() -> Value {
        json!({"spec": {"containers": [
            {"name": "a", "ports": [{"containerPort": 1}, {"containerPort": 2, "hostPort": 2}], "args": ["x", "y"]},
            {"name": "b", "securityContext": {"privileged": true}},
        ]}})
    }

    #[test]
    fn a_change_in_one_container_names_it_alone() {
        let mut after = pod();
        let path = FieldPath::of("spec.containers").named(0, "b").fields("securityContext.privileged");
        assert!(set(&mut after, &path, json!(false)));
        let wanted = json!({"spec": {"containers": [{"name": "b", "securityContext": {"privileged": false}}]}});
        assert_eq!(strategic(&pod(), &after), Some(wanted));
        let wanted = json!([
            {"op": "test", "path": "/spec/containers/1/name", "value": "b"},
            {"op": "replace", "path": "/spec/containers/1/securityContext/privileged", "value": false},
        ]);
        assert_eq!(Value::Array(json_patch(&pod(), &after)), wanted);
    }

    #[test]
    fn parents_are_made_and_removals_are_null() {
        let mut after = pod();
        let container = FieldPath::of("spec.containers").named(0, "a");
        assert!(append(&mut after, &container.clone().fields("securityContext.capabilities.drop"), json!("ALL")));
        assert!(remove(&mut after, &container.clone().fields("ports").item(1, "containerPort", "")));
        let wanted = json!({"spec": {"containers": [{
            "name": "a",
            "ports": [{"$patch": "delete", "containerPort": 2}],
            "securityContext": {"capabilities": {"drop": ["ALL"]}},
        }]}});
        assert_eq!(strategic(&pod(), &after), Some(wanted));
        let mut after = pod();
        assert!(remove(&mut after, &container.fields("args")));
        assert_eq!(strategic(&pod(), &after), Some(json!({"spec": {"containers": [{"name": "a", "args": null}]}})));
    }

    #[test]
    fn what_is_gone_is_not_touched() {
        let mut object = pod();
        let gone = FieldPath::of("spec.containers").named(0, "c").fields("x");
        assert!(!set(&mut object, &gone, json!(1)));
        assert!(!remove(&mut object, &gone));
        assert_eq!(object, pod());
    }

    #[test]
    fn ports_that_share_a_number_have_no_strategic_patch() {
        let before =
            json!({"ports": [{"containerPort": 53, "protocol": "UDP"}, {"containerPort": 53, "hostPort": 53}]});
        let after = json!({"ports": [{"containerPort": 53, "protocol": "UDP"}, {"containerPort": 53}]});
        assert_eq!(strategic(&before, &after), None);
        assert_eq!(Value::Array(json_patch(&before, &after)), json!([{"op": "remove", "path": "/ports/1/hostPort"}]));
    }

    #[test]
    fn lists_without_a_key_are_replaced_or_edited_in_place() {
        let (before, after) = (json!({"add": ["A", "B", "C"]}), json!({"add": ["A", "C"]}));
        assert_eq!(strategic(&before, &after), Some(json!({"add": ["A", "C"]})));
        let wanted = json!([{"op": "test", "path": "/add/1", "value": "B"}, {"op": "remove", "path": "/add/1"}]);
        assert_eq!(Value::Array(json_patch(&before, &after)), wanted);
        assert_eq!(merge(&before, &json!({})), json!({"add": null}));
    }
}
