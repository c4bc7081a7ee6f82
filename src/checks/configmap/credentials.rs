use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::inventory::suspects::{Confidence, Suspect, suspects};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::collections::BTreeMap;

/// `data` and `binaryData`: keys and values, their lines and their JSON, by the rules of the environment's variables
/// (pitfalls 55, 56). Certificates are no credentials, and no name excuses a ConfigMap: what Kubernetes puts into its
/// own (`kube-root-ca.crt`, `extension-apiserver-authentication`, leases, Helm's releases) holds none.
pub static CHECK: Check = Check {
    id: "configmap.credentials",
    title: "ConfigMaps hold no credentials",
    severity: Severity::High,
    over: &[Kind::ConfigMap],
    needs: &[],
    aliases: &[
        "kubescape:C-0012",
        "trivy:KSV-0109",
        "trivy:KSV-01010",
        "polaris:sensitiveConfigmapContent",
        "kube-linter:configmap-with-credentials",
    ],
    why: "ConfigMaps are read by far more accounts than Secrets, the built-in role view among them, and are encrypted \
          nowhere: a credential in one is a credential that is known.",
    remedy: Remedy {
        advice: "Move the value to a Secret or an external store, let the workload read it from there, and replace the \
                 credential: it has been readable.",
        // the Secret's name and place are not known from here
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Create the Secret and point one replica at it; revoke the old credential when nothing uses it.",
    },
    run: Run::Objects(run),
};

/// Where such values stand in an object or a list of objects: what is never shown of it.
pub fn credentials(object: &Value) -> Vec<FieldPath> {
    let text = |value: &Value, field: &str| value.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut found = Vec::new();
    if let Some(items) = object.get("items").and_then(Value::as_array) {
        for (index, item) in items.iter().enumerate() {
            let at = FieldPath::of("items").index(index);
            found.extend(credentials(item).iter().map(|path| at.join(path)));
        }
    }
    if !matches!(text(object, "kind").as_str(), "ConfigMap" | "") {
        return found;
    }
    for (field, binary) in [("data", false), ("binaryData", true)] {
        for (key, value) in object.get(field).and_then(Value::as_object).into_iter().flatten() {
            let Some(value) = value.as_str() else { continue };
            let decoded =
                if binary { STANDARD.decode(value).ok().and_then(|b| String::from_utf8(b).ok()) } else { None };
            if !suspects(key, decoded.as_deref().unwrap_or(value), binary).is_empty() {
                found.push(FieldPath::of(field).key(key));
            }
        }
    }
    found
}

/// What stands for a value that must not be shown.
const MASK: &str = "***";

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for map in cx.inventory.config_maps.values().filter(|map| cx.in_scope(Kind::ConfigMap, &map.meta)) {
        let hits = judge.object(Kind::ConfigMap, &map.meta);
        let mut by_key: BTreeMap<(&str, bool), Vec<&Suspect>> = BTreeMap::new();
        for suspect in &map.suspects {
            by_key.entry((&suspect.key, suspect.binary)).or_default().push(suspect);
        }
        for ((key, binary), suspects) in by_key {
            let path = FieldPath::of(if binary { "binaryData" } else { "data" }).key(key);
            let names: Vec<&str> = suspects.iter().map(|s| s.name.as_str()).filter(|name| !name.is_empty()).collect();
            let what = if names.is_empty() { key.to_owned() } else { format!("{} in {key}", names.join(", ")) };
            let confidence = suspects.iter().map(|suspect| suspect.confidence).max().unwrap_or(Confidence::Medium);
            let verb = if names.len() > 1 { "look like credentials" } else { "looks like a credential" };
            let hit = hits.fail(path, MASK, "a reference to where it is kept");
            let name = &map.meta.name;
            hit.message(format!("{what} of ConfigMap {name} {verb} (confidence {})", confidence.as_str()));
            if confidence == Confidence::Low {
                hit.severity(Severity::Medium);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_never_shown_of_a_config_map() {
        let map = json!({"kind": "ConfigMap", "data": {"DB_PASSWORD": "correct-horse", "LOG_LEVEL": "info"},
            "binaryData": {"env": "REJfUEFTU1dPUkQ9Y29ycmVjdC1ob3JzZQ=="}});
        let shown = |object: &Value| credentials(object).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(shown(&map), [r#"data["DB_PASSWORD"]"#, r#"binaryData["env"]"#]);
        assert_eq!(shown(&json!({"kind": "List", "items": [{"kind": "Pod"}, map]})).len(), 2);
        let other = json!({"kind": "Widget", "data": {"DB_PASSWORD": "correct-horse"}});
        assert!(shown(&other).is_empty());
    }
}
