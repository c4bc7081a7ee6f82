//! The API server's bytes: watch frames and lists, in protobuf and in JSON.

use crate::inventory::kinds::meta::MetaOnly;
use crate::inventory::{Kind, Object, Wire};
use crate::sources::Change;
use bytes::{Buf, Bytes, BytesMut};
use prost::Message;
use serde::Deserialize;
use serde_json::Value;

const MAGIC: &[u8] = b"k8s\0";
const INITIAL_EVENTS_END: &str = "k8s.io/initial-events-end";

/// `runtime.RawExtension`.
#[derive(Clone, PartialEq, Message)]
struct RawExtension {
    #[prost(bytes = "bytes", tag = "1")]
    raw: Bytes,
}

/// `metav1.WatchEvent`.
#[derive(Clone, PartialEq, Message)]
struct WatchEvent {
    #[prost(string, tag = "1")]
    r#type: String,
    #[prost(message, required, tag = "2")]
    object: RawExtension,
}

/// `runtime.Unknown`.
#[derive(Clone, PartialEq, Message)]
struct Unknown {
    #[prost(bytes = "bytes", tag = "2")]
    raw: Bytes,
}

#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ListMeta {
    #[prost(string, tag = "2")]
    resource_version: String,
    #[prost(string, tag = "3")]
    r#continue: String,
}

/// Any `…List`: its items stay bytes.
#[derive(Clone, PartialEq, Message)]
struct List {
    #[prost(message, required, tag = "1")]
    meta: ListMeta,
    #[prost(bytes = "bytes", repeated, tag = "2")]
    items: Vec<Bytes>,
}

/// `metav1.Status`.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(default)]
pub(super) struct Status {
    #[prost(string, tag = "3")]
    pub message: String,
    #[prost(int32, tag = "6")]
    pub code: i32,
}

/// What a watch says.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // taken apart as soon as it is made
pub(super) enum Event {
    /// An object came, changed or went.
    Change(Change),
    /// How far the watch is: the version to go on from.
    Bookmark {
        resource_version: String,
        /// The first pass is over.
        initial_end: bool,
    },
    /// The server ends it: 410 for a version that is too old.
    Error(Status),
}

fn unwrap(mut bytes: Bytes) -> Option<Bytes> {
    bytes.starts_with(MAGIC).then(|| bytes.advance(MAGIC.len()))?;
    Unknown::decode(bytes).ok().map(|unknown| unknown.raw)
}

/// An error's text, from a body in either encoding.
pub(super) fn status(body: &Bytes) -> Option<Status> {
    match unwrap(body.clone()) {
        Some(raw) => Status::decode(raw).ok(),
        None => serde_json::from_slice(body).ok(),
    }
}

fn decode(kind: Kind, raw: Bytes) -> Change {
    let meta = || MetaOnly::decode(raw.clone()).unwrap_or_default().meta;
    match Object::from_protobuf(kind, raw.clone()) {
        Ok(object) => Change::Put(object),
        Err(error) => {
            let meta = meta();
            Change::Broken { namespace: meta.namespace, name: meta.name, error: error.to_string() }
        }
    }
}

fn decode_json(kind: Kind, value: Value) -> Change {
    let text = |field: &str| {
        value.pointer(&format!("/metadata/{field}")).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let (namespace, name) = (text("namespace"), text("name"));
    match Object::from_json(kind, value) {
        Ok(object) => Change::Put(object),
        Err(error) => Change::Broken { namespace, name, error: error.to_string() },
    }
}

/// Most bytes of one event: etcd refuses objects over a few MiB.
const LIMIT: usize = 64 << 20;
/// How much room is made at once on a frame's word that it is long.
const STEP: usize = 1 << 20;

/// Cuts a watch's bytes into events.
#[derive(Debug)]
pub(super) struct Frames {
    kind: Kind,
    buffer: BytesMut,
    /// How far was looked for the end of a line.
    looked: usize,
}

impl Frames {
    pub(super) fn new(kind: Kind) -> Self {
        Self { kind, buffer: BytesMut::new(), looked: 0 }
    }

    pub(super) fn push(&mut self, chunk: &[u8]) {
        self.buffer.extend_from_slice(chunk);
    }

    /// The next complete event; Err: bytes that are no frame.
    pub(super) fn next(&mut self) -> Option<Result<Event, String>> {
        if self.kind.info().wire == Wire::Json { self.next_json() } else { self.next_protobuf() }
    }

    fn next_protobuf(&mut self) -> Option<Result<Event, String>> {
        let length = u32::from_be_bytes(self.buffer.get(..4)?.try_into().ok()?) as usize;
        if length > LIMIT {
            return Some(Err(format!("a watch frame of {length} bytes: no Kubernetes object is that large")));
        }
        if self.buffer.len() < 4 + length {
            // to the frame's size instead of by doubling; a lie about it costs little
            self.buffer.reserve((4 + length - self.buffer.len()).min(STEP));
            return None;
        }
        self.buffer.advance(4);
        let frame = self.buffer.split_to(length).freeze();
        let event = match WatchEvent::decode(frame) {
            Ok(event) => event,
            Err(error) => return Some(Err(format!("a watch frame does not decode: {error}"))),
        };
        let Some(raw) = unwrap(event.object.raw) else { return Some(Err("a watch frame without its object".into())) };
        Some(Ok(match event.r#type.as_str() {
            "ADDED" | "MODIFIED" => Event::Change(decode(self.kind, raw)),
            "DELETED" => Event::Change(deleted(decode(self.kind, raw))),
            "BOOKMARK" => bookmark(MetaOnly::decode(raw).unwrap_or_default()),
            _ => Event::Error(Status::decode(raw).unwrap_or_default()),
        }))
    }

    fn next_json(&mut self) -> Option<Result<Event, String>> {
        let Some(end) = memchr::memchr(b'\n', self.buffer.get(self.looked..)?) else {
            self.looked = self.buffer.len();
            let endless = self.looked > LIMIT;
            return endless
                .then(|| Err(format!("a watch line of more than {LIMIT} bytes: no Kubernetes object is that large")));
        };
        let line = self.buffer.split_to(self.looked + end + 1);
        self.looked = 0;
        #[derive(Deserialize)]
        struct Line {
            r#type: String,
            object: Value,
        }
        let Line { r#type, object } = match serde_json::from_slice(&line) {
            Ok(line) => line,
            Err(error) => return Some(Err(format!("a watch line is not JSON: {error}"))),
        };
        Some(Ok(match r#type.as_str() {
            "ADDED" | "MODIFIED" => Event::Change(decode_json(self.kind, object)),
            "DELETED" => Event::Change(deleted(decode_json(self.kind, object))),
            "BOOKMARK" => bookmark(serde_json::from_value(object).unwrap_or_default()),
            _ => Event::Error(serde_json::from_value(object).unwrap_or_default()),
        }))
    }
}

fn bookmark(object: MetaOnly) -> Event {
    Event::Bookmark {
        initial_end: object.meta.annotation(INITIAL_EVENTS_END).is_some_and(|v| v == "true"),
        resource_version: object.meta.resource_version().to_owned(),
    }
}

fn deleted(change: Change) -> Change {
    match change {
        Change::Put(object) => Change::Delete(object),
        Change::Broken { namespace, name, .. } => Change::Gone { namespace, name },
        other => other,
    }
}

/// A page of a list.
#[derive(Debug)]
pub(super) struct Page {
    pub changes: Vec<Change>,
    pub resource_version: String,
    /// Token of the next page; empty: this was the last.
    pub next: String,
}

/// Decodes a page of a list.
pub(super) fn page(kind: Kind, body: Bytes) -> Result<Page, String> {
    if kind.info().wire == Wire::Json {
        #[derive(Deserialize)]
        struct JsonList {
            metadata: ListMeta,
            #[serde(default)]
            items: Option<Vec<Value>>,
            #[serde(rename = "apiVersion")]
            api_version: String,
            kind: String,
        }
        let list: JsonList = serde_json::from_slice(&body).map_err(|error| format!("a list is not JSON: {error}"))?;
        // items of a list carry neither kind nor apiVersion where the server leaves them out
        let own_kind = list.kind.trim_end_matches("List").to_owned();
        let items = list.items.unwrap_or_default().into_iter().map(|mut item| {
            if let Some(fields) = item.as_object_mut() {
                fields.entry("apiVersion").or_insert_with(|| list.api_version.clone().into());
                fields.entry("kind").or_insert_with(|| own_kind.clone().into());
            }
            decode_json(kind, item)
        });
        return Ok(Page {
            changes: items.collect(),
            resource_version: list.metadata.resource_version,
            next: list.metadata.r#continue,
        });
    }
    let raw = unwrap(body).ok_or("a list that is not protobuf")?;
    let list = List::decode(raw).map_err(|error| format!("a list does not decode: {error}"))?;
    Ok(Page {
        changes: list.items.into_iter().map(|raw| decode(kind, raw)).collect(),
        resource_version: list.meta.resource_version,
        next: list.meta.r#continue,
    })
}

/// The `Accept` of a list or a watch of a kind.
pub(super) fn accept(kind: Kind, watch: bool) -> &'static str {
    match (kind.info().wire, watch) {
        (Wire::Protobuf, false) => "application/vnd.kubernetes.protobuf",
        (Wire::Protobuf, true) => "application/vnd.kubernetes.protobuf;stream=watch",
        (Wire::Metadata, false) => {
            "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
        }
        (Wire::Metadata, true) => {
            "application/vnd.kubernetes.protobuf;stream=watch;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
        }
        // what is gathered is no kind that could be listed or watched
        (Wire::Json | Wire::Gathered, _) => "application/json",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Else every custom resource waits until the read is given up, and is listed then.
    #[test]
    fn the_end_of_the_first_events_is_known_in_json() {
        let text = r#"{"metadata":{"resourceVersion":"7","annotations":{"k8s.io/initial-events-end":"true"}}}"#;
        let event = bookmark(serde_json::from_str(text).unwrap());
        assert!(matches!(event, Event::Bookmark { initial_end: true, resource_version } if resource_version == "7"));
    }
}
