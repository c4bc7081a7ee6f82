//! What belongs to the platform, for folding: `controls/platform.yaml`. Never a verdict.

use super::PackError;
use crate::inventory::image;
use crate::model::ObjectRef;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The table of well-known platform components.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Components {
    /// Repositories of images, by what they are for.
    images: BTreeMap<String, Vec<String>>,
    /// Objects without images.
    objects: Vec<Named>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    kinds: Vec<String>,
    #[serde(default)]
    namespaces: Vec<String>,
    names: Vec<String>,
}

impl Components {
    /// The table that the program carries.
    ///
    /// # Errors
    /// The file does not parse; a test makes sure that it does.
    pub fn built_in() -> Result<Self, PackError> {
        let error = |e: serde_saphyr::Error| PackError::of("platform.yaml", e.to_string());
        serde_saphyr::from_str(include_str!("../../controls/platform.yaml")).map_err(error)
    }

    /// Whether an object belongs to the platform: a workload by all its images, another object by its name.
    pub fn is_platform(&self, owner: &ObjectRef, images: &[&str]) -> bool {
        if !images.is_empty() {
            return images.iter().all(|image| self.has_image(&image::repository(image)));
        }
        self.objects.iter().any(|named| {
            let place = owner.namespace.as_deref().unwrap_or_default();
            let here = if named.namespaces.is_empty() {
                place.is_empty()
            } else {
                named.namespaces.iter().any(|n| n == place)
            };
            let name = |listed: &String| match listed.strip_suffix('*') {
                Some(head) => owner.name.starts_with(head),
                None => **listed == *owner.name,
            };
            here && named.kinds.iter().any(|kind| **kind == *owner.kind) && named.names.iter().any(name)
        })
    }

    fn has_image(&self, repository: &str) -> bool {
        let listed = |entry: &String| {
            if entry.ends_with('/') { repository.starts_with(entry.as_str()) } else { entry == repository }
        };
        self.images.values().flatten().any(listed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_images_decide_and_the_namespace_does_not() {
        let table = Components::built_in().unwrap();
        let workload = |name: &str, images: &[&str]| {
            table.is_platform(&ObjectRef::new("apps/v1", "DaemonSet", Some("kube-system"), name), images)
        };
        assert!(workload(
            "x",
            &["quay.io/cilium/cilium:v1", "registry.k8s.io/sig-storage/csi-node-driver-registrar:v2"]
        ));
        assert!(!workload("coredns-helper", &["docker.io/library/alpine:latest"]), "kube-system hides nothing");
        assert!(!workload("kube-proxy", &["registry.k8s.io/kube-proxy:v1", "evil.example/miner"]));
        assert!(!workload("kube-proxy", &["registry.k8s.io/kube-proxy-evil:v1"]));
        let object = |kind: &str, namespace: Option<&str>, name: &str| {
            table.is_platform(&ObjectRef::new("v1", kind, namespace, name), &[])
        };
        assert!(object("Namespace", None, "kube-system") && object("ClusterRole", None, "system:node"));
        assert!(!object("Namespace", None, "shop") && !object("ServiceAccount", Some("shop"), "default"));
    }
}
