//! Which platform a cluster runs on.

use super::Inventory;
use super::kinds::cluster::Node;
use serde::Deserialize;

/// What the cluster is made with. Unknown: no exemption holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// kubeadm, or a control plane of static pods as kubeadm makes it.
    Kubeadm,
    /// kind.
    Kind,
    /// Amazon EKS.
    Eks,
    /// Google GKE.
    Gke,
    /// Azure AKS.
    Aks,
    /// OpenShift.
    Openshift,
    /// k3s.
    K3s,
    /// RKE2.
    Rke2,
    /// None of these for sure.
    Unknown,
}

impl Platform {
    /// Every platform that can be known.
    pub const ALL: [Platform; 8] =
        [Self::Kubeadm, Self::Kind, Self::Eks, Self::Gke, Self::Aks, Self::Openshift, Self::K3s, Self::Rke2];

    /// Its name, for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Kubeadm => "kubeadm",
            Self::Kind => "kind",
            Self::Eks => "Amazon EKS",
            Self::Gke => "Google GKE",
            Self::Aks => "Azure AKS",
            Self::Openshift => "OpenShift",
            Self::K3s => "k3s",
            Self::Rke2 => "RKE2",
            Self::Unknown => "an unknown platform",
        }
    }

    /// The word of exports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kubeadm => "kubeadm",
            Self::Kind => "kind",
            Self::Eks => "eks",
            Self::Gke => "gke",
            Self::Aks => "aks",
            Self::Openshift => "openshift",
            Self::K3s => "k3s",
            Self::Rke2 => "rke2",
            Self::Unknown => "unknown",
        }
    }

    /// Whether a provider runs the control plane, out of the customer's sight.
    pub fn is_managed(self) -> bool {
        matches!(self, Self::Eks | Self::Gke | Self::Aks)
    }
}

/// How a platform's nodes show: provider id, a part of the kubelet's version, a label's prefix, a part of the OS's name.
struct Signs {
    platform: Platform,
    provider: &'static str,
    version: &'static str,
    label: &'static str,
    os: &'static str,
}

#[rustfmt::skip] // a table; an empty cell says nothing
static SIGNS: &[Signs] = &[
    Signs { platform: Platform::Eks, provider: "aws://", version: "-eks-", label: "eks.amazonaws.com/", os: "" },
    Signs { platform: Platform::Gke, provider: "gce://", version: "-gke.", label: "cloud.google.com/gke-", os: "Container-Optimized OS" },
    Signs { platform: Platform::Aks, provider: "azure://", version: "", label: "kubernetes.azure.com/", os: "" },
    Signs { platform: Platform::Openshift, provider: "", version: "", label: "node.openshift.io/", os: "CoreOS" },
    Signs { platform: Platform::K3s, provider: "k3s://", version: "+k3s", label: "k3s.io/", os: "" },
    Signs { platform: Platform::Rke2, provider: "rke2://", version: "+rke2", label: "rke2.io/", os: "" },
];

impl Signs {
    /// How many kinds of signal a node shows. One may be chance or an imitation; two count.
    fn on(&self, node: &Node) -> usize {
        let info = &node.status.node_info;
        let signals = [
            !self.provider.is_empty() && node.spec.provider_id.starts_with(self.provider),
            !self.version.is_empty() && info.kubelet_version.contains(self.version),
            !self.label.is_empty() && node.meta.labels.keys().any(|label| label.starts_with(self.label)),
            !self.os.is_empty() && info.os_image.contains(self.os),
        ];
        signals.into_iter().filter(|signal| *signal).count()
    }
}

/// The label of nodes that run the control plane.
pub const CONTROL_PLANE: &str = "node-role.kubernetes.io/control-plane";

/// Which platform the cluster runs on, by several signals of its nodes and of the system's pods; only nodes and
/// kubelets write these. When they do not agree: unknown.
pub fn detect(inventory: &Inventory) -> Platform {
    let nodes = inventory.nodes.len();
    let most = |test: &dyn Fn(&Node) -> bool| 2 * inventory.nodes.values().filter(|node| test(node)).count() > nodes;
    let mut shown = SIGNS.iter().filter(|signs| most(&|node| signs.on(node) >= 2));
    match (shown.next(), shown.next()) {
        (Some(signs), None) => return signs.platform,
        (Some(_), Some(_)) => return Platform::Unknown,
        (None, _) => {}
    }
    // one signal of a distribution is enough to doubt that it is plain kubeadm; a provider's id is not: kubeadm runs
    // on clouds too
    if most(&|node| {
        SIGNS
            .iter()
            .any(|signs| !signs.version.is_empty() && node.status.node_info.kubelet_version.contains(signs.version))
    }) {
        return Platform::Unknown;
    }
    match (static_control_plane(inventory), most(&|node| node.spec.provider_id.starts_with("kind://"))) {
        (true, true) => Platform::Kind,
        (true, false) => Platform::Kubeadm,
        (false, _) => Platform::Unknown,
    }
}

/// Whether every node with the control-plane role runs a static API server, as kubeadm makes it.
fn static_control_plane(inventory: &Inventory) -> bool {
    let mut control = inventory.nodes.values().filter(|node| node.meta.labels.contains_key(CONTROL_PLANE)).peekable();
    let api_server = |node: &Node| {
        let name = format!("kube-apiserver-{}", node.meta.name);
        inventory.pods.get(("kube-system", &name)).is_some_and(|pod| {
            let labelled = pod.labels.get("component").is_some_and(|c| c == "kube-apiserver");
            pod.mirror && labelled && pod.spec.containers.iter().any(|c| c.name == "kube-apiserver")
        })
    };
    control.peek().is_some() && control.all(api_server)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{Kind, Medium, Object, Version};
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

    fn nodes_of(provider: &str, version: &str, labels: Value) -> Inventory {
        let mut inventory = Inventory::new(Medium::Cluster, Version::NEWEST);
        put(&mut inventory, Kind::Node, node("n", false, provider, version, labels));
        inventory
    }

    #[test]
    fn platforms_take_two_signals() {
        assert_eq!(detect(&kubeadm()), Platform::Kubeadm);
        let eks = json!({"eks.amazonaws.com/nodegroup": "a"});
        assert_eq!(detect(&nodes_of("aws:///a/i-1", "v1.33.1-eks-ab", json!({}))), Platform::Eks);
        assert_eq!(detect(&nodes_of("aws:///a/i-1", "v1.33.1", eks.clone())), Platform::Eks);
        assert_eq!(detect(&nodes_of("", "v1.33.1", eks)), Platform::Unknown, "a label alone can be anybody's");
        assert_eq!(detect(&nodes_of("aws:///a/i-1", "v1.33.1", json!({}))), Platform::Unknown);
        let aks = json!({"kubernetes.azure.com/cluster": "a"});
        assert_eq!(detect(&nodes_of("azure:///s", "v1.33.1", aks)), Platform::Aks);
        assert_eq!(detect(&nodes_of("k3s://n", "v1.33.1+k3s1", json!({}))), Platform::K3s);
        assert_eq!(detect(&Inventory::new(Medium::Files, Version::NEWEST)), Platform::Unknown);
    }

    #[test]
    fn an_api_server_that_is_no_static_pod_is_no_kubeadm() {
        let mut inventory = kubeadm();
        put(&mut inventory, Kind::Pod, static_pod("kube-apiserver-cp-1", "kube-apiserver", false));
        assert_eq!(detect(&inventory), Platform::Unknown);
    }
}
