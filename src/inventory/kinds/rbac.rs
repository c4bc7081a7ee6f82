//! `rbac.authorization.k8s.io/v1` and ServiceAccounts.

use super::meta::{Meta, Selector, nullable};
use super::pod::LocalReference;
use serde::Deserialize;
use serde_json::Value;

/// `PolicyRule`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Rule {
    /// Verbs.
    #[prost(string, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub verbs: Vec<String>,
    /// API groups; empty string: the core group.
    #[prost(string, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub api_groups: Vec<String>,
    /// Resources and sub-resources.
    #[prost(string, repeated, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub resources: Vec<String>,
    /// Names that it is limited to.
    #[prost(string, repeated, tag = "4")]
    #[serde(deserialize_with = "nullable")]
    pub resource_names: Vec<String>,
    /// Non-resource URLs.
    #[prost(string, repeated, tag = "5")]
    #[serde(rename = "nonResourceURLs", deserialize_with = "nullable")]
    pub non_resource_urls: Vec<String>,
}

/// `AggregationRule`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Aggregation {
    /// Roles that it gathers.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub cluster_role_selectors: Vec<Selector>,
}

/// Role (with a namespace) or ClusterRole (without).
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Role {
    /// Metadata.
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    pub meta: Meta,
    /// Rules; of an aggregated role those that the controller merged.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub rules: Vec<Rule>,
    /// `aggregationRule`.
    #[prost(message, optional, tag = "3")]
    pub aggregation_rule: Option<Aggregation>,
}

/// `RoleRef`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RoleRef {
    /// Role or ClusterRole.
    #[prost(string, tag = "2")]
    pub kind: String,
    /// Its name.
    #[prost(string, tag = "3")]
    pub name: String,
}

/// `Subject`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Subject {
    /// User, Group or ServiceAccount.
    #[prost(string, tag = "1")]
    pub kind: String,
    /// Name.
    #[prost(string, tag = "3")]
    pub name: String,
    /// Namespace of a ServiceAccount.
    #[prost(string, tag = "4")]
    #[serde(deserialize_with = "nullable")]
    pub namespace: String,
}

impl Subject {
    /// The subject as a manifest has it, but for its API group.
    pub fn written(&self) -> Value {
        let fields = [("kind", &self.kind), ("name", &self.name), ("namespace", &self.namespace)];
        let given = fields.into_iter().filter(|(_, text)| !text.is_empty());
        given.map(|(name, text)| (name.to_owned(), Value::from(text.as_str()))).collect()
    }
}

/// RoleBinding (with a namespace) or ClusterRoleBinding (without).
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Binding {
    /// Metadata.
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    pub meta: Meta,
    /// Who.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub subjects: Vec<Subject>,
    /// What.
    #[prost(message, required, tag = "3")]
    pub role_ref: RoleRef,
}

/// `v1.ObjectReference` to a Secret: the name only.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct SecretName {
    /// Name.
    #[prost(string, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub name: String,
}

/// `v1.ServiceAccount`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceAccount {
    /// Metadata.
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    pub meta: Meta,
    /// `secrets`: long-lived tokens of releases before 1.24.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub secrets: Vec<SecretName>,
    /// `imagePullSecrets`.
    #[prost(message, repeated, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub image_pull_secrets: Vec<LocalReference>,
    /// `automountServiceAccountToken`.
    #[prost(bool, optional, tag = "4")]
    pub automount_service_account_token: Option<bool>,
}

/// `CertificateSigningRequestSpec`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CsrSpec {
    /// PEM of the request; base64 in JSON.
    #[prost(bytes = "vec", tag = "1")]
    #[serde(deserialize_with = "base64")]
    pub request: Vec<u8>,
    /// Who asked.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub username: String,
    /// Groups of who asked.
    #[prost(string, repeated, tag = "4")]
    #[serde(deserialize_with = "nullable")]
    pub groups: Vec<String>,
    /// `signerName`.
    #[prost(string, tag = "7")]
    #[serde(deserialize_with = "nullable")]
    pub signer_name: String,
}

fn base64<'de, D: serde::Deserializer<'de>>(d: D) -> Result<Vec<u8>, D::Error> {
    use base64::Engine;
    let text: String = nullable(d)?;
    base64::engine::general_purpose::STANDARD.decode(text.trim()).map_err(serde::de::Error::custom)
}

/// `certificates.k8s.io/v1 CertificateSigningRequest`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct Csr {
    /// Metadata.
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    pub meta: Meta,
    /// Spec.
    #[prost(message, required, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub spec: CsrSpec,
}
