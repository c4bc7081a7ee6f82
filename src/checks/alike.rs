//! What workloads that are alike have in common: a hundred thousand pods that nobody owns are a few hundred things to judge.

use super::service::{dashboard, sensitive_exposed, tiller};
use crate::inventory::Workload;
use crate::inventory::kinds::meta::Map;
use crate::inventory::kinds::pod::PodSpec;
use crate::model::findings::number;
use aho_corasick::AhoCorasick;
use foldhash::HashMap;
use std::sync::{Arc, LazyLock};

/// A workload as far as others are like it: a rule that is given this says the same of all of them. It has no labels but
/// its pods', nothing of single pods, and a name only where that tells what runs.
#[derive(Clone, Copy, Debug)]
pub struct Alike<'w>(&'w Workload<'w>);

impl<'w> Alike<'w> {
    /// What of a workload others may share.
    pub fn of(workload: &'w Workload<'w>) -> Self {
        Self(workload)
    }

    /// Namespace; empty for a manifest that names none.
    pub fn namespace(&self) -> &'w str {
        self.0.namespace()
    }

    /// Kind of the owner.
    pub fn kind(&self) -> &'w str {
        &self.0.owner.kind
    }

    /// Its name where a rule may know by it what runs (a list); else empty.
    pub fn telling_name(&self) -> &'w str {
        let name = &*self.0.owner.name;
        if TELLING.as_ref().is_none_or(|telling| telling.is_match(name)) { name } else { "" }
    }

    /// Labels of its pods.
    pub fn pod_labels(&self) -> &'w Map {
        self.0.pod_labels
    }

    /// A static pod's mirror: it cannot use a ServiceAccount.
    pub fn mirror(&self) -> bool {
        self.0.mirror
    }

    /// The template and every spec of live pods that differs from it.
    pub fn specs(&self) -> impl Iterator<Item = &'w Arc<PodSpec>> + use<'w> {
        self.0.specs()
    }

    /// The distinct specs of live pods.
    pub fn running(&self) -> impl Iterator<Item = &'w Arc<PodSpec>> + use<'w> {
        self.0.variants.iter().map(|variant| &variant.spec)
    }

    /// All of the above, labels and specs by the place where they lie, since equal ones are kept once.
    fn key(&self) -> impl Eq + std::hash::Hash + use<'w> {
        let place = |spec: &Arc<PodSpec>| Arc::as_ptr(spec).addr();
        let specs: Vec<usize> = self.running().map(place).collect();
        let labels = std::ptr::from_ref(self.0.pod_labels).addr();
        (
            self.namespace(),
            self.kind(),
            self.telling_name(),
            labels,
            self.mirror(),
            self.0.template.as_ref().map(place),
            specs,
        )
    }
}

/// Finds the names by which rules know what runs, wherever in another they stand. Without it every name tells something.
static TELLING: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let names = sensitive_exposed::names().chain([dashboard::NAME, tiller::NAME]);
    AhoCorasick::new(names).ok()
});

/// Of each workload the number of its like, counted from the first on.
pub(super) fn groups(workloads: &[Workload<'_>]) -> Vec<u32> {
    let mut known = HashMap::default();
    let group = |workload| {
        let next = number(known.len());
        *known.entry(Alike::of(workload).key()).or_insert(next)
    };
    workloads.iter().map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{Inventory, Kind, Medium, Object, Version};
    use serde_json::{Value, json};

    #[test]
    fn alike_are_pods_that_differ_in_nothing_but_a_name_that_says_nothing() {
        let mut inventory = Inventory::new(Medium::Cluster, Version::NEWEST);
        let pods = |name: &str, change: &dyn Fn(&mut Value)| {
            let mut pod = json!({
                "metadata": {"namespace": "shop", "name": name, "labels": {"app": "web"}},
                "spec": {"containers": [{"name": "web", "image": "web"}]},
            });
            change(&mut pod);
            Object::from_json(Kind::Pod, pod).unwrap()
        };
        let mirror = json!({"kubernetes.io/config.mirror": "1"});
        for object in [
            pods("a", &|_| ()),
            pods("b", &|_| ()),
            pods("c", &|pod| pod["metadata"]["labels"]["app"] = json!("shop")),
            pods("d", &|pod| pod["spec"]["hostNetwork"] = json!(true)),
            pods("e", &|pod| pod["metadata"]["annotations"] = mirror.clone()),
            pods("my-jenkins-0", &|_| ()),
            pods("tiller-deploy", &|_| ()),
            pods("z", &|pod| pod["metadata"]["namespace"] = json!("web")),
            pods("y", &|pod| pod["status"] = json!({"phase": "Running"})),
        ] {
            inventory.upsert(object);
        }
        let workloads = inventory.workloads();
        let names = workloads.iter().map(|workload| &*workload.owner.name);
        let groups: Vec<(&str, u32)> = names.zip(groups(&workloads)).collect();
        let of = |name: &str| groups.iter().find(|(known, _)| *known == name).unwrap().1;
        assert_eq!((of("a"), of("b"), of("y")), (0, 0, 0));
        let others: Vec<u32> = groups.iter().filter(|(_, group)| *group > 0).map(|(_, group)| *group).collect();
        assert_eq!(others, [1, 2, 3, 4, 5, 6], "{groups:?}");
    }
}
