//! The kinds that are read: a slim struct each, decoded from protobuf (API server) and from JSON or YAML (files).

pub mod admission;
pub mod cluster;
pub mod custom;
pub mod meta;
pub mod network;
pub mod pod;
pub mod rbac;
pub mod workload;

use bytes::Bytes;
use meta::{Meta, MetaOnly};
use prost::Message;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// How a kind is asked for on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// Protobuf: the built-in kinds.
    Protobuf,
    /// Protobuf, metadata only (`PartialObjectMetadata`).
    Metadata,
    /// JSON: custom resources.
    Json,
}

/// Rights that are asked for only on request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptIn {
    /// `--with-secrets`.
    Secrets,
    /// `--with-configmaps`.
    ConfigMaps,
}

/// What is known of a kind before any is read.
#[derive(Clone, Copy, Debug)]
pub struct Info {
    /// The kind it is.
    pub kind: Kind,
    /// Name in the API: `Deployment`. Empty: every kind of the group.
    pub name: &'static str,
    /// API group; empty: core.
    pub group: &'static str,
    /// Version to ask for; custom resources: the served version wins.
    pub version: &'static str,
    /// Resource in URLs and roles: `deployments`; `*` for every kind of the group.
    pub plural: &'static str,
    /// Whether it lives in namespaces.
    pub namespaced: bool,
    /// How it is asked for.
    pub wire: Wire,
    /// Set where it is read on request only.
    pub opt_in: Option<OptIn>,
}

macro_rules! kinds {
    ($($kind:ident, $name:literal, $group:literal, $version:literal, $plural:literal, $namespaced:literal, $wire:ident $(, $opt:ident)?;)*) => {
        /// A kind that a check reads.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $(#[doc = concat!("`", $group, "` ", $name, ".")] $kind),* }

        impl Kind {
            /// All kinds, in the order in which they are read and shown.
            pub const ALL: &'static [Kind] = &[$(Kind::$kind),*];

            /// What is known of it.
            pub fn info(self) -> &'static Info {
                match self {
                    $(Kind::$kind => {
                        const INFO: Info = Info {
                            kind: Kind::$kind, name: $name, group: $group, version: $version, plural: $plural,
                            namespaced: $namespaced, wire: Wire::$wire, opt_in: kinds!(@opt $($opt)?),
                        };
                        &INFO
                    })*
                }
            }
        }
    };
    (@opt) => { None };
    (@opt $opt:ident) => { Some(OptIn::$opt) };
}

kinds! {
    Namespace, "Namespace", "", "v1", "namespaces", false, Protobuf;
    Pod, "Pod", "", "v1", "pods", true, Protobuf;
    Deployment, "Deployment", "apps", "v1", "deployments", true, Protobuf;
    StatefulSet, "StatefulSet", "apps", "v1", "statefulsets", true, Protobuf;
    DaemonSet, "DaemonSet", "apps", "v1", "daemonsets", true, Protobuf;
    ReplicaSet, "ReplicaSet", "apps", "v1", "replicasets", true, Protobuf;
    ReplicationController, "ReplicationController", "", "v1", "replicationcontrollers", true, Protobuf;
    Job, "Job", "batch", "v1", "jobs", true, Protobuf;
    CronJob, "CronJob", "batch", "v1", "cronjobs", true, Protobuf;
    ServiceAccount, "ServiceAccount", "", "v1", "serviceaccounts", true, Protobuf;
    Role, "Role", "rbac.authorization.k8s.io", "v1", "roles", true, Protobuf;
    ClusterRole, "ClusterRole", "rbac.authorization.k8s.io", "v1", "clusterroles", false, Protobuf;
    RoleBinding, "RoleBinding", "rbac.authorization.k8s.io", "v1", "rolebindings", true, Protobuf;
    ClusterRoleBinding, "ClusterRoleBinding", "rbac.authorization.k8s.io", "v1", "clusterrolebindings", false, Protobuf;
    CertificateSigningRequest, "CertificateSigningRequest", "certificates.k8s.io", "v1", "certificatesigningrequests", false, Protobuf;
    NetworkPolicy, "NetworkPolicy", "networking.k8s.io", "v1", "networkpolicies", true, Protobuf;
    Service, "Service", "", "v1", "services", true, Protobuf;
    Ingress, "Ingress", "networking.k8s.io", "v1", "ingresses", true, Metadata;
    PersistentVolumeClaim, "PersistentVolumeClaim", "", "v1", "persistentvolumeclaims", true, Metadata;
    Node, "Node", "", "v1", "nodes", false, Protobuf;
    CsiDriver, "CSIDriver", "storage.k8s.io", "v1", "csidrivers", false, Metadata;
    ValidatingWebhookConfiguration, "ValidatingWebhookConfiguration", "admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", false, Protobuf;
    MutatingWebhookConfiguration, "MutatingWebhookConfiguration", "admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", false, Protobuf;
    ValidatingAdmissionPolicy, "ValidatingAdmissionPolicy", "admissionregistration.k8s.io", "v1", "validatingadmissionpolicies", false, Protobuf;
    ValidatingAdmissionPolicyBinding, "ValidatingAdmissionPolicyBinding", "admissionregistration.k8s.io", "v1", "validatingadmissionpolicybindings", false, Protobuf;
    CiliumNetworkPolicy, "CiliumNetworkPolicy", "cilium.io", "v2", "ciliumnetworkpolicies", true, Json;
    CiliumClusterwideNetworkPolicy, "CiliumClusterwideNetworkPolicy", "cilium.io", "v2", "ciliumclusterwidenetworkpolicies", false, Json;
    CalicoNetworkPolicy, "NetworkPolicy", "crd.projectcalico.org", "v1", "networkpolicies", true, Json;
    CalicoGlobalNetworkPolicy, "GlobalNetworkPolicy", "crd.projectcalico.org", "v1", "globalnetworkpolicies", false, Json;
    AdminNetworkPolicy, "AdminNetworkPolicy", "policy.networking.k8s.io", "v1alpha1", "adminnetworkpolicies", false, Json;
    BaselineAdminNetworkPolicy, "BaselineAdminNetworkPolicy", "policy.networking.k8s.io", "v1alpha1", "baselineadminnetworkpolicies", false, Json;
    ClusterNetworkPolicy, "ClusterNetworkPolicy", "policy.networking.k8s.io", "v1alpha2", "clusternetworkpolicies", false, Json;
    CalicoV3NetworkPolicy, "NetworkPolicy", "projectcalico.org", "v3", "networkpolicies", true, Json;
    CalicoV3GlobalNetworkPolicy, "GlobalNetworkPolicy", "projectcalico.org", "v3", "globalnetworkpolicies", false, Json;
    AntreaNetworkPolicy, "NetworkPolicy", "crd.antrea.io", "v1beta1", "networkpolicies", true, Json;
    AntreaClusterNetworkPolicy, "ClusterNetworkPolicy", "crd.antrea.io", "v1beta1", "clusternetworkpolicies", false, Json;
    KyvernoClusterPolicy, "ClusterPolicy", "kyverno.io", "v1", "clusterpolicies", false, Json;
    KyvernoPolicy, "Policy", "kyverno.io", "v1", "policies", true, Json;
    KyvernoException, "PolicyException", "kyverno.io", "v2", "policyexceptions", true, Json;
    KyvernoValidatingPolicy, "ValidatingPolicy", "policies.kyverno.io", "v1", "validatingpolicies", false, Json;
    KyvernoNamespacedValidatingPolicy, "NamespacedValidatingPolicy", "policies.kyverno.io", "v1", "namespacedvalidatingpolicies", true, Json;
    KyvernoImageValidatingPolicy, "ImageValidatingPolicy", "policies.kyverno.io", "v1", "imagevalidatingpolicies", false, Json;
    KyvernoCelException, "PolicyException", "policies.kyverno.io", "v1", "policyexceptions", true, Json;
    GatekeeperConstraint, "", "constraints.gatekeeper.sh", "v1beta1", "*", false, Json;
    GatekeeperConfig, "Config", "config.gatekeeper.sh", "v1alpha1", "configs", true, Json;
    KubewardenClusterPolicy, "ClusterAdmissionPolicy", "policies.kubewarden.io", "v1", "clusteradmissionpolicies", false, Json;
    KubewardenPolicy, "AdmissionPolicy", "policies.kubewarden.io", "v1", "admissionpolicies", true, Json;
    KubewardenClusterPolicyGroup, "ClusterAdmissionPolicyGroup", "policies.kubewarden.io", "v1", "clusteradmissionpolicygroups", false, Json;
    KubewardenPolicyGroup, "AdmissionPolicyGroup", "policies.kubewarden.io", "v1", "admissionpolicygroups", true, Json;
    SigstoreClusterImagePolicy, "ClusterImagePolicy", "policy.sigstore.dev", "v1beta1", "clusterimagepolicies", false, Json;
    ExternalSecret, "ExternalSecret", "external-secrets.io", "v1", "externalsecrets", true, Json;
    SecretProviderClass, "SecretProviderClass", "secrets-store.csi.x-k8s.io", "v1", "secretproviderclasses", true, Json;
    VaultStaticSecret, "VaultStaticSecret", "secrets.hashicorp.com", "v1beta1", "vaultstaticsecrets", true, Json;
    ConfigMap, "ConfigMap", "", "v1", "configmaps", true, Metadata, ConfigMaps;
    Secret, "Secret", "", "v1", "secrets", true, Metadata, Secrets;
}

impl Kind {
    /// The kinds that hold a PodSpec: the population of workload checks.
    pub const POD_SPEC: &'static [Kind] = &[
        Kind::Pod,
        Kind::Deployment,
        Kind::StatefulSet,
        Kind::DaemonSet,
        Kind::ReplicaSet,
        Kind::ReplicationController,
        Kind::Job,
        Kind::CronJob,
    ];

    /// Whether it is a custom resource, served only where its definition is installed.
    pub fn is_custom(self) -> bool {
        self.info().wire == Wire::Json
    }

    /// Its name, for people and JSON: `Deployment`; the group where it stands for every kind of one.
    pub fn name(self) -> &'static str {
        let info = self.info();
        if info.name.is_empty() { info.group } else { info.name }
    }

    /// `apiVersion`.
    pub fn api_version(self) -> String {
        let info = self.info();
        if info.group.is_empty() { info.version.to_owned() } else { format!("{}/{}", info.group, info.version) }
    }

    /// The kind for a group and a kind's name; any served version.
    pub fn of(group: &str, name: &str) -> Option<Kind> {
        Kind::ALL.iter().copied().find(|kind| {
            let info = kind.info();
            info.group == group && (info.name == name || info.name.is_empty())
        })
    }
}

/// An object, decoded.
#[derive(Clone, Debug)]
#[allow(missing_docs)] // each variant is the kind's own struct
pub enum Object {
    Namespace(cluster::Namespace),
    Node(cluster::Node),
    Service(cluster::Service),
    Pod(Box<pod::Pod>),
    Controller(Kind, Box<workload::Controller>),
    ServiceAccount(rbac::ServiceAccount),
    Role(Kind, rbac::Role),
    Binding(Kind, rbac::Binding),
    Csr(rbac::Csr),
    NetworkPolicy(Box<network::NetworkPolicy>),
    Webhooks(Kind, admission::WebhookConfiguration),
    AdmissionPolicy(admission::AdmissionPolicy),
    PolicyBinding(admission::PolicyBinding),
    Meta(Kind, Meta),
    Custom(Kind, Box<custom::Custom>),
}

/// Why an object could not be decoded.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Protobuf from the API server.
    #[error("protobuf: {0}")]
    Protobuf(#[from] prost::DecodeError),
    /// JSON or YAML.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
}

/// The two encodings behind one name, so that the table of kinds is written once.
enum Encoded {
    Protobuf(Bytes),
    Json(Value),
}

impl Encoded {
    fn get<T: Message + Default + DeserializeOwned>(self) -> Result<T, DecodeError> {
        Ok(match self {
            Self::Protobuf(bytes) => T::decode(bytes)?,
            Self::Json(value) => serde_json::from_value(value)?,
        })
    }
}

impl Object {
    /// From protobuf, without its envelope.
    pub fn from_protobuf(kind: Kind, bytes: Bytes) -> Result<Self, DecodeError> {
        Self::build(kind, Encoded::Protobuf(bytes))
    }

    /// From JSON: an object of a file, or a custom resource.
    pub fn from_json(kind: Kind, value: Value) -> Result<Self, DecodeError> {
        Self::build(kind, Encoded::Json(value))
    }

    fn build(kind: Kind, data: Encoded) -> Result<Self, DecodeError> {
        let controller = |mut c: workload::Controller| {
            if let Some(template) = &mut c.template {
                template.meta.slim();
            }
            Self::Controller(kind, Box::new(c))
        };
        let mut object = match kind {
            Kind::Namespace => Self::Namespace(data.get()?),
            Kind::Node => Self::Node(data.get()?),
            Kind::Service => Self::Service(data.get()?),
            Kind::Pod => Self::Pod(Box::new(data.get()?)),
            Kind::Deployment => controller(data.get::<workload::Deployment>()?.into()),
            Kind::StatefulSet => controller(data.get::<workload::StatefulSet>()?.into()),
            Kind::DaemonSet => controller(data.get::<workload::DaemonSet>()?.into()),
            Kind::ReplicaSet => controller(data.get::<workload::ReplicaSet>()?.into()),
            Kind::ReplicationController => controller(data.get::<workload::ReplicationController>()?.into()),
            Kind::Job => controller(data.get::<workload::Job>()?.into()),
            Kind::CronJob => controller(data.get::<workload::CronJob>()?.into()),
            Kind::ServiceAccount => Self::ServiceAccount(data.get()?),
            Kind::Role | Kind::ClusterRole => Self::Role(kind, data.get()?),
            Kind::RoleBinding | Kind::ClusterRoleBinding => Self::Binding(kind, data.get()?),
            Kind::CertificateSigningRequest => Self::Csr(data.get()?),
            Kind::NetworkPolicy => Self::NetworkPolicy(Box::new(data.get()?)),
            Kind::ValidatingWebhookConfiguration => {
                Self::Webhooks(kind, data.get::<admission::ValidatingWebhookConfiguration>()?.into())
            }
            Kind::MutatingWebhookConfiguration => {
                Self::Webhooks(kind, data.get::<admission::MutatingWebhookConfiguration>()?.into())
            }
            Kind::ValidatingAdmissionPolicy => Self::AdmissionPolicy(data.get()?),
            Kind::ValidatingAdmissionPolicyBinding => Self::PolicyBinding(data.get()?),
            Kind::Ingress | Kind::PersistentVolumeClaim | Kind::CsiDriver | Kind::ConfigMap | Kind::Secret => {
                Self::Meta(kind, data.get::<MetaOnly>()?.meta)
            }
            _ => match data {
                Encoded::Json(value) => Self::Custom(kind, Box::new(custom::Custom::from_value(value)?)),
                Encoded::Protobuf(_) => {
                    return Err(DecodeError::Json(serde::de::Error::custom("custom resources are JSON")));
                }
            },
        };
        object.meta_mut().slim();
        Ok(object)
    }

    fn meta_mut(&mut self) -> &mut Meta {
        match self {
            Self::Namespace(o) => &mut o.meta,
            Self::Node(o) => &mut o.meta,
            Self::Service(o) => &mut o.meta,
            Self::Pod(o) => &mut o.meta,
            Self::Controller(_, o) => &mut o.meta,
            Self::ServiceAccount(o) => &mut o.meta,
            Self::Role(_, o) => &mut o.meta,
            Self::Binding(_, o) => &mut o.meta,
            Self::Csr(o) => &mut o.meta,
            Self::NetworkPolicy(o) => &mut o.meta,
            Self::Webhooks(_, o) => &mut o.meta,
            Self::AdmissionPolicy(o) => &mut o.meta,
            Self::PolicyBinding(o) => &mut o.meta,
            Self::Meta(_, o) => o,
            Self::Custom(_, o) => &mut o.meta,
        }
    }

    /// Which kind it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Namespace(_) => Kind::Namespace,
            Self::Node(_) => Kind::Node,
            Self::Service(_) => Kind::Service,
            Self::Pod(_) => Kind::Pod,
            Self::ServiceAccount(_) => Kind::ServiceAccount,
            Self::Csr(_) => Kind::CertificateSigningRequest,
            Self::NetworkPolicy(_) => Kind::NetworkPolicy,
            Self::AdmissionPolicy(_) => Kind::ValidatingAdmissionPolicy,
            Self::PolicyBinding(_) => Kind::ValidatingAdmissionPolicyBinding,
            Self::Controller(kind, _)
            | Self::Role(kind, _)
            | Self::Binding(kind, _)
            | Self::Webhooks(kind, _)
            | Self::Meta(kind, _)
            | Self::Custom(kind, _) => *kind,
        }
    }
}

impl Object {
    /// Its metadata.
    pub fn meta(&self) -> &Meta {
        match self {
            Self::Namespace(o) => &o.meta,
            Self::Node(o) => &o.meta,
            Self::Service(o) => &o.meta,
            Self::Pod(o) => &o.meta,
            Self::Controller(_, o) => &o.meta,
            Self::ServiceAccount(o) => &o.meta,
            Self::Role(_, o) => &o.meta,
            Self::Binding(_, o) => &o.meta,
            Self::Csr(o) => &o.meta,
            Self::NetworkPolicy(o) => &o.meta,
            Self::Webhooks(_, o) => &o.meta,
            Self::AdmissionPolicy(o) => &o.meta,
            Self::PolicyBinding(o) => &o.meta,
            Self::Meta(_, o) => o,
            Self::Custom(_, o) => &o.meta,
        }
    }
}
