//! ConfigMaps and Secrets: read on request only, and of them only what a check asks for.

use super::meta::{Map, Meta, nullable};
use crate::inventory::suspects::{Suspect, suspects};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// Keys whose values a check reads: settings of ingress controllers and of log and alert pipelines.
const KEPT_KEYS: [&str; 21] = [
    "ClusterConfiguration",
    "alertmanager.yaml",
    "alertmanager.yml",
    "allow-snippet-annotations",
    "annotations-risk-level",
    "collector.yaml",
    "config.alloy",
    "config.conf",
    "custom_outputs.conf",
    "falco.yaml",
    "filebeat.yml",
    "fluent-bit.conf",
    "fluent-bit.yaml",
    "fluent.conf",
    "output.conf",
    "relay",
    "relay.yaml",
    "ssl-protocols",
    "vector.toml",
    "vector.yaml",
    "vector.yml",
];

/// The longest value that is kept, in bytes.
const LONGEST: usize = 64 * 1024;

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
    #[prost(btree_map = "string, bytes", tag = "3")]
    #[serde(rename = "binaryData", deserialize_with = "base64_values")]
    binary_data: BTreeMap<String, Vec<u8>>,
}

fn base64_values<'de, D: Deserializer<'de>>(d: D) -> Result<BTreeMap<String, Vec<u8>>, D::Error> {
    let texts: BTreeMap<String, String> = nullable(d)?;
    let decode = |(key, text)| STANDARD.decode(text).map(|bytes| (key, bytes)).map_err(serde::de::Error::custom);
    texts.into_iter().map(decode).collect()
}

impl From<WireConfigMap> for ConfigMap {
    fn from(wire: WireConfigMap) -> Self {
        let texts = wire.data.iter().map(|(key, text)| (key, text.as_str(), false));
        let bytes = wire.binary_data.iter();
        let decoded = bytes.filter_map(|(key, bytes)| Some((key, std::str::from_utf8(bytes).ok()?, true)));
        let suspects = texts.chain(decoded).flat_map(|(key, text, binary)| suspects(key, text, binary)).collect();
        let keeps = |(key, value): &(String, String)| KEPT_KEYS.contains(&key.as_str()) && value.len() <= LONGEST;
        let data = wire.data.into_iter().filter(keeps).collect();
        Self { meta: wire.meta, data, suspects }
    }
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
    /// Keeps the keys of all annotations and no value: `last-applied-configuration` holds the data itself. Where that
    /// one holds none, it goes.
    pub(crate) fn hide(&mut self) {
        self.meta.annotations.retain(|key, value| key != LAST_APPLIED || holds_data(value));
        self.meta.annotations.values_mut().for_each(String::clear);
    }
}

/// What `kubectl apply` remembers.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Whether a manifest says any data; one that cannot be read may.
fn holds_data(manifest: &str) -> bool {
    let Ok(manifest) = serde_json::from_str::<serde_json::Value>(manifest) else { return true };
    let filled = |field| manifest.get(field).and_then(|data| data.as_object()).is_some_and(|data| !data.is_empty());
    ["data", "stringData"].into_iter().any(filled)
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
