use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::inventory::kinds::pod::PodSpec;
use crate::inventory::kinds_of;
use crate::model::{Disruption, FieldPath, Fix, GapReason, Remedy, Severity};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Secrets that nothing read here names: no variable, volume or image credential of a pod or a template (pitfall 56), no
/// ServiceAccount, Ingress or volume, and no custom resource that was read, anywhere in its spec. Other custom resources,
/// the storage plugins inside Kubernetes and programs may name it still: for a person to look at, never a failure.
pub static CHECK: Check = Check {
    id: "secret.unused",
    title: "Every Secret is used by something",
    severity: Severity::Info,
    over: &[Kind::Secret],
    needs: NEEDS,
    aliases: &["popeye:POP-400"],
    why: "A credential that nothing uses any more still opens what it opened, and nobody notices when it is taken.",
    remedy: Remedy {
        advice: "Find out who made it; where nobody needs it, revoke the credential and delete the Secret.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Keep a copy, and look for the name in custom resources and in the audit log before deleting it.",
    },
    run: Run::Objects(run),
};

const NEEDS: &[Kind] = kinds_of!(
    Kind::POD_SPEC,
    &[
        Kind::ServiceAccount,
        Kind::Ingress,
        Kind::PersistentVolume,
        Kind::StorageClass,
        Kind::Gateway,
        Kind::IstioGateway,
        Kind::ClusterSecretStore,
        Kind::Prometheus,
        Kind::Alertmanager
    ]
);

/// Types that are used without being named: tokens of accounts and of nodes to be, Helm's releases.
const UNNAMED: [&str; 3] =
    ["kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token", "helm.sh/release.v1"];

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    // nothing to look for where no Secret was read
    let used = if cx.inventory.secrets.is_empty() { HashSet::new() } else { used(cx) };
    let mut gaps: HashMap<&str, Option<GapReason>> = HashMap::new();
    for secret in cx.inventory.secrets.values().filter(|secret| cx.in_scope(Kind::Secret, &secret.meta)) {
        let (namespace, name) = (secret.meta.namespace.as_str(), secret.meta.name.as_str());
        // what an object owns goes with its owner
        if UNNAMED.contains(&secret.r#type.as_str()) || !secret.meta.owner_references.is_empty() {
            continue;
        }
        let hits = judge.object(Kind::Secret, &secret.meta);
        if used.contains(&(namespace, name)) {
            continue;
        }
        let gap = gaps.entry(namespace).or_insert_with(|| NEEDS.iter().find_map(|k| cx.gap(*k, Some(namespace))));
        let expected = "named by a workload, an account, an Ingress, a volume or a custom resource";
        match gap {
            Some(reason) => hits.unread(FieldPath::root(), *reason, expected),
            None => hits.review(FieldPath::root(), Value::Null, expected),
        }
        .message(format!(
            "nothing that was read names Secret {name}; a program that asks the API server for it is not seen"
        ));
    }
}

/// Namespace and name of every Secret that something names.
fn used<'a>(cx: &Cx<'a>) -> HashSet<(&'a str, &'a str)> {
    let inventory = cx.inventory;
    let mut used = HashSet::new();
    let mut seen: HashSet<(&str, *const PodSpec)> = HashSet::new();
    let pods = inventory.pods.iter().map(|pod| (&*pod.namespace, &pod.spec));
    let templates =
        inventory.controllers.values().filter_map(|c| Some((c.meta.namespace.as_str(), c.template.as_ref()?)));
    for (namespace, spec) in pods.chain(templates) {
        if seen.insert((namespace, Arc::as_ptr(spec))) {
            used.extend(spec.secrets().map(|name| (namespace, name)));
        }
    }
    for account in inventory.service_accounts.values() {
        let tokens = account.secrets.iter().map(|secret| secret.name.as_str());
        let images = account.image_pull_secrets.iter().map(|secret| secret.name.as_str());
        used.extend(tokens.chain(images).map(|name| (account.meta.namespace.as_str(), name)));
    }
    for ingress in inventory.ingresses.values() {
        used.extend(ingress.spec.tls.iter().map(|tls| (ingress.meta.namespace.as_str(), tls.secret_name.as_str())));
    }
    for csi in inventory.volumes.values().filter_map(|volume| volume.spec.source.csi.as_ref()) {
        used.extend(csi.secrets().map(|secret| (secret.namespace.as_str(), secret.name.as_str())));
    }
    for class in inventory.storage_classes.values() {
        for (key, name) in class.parameters.iter().filter(|(key, _)| key.ends_with("secret-name")) {
            let namespace = class.parameters.get(&key.replace("secret-name", "secret-namespace"));
            used.extend(namespace.map(|namespace| (namespace.as_str(), name.as_str())));
        }
    }
    let mut namespaces: HashMap<&str, Vec<&str>> = HashMap::new();
    for (namespace, name) in inventory.secrets.keys() {
        namespaces.entry(name).or_default().push(namespace);
    }
    for custom in inventory.customs.values() {
        for text in texts(&custom.spec) {
            // of what lives in no namespace, any
            let everywhere = namespaces.get(text).filter(|_| custom.meta.namespace.is_empty());
            used.extend(everywhere.into_iter().flatten().map(|namespace| (*namespace, text)));
            used.insert((custom.meta.namespace.as_str(), text));
        }
    }
    used
}

/// Every text in a JSON value.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::Object(map) => map.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}
