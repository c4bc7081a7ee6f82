//! Who wrote a field, by an object's `managedFields`.

use crate::model::{FieldPath, Step};
use serde_json::{Map, Value};

/// Who wrote a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writer {
    /// The name that it gave itself: `kubectl-client-side-apply`.
    pub manager: String,
    /// When it last wrote anything of the object, RFC 3339; empty: unknown.
    pub time: String,
}

/// Writers of a field, or of what should hold it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Writers {
    /// Who.
    pub writers: Vec<Writer>,
    /// They wrote the field itself.
    pub exact: bool,
}

/// Managers by the names that they give themselves.
const TOOLS: &[(&str, &str)] = &[
    ("argocd", "Argo CD"),
    ("helm-controller", "Flux"),
    ("kustomize-controller", "Flux"),
    ("helm", "Helm"),
    ("kubectl", "kubectl"),
    ("terraform", "Terraform"),
    ("pulumi", "Pulumi"),
    ("kube-controller-manager", "Kubernetes"),
];

impl Writer {
    /// The tool that goes by this name.
    pub fn tool(&self) -> Option<&'static str> {
        let name = self.manager.to_ascii_lowercase();
        TOOLS.iter().find(|(begin, _)| name.starts_with(begin)).map(|(_, tool)| *tool)
    }
}

impl Writers {
    /// Those of a field of an object; the deepest part of its path that anybody wrote decides.
    pub fn of(object: &Value, path: &FieldPath) -> Self {
        let entries = object.pointer("/metadata/managedFields").and_then(Value::as_array).into_iter().flatten();
        let mut found = Self::default();
        let mut deepest = 0;
        for entry in entries {
            let Some(fields) = entry.get("fieldsV1").and_then(Value::as_object) else { continue };
            let (depth, exact) = depth(fields, path.steps());
            if depth == 0 || depth < deepest {
                continue;
            }
            if depth > deepest {
                found.writers.clear();
            }
            deepest = depth;
            found.exact = exact;
            let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            found.writers.push(Writer { manager: text("manager"), time: text("time") });
        }
        found
    }

    /// A sentence; None: nobody is known.
    pub fn sentence(&self) -> Option<String> {
        let names = self.writers.iter().map(|writer| {
            let tool = writer.tool().filter(|tool| *tool != writer.manager);
            let tool = tool.map(|tool| format!("{tool}: ")).unwrap_or_default();
            let time = if writer.time.is_empty() { String::new() } else { format!(" at {}", writer.time) };
            format!("{tool}{}{time}", writer.manager)
        });
        let names = names.reduce(|all, one| format!("{all} and {one}"))?;
        Some(if self.exact { names } else { format!("nobody sets it; what holds it was written by {names}") })
    }
}

/// How many steps of a path a set of fields holds, and whether that is all of it. What is written as a whole holds
/// everything in it.
fn depth(fields: &Map<String, Value>, steps: &[Step]) -> (usize, bool) {
    let Some((first, rest)) = steps.split_first() else { return (0, true) };
    let child = match first {
        Step::Field(name) | Step::Key(name) => fields.get(&format!("f:{name}")),
        Step::Item { key: Some((key, value)), .. } => fields.iter().find_map(|(name, child)| {
            let keys: Value = serde_json::from_str(name.strip_prefix("k:")?).ok()?;
            let own = keys.get(&**key)?;
            let written = own.to_string();
            (own.as_str().unwrap_or(&written) == &**value).then_some(child)
        }),
        Step::Item { key: None, .. } | Step::Flag { .. } => None,
    };
    match child.and_then(Value::as_object) {
        None => (0, false),
        Some(child) if child.is_empty() => (steps.len(), true),
        Some(child) => {
            let (deeper, exact) = depth(child, rest);
            (deeper + 1, exact)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_writer_of_a_field_is_the_one_that_lists_it() {
        let object = json!({"metadata": {"managedFields": [
            {"manager": "argocd-controller", "time": "2026-07-01T00:00:00Z", "fieldsV1": {"f:spec": {"f:template": {"f:spec": {
                "f:containers": {"k:{\"name\":\"app\"}": {".": {}, "f:image": {}, "f:args": {}}}}}}}},
            {"manager": "kubectl-edit", "time": "2026-07-21T00:00:00Z", "fieldsV1": {"f:spec": {"f:template": {"f:spec": {
                "f:containers": {"k:{\"name\":\"app\"}": {"f:securityContext": {"f:privileged": {}}}}}}}}},
        ]}});
        let container = || FieldPath::of("spec.template.spec.containers").named(0, "app");
        let of = |path: FieldPath| Writers::of(&object, &path).sentence().unwrap_or_default();
        assert_eq!(
            of(container().fields("securityContext.privileged")),
            "kubectl: kubectl-edit at 2026-07-21T00:00:00Z"
        );
        assert_eq!(of(container().fields("args").index(3)), "Argo CD: argocd-controller at 2026-07-01T00:00:00Z");
        let missing = of(container().fields("livenessProbe"));
        assert!(
            missing.starts_with("nobody sets it; what holds it was written by Argo CD")
                && missing.contains("kubectl-edit"),
            "{missing}"
        );
        assert_eq!(of(FieldPath::of("metadata.labels")), "");
    }
}
