//! Namespaces, nodes, services, and the APIs that others serve.

use super::admission::ServiceReference;
use super::meta::{IntOrString, Map, Meta, nullable};
use serde::Deserialize;

/// `v1.Namespace`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct Namespace {
    /// Metadata.
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    pub meta: Meta,
}

impl Namespace {
    /// Those that Kubernetes itself makes for itself.
    pub const SYSTEM: [&str; 3] = ["kube-system", "kube-public", "kube-node-lease"];

    /// Whether Kubernetes made it for itself.
    pub fn is_system(name: &str) -> bool {
        Self::SYSTEM.contains(&name)
    }
}

/// `v1.ServicePort`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServicePort {
    /// Name.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub name: String,
    /// `port`.
    #[prost(int32, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub port: i32,
    /// `targetPort`; absent: as `port`.
    #[prost(message, optional, tag = "4")]
    pub target_port: Option<IntOrString>,
    /// `nodePort`.
    #[prost(int32, tag = "5")]
    #[serde(deserialize_with = "nullable")]
    pub node_port: i32,
}

/// `v1.ServiceSpec`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceSpec {
    /// Ports.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub ports: Vec<ServicePort>,
    /// Selector; empty: none.
    #[prost(message, required, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub selector: Map,
    /// ClusterIP, NodePort, LoadBalancer or ExternalName.
    #[prost(string, tag = "4")]
    #[serde(deserialize_with = "nullable")]
    pub r#type: String,
    /// `externalIPs`.
    #[prost(string, repeated, tag = "5")]
    #[serde(rename = "externalIPs", deserialize_with = "nullable")]
    pub external_ips: Vec<String>,
    /// `loadBalancerSourceRanges`.
    #[prost(string, repeated, tag = "9")]
    #[serde(deserialize_with = "nullable")]
    pub load_balancer_source_ranges: Vec<String>,
    /// `allocateLoadBalancerNodePorts`; absent: true.
    #[prost(bool, optional, tag = "20")]
    pub allocate_load_balancer_node_ports: Option<bool>,
    /// `loadBalancerClass`.
    #[prost(string, optional, tag = "21")]
    pub load_balancer_class: Option<String>,
}

/// `v1.Service`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct Service {
    /// Metadata.
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    pub meta: Meta,
    /// Spec.
    #[prost(message, required, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub spec: ServiceSpec,
}

/// `v1.Taint`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct Taint {
    /// Key.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub key: String,
    /// Value.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub value: String,
    /// Effect.
    #[prost(string, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub effect: String,
}

/// `v1.NodeSpec`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeSpec {
    /// `providerID`.
    #[prost(string, tag = "3")]
    #[serde(rename = "providerID", deserialize_with = "nullable")]
    pub provider_id: String,
    /// `unschedulable`: cordoned.
    #[prost(bool, tag = "4")]
    #[serde(deserialize_with = "nullable")]
    pub unschedulable: bool,
    /// `taints`.
    #[prost(message, repeated, tag = "5")]
    #[serde(deserialize_with = "nullable")]
    pub taints: Vec<Taint>,
}

/// `v1.NodeSystemInfo`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeInfo {
    /// `kernelVersion`.
    #[prost(string, tag = "4")]
    #[serde(deserialize_with = "nullable")]
    pub kernel_version: String,
    /// `osImage`.
    #[prost(string, tag = "5")]
    #[serde(deserialize_with = "nullable")]
    pub os_image: String,
    /// `containerRuntimeVersion`: `containerd://2.0.1`.
    #[prost(string, tag = "6")]
    #[serde(deserialize_with = "nullable")]
    pub container_runtime_version: String,
    /// `kubeletVersion`.
    #[prost(string, tag = "7")]
    #[serde(deserialize_with = "nullable")]
    pub kubelet_version: String,
    /// `operatingSystem`: `linux`, `windows`.
    #[prost(string, tag = "9")]
    #[serde(deserialize_with = "nullable")]
    pub operating_system: String,
}

/// A condition of a node, a Job or an APIService: the same tags.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct Condition {
    /// Type: `Ready`.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub r#type: String,
    /// True, False or Unknown.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub status: String,
}

/// `v1.NodeAddress`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct NodeAddress {
    /// Hostname, InternalIP, ExternalIP …
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub r#type: String,
    /// The address.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub address: String,
}

/// `v1.NodeStatus`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeStatus {
    /// `conditions`.
    #[prost(message, repeated, tag = "4")]
    #[serde(deserialize_with = "nullable")]
    pub conditions: Vec<Condition>,
    /// `addresses`.
    #[prost(message, repeated, tag = "5")]
    #[serde(deserialize_with = "nullable")]
    pub addresses: Vec<NodeAddress>,
    /// `nodeInfo`.
    #[prost(message, required, tag = "7")]
    #[serde(deserialize_with = "nullable")]
    pub node_info: NodeInfo,
}

/// `v1.Node`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct Node {
    /// Metadata.
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    pub meta: Meta,
    /// Spec.
    #[prost(message, required, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub spec: NodeSpec,
    /// Status.
    #[prost(message, required, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub status: NodeStatus,
}

/// `apiregistration.k8s.io/v1 APIServiceSpec`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ApiServiceSpec {
    /// Who serves it; absent: the API server itself.
    #[prost(message, optional, tag = "1")]
    pub service: Option<ServiceReference>,
    /// `insecureSkipTLSVerify`.
    #[prost(bool, tag = "4")]
    #[serde(rename = "insecureSkipTLSVerify", deserialize_with = "nullable")]
    pub insecure_skip_tls_verify: bool,
}

/// `apiregistration.k8s.io/v1 APIServiceStatus`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct ApiServiceStatus {
    /// `conditions`.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub conditions: Vec<Condition>,
}

/// `apiregistration.k8s.io/v1 APIService`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct ApiService {
    /// Metadata.
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    pub meta: Meta,
    /// Spec.
    #[prost(message, required, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub spec: ApiServiceSpec,
    /// Status.
    #[prost(message, required, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub status: ApiServiceStatus,
}
