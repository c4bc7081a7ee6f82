//! What deployed an object, and what controls it, by the marks that it carries.

use serde_json::Value;

/// Who will undo a change made by hand: what deployed the object, as its marks say.
pub fn manager(object: &Value) -> Option<String> {
    let text =
        |map: &str, key: &str| object.get("metadata")?.get(map)?.get(key)?.as_str().filter(|text| !text.is_empty());
    let (label, annotation) = (|key| text("labels", key), |key| text("annotations", key));
    if let Some(tracking) = annotation("argocd.argoproj.io/tracking-id") {
        let app = tracking.split(':').next().unwrap_or(tracking);
        return Some(format!("Argo CD (application {app})"));
    }
    if let Some(app) = label("argocd.argoproj.io/instance") {
        return Some(format!("Argo CD (application {app})"));
    }
    if let Some(name) = label("kustomize.toolkit.fluxcd.io/name") {
        return Some(format!("Flux (Kustomization {name})"));
    }
    if let Some(name) = label("helm.toolkit.fluxcd.io/name") {
        return Some(format!("Flux (HelmRelease {name})"));
    }
    if let Some(release) = annotation("meta.helm.sh/release-name") {
        return Some(format!("Helm (release {release})"));
    }
    if let Some(tool) = label("app.kubernetes.io/managed-by") {
        return Some(tool.to_owned());
    }
    controller(object)
}

/// What controls an object directly: `ReplicaSet web-7c9`.
pub fn controller(object: &Value) -> Option<String> {
    let owner = object
        .pointer("/metadata/ownerReferences")?
        .as_array()?
        .iter()
        .find(|o| o.get("controller") == Some(&Value::Bool(true)))?;
    let field = |key: &str| owner.get(key).and_then(Value::as_str).unwrap_or_default();
    Some(format!("{} {}", field("kind"), field("name")))
}
