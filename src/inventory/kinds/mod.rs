//! The kinds that are read: a slim struct each, decoded from protobuf (API server) and from JSON or YAML (files).

pub mod admission;
pub mod cluster;
pub mod config;
pub mod custom;
pub mod ingress;
pub(super) mod interned;
pub mod limits;
mod map;
pub mod meta;
pub mod network;
pub mod pod;
pub mod rbac;
pub mod shared;
pub mod storage;
pub mod whole;
pub mod workload;

use super::{kube_bench, kubelet, node_facts};
use crate::model::GapReason;
use bytes::Bytes;
use foldhash::HashMap;
use meta::{Meta, MetaOnly};
use prost::Message;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::LazyLock;

/// How a kind is asked for on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// Protobuf: the built-in kinds.
    Protobuf,
    /// Protobuf, metadata only (`PartialObjectMetadata`).
    Metadata,
    /// JSON: custom resources.
    Json,
    /// No object of the API: what is gathered of each node, in a document of plimsoll's own.
    Gathered,
}

/// Rights that are asked for only on request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptIn {
    /// `--with-secrets`.
    Secrets,
    /// `--with-configmaps`.
    ConfigMaps,
    /// The kubelets' configuration, through `nodes/proxy`.
    KubeletConfig,
    /// What only a look at the node itself can tell.
    NodeFacts,
}

impl OptIn {
    /// Why it is not known where it was not asked for.
    pub fn reason(self) -> GapReason {
        match self {
            Self::Secrets | Self::ConfigMaps => GapReason::OptIn,
            Self::KubeletConfig => GapReason::NoKubeletAccess,
            Self::NodeFacts => GapReason::NoNodeEvidence,
        }
    }
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
    /// Set where it is read in this one namespace only: derived objects, of which a check asks no more.
    pub place: Option<&'static str>,
    /// Set where it is read on request only.
    pub opt_in: Option<OptIn>,
}

macro_rules! kinds {
    ($($kind:ident, $name:literal, $group:literal, $version:literal, $plural:literal, $namespaced:literal, $wire:ident $(, $opt:ident)?;)*) => {
        /// A kind that a check reads.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $(#[doc = concat!("`", $group, "` ", $name, ".")] $kind,)*
            /// A kind that is read whole, for checks of a user's packs.
            Whole(whole::WholeKind),
        }

        impl Kind {
            /// All kinds of plimsoll's own, in the order in which they are read and shown.
            pub const ALL: &'static [Kind] = &[$(Kind::$kind),*];

            /// What is known of it.
            pub fn info(self) -> &'static Info {
                match self {
                    $(Kind::$kind => {
                        const INFO: Info = Info {
                            kind: Kind::$kind, name: $name, group: $group, version: $version, plural: $plural,
                            namespaced: $namespaced, wire: kinds!(@wire $wire), place: kinds!(@place $wire),
                            opt_in: kinds!(@opt $($opt)?),
                        };
                        &INFO
                    })*
                    Kind::Whole(whole) => whole.info(),
                }
            }
        }
    };
    (@wire MetadataInDefault) => { Wire::Metadata };
    (@wire $wire:ident) => { Wire::$wire };
    (@place MetadataInDefault) => { Some("default") };
    (@place $wire:ident) => { None };
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
    Ingress, "Ingress", "networking.k8s.io", "v1", "ingresses", true, Protobuf;
    IngressClass, "IngressClass", "networking.k8s.io", "v1", "ingressclasses", false, Protobuf;
    PersistentVolumeClaim, "PersistentVolumeClaim", "", "v1", "persistentvolumeclaims", true, Protobuf;
    PersistentVolume, "PersistentVolume", "", "v1", "persistentvolumes", false, Protobuf;
    StorageClass, "StorageClass", "storage.k8s.io", "v1", "storageclasses", false, Protobuf;
    ResourceQuota, "ResourceQuota", "", "v1", "resourcequotas", true, Protobuf;
    LimitRange, "LimitRange", "", "v1", "limitranges", true, Protobuf;
    PodDisruptionBudget, "PodDisruptionBudget", "policy", "v1", "poddisruptionbudgets", true, Protobuf;
    HorizontalPodAutoscaler, "HorizontalPodAutoscaler", "autoscaling", "v2", "horizontalpodautoscalers", true, Protobuf;
    ApiService, "APIService", "apiregistration.k8s.io", "v1", "apiservices", false, Protobuf;
    EndpointSlice, "EndpointSlice", "discovery.k8s.io", "v1", "endpointslices", true, MetadataInDefault;
    PodTemplate, "PodTemplate", "", "v1", "podtemplates", true, MetadataInDefault;
    CsiStorageCapacity, "CSIStorageCapacity", "storage.k8s.io", "v1", "csistoragecapacities", true, MetadataInDefault;
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
    ClusterSecretStore, "ClusterSecretStore", "external-secrets.io", "v1", "clustersecretstores", false, Json;
    SealedSecret, "SealedSecret", "bitnami.com", "v1alpha1", "sealedsecrets", true, Json;
    Gateway, "Gateway", "gateway.networking.k8s.io", "v1", "gateways", true, Json;
    HttpRoute, "HTTPRoute", "gateway.networking.k8s.io", "v1", "httproutes", true, Json;
    GrpcRoute, "GRPCRoute", "gateway.networking.k8s.io", "v1", "grpcroutes", true, Json;
    TcpRoute, "TCPRoute", "gateway.networking.k8s.io", "v1alpha2", "tcproutes", true, Json;
    TlsRoute, "TLSRoute", "gateway.networking.k8s.io", "v1alpha2", "tlsroutes", true, Json;
    UdpRoute, "UDPRoute", "gateway.networking.k8s.io", "v1alpha2", "udproutes", true, Json;
    IstioGateway, "Gateway", "networking.istio.io", "v1", "gateways", true, Json;
    IstioVirtualService, "VirtualService", "networking.istio.io", "v1", "virtualservices", true, Json;
    IstioPeerAuthentication, "PeerAuthentication", "security.istio.io", "v1", "peerauthentications", true, Json;
    LinkerdMeshTls, "MeshTLSAuthentication", "policy.linkerd.io", "v1alpha1", "meshtlsauthentications", true, Json;
    ContourHttpProxy, "HTTPProxy", "projectcontour.io", "v1", "httpproxies", true, Json;
    TraefikTlsOption, "TLSOption", "traefik.io", "v1alpha1", "tlsoptions", true, Json;
    TraefikIngressRoute, "IngressRoute", "traefik.io", "v1alpha1", "ingressroutes", true, Json;
    GkeFrontendConfig, "FrontendConfig", "networking.gke.io", "v1beta1", "frontendconfigs", true, Json;
    CertManagerCertificate, "Certificate", "cert-manager.io", "v1", "certificates", true, Json;
    VulnerabilityReport, "VulnerabilityReport", "aquasecurity.github.io", "v1alpha1", "vulnerabilityreports", true, Json;
    ClusterComplianceReport, "ClusterComplianceReport", "aquasecurity.github.io", "v1alpha1", "clustercompliancereports", false, Json;
    KubescapeVulnerabilities, "VulnerabilityManifestSummary", "spdx.softwarecomposition.kubescape.io", "v1beta1", "vulnerabilitymanifestsummaries", true, Json;
    KubescapeConfiguration, "WorkloadConfigurationScanSummary", "spdx.softwarecomposition.kubescape.io", "v1beta1", "workloadconfigurationscansummaries", true, Json;
    PolicyReport, "PolicyReport", "wgpolicyk8s.io", "v1alpha2", "policyreports", true, Json;
    ClusterPolicyReport, "ClusterPolicyReport", "wgpolicyk8s.io", "v1alpha2", "clusterpolicyreports", false, Json;
    OpenReport, "Report", "openreports.io", "v1alpha1", "reports", true, Json;
    OpenClusterReport, "ClusterReport", "openreports.io", "v1alpha1", "clusterreports", false, Json;
    PrometheusRule, "PrometheusRule", "monitoring.coreos.com", "v1", "prometheusrules", true, Json;
    Prometheus, "Prometheus", "monitoring.coreos.com", "v1", "prometheuses", true, Json;
    Alertmanager, "Alertmanager", "monitoring.coreos.com", "v1", "alertmanagers", true, Json;
    AlertmanagerConfig, "AlertmanagerConfig", "monitoring.coreos.com", "v1alpha1", "alertmanagerconfigs", true, Json;
    VictoriaRule, "VMRule", "operator.victoriametrics.com", "v1beta1", "vmrules", true, Json;
    VictoriaAlertmanager, "VMAlertmanager", "operator.victoriametrics.com", "v1beta1", "vmalertmanagers", true, Json;
    VictoriaAlertmanagerConfig, "VMAlertmanagerConfig", "operator.victoriametrics.com", "v1beta1", "vmalertmanagerconfigs", true, Json;
    VeleroSchedule, "Schedule", "velero.io", "v1", "schedules", true, Json;
    VeleroBackup, "Backup", "velero.io", "v1", "backups", true, Json;
    VeleroRestore, "Restore", "velero.io", "v1", "restores", true, Json;
    VeleroLocation, "BackupStorageLocation", "velero.io", "v1", "backupstoragelocations", true, Json;
    EtcdBackup, "EtcdBackup", "etcd.database.coreos.com", "v1beta2", "etcdbackups", true, Json;
    EtcdSnapshotFile, "ETCDSnapshotFile", "k3s.cattle.io", "v1", "etcdsnapshotfiles", false, Json;
    ArgoApplication, "Application", "argoproj.io", "v1alpha1", "applications", true, Json;
    FluxKustomization, "Kustomization", "kustomize.toolkit.fluxcd.io", "v1", "kustomizations", true, Json;
    FluxHelmRelease, "HelmRelease", "helm.toolkit.fluxcd.io", "v2", "helmreleases", true, Json;
    VolumeSnapshotClass, "VolumeSnapshotClass", "snapshot.storage.k8s.io", "v1", "volumesnapshotclasses", false, Json;
    VolumeSnapshot, "VolumeSnapshot", "snapshot.storage.k8s.io", "v1", "volumesnapshots", true, Json;
    ConfigMap, "ConfigMap", "", "v1", "configmaps", true, Protobuf, ConfigMaps;
    Secret, "Secret", "", "v1", "secrets", true, Metadata, Secrets;
    KubeletConfig, "KubeletConfig", "plimsoll", "v1", "kubeletconfigs", false, Gathered, KubeletConfig;
    NodeFacts, "NodeFacts", "plimsoll", "v1", "nodefacts", false, Gathered, NodeFacts;
    KubeBench, "KubeBench", "plimsoll", "v1", "kubebenches", false, Gathered, NodeFacts;
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

    /// Whether every API server serves it.
    pub fn is_builtin(self) -> bool {
        matches!(self.info().wire, Wire::Protobuf | Wire::Metadata)
    }

    /// Whether an object of it that has a controller is a copy of that one's template, or an old one.
    pub fn is_copied(self) -> bool {
        matches!(self, Self::ReplicaSet | Self::Job)
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
        static BY_NAME: LazyLock<HashMap<(&str, &str), Kind>> = LazyLock::new(|| {
            // of two of one name the first is meant
            let named = |kind: &Kind| ((kind.info().group, kind.info().name), *kind);
            Kind::ALL.iter().rev().map(named).collect()
        });
        // what has no name stands for every kind of its group
        [name, ""].into_iter().filter_map(|name| BY_NAME.get(&(group, name)).copied()).min()
    }
}

/// The kinds that have a struct and a table of their own: name, struct, field of the inventory. Handed to a macro of the
/// caller's, so that the list is written once.
macro_rules! plain_kinds {
    ($callback:ident) => {
        $callback! {
            Namespace, cluster::Namespace, namespaces;
            Node, cluster::Node, nodes;
            Service, cluster::Service, services;
            ApiService, cluster::ApiService, api_services;
            ServiceAccount, rbac::ServiceAccount, service_accounts;
            CertificateSigningRequest, rbac::Csr, csrs;
            NetworkPolicy, network::NetworkPolicy, network_policies;
            Ingress, ingress::Ingress, ingresses;
            IngressClass, ingress::IngressClass, ingress_classes;
            PersistentVolumeClaim, storage::PersistentVolumeClaim, claims;
            PersistentVolume, storage::PersistentVolume, volumes;
            StorageClass, storage::StorageClass, storage_classes;
            ResourceQuota, limits::ResourceQuota, quotas;
            LimitRange, limits::LimitRange, limit_ranges;
            PodDisruptionBudget, limits::PodDisruptionBudget, budgets;
            HorizontalPodAutoscaler, limits::HorizontalPodAutoscaler, autoscalers;
            ValidatingAdmissionPolicy, admission::AdmissionPolicy, admission_policies;
            ValidatingAdmissionPolicyBinding, admission::PolicyBinding, policy_bindings;
            ConfigMap, config::ConfigMap, config_maps;
            Secret, config::Secret, secrets;
            KubeletConfig, kubelet::Kubelet, kubelets;
            NodeFacts, node_facts::NodeFacts, node_facts;
            KubeBench, kube_bench::KubeBench, kube_benches;
        }
    };
}
pub(super) use plain_kinds;

/// Lists of kinds as one list: what has a name elsewhere is not written again.
macro_rules! kinds_of {
    ($($list:expr),+ $(,)?) => {{
        const LISTS: &[&[$crate::inventory::Kind]] = &[$($list),+];
        const ALL: [$crate::inventory::Kind; $crate::inventory::kinds::count(LISTS)] =
            $crate::inventory::kinds::joined(LISTS);
        &ALL
    }};
}
pub(crate) use kinds_of;

/// How many kinds these lists hold.
pub(crate) const fn count(mut lists: &[&[Kind]]) -> usize {
    let mut count = 0;
    while let Some((list, rest)) = lists.split_first() {
        count += list.len();
        lists = rest;
    }
    count
}

/// Their kinds, in order; `N` is their [`count`].
#[allow(clippy::indexing_slicing)] // only the compiler runs it, and a wrong index is its error
pub(crate) const fn joined<const N: usize>(mut lists: &[&[Kind]]) -> [Kind; N] {
    let mut all = [Kind::Pod; N];
    let mut at = 0;
    while let Some((list, rest)) = lists.split_first() {
        let mut list = *list;
        while let Some((kind, more)) = list.split_first() {
            all[at] = *kind;
            at += 1;
            list = more;
        }
        lists = rest;
    }
    all
}

macro_rules! objects {
    ($($kind:ident, $type:ty, $table:ident;)*) => {
        /// An object, decoded.
        #[derive(Clone, Debug)]
        #[allow(missing_docs)] // each variant is the kind's own struct
        pub enum Object {
            $($kind(Box<$type>),)*
            Pod(Box<pod::Pod>),
            Controller(Kind, Box<workload::Controller>),
            Role(Kind, Box<rbac::Role>),
            Binding(Kind, Box<rbac::Binding>),
            Webhooks(Kind, Box<admission::WebhookConfiguration>),
            Meta(Kind, Box<Meta>),
            Custom(Kind, Box<custom::Custom>),
            Whole(Kind, Box<whole::Whole>),
        }

        impl Object {
            /// Which kind it is.
            pub fn kind(&self) -> Kind {
                match self {
                    $(Self::$kind(_) => Kind::$kind,)*
                    Self::Pod(_) => Kind::Pod,
                    Self::Controller(kind, _)
                    | Self::Role(kind, _)
                    | Self::Binding(kind, _)
                    | Self::Webhooks(kind, _)
                    | Self::Meta(kind, _)
                    | Self::Custom(kind, _)
                    | Self::Whole(kind, _) => *kind,
                }
            }

            /// Its metadata.
            pub fn meta(&self) -> &Meta {
                match self {
                    $(Self::$kind(o) => &o.meta,)*
                    Self::Pod(o) => &o.meta,
                    Self::Controller(_, o) => &o.meta,
                    Self::Role(_, o) => &o.meta,
                    Self::Binding(_, o) => &o.meta,
                    Self::Webhooks(_, o) => &o.meta,
                    Self::Meta(_, o) => o,
                    Self::Custom(_, o) => &o.meta,
                    Self::Whole(_, o) => &o.meta,
                }
            }

            /// The same, to be changed.
            pub fn meta_mut(&mut self) -> &mut Meta {
                match self {
                    $(Self::$kind(o) => &mut o.meta,)*
                    Self::Pod(o) => &mut o.meta,
                    Self::Controller(_, o) => &mut o.meta,
                    Self::Role(_, o) => &mut o.meta,
                    Self::Binding(_, o) => &mut o.meta,
                    Self::Webhooks(_, o) => &mut o.meta,
                    Self::Meta(_, o) => o,
                    Self::Custom(_, o) => &mut o.meta,
                    Self::Whole(_, o) => &mut o.meta,
                }
            }
        }
    };
}
plain_kinds!(objects);

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

/// The encodings behind one name, so that the table of kinds is written once.
enum Encoded<'t> {
    Protobuf(Bytes),
    Json(Value),
    Text(&'t str),
}

impl Encoded<'_> {
    fn get<T: Message + Default + DeserializeOwned>(self) -> Result<Box<T>, DecodeError> {
        self.plain().map(Box::new)
    }

    /// The same without room to spare, which a copy has not: for what holds lists and is there by the thousand.
    fn compact<T: Message + Default + DeserializeOwned + Clone>(self) -> Result<Box<T>, DecodeError> {
        self.plain().map(|object: T| Box::new(object.clone()))
    }

    /// What has no other encoding.
    fn json<T: DeserializeOwned>(self) -> Result<T, DecodeError> {
        match self {
            Self::Json(value) => Ok(serde_json::from_value(value)?),
            Self::Text(text) => Ok(serde_json::from_str(text)?),
            Self::Protobuf(_) => Err(DecodeError::Json(serde::de::Error::custom("this kind is JSON only"))),
        }
    }

    fn plain<T: Message + Default + DeserializeOwned>(self) -> Result<T, DecodeError> {
        Ok(match self {
            Self::Protobuf(bytes) => T::decode(bytes)?,
            Self::Json(value) => serde_json::from_value(value)?,
            Self::Text(text) => serde_json::from_str(text)?,
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

    /// From the text of JSON, past a tree of values. Names given twice are an error: [`Object::from_json`] takes the last.
    pub fn from_text(kind: Kind, text: &str) -> Result<Self, DecodeError> {
        Self::build(kind, Encoded::Text(text))
    }

    /// Puts an object that names no namespace into one.
    pub(crate) fn place(&mut self, namespace: &str) {
        namespace.clone_into(&mut self.meta_mut().namespace);
    }

    fn build(kind: Kind, data: Encoded<'_>) -> Result<Self, DecodeError> {
        let controller = |c: workload::Controller| Self::Controller(kind, Box::new(c));
        let mut object = match kind {
            Kind::Namespace => Self::Namespace(data.get()?),
            Kind::Node => Self::Node(data.get()?),
            Kind::Service => Self::Service(data.get()?),
            Kind::ApiService => Self::ApiService(data.get()?),
            Kind::Pod => return Ok(Self::Pod(Box::new(data.plain::<pod::WirePod>()?.read()?))),
            Kind::Deployment => controller(data.plain::<workload::Deployment>()?.try_into()?),
            Kind::StatefulSet => controller(data.plain::<workload::StatefulSet>()?.try_into()?),
            Kind::DaemonSet => controller(data.plain::<workload::DaemonSet>()?.try_into()?),
            Kind::ReplicaSet => controller(data.plain::<workload::ReplicaSet>()?.try_into()?),
            Kind::ReplicationController => controller(data.plain::<workload::ReplicationController>()?.try_into()?),
            Kind::Job => controller(data.plain::<workload::Job>()?.try_into()?),
            Kind::CronJob => controller(data.plain::<workload::CronJob>()?.try_into()?),
            Kind::ServiceAccount => Self::ServiceAccount(data.get()?),
            Kind::Role | Kind::ClusterRole => Self::Role(kind, data.compact()?),
            Kind::RoleBinding | Kind::ClusterRoleBinding => Self::Binding(kind, data.compact()?),
            Kind::CertificateSigningRequest => Self::CertificateSigningRequest(data.get()?),
            Kind::NetworkPolicy => Self::NetworkPolicy(data.get()?),
            Kind::Ingress => Self::Ingress(data.get()?),
            Kind::IngressClass => Self::IngressClass(data.get()?),
            Kind::PersistentVolumeClaim => Self::PersistentVolumeClaim(data.get()?),
            Kind::PersistentVolume => Self::PersistentVolume(data.get()?),
            Kind::StorageClass => Self::StorageClass(data.get()?),
            Kind::ResourceQuota => Self::ResourceQuota(data.get()?),
            Kind::LimitRange => Self::LimitRange(data.get()?),
            Kind::PodDisruptionBudget => Self::PodDisruptionBudget(data.get()?),
            Kind::HorizontalPodAutoscaler => Self::HorizontalPodAutoscaler(data.get()?),
            Kind::ValidatingWebhookConfiguration => {
                Self::Webhooks(kind, Box::new(data.plain::<admission::ValidatingWebhookConfiguration>()?.into()))
            }
            Kind::MutatingWebhookConfiguration => {
                Self::Webhooks(kind, Box::new(data.plain::<admission::MutatingWebhookConfiguration>()?.into()))
            }
            Kind::ValidatingAdmissionPolicy => Self::ValidatingAdmissionPolicy(data.get()?),
            Kind::ValidatingAdmissionPolicyBinding => Self::ValidatingAdmissionPolicyBinding(data.get()?),
            Kind::ConfigMap => Self::ConfigMap(Box::new(data.plain::<config::WireConfigMap>()?.into())),
            Kind::Secret => {
                let mut secret: config::Secret = match data {
                    // the wire has its metadata only
                    Encoded::Protobuf(bytes) => {
                        config::Secret { meta: MetaOnly::decode(bytes)?.meta, ..config::Secret::default() }
                    }
                    Encoded::Json(value) => serde_json::from_value(value)?,
                    Encoded::Text(text) => serde_json::from_str(text)?,
                };
                secret.hide();
                return Ok(Self::Secret(Box::new(secret)));
            }
            Kind::KubeletConfig => Self::KubeletConfig(Box::new(data.json()?)),
            Kind::NodeFacts => Self::NodeFacts(Box::new(data.json()?)),
            Kind::KubeBench => Self::KubeBench(Box::new(data.json()?)),
            Kind::CsiDriver | Kind::EndpointSlice | Kind::PodTemplate | Kind::CsiStorageCapacity => {
                Self::Meta(kind, Box::new(data.plain::<MetaOnly>()?.meta))
            }
            Kind::Whole(whole) => Self::Whole(kind, Box::new(whole::Whole::from_value(whole, data.json()?)?)),
            _ => Self::Custom(kind, Box::new(custom::Custom::from_value(kind, data.json()?)?)),
        };
        object.meta_mut().slim();
        Ok(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By walking through all of them, the first that fits.
    #[test]
    fn kinds_are_found_by_name_and_by_group() {
        let walked = |group: &str, name: &str| {
            let fits = |info: &Info| info.group == group && (info.name == name || info.name.is_empty());
            Kind::ALL.iter().copied().find(|kind| fits(kind.info()))
        };
        for group in Kind::ALL.iter().map(|kind| kind.info().group).chain(["acme.dev"]) {
            for name in Kind::ALL.iter().map(|kind| kind.info().name).chain(["Widget"]) {
                assert_eq!(Kind::of(group, name), walked(group, name), "{group} {name}");
            }
        }
    }
}
