//! What must never be shown of an object, in its JSON and in its text.

use super::YamlError;
use super::tree::Tree;
use crate::model::FieldPath;
use serde_json::Value;

/// Stands where a value was hidden.
pub const MASK: &str = "(hidden by plimsoll)";

const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Paths of everything in an object that is never shown: the `last-applied-configuration` annotation (a copy of the
/// object, values included), and of a Secret its data and the values of its annotations. Looks into lists of objects.
pub fn hidden(object: &Value) -> Vec<FieldPath> {
    let mut paths = Vec::new();
    collect(object, &FieldPath::root(), &mut paths);
    paths
}

fn collect(object: &Value, base: &FieldPath, paths: &mut Vec<FieldPath>) {
    let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default();
    let secret = matches!(kind, "Secret" | "SecretList") || base.steps().is_empty() && looks_like_a_secret(object);
    let mut hide = |dotted: &str, only: Option<&str>| {
        let at = base.clone().fields(dotted);
        match FieldPath::of(dotted).resolve(object) {
            Some(Value::Object(map)) => {
                let keys = map.keys().filter(|key| only.is_none_or(|only| only == key.as_str()));
                paths.extend(keys.map(|key| at.clone().key(key)));
            }
            // not the map that it should be: nothing of it is shown
            Some(value) if !value.is_null() && only.is_none() => paths.push(at),
            _ => {}
        }
    };
    if secret {
        hide("data", None);
        hide("stringData", None);
    }
    hide("metadata.annotations", (!secret).then_some(LAST_APPLIED));
    for (i, item) in object.get("items").and_then(Value::as_array).into_iter().flatten().enumerate() {
        let at = base.clone().fields("items").index(i);
        // items of a typed list have no kind of their own
        if kind == "SecretList" && item.get("kind").is_none() {
            paths.extend(["data", "stringData", "metadata.annotations"].map(|dotted| at.clone().fields(dotted)));
        }
        collect(item, &at, paths);
    }
}

/// `stringData` exists in Secrets only: an object without a kind that has it is taken for one.
fn looks_like_a_secret(object: &Value) -> bool {
    object.get("kind").is_none() && object.get("stringData").is_some()
}

/// Hides in place what [`hidden`] names; without `managed_fields`, drops those too (they are noise, not secret).
pub fn hide(object: &mut Value, managed_fields: bool) {
    let paths = hidden(object);
    mask(object, &paths);
    if !managed_fields {
        drop_managed_fields(object);
    }
}

fn drop_managed_fields(object: &mut Value) {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.shift_remove("managedFields");
    }
    object.get_mut("items").and_then(Value::as_array_mut).into_iter().flatten().for_each(drop_managed_fields);
}

/// Replaces the values at these paths; those that are not there stay absent.
pub fn mask(value: &mut Value, paths: &[FieldPath]) {
    for path in paths {
        if let Some(found) = path.pointer(value).and_then(|pointer| value.pointer_mut(&pointer)) {
            *found = Value::String(MASK.to_owned());
        }
    }
}

/// A document's own text with what [`hidden`] names, and the values at `paths`, replaced. Lines keep their numbers.
pub fn mask_text(document: &str, paths: &[FieldPath]) -> Result<String, YamlError> {
    let tree = Tree::compose(document)?;
    let parsed = super::parse(document)?;
    let always = hidden(&parsed.value);
    let mut ranges: Vec<_> = always
        .iter()
        .chain(paths)
        .filter_map(|path| tree.find(path))
        .flat_map(|id| tree.values(id))
        .filter(|range| !range.is_empty())
        .collect();
    ranges.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    let (mut text, mut at) = (String::with_capacity(document.len()), 0);
    for range in ranges {
        // inside one that is hidden already
        if range.start < at {
            continue;
        }
        let (before, value) = (document.get(at..range.start), document.get(range.clone()));
        let (Some(before), Some(value)) = (before, value) else { continue };
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\'')).map_or(String::new(), String::from);
        text.push_str(before);
        text.push_str(&format!("{quote}{MASK}{quote}"));
        text.extend(value.chars().filter(|c| *c == '\n'));
        at = range.end;
    }
    text.push_str(document.get(at..).unwrap_or_default());
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::super::print;
    use super::*;
    use serde_json::json;

    #[test]
    fn of_a_live_object() {
        let mut secret = json!({"kind": "Secret", "metadata": {"name": "s", "annotations": {"note": "canary"}, "managedFields": [{}]},
            "data": {"k": "Y2FuYXJ5"}, "stringData": {"l": "canary"}, "type": "Opaque"});
        let mut deployment =
            json!({"kind": "Deployment", "metadata": {"annotations": {LAST_APPLIED: "{\"canary\":1}", "a": "b"}}});
        let list = json!({"kind": "List", "items": [secret, deployment]});
        for mut object in [secret.take(), deployment.take(), list] {
            hide(&mut object, false);
            let text = print(&object);
            assert!(
                !text.contains("canary") && !text.contains("Y2FuYXJ5") && !text.contains("managedFields"),
                "{text}"
            );
        }
        let mut typed = json!({"kind": "SecretList", "items": [{"metadata": {"annotations": {"x": "canary"}}, "data": {"k": "canary"}}]});
        hide(&mut typed, true);
        assert!(!typed.to_string().contains("canary"), "{typed}");
    }

    #[test]
    fn of_a_files_text() {
        let text = "\
kind: Secret
metadata:
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: |
      {\"canary\": 1}
      x
data:
  a: canary
stringData: {b: \"canary
    more\", c: 'canary'}
type: Opaque
";
        let masked = mask_text(text, &[]).unwrap();
        assert!(!masked.contains("canary") && !masked.contains("more"), "{masked}");
        assert_eq!(masked.lines().count(), text.lines().count(), "lines keep their numbers:\n{masked}");
        assert!(masked.ends_with("type: Opaque\n"));
        let env =
            "pw: &pw canary\nkind: Pod\nspec:\n  containers:\n  - name: a\n    env:\n    - {name: P, value: *pw}\n";
        let path = FieldPath::of("spec.containers").named(0, "a").fields("env").named(0, "P").fields("value");
        let masked = mask_text(env, &[path]).unwrap();
        assert!(
            !masked.contains("canary") && masked.contains("&pw (hidden"),
            "an alias is hidden where it is written: {masked}"
        );
    }
}
