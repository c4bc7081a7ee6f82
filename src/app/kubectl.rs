//! The same look at a field, with kubectl: nothing to take on trust.

use crate::inventory::{Kind, Wire};
use crate::model::{Asked, FieldPath, Finding, ObjectRef, Place, Step};

fn kind(object: &ObjectRef) -> Option<Kind> {
    let is = |k: &Kind| *k.info().name == *object.kind && k.info().group == object.group();
    Kind::ALL.iter().copied().find(is).filter(|kind| kind.info().wire != Wire::Gathered)
}

/// The request by which a kubelet says its configuration.
fn configz(object: &ObjectRef) -> Option<String> {
    let is = &*object.kind == "KubeletConfig" && object.group() == "plimsoll";
    is.then(|| format!("/api/v1/nodes/{}/proxy/configz", object.name))
}

/// The request that reads an object: `/apis/apps/v1/namespaces/shop/deployments/web`.
pub fn request(object: &ObjectRef) -> Option<String> {
    if let Some(path) = configz(object) {
        return Some(path);
    }
    let plural = kind(object)?.info().plural;
    let root = if object.group().is_empty() { "/api" } else { "/apis" };
    let namespace = object.namespace.as_deref().map(|n| format!("/namespaces/{n}")).unwrap_or_default();
    Some(format!("{root}/{}{namespace}/{plural}/{}", object.api_version, object.name))
}

/// One argument of a shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// The path in kubectl's JSONPath.
fn jsonpath(path: &FieldPath) -> String {
    let mut text = String::from("{");
    for step in path.steps() {
        match step {
            Step::Field(name) | Step::Key(name) => {
                text.push('.');
                text.push_str(&name.replace('.', r"\."));
            }
            Step::Item { key: Some((key, value)), .. } => {
                text.push_str(&format!("[?(@.{key}=={:?})]", &**value));
            }
            Step::Item { index, key: None } => text.push_str(&format!("[{index}]")),
            // words of a command line have no key: the whole list is shown
            Step::Flag { .. } => {}
        }
    }
    text.push('}');
    text
}

/// The command that prints the field of a finding; None where no one object holds it.
pub fn see(finding: &Finding) -> Option<String> {
    let object = &finding.resource;
    if let Some(path) = configz(object) {
        return Some(format!("kubectl get --raw {}", quoted(&path)));
    }
    let plural = kind(object)?.info().plural;
    let resource = if object.group().is_empty() { plural.to_owned() } else { format!("{plural}.{}", object.group()) };
    let namespace = object.namespace.as_deref().map(|n| format!("-n {} ", quoted(n))).unwrap_or_default();
    let output = match finding.paths.first().map(|evidence| &evidence.path) {
        Some(path) if !path.is_root() => quoted(&format!("jsonpath={}", jsonpath(path))),
        _ => "yaml".to_owned(),
    };
    Some(format!("kubectl {namespace}get {resource} {} -o {output}", quoted(&object.name)))
}

/// A request as kubectl would make it.
pub fn line(asked: &Asked) -> String {
    let place = Place::of(&asked.path).filter(|place| place.below.is_none() && &*asked.method == "GET");
    let Some(place) = place else {
        let raw = if &*asked.method == "GET" { "kubectl get --raw" } else { &*asked.method };
        return format!("{raw} {}", quoted(&asked.path));
    };
    let mut words = vec![format!("kubectl get {}", quoted(&place.full_resource()))];
    let scoped = |kind: &Kind| {
        kind.info().plural == place.resource && kind.info().group == place.group && !kind.info().namespaced
    };
    let is_scoped = Kind::ALL.iter().any(scoped);
    match (place.name, place.namespace) {
        (Some(name), _) => words.push(quoted(name)),
        (None, None) if !is_scoped => words.push("-A".to_owned()),
        (None, _) => {}
    }
    words.extend(place.namespace.map(|namespace| format!("-n {}", quoted(namespace))));
    if let Some(selector) = place.parameter("fieldSelector") {
        let plain = selector.replace("%3D", "=").replace("%2C", ",").replace("%21", "!").replace("%2F", "/");
        words.push(format!("--field-selector {}", quoted(&plain)));
    }
    match (place.parameter("watch"), place.parameter("sendInitialEvents")) {
        (Some("true"), Some("true")) => words.push("--watch".to_owned()),
        (Some("true"), _) => words.push("--watch-only".to_owned()),
        _ => words.extend(place.parameter("limit").map(|limit| format!("--chunk-size={limit}"))),
    }
    if place.name.is_some() {
        words.push("-o yaml".to_owned());
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_follow_merge_keys_and_names_are_quoted() {
        let path = FieldPath::of("spec.containers").named(3, "app").fields("securityContext.privileged");
        assert_eq!(jsonpath(&path), "{.spec.containers[?(@.name==\"app\")].securityContext.privileged}");
        assert_eq!(jsonpath(&FieldPath::of("metadata.labels").key("a.b/c")), r"{.metadata.labels.a\.b/c}");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        let object = ObjectRef::new("apps/v1", "Deployment", Some("shop"), "web");
        assert_eq!(request(&object).unwrap(), "/apis/apps/v1/namespaces/shop/deployments/web");
        let kubelet = ObjectRef::new("plimsoll/v1", "KubeletConfig", None, "worker-1");
        assert_eq!(request(&kubelet).unwrap(), "/api/v1/nodes/worker-1/proxy/configz");
        let line = |path: &str| {
            let asked = Asked {
                number: 0,
                at: "".into(),
                method: "GET".into(),
                path: path.into(),
                status: None,
                problem: "".into(),
                millis: 0,
                bytes: 0,
            };
            super::line(&asked)
        };
        assert_eq!(line("/api/v1/pods?watch=true&sendInitialEvents=true"), "kubectl get pods -A --watch");
        assert_eq!(
            line("/apis/apps/v1/namespaces/shop/deployments?watch=true&resourceVersion=7"),
            "kubectl get deployments.apps -n shop --watch-only"
        );
        assert_eq!(line("/api/v1/nodes?limit=500"), "kubectl get nodes --chunk-size=500");
        assert_eq!(line("/api/v1/namespaces/shop"), "kubectl get namespaces shop -o yaml");
        assert_eq!(
            line("/api/v1/secrets?fieldSelector=type%3DOpaque"),
            "kubectl get secrets -A --field-selector type=Opaque"
        );
        assert_eq!(line("/api/v1/nodes/a/proxy/configz"), "kubectl get --raw /api/v1/nodes/a/proxy/configz");
        assert_eq!(line("/version"), "kubectl get --raw /version");
        assert_eq!(request(&ObjectRef::new("plimsoll/v1", "NodeFacts", None, "worker-1")), None, "no request shows it");
    }
}
