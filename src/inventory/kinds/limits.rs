//! What bounds workloads: quotas, limit ranges, disruption budgets, autoscalers.

use super::meta::{IntOrString, Meta, Quantities, Quantity, Selector, nullable};
use serde::Deserialize;

/// `v1.ResourceQuotaSpec`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct QuotaSpec {
    /// `hard`.
    #[prost(btree_map = "string, message", tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub hard: Quantities,
}

/// `v1.ResourceQuota`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct ResourceQuota {
    /// Metadata.
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    pub meta: Meta,
    /// Spec.
    #[prost(message, required, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub spec: QuotaSpec,
}

/// `v1.LimitRangeItem`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LimitRangeItem {
    /// Container, Pod or PersistentVolumeClaim.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub r#type: String,
    /// The most that is accepted.
    #[prost(btree_map = "string, message", tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub max: Quantities,
    /// The least that is accepted.
    #[prost(btree_map = "string, message", tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub min: Quantities,
    /// Limits for what names none.
    #[prost(btree_map = "string, message", tag = "4")]
    #[serde(deserialize_with = "nullable")]
    pub default: Quantities,
    /// Requests for what names none.
    #[prost(btree_map = "string, message", tag = "5")]
    #[serde(deserialize_with = "nullable")]
    pub default_request: Quantities,
}

impl LimitRangeItem {
    /// The limit that a container without one is given; a manifest may leave to the API server what follows from `max`.
    pub fn limit(&self, resource: &str) -> Option<&Quantity> {
        let given = self.default.get(resource).or_else(|| self.max.get(resource));
        given.filter(|_| self.r#type == "Container")
    }

    /// The request that a container without one is given; what is not said follows from the limit, else from `min`.
    pub fn request(&self, resource: &str) -> Option<&Quantity> {
        let given = self.default_request.get(resource).or_else(|| self.limit(resource));
        given.or_else(|| self.min.get(resource)).filter(|_| self.r#type == "Container")
    }
}

/// `v1.LimitRangeSpec`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct LimitRangeSpec {
    /// `limits`.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub limits: Vec<LimitRangeItem>,
}

/// `v1.LimitRange`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct LimitRange {
    /// Metadata.
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    pub meta: Meta,
    /// Spec.
    #[prost(message, required, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub spec: LimitRangeSpec,
}

/// `policy/v1 PodDisruptionBudgetSpec`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BudgetSpec {
    /// `minAvailable`.
    #[prost(message, optional, tag = "1")]
    pub min_available: Option<IntOrString>,
    /// Pods; absent selects none, empty selects all of the namespace (pitfall 60).
    #[prost(message, optional, tag = "2")]
    pub selector: Option<Selector>,
    /// `maxUnavailable`.
    #[prost(message, optional, tag = "3")]
    pub max_unavailable: Option<IntOrString>,
}

/// `policy/v1 PodDisruptionBudget`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct PodDisruptionBudget {
    /// Metadata.
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    pub meta: Meta,
    /// Spec.
    #[prost(message, required, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub spec: BudgetSpec,
}

/// `autoscaling/v2 CrossVersionObjectReference`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ScaleTarget {
    /// Kind.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub kind: String,
    /// Name.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub name: String,
    /// `apiVersion`.
    #[prost(string, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub api_version: String,
}

/// `autoscaling/v2 HorizontalPodAutoscalerSpec`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AutoscalerSpec {
    /// `scaleTargetRef`.
    #[prost(message, required, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub scale_target_ref: ScaleTarget,
    /// `minReplicas`; absent: 1.
    #[prost(int32, optional, tag = "2")]
    pub min_replicas: Option<i32>,
    /// `maxReplicas`.
    #[prost(int32, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub max_replicas: i32,
}

/// `autoscaling/v2 HorizontalPodAutoscaler`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct HorizontalPodAutoscaler {
    /// Metadata.
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    pub meta: Meta,
    /// Spec.
    #[prost(message, required, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub spec: AutoscalerSpec,
}
