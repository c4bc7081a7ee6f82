//! `networking.k8s.io/v1 NetworkPolicy`.

use super::meta::{IntOrString, Meta, Selector, nullable};
use serde::Deserialize;

/// `IPBlock`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct IpBlock {
    /// CIDR.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub cidr: String,
    /// Carved out of it.
    #[prost(string, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub except: Vec<String>,
}

/// `NetworkPolicyPeer`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Peer {
    /// Pods.
    #[prost(message, optional, tag = "1")]
    pub pod_selector: Option<Selector>,
    /// Namespaces.
    #[prost(message, optional, tag = "2")]
    pub namespace_selector: Option<Selector>,
    /// Addresses.
    #[prost(message, optional, tag = "3")]
    pub ip_block: Option<IpBlock>,
}

/// `NetworkPolicyPort`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PolicyPort {
    /// Protocol; empty: TCP.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub protocol: String,
    /// A number or the name of a container's port; absent: all.
    #[prost(message, optional, tag = "2")]
    pub port: Option<IntOrString>,
    /// The last of a range.
    #[prost(int32, optional, tag = "3")]
    pub end_port: Option<i32>,
}

/// `NetworkPolicyIngressRule`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct Ingress {
    /// Ports; empty: all.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub ports: Vec<PolicyPort>,
    /// Sources; empty: all.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub from: Vec<Peer>,
}

/// `NetworkPolicyEgressRule`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct Egress {
    /// Ports; empty: all.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub ports: Vec<PolicyPort>,
    /// Destinations; empty: all.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub to: Vec<Peer>,
}

/// `NetworkPolicySpec`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PolicySpec {
    /// Pods of the namespace; empty (or absent): all.
    #[prost(message, required, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub pod_selector: Selector,
    /// Ingress rules.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub ingress: Vec<Ingress>,
    /// Egress rules.
    #[prost(message, repeated, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub egress: Vec<Egress>,
    /// `policyTypes`, as given; see [`NetworkPolicy::isolates_ingress`].
    #[prost(string, repeated, tag = "4")]
    #[serde(deserialize_with = "nullable")]
    pub policy_types: Vec<String>,
}

/// `NetworkPolicy`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct NetworkPolicy {
    /// Metadata.
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    pub meta: Meta,
    /// Spec.
    #[prost(message, required, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub spec: PolicySpec,
}

impl NetworkPolicy {
    /// Whether the pods it selects are isolated for ingress: named in `policyTypes`, or those are absent.
    pub fn isolates_ingress(&self) -> bool {
        self.spec.policy_types.is_empty() || self.spec.policy_types.iter().any(|t| t == "Ingress")
    }

    /// Whether the pods it selects are isolated for egress: named in `policyTypes`, or those are absent and there
    /// are egress rules.
    pub fn isolates_egress(&self) -> bool {
        match self.spec.policy_types.is_empty() {
            true => !self.spec.egress.is_empty(),
            false => self.spec.policy_types.iter().any(|t| t == "Egress"),
        }
    }
}
