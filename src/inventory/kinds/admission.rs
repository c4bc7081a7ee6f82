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

/// `MatchCondition`: a CEL expression that narrows what is judged.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct MatchCondition {
    /// Name.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub name: String,
    /// CEL.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub expression: String,
}

/// `ValidatingWebhook` or `MutatingWebhook`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Webhook {
    /// Name.
    pub name: String,
    /// Whom it calls.
    pub client_config: ClientConfig,
    /// What it sees.
    pub rules: Vec<OperationRule>,
    /// Fail (default) or Ignore.
    pub failure_policy: String,
    /// Namespaces that it sees.
    pub namespace_selector: Option<Selector>,
    /// Objects that it sees.
    pub object_selector: Option<Selector>,
    /// What else must hold before it is called.
    pub match_conditions: Vec<MatchCondition>,
}

/// ValidatingWebhookConfiguration or MutatingWebhookConfiguration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct WebhookConfiguration {
    /// Metadata.
    pub meta: Meta,
    /// Webhooks.
    pub webhooks: Vec<Webhook>,
}

macro_rules! webhooks {
    ($name:ident, $webhook:ident, objects = $objects:literal, conditions = $conditions:literal) => {
        #[derive(Clone, PartialEq, prost::Message, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        struct $webhook {
            #[prost(string, tag = "1")]
            #[serde(deserialize_with = "nullable")]
            name: String,
            #[prost(message, required, tag = "2")]
            #[serde(deserialize_with = "nullable")]
            client_config: ClientConfig,
            #[prost(message, repeated, tag = "3")]
            #[serde(deserialize_with = "nullable")]
            rules: Vec<OperationRule>,
            #[prost(string, tag = "4")]
            #[serde(deserialize_with = "nullable")]
            failure_policy: String,
            #[prost(message, optional, tag = "5")]
            namespace_selector: Option<Selector>,
            #[prost(message, optional, tag = $objects)]
            object_selector: Option<Selector>,
            #[prost(message, repeated, tag = $conditions)]
            #[serde(deserialize_with = "nullable")]
            match_conditions: Vec<MatchCondition>,
        }

        #[doc = concat!("`", stringify!($name), "`, as it is on the wire.")]
        #[derive(Clone, PartialEq, prost::Message, Deserialize)]
        #[serde(default)]
        pub(crate) struct $name {
            #[prost(message, required, tag = "1")]
            #[serde(rename = "metadata", deserialize_with = "nullable")]
            meta: Meta,
            #[prost(message, repeated, tag = "2")]
            #[serde(deserialize_with = "nullable")]
            webhooks: Vec<$webhook>,
        }

        impl From<$name> for WebhookConfiguration {
            fn from(wire: $name) -> Self {
                let webhook = |w: $webhook| Webhook {
                    name: w.name,
                    client_config: w.client_config,
                    rules: w.rules,
                    failure_policy: w.failure_policy,
                    namespace_selector: w.namespace_selector,
                    object_selector: w.object_selector,
                    match_conditions: w.match_conditions,
                };
                Self { meta: wire.meta, webhooks: wire.webhooks.into_iter().map(webhook).collect() }
            }
        }
    };
}

webhooks!(ValidatingWebhookConfiguration, ValidatingWebhook, objects = "10", conditions = "11");
// reinvocationPolicy stands at 10
webhooks!(MutatingWebhookConfiguration, MutatingWebhook, objects = "11", conditions = "12");

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
    /// Resources that are let out again.
    #[prost(message, repeated, tag = "4")]
    #[serde(deserialize_with = "nullable")]
    pub exclude_resource_rules: Vec<NamedRule>,
}

/// `Variable` of a policy.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct Variable {
    /// CEL.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub expression: String,
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
    /// What else must hold before it judges.
    #[prost(message, repeated, tag = "6")]
    #[serde(deserialize_with = "nullable")]
    pub match_conditions: Vec<MatchCondition>,
    /// Expressions that its validations name.
    #[prost(message, repeated, tag = "7")]
    #[serde(deserialize_with = "nullable")]
    pub variables: Vec<Variable>,
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
