//! Namespaces, nodes, services.

use super::meta::{Map, Meta, nullable};
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

/// `v1.ServicePort`: the port only.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServicePort {
    /// `port`.
    #[prost(int32, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub port: i32,
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
    #[prost(btree_map = "string, string", tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub selector: Map,
    /// ClusterIP, NodePort, LoadBalancer or ExternalName.
    #[prost(string, tag = "4")]
    #[serde(deserialize_with = "nullable")]
    pub r#type: String,
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

/// `v1.NodeSpec`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeSpec {
    /// `providerID`.
    #[prost(string, tag = "3")]
    #[serde(rename = "providerID", deserialize_with = "nullable")]
    pub provider_id: String,
}

/// `v1.NodeSystemInfo`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeInfo {
    /// `osImage`.
    #[prost(string, tag = "5")]
    #[serde(deserialize_with = "nullable")]
    pub os_image: String,
    /// `kubeletVersion`.
    #[prost(string, tag = "7")]
    #[serde(deserialize_with = "nullable")]
    pub kubelet_version: String,
}

/// `v1.NodeStatus`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeStatus {
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
