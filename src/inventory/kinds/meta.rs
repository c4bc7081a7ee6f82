//! Metadata, label selectors and the scalars that JSON and protobuf write differently.

use bytes::{Buf, BufMut, Bytes};
use prost::Message;
use prost::encoding::{DecodeContext, WireType};
use serde::{Deserialize, Deserializer, Serializer};
use std::collections::BTreeMap;

pub use super::map::Map;

/// `null` is the default, as in Go: for every field that is no pointer there.
pub(crate) fn nullable<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(d: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(d)?.unwrap_or_default())
}

/// Metadata of a document of plimsoll's own: it has a name and nothing else.
pub(crate) fn name_only<S: Serializer>(meta: &Meta, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map([("name", &meta.name)])
}

/// `metav1.Time`, in seconds since the epoch.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Message)]
pub struct Time {
    /// Seconds since 1970-01-01T00:00:00Z.
    #[prost(int64, tag = "1")]
    pub seconds: i64,
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        let time: jiff::Timestamp = text.parse().map_err(serde::de::Error::custom)?;
        Ok(Self { seconds: time.as_second() })
    }
}

/// `intstr.IntOrString`: a count, or a percentage in text.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message)]
pub struct IntOrString {
    /// 0: the number counts; 1: the text.
    #[prost(int64, tag = "1")]
    pub r#type: i64,
    /// The number.
    #[prost(int32, tag = "2")]
    pub number: i32,
    /// The text: `25%`, or a port's name.
    #[prost(string, tag = "3")]
    pub text: String,
}

impl IntOrString {
    /// The number; None where it is a text.
    pub fn number(&self) -> Option<i32> {
        (self.r#type == 0).then_some(self.number)
    }

    /// The percentage; None where it is none.
    pub fn percent(&self) -> Option<i32> {
        self.text.strip_suffix('%').filter(|_| self.r#type == 1)?.parse().ok()
    }
}

impl std::fmt::Display for IntOrString {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.number() {
            Some(number) => write!(f, "{number}"),
            None => f.write_str(&self.text),
        }
    }
}

impl<'de> Deserialize<'de> for IntOrString {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Number(i32),
            Text(String),
        }
        Ok(match Either::deserialize(d)? {
            Either::Number(number) => Self { number, ..Self::default() },
            Either::Text(text) => Self { r#type: 1, number: 0, text },
        })
    }
}

/// `resource.Quantity`, as it is written.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message)]
pub struct Quantity {
    /// `500m`, `1Gi`, `2`.
    #[prost(string, tag = "1")]
    pub text: String,
}

impl Quantity {
    /// Whether it is nothing, in whatever unit.
    pub fn is_zero(&self) -> bool {
        !self.text.contains(|c| matches!(c, '1'..='9'))
    }
}

impl<'de> Deserialize<'de> for Quantity {
    /// Manifests may write a number.
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Text(String),
            Number(serde_json::Number),
        }
        Ok(Self {
            text: match Either::deserialize(d)? {
                Either::Text(text) => text,
                Either::Number(number) => number.to_string(),
            },
        })
    }
}

/// Quantities by the name of the resource: `cpu`, `memory`.
pub type Quantities = BTreeMap<String, Quantity>;

/// `metav1.OwnerReference`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OwnerReference {
    /// Kind of the owner.
    #[prost(string, tag = "1")]
    pub kind: String,
    /// Its name, in the same namespace or cluster-scoped.
    #[prost(string, tag = "3")]
    pub name: String,
    /// Its UID.
    #[prost(string, tag = "4")]
    #[serde(deserialize_with = "nullable")]
    pub uid: String,
    /// Its `apiVersion`.
    #[prost(string, tag = "5")]
    pub api_version: String,
    /// Whether it is the managing controller.
    #[prost(bool, optional, tag = "6")]
    pub controller: Option<bool>,
}

/// `metav1.ObjectMeta`, the part that checks read.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(from = "Written")]
pub struct Meta {
    /// Name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// Namespace; empty for cluster-scoped objects.
    #[prost(string, tag = "3")]
    pub namespace: String,
    /// When it was created.
    #[prost(message, optional, tag = "8")]
    pub creation_timestamp: Option<Time>,
    /// Labels.
    #[prost(message, required, tag = "11")]
    pub labels: Map,
    /// Annotations; only those that a check or a screen reads survive [`Meta::slim`].
    #[prost(message, required, tag = "10012")]
    pub annotations: Map,
    /// Owners.
    #[prost(message, repeated, tag = "13")]
    pub owner_references: Vec<OwnerReference>,
    /// Who wrote last to what is not its status, known from [`Meta::slim`] on.
    #[prost(message, optional, boxed, tag = "10017")]
    pub writer: Option<Box<ManagedFields>>,
    #[prost(oneof = "Passing", tags = "2, 5, 6, 12, 17")]
    pub(crate) passing: Option<Passing>,
}

/// What nobody asks for once the object was read, apart, so that thousands of objects do not keep the room for it.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message)]
pub(crate) struct PassingFields {
    /// For manifests that have no name yet.
    #[prost(string, tag = "2")]
    generate_name: String,
    #[prost(string, tag = "5")]
    uid: String,
    #[prost(string, tag = "6")]
    resource_version: String,
    /// As they are on the wire: most are never decoded.
    #[prost(bytes = "bytes", repeated, tag = "12")]
    annotations: Vec<Bytes>,
    #[prost(bytes = "bytes", repeated, tag = "17")]
    managed_fields: Vec<Bytes>,
    /// The same from JSON.
    #[prost(message, repeated, tag = "10017")]
    managed_fields_of_json: Vec<ManagedFields>,
}

/// To prost the fields of a message that lie together behind a pointer are a `oneof` of which there may be several.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Passing(Box<PassingFields>);

impl Passing {
    fn encode(&self, buf: &mut impl BufMut) {
        self.0.encode_raw(buf);
    }

    fn encoded_len(&self) -> usize {
        self.0.encoded_len()
    }

    fn merge(
        known: &mut Option<Self>,
        tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        cx: DecodeContext,
    ) -> Result<(), prost::DecodeError> {
        known.get_or_insert_with(|| Self(Box::default())).0.merge_field(tag, wire_type, buf, cx)
    }
}

/// Metadata as JSON and YAML write it.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Written {
    #[serde(deserialize_with = "nullable")]
    name: String,
    #[serde(deserialize_with = "nullable")]
    generate_name: String,
    #[serde(deserialize_with = "nullable")]
    namespace: String,
    #[serde(deserialize_with = "nullable")]
    uid: String,
    #[serde(deserialize_with = "nullable")]
    resource_version: String,
    creation_timestamp: Option<Time>,
    #[serde(deserialize_with = "nullable")]
    labels: Map,
    #[serde(deserialize_with = "nullable")]
    annotations: Map,
    #[serde(deserialize_with = "nullable")]
    owner_references: Vec<OwnerReference>,
    #[serde(deserialize_with = "nullable")]
    managed_fields: Vec<ManagedFields>,
}

impl From<Written> for Meta {
    fn from(written: Written) -> Self {
        let Written { name, namespace, creation_timestamp, labels, annotations, owner_references, .. } = written;
        let passing = PassingFields {
            generate_name: written.generate_name,
            uid: written.uid,
            resource_version: written.resource_version,
            managed_fields_of_json: written.managed_fields,
            ..PassingFields::default()
        };
        let passing = (passing != PassingFields::default()).then(|| Passing(passing.into()));
        Self { name, namespace, creation_timestamp, labels, annotations, owner_references, writer: None, passing }
    }
}

/// An entry of a map, undecoded.
#[derive(Clone, PartialEq, prost::Message)]
struct Pair {
    #[prost(bytes = "bytes", tag = "1")]
    key: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    value: Bytes,
}

impl Pair {
    /// Both texts, if the key is wanted and they are texts.
    fn texts(self, is_wanted: impl Fn(&str) -> bool) -> Option<(String, String)> {
        let key = std::str::from_utf8(&self.key).ok().filter(|key| is_wanted(key))?;
        Some((key.to_owned(), std::str::from_utf8(&self.value).ok()?.to_owned()))
    }
}

/// `metav1.ManagedFieldsEntry`, without the fields.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ManagedFields {
    /// Who.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub manager: String,
    /// When.
    #[prost(message, optional, tag = "4")]
    pub time: Option<Time>,
    /// `status`, or another part of its own.
    #[prost(string, tag = "8")]
    #[serde(deserialize_with = "nullable")]
    pub subresource: String,
}

/// Beginnings of the annotations that a check or a screen reads. `last-applied-configuration` never: it may hold what
/// is secret.
const KEPT_ANNOTATIONS: [&str; 28] = [
    "alb.ingress.kubernetes.io/",
    "appgw.ingress.kubernetes.io/",
    "argocd.argoproj.io/tracking-id",
    "cert-manager.io/",
    "cloud.google.com/load-balancer-type",
    "container.apparmor.security.beta.kubernetes.io/",
    "container.seccomp.security.alpha.kubernetes.io/",
    "ingress.gcp.kubernetes.io/pre-shared-cert",
    "ingress.kubernetes.io/",
    "ingressclass.kubernetes.io/is-default-class",
    "kubernetes.azure.com/tls-cert-",
    "kubernetes.io/config.mirror",
    "kubernetes.io/ingress.",
    "kubernetes.io/service-account.",
    "meta.helm.sh/release-name",
    "networking.gke.io/",
    "nginx.ingress.kubernetes.io/",
    "nginx.org/",
    "pv.kubernetes.io/provisioned-by",
    "rbac.authorization.kubernetes.io/autoupdate",
    "route.openshift.io/termination",
    "seccomp.security.alpha.kubernetes.io/",
    "service.beta.kubernetes.io/",
    "service.kubernetes.io/",
    "storageclass.beta.kubernetes.io/is-default-class",
    "storageclass.kubernetes.io/is-default-class",
    "traefik.ingress.kubernetes.io/",
    "volume.kubernetes.io/storage-provisioner",
];

fn keep_annotation(key: &str) -> bool {
    KEPT_ANNOTATIONS.iter().any(|prefix| key.starts_with(prefix))
}

impl Meta {
    /// Drops what is not read and what may be secret.
    pub fn slim(&mut self) {
        self.annotations.retain(|key, _| keep_annotation(key));
        if let Some(Passing(passing)) = &mut self.passing {
            let wire = std::mem::take(&mut passing.annotations).into_iter();
            self.annotations.extend(wire.filter_map(|pair| Pair::decode(pair).ok()?.texts(keep_annotation)));
            let wire = std::mem::take(&mut passing.managed_fields).into_iter();
            let entries = std::mem::take(&mut passing.managed_fields_of_json).into_iter();
            let entries = entries.chain(wire.filter_map(|entry| ManagedFields::decode(entry).ok()));
            let last = entries.filter(|entry| entry.subresource.is_empty()).max_by_key(|entry| entry.time);
            self.writer = last.map(Box::new);
            if self.name.is_empty() && !passing.generate_name.is_empty() {
                self.name = format!("{}*", passing.generate_name);
            }
        }
        self.labels.shrink_to_fit();
        self.annotations.shrink_to_fit();
        self.owner_references.shrink_to_fit();
        // JSON writes the zero time as null
        self.creation_timestamp.take_if(|time| time.seconds == 0);
    }

    /// The same where only name, labels, annotations and owners are kept.
    pub fn slim_to_owners(&mut self) {
        if let Some(Passing(passing)) = &mut self.passing {
            passing.managed_fields.clear();
            passing.managed_fields_of_json.clear();
        }
        self.slim();
    }

    /// Drops what is of no use once the object was read.
    pub fn settle(&mut self) {
        self.passing = None;
    }

    fn passing(&self) -> Option<&PassingFields> {
        self.passing.as_ref().map(|passing| &*passing.0)
    }

    /// `uid`; empty once the object has settled.
    pub fn uid(&self) -> &str {
        self.passing().map_or("", |passing| &passing.uid)
    }

    /// `resourceVersion`; empty once the object has settled.
    pub fn resource_version(&self) -> &str {
        self.passing().map_or("", |passing| &passing.resource_version)
    }

    /// The value of an annotation of an object that is not slim: on the wire, or as JSON wrote it.
    pub fn annotation(&self, name: &str) -> Option<String> {
        let wire = self.passing().into_iter().flat_map(|passing| &passing.annotations);
        let mut pairs = wire.filter_map(|pair| Pair::decode(pair.clone()).ok()?.texts(|key| key == name));
        pairs.next().map(|(_, value)| value).or_else(|| self.annotations.get(name).cloned())
    }

    /// The managing controller, taken out.
    pub fn take_controller(&mut self) -> Option<OwnerReference> {
        let place = self.owner_references.iter().position(|owner| owner.controller == Some(true))?;
        Some(self.owner_references.swap_remove(place))
    }

    /// The managing controller.
    pub fn controller(&self) -> Option<&OwnerReference> {
        self.owner_references.iter().find(|owner| owner.controller == Some(true))
    }

    /// Namespace, None for cluster-scoped objects.
    pub fn namespace(&self) -> Option<&str> {
        (!self.namespace.is_empty()).then_some(self.namespace.as_str())
    }
}

/// `metav1.LabelSelectorRequirement`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Requirement {
    /// Label key.
    #[prost(string, tag = "1")]
    pub key: String,
    /// In, NotIn, Exists or DoesNotExist.
    #[prost(string, tag = "2")]
    pub operator: String,
    /// Values of In and NotIn.
    #[prost(string, repeated, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub values: Vec<String>,
}

/// `metav1.LabelSelector`. Empty selects everything; what an absent one means is the field's own rule.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Selector {
    /// Every pair must be there.
    #[prost(message, required, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub match_labels: Map,
    /// Every requirement must hold.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub match_expressions: Vec<Requirement>,
}

impl Selector {
    /// Whether it selects everything.
    pub fn is_empty(&self) -> bool {
        self.match_labels.is_empty() && self.match_expressions.is_empty()
    }

    /// Whether it selects these labels. An unknown operator selects nothing.
    pub fn matches(&self, labels: &Map) -> bool {
        let pairs = self.match_labels.iter().all(|(key, value)| labels.get(key) == Some(value));
        pairs
            && self.match_expressions.iter().all(|r| {
                let value = labels.get(&r.key);
                match r.operator.as_str() {
                    "In" => value.is_some_and(|v| r.values.contains(v)),
                    "NotIn" => value.is_none_or(|v| !r.values.contains(v)),
                    "Exists" => value.is_some(),
                    "DoesNotExist" => value.is_none(),
                    _ => false,
                }
            })
    }
}

/// An object of which only the metadata is read.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct MetaOnly {
    /// Metadata.
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    pub meta: Meta,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Map {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn selectors_follow_the_api() {
        let selector: Selector = serde_json::from_value(serde_json::json!({
            "matchLabels": {"app": "web"},
            "matchExpressions": [
                {"key": "tier", "operator": "NotIn", "values": ["db"]},
                {"key": "legacy", "operator": "DoesNotExist"},
            ],
        }))
        .unwrap();
        assert!(selector.matches(&labels(&[("app", "web")])));
        assert!(!selector.matches(&labels(&[("app", "web"), ("tier", "db")])));
        assert!(!selector.matches(&labels(&[("app", "web"), ("legacy", "")])));
        assert!(Selector::default().matches(&labels(&[])), "an empty selector selects everything");
    }

    /// `metav1.ObjectMeta` as a generator of code would have it.
    #[derive(Clone, PartialEq, prost::Message)]
    struct Whole {
        #[prost(string, tag = "2")]
        generate_name: String,
        #[prost(string, tag = "3")]
        namespace: String,
        #[prost(string, tag = "5")]
        uid: String,
        #[prost(string, tag = "6")]
        resource_version: String,
        #[prost(btree_map = "string, string", tag = "12")]
        annotations: BTreeMap<String, String>,
        #[prost(message, repeated, tag = "17")]
        managed_fields: Vec<ManagedFields>,
    }

    #[test]
    fn both_encodings_say_the_same_and_what_passes_is_gone_once_it_settled() {
        let pairs = [("cert-manager.io/issuer", "ca"), ("password", "hunter2")];
        let wrote = |manager: &str, seconds, subresource: &str| ManagedFields {
            manager: manager.into(),
            time: Some(Time { seconds }),
            subresource: subresource.into(),
        };
        let wire = Whole {
            generate_name: "web-".into(),
            namespace: "shop".into(),
            uid: "u-1".into(),
            resource_version: "7".into(),
            annotations: pairs.map(|(key, value)| (key.into(), value.into())).into(),
            managed_fields: vec![wrote("helm", 1, ""), wrote("kubectl", 2, ""), wrote("kubelet", 3, "status")],
        };
        let text = r#"{
            "generateName": "web-", "namespace": "shop", "uid": "u-1", "resourceVersion": "7",
            "annotations": {"cert-manager.io/issuer": "ca", "password": "hunter2"},
            "managedFields": [
                {"manager": "helm", "time": "1970-01-01T00:00:01Z"},
                {"manager": "kubectl", "time": "1970-01-01T00:00:02Z"},
                {"manager": "kubelet", "time": "1970-01-01T00:00:03Z", "subresource": "status"}
            ]
        }"#;
        let mut read = Meta::decode(&*wire.encode_to_vec()).unwrap();
        let mut written: Meta = serde_json::from_str(text).unwrap();
        for meta in [&mut read, &mut written] {
            assert_eq!(meta.annotation("password").as_deref(), Some("hunter2"));
            meta.slim();
            assert_eq!((&*meta.name, &*meta.namespace), ("web-*", "shop"));
            assert_eq!((meta.uid(), meta.resource_version()), ("u-1", "7"));
            assert_eq!(meta.annotations, labels(&[("cert-manager.io/issuer", "ca")]));
            assert_eq!(meta.writer.as_deref(), Some(&wrote("kubectl", 2, "")));
            meta.settle();
            assert_eq!((meta.uid(), meta.resource_version()), ("", ""));
        }
        assert_eq!(read, written);
        // there are thousands of it
        assert!(size_of::<Meta>() <= 160, "{}", size_of::<Meta>());
    }

    #[test]
    fn null_is_the_default() {
        let meta: Meta =
            serde_json::from_str(r#"{"name":"a","labels":null,"ownerReferences":null,"creationTimestamp":null}"#)
                .unwrap();
        assert_eq!(meta.name, "a");
    }
}
