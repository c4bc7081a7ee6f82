//! Reading custom resources: fields of JSON.

use super::kinds::meta::Selector;
use serde::Deserialize;
use serde_json::Value;

/// A list; absent is empty.
pub(crate) fn list<'v>(value: &'v Value, field: &str) -> &'v [Value] {
    value.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A string; absent is empty.
pub(crate) fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// Whether a field is there and neither null nor an empty list.
pub(crate) fn has(value: &Value, field: &str) -> bool {
    value.get(field).is_some_and(|v| !v.is_null() && v.as_array().is_none_or(|list| !list.is_empty()))
}

/// A label selector; None where it does not decode.
pub(crate) fn selector(value: &Value) -> Option<Selector> {
    Selector::deserialize(value).ok()
}
