//! PodSpecs, each once in this process. The pods of a template come in bytes that differ only in what is made up per pod:
//! those that were seen before are not decoded again.

use super::meta::{Map, Meta};
use super::pod::{
    Container, EnvVar, PodSecurityContext, PodSpec, SecurityContext, Volume, is_token_volume_name, keeps_annotation,
};
use super::shared::Shared;
use bytes::Bytes;
use foldhash::{HashMap, HashSet};
use prost::Message;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};
use sha2::{Digest, Sha256};
use std::hash::Hash;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};

/// Values of a kind below which nothing is thrown out.
const SWEEP_AT: usize = 1024;

/// Values kept once each, as long as somebody uses them.
#[derive(Debug)]
pub(in crate::inventory) struct Interner<T> {
    known: HashSet<Arc<T>>,
    /// At so many, those that nobody uses are thrown out.
    sweep_at: usize,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Self { known: HashSet::default(), sweep_at: SWEEP_AT }
    }
}

impl<T: Clone + Eq + Hash> Interner<T> {
    /// The one allocation of a value.
    pub(in crate::inventory) fn get(&mut self, value: T) -> Arc<T> {
        if let Some(known) = self.known.get(&value) {
            return known.clone();
        }
        if self.known.len() >= self.sweep_at {
            self.sweep();
        }
        // a copy has no room to spare, as what is decoded piece by piece has
        let value = Arc::new(value.clone());
        self.known.insert(value.clone());
        value
    }

    /// Makes a value the one allocation.
    fn share(&mut self, value: &mut Shared<T>)
    where
        T: Default,
    {
        value.0 = self.get(Arc::unwrap_or_clone(std::mem::take(&mut value.0)));
    }

    /// Throws out those that nobody uses.
    pub(in crate::inventory) fn sweep(&mut self) {
        self.known.retain(|value| Arc::strong_count(value) > 1);
        self.sweep_at = SWEEP_AT.max(2 * self.known.len());
    }
}

/// What stands for a spec's bytes, without what is made up per pod.
type Key = [u8; 32];

#[derive(Default)]
struct Known {
    by_bytes: HashMap<Key, Weak<PodSpec>>,
    by_value: Interner<PodSpec>,
    containers: Interner<Container>,
    contexts: Interner<SecurityContext>,
    variables: Interner<EnvVar>,
    pod_contexts: Interner<PodSecurityContext>,
    volumes: Interner<Volume>,
    /// At so many forms, those of specs that are gone are thrown out: what is not read may differ from pod to pod.
    sweep_at: usize,
}

impl Known {
    fn sweep(&mut self) {
        self.by_value.sweep();
        self.containers.sweep();
        self.contexts.sweep();
        self.variables.sweep();
        self.pod_contexts.sweep();
        self.volumes.sweep();
        self.by_bytes.retain(|_, spec| spec.strong_count() > 0);
        self.sweep_at = SWEEP_AT.max(2 * self.by_bytes.len());
    }
}

fn known() -> MutexGuard<'static, Known> {
    static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Throws out specs that nobody uses.
pub(in crate::inventory) fn sweep() {
    known().sweep();
}

/// The one allocation of a spec, without what is made up per pod; `meta` is that of its pod or template.
fn spec(mut spec: PodSpec, meta: &Meta) -> Arc<PodSpec> {
    spec.normalise(meta);
    let mut known = known();
    spec.security_context.iter_mut().for_each(|context| known.pod_contexts.share(context));
    spec.volumes.iter_mut().for_each(|volume| known.volumes.share(volume));
    for container in spec.init_containers.iter_mut().chain(&mut spec.containers) {
        let own = container.own();
        own.security_context.iter_mut().for_each(|context| known.contexts.share(context));
        own.env.iter_mut().for_each(|variable| known.variables.share(variable));
        known.containers.share(container);
    }
    known.by_value.get(spec)
}

/// A spec that was read, else by its bytes; and the node that it names.
pub(super) fn read(
    read: Option<PodSpec>,
    bytes: Bytes,
    meta: &Meta,
) -> Result<(Arc<PodSpec>, String), prost::DecodeError> {
    let Some(mut read) = read else { return decode(bytes, meta) };
    let node = std::mem::take(&mut read.node_name);
    Ok((spec(read, meta), node))
}

/// A spec by its bytes, and the node that it names.
fn decode(bytes: Bytes, meta: &Meta) -> Result<(Arc<PodSpec>, String), prost::DecodeError> {
    let (text, node) = canonical(&bytes, &meta.annotations)?;
    let key: Key = Sha256::digest(text).into();
    let node = String::from_utf8_lossy(node).into_owned();
    if let Some(spec) = known().by_bytes.get(&key).and_then(Weak::upgrade) {
        return Ok((spec, node));
    }
    let spec = spec(PodSpec::decode(bytes)?, meta);
    let mut known = known();
    if known.by_bytes.len() >= known.sweep_at {
        known.sweep();
    }
    known.by_bytes.insert(key, Arc::downgrade(&spec));
    Ok((spec, node))
}

/// A field of a message.
struct Field<'b> {
    tag: u32,
    /// With its key.
    whole: &'b [u8],
    /// What a field of bytes holds; of others nothing.
    value: &'b [u8],
}

/// The fields of a message, in the order in which they come.
fn fields(mut rest: &[u8]) -> impl Iterator<Item = Result<Field<'_>, prost::DecodeError>> {
    std::iter::from_fn(move || (!rest.is_empty()).then(|| next(&mut rest)))
}

fn next<'b>(rest: &mut &'b [u8]) -> Result<Field<'b>, prost::DecodeError> {
    let all = *rest;
    let (tag, wire) = decode_key(rest)?;
    let mut value: &[u8] = &[];
    if wire == WireType::LengthDelimited {
        let length = usize::try_from(decode_varint(rest)?).unwrap_or(usize::MAX);
        // too short: the whole decoder says so in its own words
        (value, *rest) = rest.split_at(length.min(rest.len()));
    } else {
        skip_field(wire, tag, rest, DecodeContext::default())?;
    }
    let whole = all.get(..all.len() - rest.len()).unwrap_or(all);
    Ok(Field { tag, whole, value })
}

/// The value of a message's first field of this tag.
fn field(message: &[u8], tag: u32) -> Result<&[u8], prost::DecodeError> {
    for field in fields(message) {
        let field = field?;
        if field.tag == tag {
            return Ok(field.value);
        }
    }
    Ok(&[])
}

/// Whether a text begins as the volume that holds an injected token is named.
fn is_token(name: &[u8]) -> bool {
    std::str::from_utf8(name).is_ok_and(is_token_volume_name)
}

/// A spec's bytes without what [`PodSpec::normalise`] drops and what is not read, and the node. What is left out here may
/// make no difference to what comes of the rest; what is not known here stays.
fn canonical<'b>(spec: &'b [u8], annotations: &Map) -> Result<(Vec<u8>, &'b [u8]), prost::DecodeError> {
    // no key begins with these
    const BEGIN: u8 = 0;
    const END: u8 = 1;
    let (mut text, mut node): (Vec<u8>, &[u8]) = (Vec::with_capacity(spec.len() + 64), &[]);
    for item in fields(spec) {
        let item = item?;
        match item.tag {
            // volumes: the one with the token is projected
            1 if is_token(field(item.value, 1)?) && !field(field(item.value, 2)?, 26)?.is_empty() => {}
            // containers and init containers, without the mount of the token
            2 | 20 => {
                text.extend([BEGIN, item.tag.to_le_bytes()[0]]);
                for part in fields(item.value) {
                    let part = part?;
                    if part.tag != 9 || !is_token(field(part.value, 1)?) {
                        text.extend_from_slice(part.whole);
                    }
                }
                text.push(END);
            }
            10 => node = item.value,
            // hostname and subdomain
            16 | 17 => {}
            // affinity, without that to nodes
            18 => {
                text.extend([BEGIN, 18]);
                for part in fields(item.value) {
                    let part = part?;
                    if part.tag != 1 {
                        text.extend_from_slice(part.whole);
                    }
                }
                text.push(END);
            }
            _ => text.extend_from_slice(item.whole),
        }
    }
    for (key, value) in annotations.iter().filter(|(key, _)| keeps_annotation(key)) {
        text.push(BEGIN);
        for part in [key, value] {
            text.extend(part.len().to_le_bytes());
            text.extend_from_slice(part.as_bytes());
        }
    }
    Ok((text, node))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn pod(change: impl FnOnce(&mut Value)) -> Vec<u8> {
        let mut spec = json!({
            "containers": [{"name": "app", "image": "shop:1", "volumeMounts": [
                {"name": "data", "mountPath": "/data"}, {"name": "kube-api-access-x7k2p", "mountPath": "/token"}]}],
            "volumes": [{"name": "data", "emptyDir": {}}, {"name": "kube-api-access-x7k2p", "projected": {"sources": [{}]}}],
            "serviceAccountName": "shop",
        });
        change(&mut spec);
        let mut bytes = serde_json::from_value::<PodSpec>(spec).unwrap().encode_to_vec();
        // hostname, which is not read
        prost::encoding::string::encode(16, &"shop-0".to_owned(), &mut bytes);
        bytes
    }

    fn of(bytes: Vec<u8>, annotations: &[(&str, &str)]) -> (Arc<PodSpec>, String) {
        let annotations = annotations.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        decode(bytes.into(), &Meta { annotations, ..Meta::default() }).unwrap()
    }

    #[test]
    fn what_is_made_up_per_pod_makes_no_other_spec() {
        let (first, node) = of(pod(|spec| spec["nodeName"] = json!("one")), &[]);
        let (second, other) = of(
            pod(|spec| {
                spec["nodeName"] = json!("two");
                spec["volumes"][1]["name"] = json!("kube-api-access-99999");
                spec["containers"][0]["volumeMounts"][1]["name"] = json!("kube-api-access-99999");
            }),
            &[("note", "mine")],
        );
        assert!(Arc::ptr_eq(&first, &second));
        assert_eq!((&*node, &*other), ("one", "two"));
        assert_eq!((first.volumes.len(), first.node_name.as_str()), (1, ""));
    }

    #[test]
    fn everything_else_does() {
        let (first, _) = of(pod(|_| {}), &[]);
        let others = [
            pod(|spec| spec["containers"][0]["image"] = json!("shop:2")),
            pod(|spec| spec["hostNetwork"] = json!(true)),
            pod(|spec| spec["volumes"][1] = json!({"name": "kube-api-access-x7k2p", "hostPath": {"path": "/"}})),
            pod(|spec| spec["volumes"][0]["name"] = json!("kube")),
            pod(|spec| spec["initContainers"] = json!([{"name": "app", "image": "shop:1"}])),
        ];
        for other in others {
            assert_ne!(of(other, &[]).0, first);
        }
        let profile = ("container.apparmor.security.beta.kubernetes.io/app", "unconfined");
        assert_ne!(of(pod(|_| {}), &[profile]).0, first);
    }

    #[test]
    fn null_is_the_default_in_a_pod_and_a_template() {
        use crate::inventory::{Kind, Object};
        let pod = json!({"metadata": {"name": "a"}, "spec": null, "status": {"phase": null}});
        assert!(Object::from_json(Kind::Pod, pod).is_ok());
        let deployment = json!({"metadata": {"name": "a"}, "spec": {"template": {"metadata": null, "spec": null}}});
        assert!(Object::from_json(Kind::Deployment, deployment).is_ok());
    }

    #[test]
    fn bytes_that_are_cut_off_are_an_error() {
        let whole = pod(|_| {});
        let cut = whole.get(..whole.len() / 2).unwrap().to_vec();
        assert!(decode(cut.into(), &Meta::default()).is_err());
    }
}
