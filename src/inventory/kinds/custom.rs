//! Custom resources: kept as JSON, few and small; status and managed fields are dropped.

use super::meta::Meta;
use serde::Deserialize;
use serde_json::Value;

/// A custom resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Custom {
    /// `apiVersion`.
    pub api_version: String,
    /// Kind.
    pub kind: String,
    /// Metadata.
    pub meta: Meta,
    /// `spec`; null where there is none. Cilium's `specs` is kept under that name in `rest`.
    pub spec: Value,
    /// Other top-level fields than metadata, spec and status.
    pub rest: Value,
}

impl Custom {
    /// From a complete object.
    pub fn from_value(value: Value) -> Result<Self, serde_json::Error> {
        let Value::Object(mut object) = value else {
            return Err(serde::de::Error::custom("an object was expected"));
        };
        let mut meta = object.remove("metadata").unwrap_or_default();
        if let Some(fields) = meta.as_object_mut() {
            fields.remove("managedFields");
        }
        let text = |value: Option<Value>| value.and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
        let spec = object.remove("spec").unwrap_or_default();
        object.remove("status");
        Ok(Self {
            api_version: text(object.remove("apiVersion")),
            kind: text(object.remove("kind")),
            meta: Meta::deserialize(meta)?,
            spec,
            rest: Value::Object(object),
        })
    }
}
