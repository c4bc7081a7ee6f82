//! Built-in exemptions: `controls/exemptions.yaml`.

use super::PackError;
use crate::inventory::kinds::cluster::Node;
use crate::inventory::platform::CONTROL_PLANE;
use crate::inventory::{Inventory, Kind, Platform, image};
use crate::model::{BUILT_IN, ObjectRef, Waiver};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A waiver that the program brings: for one component of one platform, for the checks that it cannot pass.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exemption {
    /// Platforms on which the component is what it says.
    pub platforms: BTreeSet<Platform>,
    /// Version of the entry: grows when more is exempt.
    pub version: u32,
    /// Exact namespace; None: the object is cluster-scoped.
    #[serde(default)]
    pub namespace: Option<Arc<str>>,
    /// Kind of the top owner.
    pub kind: Arc<str>,
    /// Exact name; `{node}` and `{control-plane}` stand for names of Node objects.
    pub name: Arc<str>,
    /// Repositories without tag and digest, of which every image must be one; `{region}` stands for a node's region.
    #[serde(default)]
    pub images: Vec<Arc<str>>,
    /// Checks that it is exempt from.
    pub checks: BTreeSet<Arc<str>>,
    /// Why the component cannot do without.
    pub reason: Arc<str>,
}

impl Exemption {
    /// Whether it covers a finding of a check on an owner that runs these images.
    pub fn matches(
        &self,
        inventory: &Inventory,
        platform: Platform,
        check: &str,
        owner: &ObjectRef,
        images: &[&str],
    ) -> bool {
        self.kind == owner.kind
            && self.namespace == owner.namespace
            && self.concerns(platform, check)
            && self.names(inventory, owner)
            && self.runs_only(inventory, images)
    }

    fn names(&self, inventory: &Inventory, owner: &ObjectRef) -> bool {
        if *owner.api_version != *api_version(&owner.kind) {
            return false;
        }
        let Some((head, place)) = self.name.split_once('{') else { return self.name == owner.name };
        let node = owner.name.strip_prefix(head).and_then(|name| inventory.nodes.get(&("".into(), name.into())));
        let role = |node: &Node| place != "control-plane}" || node.meta.labels.contains_key(CONTROL_PLANE);
        let place = (owner.namespace.as_deref().unwrap_or_default(), &*owner.name);
        node.is_some_and(role) && inventory.pods.get(place).is_some_and(|pod| pod.mirror)
    }

    /// Whether it is about findings of a check on a platform.
    pub fn concerns(&self, platform: Platform, check: &str) -> bool {
        self.checks.contains(check) && platform != Platform::Unknown && self.platforms.contains(&platform)
    }

    fn runs_only(&self, inventory: &Inventory, images: &[&str]) -> bool {
        let known = |image: &&str| {
            let repository = image::repository(image);
            self.images.iter().any(|allowed| match allowed.split_once("{region}") {
                None => **allowed == *repository,
                Some((head, tail)) => {
                    let region = repository.strip_prefix(head).and_then(|rest| rest.strip_suffix(tail));
                    region.is_some_and(|region| is_region(inventory, region))
                }
            })
        };
        self.images.is_empty() == images.is_empty() && images.iter().all(known)
    }
}

/// The version under which a component's kind is served: another one is another group's kind.
fn api_version(kind: &str) -> String {
    let of = |group: &str| Kind::of(group, kind).map(Kind::api_version);
    of("").or_else(|| of("apps")).unwrap_or_default()
}

fn is_region(inventory: &Inventory, region: &str) -> bool {
    let label = "topology.kubernetes.io/region";
    !region.is_empty() && inventory.nodes.values().any(|node| node.meta.labels.get(label).is_some_and(|r| r == region))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    exemptions: Vec<Exemption>,
}

/// The exemptions from the text of a file.
///
/// # Errors
/// What does not parse, or an entry that is broader than it may be.
pub fn parse(text: &str) -> Result<Vec<Exemption>, PackError> {
    let error = |message: String| PackError::of("exemptions.yaml", message);
    let file: File = serde_saphyr::from_str(text).map_err(|e| error(e.to_string()))?;
    for entry in &file.exemptions {
        let what = format!("{} {}", entry.kind, entry.name);
        let globs = |text: &str| text.contains(['*', '?', '[', ']']);
        let place = |text: &str, allowed: &[&str]| text.contains('{') && !allowed.iter().any(|a| text.ends_with(a));
        let bare = matches!(&*entry.kind, "Namespace" | "ServiceAccount");
        let broad = [
            entry.platforms.is_empty() || entry.platforms.contains(&Platform::Unknown),
            entry.checks.is_empty() || entry.reason.is_empty(),
            entry.namespace.is_none() != (&*entry.kind == "Namespace"),
            // whoever may create a namespace would bring the component with it
            entry.namespace.as_ref().is_some_and(|n| !n.starts_with("kube-") && !bare),
            entry.images.is_empty() != bare,
            globs(&entry.name) || entry.images.iter().any(|image| globs(image)),
            place(&entry.name, &["{node}", "{control-plane}"]),
            entry.name.contains('{') != (&*entry.kind == "Pod"),
            entry.checks.iter().any(|check| globs(check)),
        ];
        if let Some(rule) = broad.iter().position(|broad| *broad) {
            return Err(error(format!("{what}: broader than an exemption may be (rule {})", rule + 1)));
        }
    }
    Ok(file.exemptions)
}

/// The exemptions that the program carries.
///
/// # Errors
/// The file does not parse; a test makes sure that it does.
pub fn built_in() -> Result<Vec<Exemption>, PackError> {
    parse(include_str!("../../controls/exemptions.yaml"))
}

/// The built-in waiver for a finding, if there is one.
pub fn waiver(
    exemptions: &[Exemption],
    inventory: &Inventory,
    platform: Platform,
    check: &str,
    owner: &ObjectRef,
    images: &[&str],
) -> Option<Waiver> {
    let entry = exemptions.iter().find(|e| e.matches(inventory, platform, check, owner, images))?;
    Some(Waiver {
        source: BUILT_IN.into(),
        reason: format!("{} ({}, version {})", entry.reason, platform.as_str(), entry.version).into(),
        owner: None,
        approved_by: None,
        ticket: None,
        expires: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{Medium, Object, Version, platform::detect};
    use serde_json::{Value, json};

    fn put(inventory: &mut Inventory, kind: Kind, value: Value) {
        inventory.upsert(Object::from_json(kind, value).unwrap());
    }

    fn node(name: &str, role: bool, provider: &str, version: &str, labels: Value) -> Value {
        let mut labels = labels;
        if role {
            labels[CONTROL_PLANE] = json!("");
        }
        json!({"metadata": {"name": name, "labels": labels}, "spec": {"providerID": provider},
               "status": {"nodeInfo": {"kubeletVersion": version, "osImage": "Debian"}}})
    }

    fn static_pod(name: &str, component: &str, mirror: bool) -> Value {
        let annotations = if mirror { json!({"kubernetes.io/config.mirror": "x"}) } else { json!({}) };
        json!({"metadata": {"name": name, "namespace": "kube-system", "labels": {"component": component}, "annotations": annotations},
               "spec": {"containers": [{"name": component, "image": format!("registry.k8s.io/{component}:v1.35.2")}]}})
    }

    fn kubeadm() -> Inventory {
        let mut inventory = Inventory::new(Medium::Cluster, Version::NEWEST);
        put(&mut inventory, Kind::Node, node("cp-1", true, "", "v1.35.2", json!({})));
        put(&mut inventory, Kind::Node, node("worker-1", false, "", "v1.35.2", json!({})));
        put(&mut inventory, Kind::Pod, static_pod("kube-apiserver-cp-1", "kube-apiserver", true));
        inventory
    }

    #[test]
    fn the_file_parses_and_names_known_families() {
        let entries = built_in().unwrap();
        assert!(entries.len() > 30);
        let families = ["container", "pod", "pss", "ns", "netpol", "sa"];
        for check in entries.iter().flat_map(|e| &e.checks) {
            assert!(families.contains(&check.split('.').next().unwrap()), "{check}");
        }
    }

    #[test]
    fn broad_entries_are_refused() {
        let entry = |kind: &str, namespace: &str, name: &str, images: &str| {
            let text = format!(
                "exemptions: [{{platforms: [kubeadm], version: 1, {namespace} kind: {kind}, name: {name:?}, images: [{images}], checks: [a.b], reason: r}}]"
            );
            parse(&text).is_ok()
        };
        assert!(entry("DaemonSet", "namespace: kube-system,", "kube-proxy", "registry.k8s.io/kube-proxy"));
        assert!(!entry("DaemonSet", "namespace: kube-system,", "kube-*", "registry.k8s.io/kube-proxy"));
        assert!(!entry("DaemonSet", "namespace: kube-system,", "kube-proxy", ""));
        assert!(!entry("DaemonSet", "namespace: kube-system,", "kube-proxy", "\"registry.k8s.io/*\""));
        assert!(!entry("DaemonSet", "namespace: calico-system,", "calico-node", "docker.io/calico/node"));
        assert!(!entry("DaemonSet", "", "kube-proxy", "registry.k8s.io/kube-proxy"));
        assert!(!entry("Pod", "namespace: kube-system,", "kube-apiserver-cp-1", "registry.k8s.io/kube-apiserver"));
    }

    /// Who imitates a component gets nothing: wrong place, name, kind, image, or not a static pod of a node.
    #[test]
    fn imitators_are_not_exempt() {
        let mut inventory = kubeadm();
        put(&mut inventory, Kind::Pod, static_pod("kube-apiserver-worker-1", "kube-apiserver", true));
        put(&mut inventory, Kind::Pod, static_pod("etcd-cp-1", "etcd", false));
        let entries = built_in().unwrap();
        let exempt = |platform, check: &str, api: &str, kind: &str, namespace: &str, name: &str, images: &[&str]| {
            let owner = ObjectRef::new(api, kind, Some(namespace), name);
            waiver(&entries, &inventory, platform, check, &owner, images).is_some()
        };
        let proxy = |namespace: &str, name: &str, images: &[&str]| {
            exempt(Platform::Kubeadm, "container.privileged", "apps/v1", "DaemonSet", namespace, name, images)
        };
        let real = "registry.k8s.io/kube-proxy:v1.35.2";
        assert!(proxy("kube-system", "kube-proxy", &[real]));
        assert!(!proxy("kube-proxy", "kube-proxy", &[real]), "a namespace that anybody may create");
        assert!(!proxy("kube-system", "kube-proxy-2", &[real]));
        assert!(!proxy("kube-system", "kube-proxy", &["evil.example/kube-proxy:v1.35.2"]));
        assert!(!proxy("kube-system", "kube-proxy", &["registry.k8s.io/kube-proxy-evil:v1"]));
        assert!(!proxy("kube-system", "kube-proxy", &[real, "evil.example/sidecar"]), "every image counts");
        assert!(!proxy("kube-system", "kube-proxy", &[]), "images that were not read");
        let other = |check, api: &str, kind: &str| {
            exempt(Platform::Kubeadm, check, api, kind, "kube-system", "kube-proxy", &[real])
        };
        assert!(!other("pod.host-pid", "apps/v1", "DaemonSet"), "a check that it does not need");
        assert!(!other("container.privileged", "apps/v1", "Deployment"));
        assert!(!other("container.privileged", "evil.example/v1", "DaemonSet"), "another group's kind");
        let on = |platform| {
            exempt(platform, "container.privileged", "apps/v1", "DaemonSet", "kube-system", "kube-proxy", &[real])
        };
        assert!(!on(Platform::Unknown) && !on(Platform::Eks), "the platform decides");

        let pod = |name: &str, image: &str| {
            exempt(Platform::Kubeadm, "pod.host-network", "v1", "Pod", "kube-system", name, &[image])
        };
        assert!(pod("kube-apiserver-cp-1", "registry.k8s.io/kube-apiserver:v1.35.2"));
        assert!(!pod("kube-apiserver-worker-1", "registry.k8s.io/kube-apiserver:v1"), "no control-plane node");
        assert!(!pod("kube-apiserver-cp-2", "registry.k8s.io/kube-apiserver:v1"), "no such node");
        assert!(!pod("etcd-cp-1", "registry.k8s.io/etcd:3"), "no static pod");
    }

    #[test]
    fn regions_are_those_of_nodes() {
        let mut inventory = Inventory::new(Medium::Cluster, Version::NEWEST);
        let labels = json!({"topology.kubernetes.io/region": "eu-west-1", "eks.amazonaws.com/nodegroup": "a"});
        put(&mut inventory, Kind::Node, node("n", false, "aws:///a/i-1", "v1.33.1-eks-ab", labels));
        let entries = built_in().unwrap();
        let owner = ObjectRef::new("apps/v1", "DaemonSet", Some("kube-system"), "kube-proxy");
        let exempt = |image: &str| {
            waiver(&entries, &inventory, detect(&inventory), "container.privileged", &owner, &[image]).is_some()
        };
        assert!(exempt("602401143452.dkr.ecr.eu-west-1.amazonaws.com/eks/kube-proxy:v1"));
        assert!(!exempt("602401143452.dkr.ecr.us-east-1.amazonaws.com/eks/kube-proxy:v1"));
        assert!(!exempt("123456789012.dkr.ecr.eu-west-1.amazonaws.com/eks/kube-proxy:v1"));
    }

    #[test]
    fn namespaces_by_exact_name() {
        let inventory = kubeadm();
        let entries = built_in().unwrap();
        let exempt = |name: &str, check: &str| {
            let owner = ObjectRef::new("v1", "Namespace", None, name);
            waiver(&entries, &inventory, Platform::Kubeadm, check, &owner, &[]).is_some()
        };
        assert!(exempt("kube-system", "ns.pss-enforce") && exempt("kube-public", "netpol.namespace-none"));
        assert!(!exempt("kube-system-2", "ns.pss-enforce") && !exempt("default", "ns.pss-enforce"));
        assert!(!exempt("kube-system", "ns.default-used"));
    }
}
