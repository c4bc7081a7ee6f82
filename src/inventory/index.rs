use super::kinds::meta::Map;
use super::kinds::pod::PodSpec;
use super::{Inventory, Kind, PodRow};
use crate::model::ObjectRef;
use crate::model::findings::pod_spec_field;
use foldhash::HashMap;
use std::sync::Arc;

/// A distinct spec among the live pods of an owner.
#[derive(Clone, Debug)]
pub struct Variant<'a> {
    /// The spec, interned: equal specs are the same allocation.
    pub spec: Arc<PodSpec>,
    /// Pods that have it, in order of name.
    pub pods: Vec<&'a PodRow>,
}

/// A top owner with its template and the variants of its live pods.
#[derive(Clone, Debug)]
pub struct Workload<'a> {
    /// The owner; a bare Pod owns itself.
    pub owner: Arc<ObjectRef>,
    /// Its labels.
    pub labels: &'a Map,
    /// Labels of its pods: of the template, else of the first pod.
    pub pod_labels: &'a Map,
    /// The template; None for bare pods and for owners that were not read.
    pub template: Option<Arc<PodSpec>>,
    /// Where the PodSpec stands in the owner: `spec.template.spec`.
    pub prefix: &'static str,
    /// Live pods by distinct spec.
    pub variants: Vec<Variant<'a>>,
    /// A static pod's mirror: it cannot use a ServiceAccount.
    pub mirror: bool,
}

impl<'a> Workload<'a> {
    /// Namespace; empty for a manifest that names none.
    pub fn namespace(&self) -> &str {
        self.owner.namespace.as_deref().unwrap_or_default()
    }

    /// The template and every variant that differs from it.
    pub fn specs(&self) -> impl Iterator<Item = &Arc<PodSpec>> {
        let differs = |v: &&Variant<'a>| self.template.as_ref().is_none_or(|t| !Arc::ptr_eq(t, &v.spec));
        self.template.iter().chain(self.variants.iter().filter(differs).map(|v| &v.spec))
    }

    /// Live pods.
    pub fn pod_count(&self) -> usize {
        self.variants.iter().map(|v| v.pods.len()).sum()
    }
}

/// Whether a pod stands for itself: nobody owns it, or its node, which runs it from a file.
fn is_of_itself(pod: &PodRow) -> bool {
    pod.mirror || pod.owner.as_ref().is_none_or(|owner| owner.1 == "Node")
}

impl Inventory {
    /// Every top owner in scope, in order of namespace, kind and name. Owned ReplicaSets and Jobs, ended pods and
    /// finished Jobs are not among them.
    pub fn workloads(&self) -> Vec<Workload<'_>> {
        static NO_LABELS: Map = Map::new();
        let of_itself = self.pods.iter().filter(|pod| !pod.ended && is_of_itself(pod)).count();
        let mut found: Vec<Workload<'_>> = Vec::with_capacity(self.controllers.len() + of_itself);
        // places of all but pods that stand for themselves
        let mut places: HashMap<Arc<ObjectRef>, usize> = HashMap::default();
        for ((kind, (namespace, name)), row) in &self.controllers {
            if row.meta.controller().is_some() || row.finished {
                continue;
            }
            let owner: Arc<_> = ObjectRef::shared(&kind.api_version(), kind.name(), Some(namespace), name).into();
            let workload = Workload {
                owner: owner.clone(),
                labels: &row.meta.labels,
                pod_labels: &row.pod_labels,
                template: row.template.clone(),
                prefix: pod_spec_field(kind.name()),
                variants: Vec::new(),
                mirror: false,
            };
            places.insert(owner, found.len());
            found.push(workload);
        }
        // pods of one ReplicaSet have one owner, which is kept once: its chain is followed once
        let mut tops: HashMap<(&str, usize), usize> = HashMap::default();
        let mut pods_own_pods = false;
        for pod in self.pods.iter().filter(|pod| !pod.ended) {
            let of =
                pod.owner.as_ref().filter(|_| !is_of_itself(pod)).map(|of| (&*pod.namespace, Arc::as_ptr(of).addr()));
            let place = match of.and_then(|of| tops.get(&of)) {
                Some(place) => *place,
                None => {
                    let owner = Arc::new(self.top_owner(pod));
                    let is_pod = &*owner.kind == "Pod";
                    let owns_another = is_pod && of.is_some();
                    pods_own_pods |= owns_another;
                    let known = (pods_own_pods || !is_pod).then(|| places.get(&owner).copied()).flatten();
                    // a pod that owns another one is too rare for every pod to have its place known
                    let as_pod =
                        || owns_another.then(|| found.iter().position(|workload| workload.owner == owner)).flatten();
                    let known = known.or_else(as_pod);
                    let place = known.unwrap_or(found.len());
                    if known.is_none() {
                        let labels = if is_pod { &*pod.labels } else { &NO_LABELS };
                        if of.is_some() {
                            places.insert(owner.clone(), place);
                        }
                        found.push(Workload {
                            owner,
                            labels,
                            pod_labels: &pod.labels,
                            template: None,
                            prefix: "spec",
                            variants: Vec::new(),
                            mirror: pod.mirror,
                        });
                    }
                    tops.extend(of.map(|of| (of, place)));
                    place
                }
            };
            let Some(workload) = found.get_mut(place) else { continue };
            match workload.variants.iter_mut().find(|v| Arc::ptr_eq(&v.spec, &pod.spec)) {
                Some(variant) => variant.pods.push(pod),
                None => {
                    // most owners have pods of one spec
                    workload.variants.reserve_exact(usize::from(workload.variants.is_empty()));
                    workload.variants.push(Variant { spec: pod.spec.clone(), pods: vec![pod] });
                }
            }
        }
        let namespaces = &self.scope.namespaces;
        found.retain(|workload| {
            let here =
                namespaces.is_empty() || workload.owner.namespace.as_ref().is_some_and(|n| namespaces.contains(n));
            here && (self.selects(workload.labels) || self.selects(workload.pod_labels))
        });
        // no two have one owner
        found.sort_unstable_by(|a, b| a.owner.cmp(&b.owner));
        found
    }

    /// The top of the chain of managing controllers; a static pod stands for itself.
    pub(super) fn top_owner(&self, pod: &PodRow) -> ObjectRef {
        let itself = || ObjectRef::shared("v1", "Pod", Some(&pod.namespace), &pod.name);
        let Some(owner) = pod.owner.as_ref().filter(|_| !is_of_itself(pod)) else { return itself() };
        self.top_of(&pod.namespace, &owner.0, &owner.1, &owner.2)
    }

    /// The top of the chain of managing controllers from one of them on.
    pub fn top_of(&self, namespace: &str, api_version: &str, kind: &str, name: &str) -> ObjectRef {
        let (mut api_version, mut kind, mut name) = (api_version, kind, name);
        // controllers nest two deep (Deployment over ReplicaSet, CronJob over Job); four bounds a malicious loop
        for _ in 0..4 {
            let group = api_version.split_once('/').map_or("", |(group, _)| group);
            let key = Kind::of(group, kind).map(|kind| (kind, (namespace.into(), name.into())));
            let Some(next) = key.and_then(|key| self.controller_of(&key)) else { break };
            (api_version, kind, name) = next;
        }
        ObjectRef::new(api_version, kind, Some(namespace), name)
    }
}

#[cfg(test)]
mod tests {
    use crate::inventory::{Inventory, Kind, Medium, Object, Version};
    use serde_json::json;

    #[test]
    fn a_pod_that_owns_pods_is_one_workload_whichever_was_read_first() {
        let mut inventory = Inventory::new(Medium::Cluster, Version::NEWEST);
        let mut put = |name: &str, owner: Option<&str>| {
            let reference = |name| json!({"apiVersion": "v1", "kind": "Pod", "name": name, "controller": true});
            let owners: Vec<_> = owner.into_iter().map(reference).collect();
            let pod = json!({"metadata": {"namespace": "shop", "name": name, "ownerReferences": owners}, "spec": {}});
            inventory.upsert(Object::from_json(Kind::Pod, pod).unwrap());
        };
        put("a", Some("m"));
        put("m", None);
        put("z", Some("m"));
        put("other", None);
        let of = |name: &str, pods| (name.to_owned(), pods);
        let found = inventory.workloads();
        let found: Vec<_> = found.iter().map(|w| of(&w.owner.name, w.pod_count())).collect();
        assert_eq!(found, [of("m", 3), of("other", 1)]);
    }
}
