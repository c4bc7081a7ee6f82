//! `networking.k8s.io/v1 Ingress` and `IngressClass`.

use super::meta::{Meta, nullable};
use serde::Deserialize;

/// `ServiceBackendPort`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct BackendPort {
    /// By name.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub name: String,
    /// By number.
    #[prost(int32, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub number: i32,
}

/// `IngressServiceBackend`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct ServiceBackend {
    /// The Service, in the Ingress's namespace.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub name: String,
    /// Its port.
    #[prost(message, required, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub port: BackendPort,
}

/// `IngressBackend`: the Service; another resource is not read.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct Backend {
    /// `service`.
    #[prost(message, optional, tag = "4")]
    pub service: Option<ServiceBackend>,
}

/// `HTTPIngressPath`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct Path {
    /// `path`.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub path: String,
    /// `backend`.
    #[prost(message, required, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub backend: Backend,
}

/// `HTTPIngressRuleValue`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct Http {
    /// `paths`.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub paths: Vec<Path>,
}

/// `IngressRuleValue`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct RuleValue {
    /// `http`.
    #[prost(message, optional, tag = "1")]
    pub http: Option<Http>,
}

/// `IngressRule`: protobuf nests the value that JSON inlines.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct Rule {
    /// Host; empty: every one.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub host: String,
    /// What is served there.
    #[prost(message, required, tag = "2")]
    #[serde(flatten)]
    pub value: RuleValue,
}

impl Rule {
    /// Its paths.
    pub fn paths(&self) -> &[Path] {
        self.value.http.as_ref().map_or(&[], |http| &http.paths)
    }
}

/// `IngressTLS`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Tls {
    /// Hosts that it covers; empty: the controller's own choice.
    #[prost(string, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub hosts: Vec<String>,
    /// `secretName`; empty: the controller's default certificate.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub secret_name: String,
}

/// `IngressSpec`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IngressSpec {
    /// `defaultBackend`.
    #[prost(message, optional, tag = "1")]
    pub default_backend: Option<Backend>,
    /// `tls`.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub tls: Vec<Tls>,
    /// `rules`.
    #[prost(message, repeated, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub rules: Vec<Rule>,
    /// `ingressClassName`.
    #[prost(string, tag = "4")]
    #[serde(deserialize_with = "nullable")]
    pub ingress_class_name: String,
}

/// `Ingress`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct Ingress {
    /// Metadata.
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    pub meta: Meta,
    /// Spec.
    #[prost(message, required, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub spec: IngressSpec,
}

impl Ingress {
    /// The class that it asks for: the field, else the old annotation; empty: the default one.
    pub fn class(&self) -> &str {
        let annotation = self.meta.annotations.get("kubernetes.io/ingress.class").map_or("", String::as_str);
        if self.spec.ingress_class_name.is_empty() { annotation } else { &self.spec.ingress_class_name }
    }

    /// Services that it leads to, each once a path.
    pub fn services(&self) -> impl Iterator<Item = &str> {
        let of_rules = self.spec.rules.iter().flat_map(|rule| rule.paths()).map(|path| &path.backend);
        of_rules.chain(&self.spec.default_backend).filter_map(|backend| Some(backend.service.as_ref()?.name.as_str()))
    }
}

/// `IngressClassSpec`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct IngressClassSpec {
    /// `controller`: `k8s.io/ingress-nginx`.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub controller: String,
}

/// `IngressClass`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct IngressClass {
    /// Metadata.
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    pub meta: Meta,
    /// Spec.
    #[prost(message, required, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub spec: IngressClassSpec,
}
