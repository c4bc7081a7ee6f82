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

    /// Whether a workload that runs these images belongs to the platform: by all of them, whatever it is called.
    pub fn has_images(&self, images: &[&str]) -> bool {
        images.iter().all(|image| self.has_image(&image::repository(image)))
    }

    /// Whether an object that runs nothing belongs to the platform: by its name.
    pub fn has(&self, owner: &ObjectRef) -> bool {
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
    fn all_images_decide() {
        let table = Components::built_in().unwrap();
        let workload = |images: &[&str]| table.has_images(images);
        assert!(workload(&["quay.io/cilium/cilium:v1", "registry.k8s.io/sig-storage/csi-node-driver-registrar:v2"]));
        assert!(!workload(&["docker.io/library/alpine:latest"]));
        assert!(!workload(&["registry.k8s.io/kube-proxy:v1", "evil.example/miner"]));
        assert!(!workload(&["registry.k8s.io/kube-proxy-evil:v1"]));
        let object =
            |kind: &str, namespace: Option<&str>, name: &str| table.has(&ObjectRef::new("v1", kind, namespace, name));
        assert!(object("Namespace", None, "kube-system") && object("ClusterRole", None, "system:node"));
        assert!(!object("Namespace", None, "shop") && !object("ServiceAccount", Some("shop"), "default"));
    }
}
