//! ConfigMaps and Secrets: read on request only, and of them only what a check asks for.

use super::meta::{Map, Meta, nullable};
use crate::inventory::credential;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Keys whose values a check reads: settings of ingress controllers and of log and alert pipelines.
const KEPT_KEYS: [&str; 14] = [
    "ClusterConfiguration",
    "alertmanager.yaml",
    "alertmanager.yml",
    "allow-snippet-annotations",
    "annotations-risk-level",
    "config.conf",
    "custom_outputs.conf",
    "falco.yaml",
    "fluent-bit.conf",
    "fluent.conf",
    "output.conf",
    "ssl-protocols",
    "vector.yaml",
    "vector.toml",
];

/// The longest value that is kept, in bytes.
const LONGEST: usize = 64 * 1024;

/// A value of a ConfigMap that looks like a credential; the value itself is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Suspect {
    /// Key in `data`.
    pub key: String,
    /// The name that a line of the value gives it; empty: the whole value.
    pub name: String,
    /// Whether it has the shape of a known kind of credential.
    pub certain: bool,
}

/// `v1.ConfigMap`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigMap {
    /// Metadata.
    pub meta: Meta,
    /// Values of the keys that a check reads.
    pub data: Map,
    /// What looks like a credential, in order.
    pub suspects: Vec<Suspect>,
}

/// `v1.ConfigMap`, as it is on the wire.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub(crate) struct WireConfigMap {
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    meta: Meta,
    #[prost(btree_map = "string, string", tag = "2")]
    #[serde(deserialize_with = "nullable")]
    data: BTreeMap<String, String>,
}

impl From<WireConfigMap> for ConfigMap {
    fn from(wire: WireConfigMap) -> Self {
        let mut suspects: Vec<Suspect> = wire.data.iter().flat_map(|(key, value)| suspects(key, value)).collect();
        suspects.sort();
        suspects.dedup();
        let mut data = wire.data;
        data.retain(|key, value| KEPT_KEYS.contains(&key.as_str()) && value.len() <= LONGEST);
        Self { meta: wire.meta, data, suspects }
    }
}

/// Judges a value as a whole, and its lines `name=value` and `name: value`.
fn suspects(key: &str, value: &str) -> Vec<Suspect> {
    let suspect = |name: &str, confidence: credential::Confidence| Suspect {
        key: key.to_owned(),
        name: name.to_owned(),
        certain: confidence == credential::Confidence::High,
    };
    if !value.trim().contains('\n') {
        return credential::judge(key, value).map(|confidence| suspect("", confidence)).into_iter().collect();
    }
    let mut found: Vec<Suspect> = value
        .lines()
        .filter_map(|line| {
            let (name, value) = line.split_once(['=', ':'])?;
            let name = name.trim().trim_start_matches("- ").trim_matches(['"', '\'']);
            let value = value.trim().trim_end_matches(',').trim_matches(['"', '\'']);
            Some(suspect(name, credential::judge(name, value)?))
        })
        .collect();
    // a key or a token that stands in no line of its own
    if found.is_empty() {
        found.extend(credential::judge("", value).map(|confidence| suspect("", confidence)));
    }
    found
}

/// `v1.Secret`: its metadata and type, never its data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Secret {
    /// Metadata; of its annotations the keys only.
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    pub meta: Meta,
    /// `type`. The API server says it through a field selector only, where metadata is all that is asked for; empty:
    /// none of [`SECRET_TYPES`].
    #[serde(deserialize_with = "nullable")]
    pub r#type: String,
}

impl Secret {
    /// Keeps the keys of all annotations and no value: `last-applied-configuration` holds the data itself.
    pub(crate) fn hide(&mut self) {
        self.meta.annotations.values_mut().for_each(String::clear);
    }
}

/// Types that are asked for one by one.
pub const SECRET_TYPES: [&str; 6] = [
    "kubernetes.io/service-account-token",
    "bootstrap.kubernetes.io/token",
    "kubernetes.io/tls",
    "helm.sh/release.v1",
    "kubernetes.io/dockerconfigjson",
    "Opaque",
];
