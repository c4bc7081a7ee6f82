//! `admissionregistration.k8s.io/v1`.

use super::meta::{Meta, Selector, nullable};
use serde::Deserialize;

/// `ServiceReference`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct ServiceReference {
    /// Namespace.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub namespace: String,
    /// Name.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub name: String,
}

/// `WebhookClientConfig`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct ClientConfig {
    /// Service inside the cluster.
    #[prost(message, optional, tag = "1")]
    pub service: Option<ServiceReference>,
    /// Address outside.
    #[prost(string, optional, tag = "3")]
    pub url: Option<String>,
}

/// `Rule`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Resources {
    /// API groups.
    #[prost(string, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub api_groups: Vec<String>,
    /// API versions.
    #[prost(string, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub api_versions: Vec<String>,
    /// Resources.
    #[prost(string, repeated, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub resources: Vec<String>,
}

/// `RuleWithOperations`: protobuf nests the rule that JSON inlines.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct OperationRule {
    /// Operations.
    #[prost(string, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub operations: Vec<String>,
    /// Resources.
    #[prost(message, required, tag = "2")]
    #[serde(flatten)]
    pub rule: Resources,
}

impl OperationRule {
    /// Whether it sees pods being created.
    pub fn sees_pod_creation(&self) -> bool {
        let any = |list: &[String], wanted: &str| list.iter().any(|v| v == "*" || v == wanted);
        any(&self.operations, "CREATE")
            && any(&self.rule.api_groups, "")
            && self.rule.resources.iter().any(|r| matches!(r.as_str(), "*" | "*/*" | "pods"))
    }
}

/// `ValidatingWebhook` and `MutatingWebhook`: same tags for what is read.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Webhook {
    /// Name.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub name: String,
    /// Whom it calls.
    #[prost(message, required, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub client_config: ClientConfig,
    /// What it sees.
    #[prost(message, repeated, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub rules: Vec<OperationRule>,
    /// Fail (default) or Ignore.
    #[prost(string, tag = "4")]
    #[serde(deserialize_with = "nullable")]
    pub failure_policy: String,
    /// Namespaces that it sees.
    #[prost(message, optional, tag = "5")]
    pub namespace_selector: Option<Selector>,
}

/// ValidatingWebhookConfiguration or MutatingWebhookConfiguration.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct WebhookConfiguration {
    /// Metadata.
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    pub meta: Meta,
    /// Webhooks.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub webhooks: Vec<Webhook>,
}

/// `NamedRuleWithOperations`: protobuf nests what JSON inlines.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NamedRule {
    /// Names that it is limited to.
    #[prost(string, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub resource_names: Vec<String>,
    /// The rule.
    #[prost(message, required, tag = "2")]
    #[serde(flatten)]
    pub rule: OperationRule,
}

/// `MatchResources`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MatchResources {
    /// Namespaces.
    #[prost(message, optional, tag = "1")]
    pub namespace_selector: Option<Selector>,
    /// Objects.
    #[prost(message, optional, tag = "2")]
    pub object_selector: Option<Selector>,
    /// Resources.
    #[prost(message, repeated, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub resource_rules: Vec<NamedRule>,
}

/// `Validation`: the expression.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct Validation {
    /// CEL.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub expression: String,
}

/// `ValidatingAdmissionPolicySpec`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AdmissionPolicySpec {
    /// What it sees.
    #[prost(message, required, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub match_constraints: MatchResources,
    /// What it demands.
    #[prost(message, repeated, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub validations: Vec<Validation>,
    /// Fail (default) or Ignore.
    #[prost(string, tag = "4")]
    #[serde(deserialize_with = "nullable")]
    pub failure_policy: String,
}

/// `ValidatingAdmissionPolicy`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct AdmissionPolicy {
    /// Metadata.
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    pub meta: Meta,
    /// Spec.
    #[prost(message, required, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub spec: AdmissionPolicySpec,
}

/// `ValidatingAdmissionPolicyBindingSpec`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PolicyBindingSpec {
    /// The policy.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub policy_name: String,
    /// Where it applies; absent: wherever the policy does.
    #[prost(message, optional, tag = "3")]
    pub match_resources: Option<MatchResources>,
    /// Deny, Warn, Audit.
    #[prost(string, repeated, tag = "4")]
    #[serde(deserialize_with = "nullable")]
    pub validation_actions: Vec<String>,
}

/// `ValidatingAdmissionPolicyBinding`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct PolicyBinding {
    /// Metadata.
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    pub meta: Meta,
    /// Spec.
    #[prost(message, required, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub spec: PolicyBindingSpec,
}
