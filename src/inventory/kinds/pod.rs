//! `v1.Pod` and the PodSpec of every template: the fields that checks read.

use super::interned;
use super::meta::{Map, Meta, Quantities, Quantity, nullable};
use super::shared::Shared;
use bytes::Bytes;
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::sync::Arc;

/// `v1.SELinuxOptions`; `level` is free and not read.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SeLinuxOptions {
    /// User.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub user: String,
    /// Role.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub role: String,
    /// Type.
    #[prost(string, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub r#type: String,
}

/// `v1.SeccompProfile` and `v1.AppArmorProfile`: the type only.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Profile {
    /// RuntimeDefault, Localhost or Unconfined.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub r#type: String,
}

/// `v1.WindowsSecurityContextOptions`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WindowsOptions {
    /// `runAsUserName`.
    #[prost(string, optional, tag = "3")]
    pub run_as_user_name: Option<String>,
    /// `hostProcess`.
    #[prost(bool, optional, tag = "4")]
    pub host_process: Option<bool>,
}

/// `v1.Capabilities`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Capabilities {
    /// Added.
    #[prost(string, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub add: Vec<String>,
    /// Dropped.
    #[prost(string, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub drop: Vec<String>,
}

/// `v1.SecurityContext`, of a container.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SecurityContext {
    /// `capabilities`.
    #[prost(message, optional, boxed, tag = "1")]
    pub capabilities: Option<Box<Capabilities>>,
    /// `privileged`.
    #[prost(bool, optional, tag = "2")]
    pub privileged: Option<bool>,
    /// `seLinuxOptions`.
    #[prost(message, optional, boxed, tag = "3")]
    pub se_linux_options: Option<Box<SeLinuxOptions>>,
    /// `runAsUser`.
    #[prost(int64, optional, tag = "4")]
    pub run_as_user: Option<i64>,
    /// `runAsNonRoot`.
    #[prost(bool, optional, tag = "5")]
    pub run_as_non_root: Option<bool>,
    /// `readOnlyRootFilesystem`.
    #[prost(bool, optional, tag = "6")]
    pub read_only_root_filesystem: Option<bool>,
    /// `allowPrivilegeEscalation`; absent means true.
    #[prost(bool, optional, tag = "7")]
    pub allow_privilege_escalation: Option<bool>,
    /// `runAsGroup`.
    #[prost(int64, optional, tag = "8")]
    pub run_as_group: Option<i64>,
    /// `procMount`.
    #[prost(string, optional, tag = "9")]
    pub proc_mount: Option<String>,
    /// `windowsOptions`.
    #[prost(message, optional, boxed, tag = "10")]
    pub windows_options: Option<Box<WindowsOptions>>,
    /// `seccompProfile`.
    #[prost(message, optional, tag = "11")]
    pub seccomp_profile: Option<Profile>,
    /// `appArmorProfile`.
    #[prost(message, optional, tag = "12")]
    pub app_armor_profile: Option<Profile>,
}

/// `v1.Sysctl`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Sysctl {
    /// Name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// Value.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub value: String,
}

/// `v1.PodSecurityContext`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodSecurityContext {
    /// `seLinuxOptions`.
    #[prost(message, optional, boxed, tag = "1")]
    pub se_linux_options: Option<Box<SeLinuxOptions>>,
    /// `runAsUser`.
    #[prost(int64, optional, tag = "2")]
    pub run_as_user: Option<i64>,
    /// `runAsNonRoot`.
    #[prost(bool, optional, tag = "3")]
    pub run_as_non_root: Option<bool>,
    /// `supplementalGroups`.
    #[prost(int64, repeated, packed = "false", tag = "4")]
    #[serde(deserialize_with = "nullable")]
    pub supplemental_groups: Vec<i64>,
    /// `fsGroup`.
    #[prost(int64, optional, tag = "5")]
    pub fs_group: Option<i64>,
    /// `runAsGroup`.
    #[prost(int64, optional, tag = "6")]
    pub run_as_group: Option<i64>,
    /// `sysctls`.
    #[prost(message, repeated, tag = "7")]
    #[serde(deserialize_with = "nullable")]
    pub sysctls: Vec<Sysctl>,
    /// `windowsOptions`.
    #[prost(message, optional, boxed, tag = "8")]
    pub windows_options: Option<Box<WindowsOptions>>,
    /// `seccompProfile`.
    #[prost(message, optional, tag = "10")]
    pub seccomp_profile: Option<Profile>,
    /// `appArmorProfile`.
    #[prost(message, optional, tag = "11")]
    pub app_armor_profile: Option<Profile>,
}

/// `v1.LocalObjectReference`, also the name inside a key selector.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct LocalReference {
    /// Name.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub name: String,
}

/// `v1.SecretKeySelector`: protobuf nests the reference that JSON inlines.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct KeySelector {
    /// The Secret.
    #[prost(message, required, tag = "1")]
    #[serde(flatten)]
    pub reference: LocalReference,
    /// Key in it.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub key: String,
}

/// `v1.EnvVarSource`: Secret keys only.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EnvVarSource {
    /// `secretKeyRef`.
    #[prost(message, optional, tag = "4")]
    pub secret_key_ref: Option<KeySelector>,
}

/// `v1.EnvVar`. The value never leaves the inventory: see `container.env-literal-credential`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EnvVar {
    /// Name.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub name: String,
    /// Literal value.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub value: String,
    /// Where it comes from otherwise.
    #[prost(message, optional, boxed, tag = "3")]
    pub value_from: Option<Box<EnvVarSource>>,
}

/// `v1.SecretEnvSource`: protobuf nests the reference that JSON inlines.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct SecretEnvSource {
    /// The Secret.
    #[prost(message, required, tag = "1")]
    #[serde(flatten)]
    pub reference: LocalReference,
}

/// `v1.EnvFromSource`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EnvFrom {
    /// `secretRef`.
    #[prost(message, optional, tag = "3")]
    pub secret_ref: Option<SecretEnvSource>,
}

/// `v1.ContainerPort`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Port {
    /// Name.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub name: String,
    /// `hostPort`; 0: none.
    #[prost(int32, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub host_port: i32,
    /// `containerPort`.
    #[prost(int32, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub container_port: i32,
    /// `protocol`.
    #[prost(string, tag = "4")]
    #[serde(deserialize_with = "nullable")]
    pub protocol: String,
}

/// `v1.HTTPGetAction` and `v1.TCPSocketAction`: the host only.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message)]
pub struct HttpGet {
    /// `host`.
    #[prost(string, tag = "3")]
    pub host: String,
}

/// See [`HttpGet`]; the tags differ.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message)]
pub struct TcpSocket {
    /// `host`.
    #[prost(string, tag = "2")]
    pub host: String,
}

/// A host field, as JSON has it in both actions.
#[derive(Default, Deserialize)]
#[serde(default)]
struct HostOnly {
    #[serde(deserialize_with = "nullable")]
    host: String,
}

impl<'de> Deserialize<'de> for HttpGet {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        HostOnly::deserialize(d).map(|a| Self { host: a.host })
    }
}

impl<'de> Deserialize<'de> for TcpSocket {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        HostOnly::deserialize(d).map(|a| Self { host: a.host })
    }
}

/// `v1.ProbeHandler` and `v1.LifecycleHandler`: same tags for what is read.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Handler {
    /// `httpGet`.
    #[prost(message, optional, tag = "2")]
    pub http_get: Option<HttpGet>,
    /// `tcpSocket`.
    #[prost(message, optional, tag = "3")]
    pub tcp_socket: Option<TcpSocket>,
}

/// `v1.Probe`: protobuf nests the handler that JSON inlines.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct Probe {
    /// What is asked.
    #[prost(message, required, tag = "1")]
    #[serde(flatten)]
    pub handler: Handler,
}

/// `v1.Lifecycle`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Lifecycle {
    /// `postStart`.
    #[prost(message, optional, tag = "1")]
    pub post_start: Option<Handler>,
    /// `preStop`.
    #[prost(message, optional, tag = "2")]
    pub pre_stop: Option<Handler>,
}

/// `v1.VolumeMount`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VolumeMount {
    /// Volume's name.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub name: String,
    /// `readOnly`.
    #[prost(bool, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub read_only: bool,
    /// `mountPath`.
    #[prost(string, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub mount_path: String,
    /// `subPath`.
    #[prost(string, tag = "4")]
    #[serde(deserialize_with = "nullable")]
    pub sub_path: String,
    /// `subPathExpr`.
    #[prost(string, tag = "6")]
    #[serde(deserialize_with = "nullable")]
    pub sub_path_expr: String,
}

/// `v1.ResourceRequirements`, of a container or of a pod.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct Resources {
    /// `limits`.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "amounts")]
    limits: Vec<Amount>,
    /// `requests`.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "amounts")]
    requests: Vec<Amount>,
}

/// An entry of `limits` or `requests`: every container has a few, which as maps would take five times the room.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message)]
struct Amount {
    #[prost(string, tag = "1")]
    resource: String,
    #[prost(message, required, tag = "2")]
    quantity: Quantity,
}

/// In the order of names, as protobuf has them.
fn amounts<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<Amount>, D::Error> {
    let map: Quantities = nullable(d)?;
    Ok(map.into_iter().map(|(resource, quantity)| Amount { resource, quantity }).collect())
}

fn amount<'a>(amounts: &'a [Amount], resource: &str) -> Option<&'a Quantity> {
    amounts.iter().find(|amount| amount.resource == resource).map(|amount| &amount.quantity)
}

impl Resources {
    /// `limits` of a resource: `cpu`, `memory`.
    pub fn limit(&self, resource: &str) -> Option<&Quantity> {
        amount(&self.limits, resource)
    }

    /// `requests` of a resource.
    pub fn request(&self, resource: &str) -> Option<&Quantity> {
        amount(&self.requests, resource)
    }
}

/// `v1.Container` and, with the same tags, `v1.EphemeralContainerCommon`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Container {
    /// Name.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub name: String,
    /// Image.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub image: String,
    /// Entrypoint.
    #[prost(string, repeated, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub command: Vec<String>,
    /// Arguments.
    #[prost(string, repeated, tag = "4")]
    #[serde(deserialize_with = "nullable")]
    pub args: Vec<String>,
    /// Ports.
    #[prost(message, repeated, tag = "6")]
    #[serde(deserialize_with = "nullable")]
    pub ports: Vec<Port>,
    /// Environment.
    #[prost(message, repeated, tag = "7")]
    #[serde(deserialize_with = "nullable")]
    pub env: Vec<Shared<EnvVar>>,
    /// `resources`.
    #[prost(message, optional, tag = "8")]
    pub resources: Option<Resources>,
    /// Mounts.
    #[prost(message, repeated, tag = "9")]
    #[serde(deserialize_with = "nullable")]
    pub volume_mounts: Vec<VolumeMount>,
    /// `livenessProbe`.
    #[prost(message, optional, boxed, tag = "10")]
    pub liveness_probe: Option<Box<Probe>>,
    /// `readinessProbe`.
    #[prost(message, optional, boxed, tag = "11")]
    pub readiness_probe: Option<Box<Probe>>,
    /// `lifecycle`.
    #[prost(message, optional, boxed, tag = "12")]
    pub lifecycle: Option<Box<Lifecycle>>,
    /// `imagePullPolicy`; empty: as the API server fills in.
    #[prost(string, tag = "14")]
    #[serde(deserialize_with = "nullable")]
    pub image_pull_policy: String,
    /// `securityContext`.
    #[prost(message, optional, tag = "15")]
    pub security_context: Option<Shared<SecurityContext>>,
    /// `envFrom`.
    #[prost(message, repeated, tag = "19")]
    #[serde(deserialize_with = "nullable")]
    pub env_from: Vec<EnvFrom>,
    /// `startupProbe`.
    #[prost(message, optional, boxed, tag = "22")]
    pub startup_probe: Option<Box<Probe>>,
    /// `restartPolicy`: `Always` on an init container makes it a native sidecar.
    #[prost(string, optional, tag = "24")]
    pub restart_policy: Option<String>,
}

/// `v1.EphemeralContainer`: protobuf nests what JSON inlines.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct EphemeralContainer {
    /// The container.
    #[prost(message, required, tag = "1")]
    #[serde(flatten)]
    pub common: Container,
}

/// `v1.HostPathVolumeSource`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct HostPath {
    /// Path on the node.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub path: String,
}

/// `v1.SecretVolumeSource`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SecretVolume {
    /// `secretName`.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub secret_name: String,
}

/// `v1.ConfigMapVolumeSource`: protobuf nests the reference that JSON inlines.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct ConfigMapVolume {
    /// The ConfigMap.
    #[prost(message, required, tag = "1")]
    #[serde(flatten)]
    pub reference: LocalReference,
}

/// `v1.PersistentVolumeClaimVolumeSource`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClaimVolume {
    /// `claimName`.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub claim_name: String,
}

/// `v1.CSIVolumeSource`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CsiVolume {
    /// `driver`.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub driver: String,
    /// `nodePublishSecretRef`.
    #[prost(message, optional, tag = "5")]
    pub node_publish_secret_ref: Option<LocalReference>,
}

/// `v1.ServiceAccountTokenProjection`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TokenProjection {
    /// `audience`; empty: the API server.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub audience: String,
    /// `expirationSeconds`; absent: 3600.
    #[prost(int64, optional, tag = "2")]
    pub expiration_seconds: Option<i64>,
}

/// `v1.SecretProjection`: protobuf nests the reference that JSON inlines.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct SecretProjection {
    /// The Secret.
    #[prost(message, required, tag = "1")]
    #[serde(flatten)]
    pub reference: LocalReference,
}

/// `v1.VolumeProjection`: Secrets, ConfigMaps and tokens.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Projection {
    /// `secret`.
    #[prost(message, optional, tag = "1")]
    pub secret: Option<SecretProjection>,
    /// `configMap`.
    #[prost(message, optional, tag = "3")]
    pub config_map: Option<ConfigMapVolume>,
    /// `serviceAccountToken`.
    #[prost(message, optional, tag = "4")]
    pub service_account_token: Option<TokenProjection>,
}

/// `v1.ProjectedVolumeSource`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct Projected {
    /// `sources`.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub sources: Vec<Projection>,
}

/// A message of which only the presence is read.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message)]
pub struct Present {}

impl<'de> Deserialize<'de> for Present {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(d).map(|_| Self {})
    }
}

macro_rules! volume_sources {
    ($($field:ident = $tag:literal, $json:literal;)*) => {
        /// `v1.VolumeSource`: which one it is; the first ones with what checks read of them.
        #[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
        #[serde(default)]
        pub struct VolumeSource {
            /// `hostPath`.
            #[prost(message, optional, tag = "1")]
            #[serde(rename = "hostPath")]
            pub host_path: Option<HostPath>,
            /// `secret`.
            #[prost(message, optional, tag = "6")]
            pub secret: Option<SecretVolume>,
            /// `persistentVolumeClaim`.
            #[prost(message, optional, tag = "10")]
            #[serde(rename = "persistentVolumeClaim")]
            pub persistent_volume_claim: Option<ClaimVolume>,
            /// `configMap`.
            #[prost(message, optional, tag = "19")]
            #[serde(rename = "configMap")]
            pub config_map: Option<ConfigMapVolume>,
            /// `projected`.
            #[prost(message, optional, tag = "26")]
            pub projected: Option<Projected>,
            /// `csi`.
            #[prost(message, optional, boxed, tag = "28")]
            pub csi: Option<Box<CsiVolume>>,
            $(#[doc = concat!("`", $json, "`.")]
            #[prost(message, optional, tag = $tag)]
            #[serde(rename = $json)]
            pub $field: Option<Present>,)*
        }

        impl VolumeSource {
            /// The JSON field of the source that is set; None: none that this program knows.
            pub fn kind(&self) -> Option<&'static str> {
                if self.host_path.is_some() {
                    return Some("hostPath");
                }
                if self.secret.is_some() {
                    return Some("secret");
                }
                if self.persistent_volume_claim.is_some() {
                    return Some("persistentVolumeClaim");
                }
                if self.config_map.is_some() {
                    return Some("configMap");
                }
                if self.projected.is_some() {
                    return Some("projected");
                }
                if self.csi.is_some() {
                    return Some("csi");
                }
                $(if self.$field.is_some() { return Some($json); })*
                None
            }
        }
    };
}

volume_sources! {
    empty_dir = "2", "emptyDir";
    gce_persistent_disk = "3", "gcePersistentDisk";
    aws_elastic_block_store = "4", "awsElasticBlockStore";
    git_repo = "5", "gitRepo";
    nfs = "7", "nfs";
    iscsi = "8", "iscsi";
    glusterfs = "9", "glusterfs";
    rbd = "11", "rbd";
    flex_volume = "12", "flexVolume";
    cinder = "13", "cinder";
    cephfs = "14", "cephfs";
    flocker = "15", "flocker";
    downward_api = "16", "downwardAPI";
    fc = "17", "fc";
    azure_file = "18", "azureFile";
    vsphere_volume = "20", "vsphereVolume";
    quobyte = "21", "quobyte";
    azure_disk = "22", "azureDisk";
    photon_persistent_disk = "23", "photonPersistentDisk";
    portworx_volume = "24", "portworxVolume";
    scale_io = "25", "scaleIO";
    storageos = "27", "storageos";
    ephemeral = "29", "ephemeral";
    image = "30", "image";
}

/// `v1.Volume`: protobuf nests the source that JSON inlines.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message)]
pub struct Volume {
    /// Name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// Where it comes from.
    #[prost(message, required, tag = "2")]
    pub source: VolumeSource,
}

/// A volume of a manifest, with the fields that are unknown.
#[derive(Default, Deserialize)]
#[serde(default)]
struct VolumeText {
    #[serde(deserialize_with = "nullable")]
    name: String,
    #[serde(flatten)]
    source: VolumeSource,
    #[serde(flatten)]
    unknown: BTreeMap<String, IgnoredAny>,
}

impl<'de> Deserialize<'de> for Volume {
    /// What names no source is an emptyDir, as the API server fills in; what names an unknown one is not.
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let VolumeText { name, mut source, unknown } = VolumeText::deserialize(d)?;
        if source.kind().is_none() && unknown.is_empty() {
            source.empty_dir = Some(Present {});
        }
        Ok(Self { name, source })
    }
}

/// `v1.Toleration`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct Toleration {
    /// Key; empty: every taint.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub key: String,
    /// Equal (default) or Exists.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub operator: String,
    /// Value.
    #[prost(string, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub value: String,
    /// Effect; empty: all.
    #[prost(string, tag = "4")]
    #[serde(deserialize_with = "nullable")]
    pub effect: String,
}

/// `v1.Affinity`: whether pods keep apart.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Affinity {
    /// `podAntiAffinity`.
    #[prost(message, optional, tag = "3")]
    pub pod_anti_affinity: Option<Present>,
}

/// `v1.HostAlias`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct HostAlias {
    /// Address.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub ip: String,
    /// Names that it is given.
    #[prost(string, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub hostnames: Vec<String>,
}

/// `v1.PodOS`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct PodOs {
    /// `linux` or `windows`.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub name: String,
}

/// `v1.PodSpec`, projected to what checks read; the unit that is interned.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodSpec {
    /// Volumes.
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub volumes: Vec<Shared<Volume>>,
    /// Containers.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub containers: Vec<Shared<Container>>,
    /// `restartPolicy`: OnFailure or Never; empty: Always.
    #[prost(string, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub restart_policy: String,
    /// `nodeName`; of a pod, where it is put aside.
    #[prost(string, tag = "10")]
    #[serde(deserialize_with = "nullable")]
    pub node_name: String,
    /// `nodeSelector`.
    #[prost(message, required, tag = "7")]
    #[serde(deserialize_with = "nullable")]
    pub node_selector: Map,
    /// `serviceAccountName`.
    #[prost(string, tag = "8")]
    #[serde(deserialize_with = "nullable")]
    pub service_account_name: String,
    /// `serviceAccount`, its deprecated twin.
    #[prost(string, tag = "9")]
    #[serde(deserialize_with = "nullable")]
    pub service_account: String,
    /// `hostNetwork`.
    #[prost(bool, tag = "11")]
    #[serde(deserialize_with = "nullable")]
    pub host_network: bool,
    /// `hostPID`.
    #[prost(bool, tag = "12")]
    #[serde(rename = "hostPID", deserialize_with = "nullable")]
    pub host_pid: bool,
    /// `hostIPC`.
    #[prost(bool, tag = "13")]
    #[serde(rename = "hostIPC", deserialize_with = "nullable")]
    pub host_ipc: bool,
    /// `securityContext`.
    #[prost(message, optional, tag = "14")]
    pub security_context: Option<Shared<PodSecurityContext>>,
    /// `imagePullSecrets`.
    #[prost(message, repeated, tag = "15")]
    #[serde(deserialize_with = "nullable")]
    pub image_pull_secrets: Vec<LocalReference>,
    /// `affinity`.
    #[prost(message, optional, tag = "18")]
    pub affinity: Option<Affinity>,
    /// Init containers.
    #[prost(message, repeated, tag = "20")]
    #[serde(deserialize_with = "nullable")]
    pub init_containers: Vec<Shared<Container>>,
    /// `automountServiceAccountToken`.
    #[prost(bool, optional, tag = "21")]
    pub automount_service_account_token: Option<bool>,
    /// `tolerations`.
    #[prost(message, repeated, tag = "22")]
    #[serde(deserialize_with = "nullable")]
    pub tolerations: Vec<Toleration>,
    /// `hostAliases`.
    #[prost(message, repeated, tag = "23")]
    #[serde(deserialize_with = "nullable")]
    pub host_aliases: Vec<HostAlias>,
    /// `shareProcessNamespace`.
    #[prost(bool, optional, tag = "27")]
    pub share_process_namespace: Option<bool>,
    /// `topologySpreadConstraints`: whether there are any.
    #[prost(message, repeated, tag = "33")]
    #[serde(deserialize_with = "nullable")]
    pub topology_spread_constraints: Vec<Present>,
    /// Ephemeral containers, of live pods only.
    #[prost(message, repeated, tag = "34")]
    #[serde(deserialize_with = "nullable")]
    pub ephemeral_containers: Vec<EphemeralContainer>,
    /// `os`.
    #[prost(message, optional, tag = "36")]
    pub os: Option<PodOs>,
    /// `hostUsers`.
    #[prost(bool, optional, tag = "37")]
    pub host_users: Option<bool>,
    /// `resources` of the pod as a whole (Kubernetes 1.34 and later).
    #[prost(message, optional, tag = "40")]
    pub resources: Option<Resources>,
    /// AppArmor and seccomp annotations of the pod's metadata, put here so that they are part of the variant.
    #[prost(message, required, tag = "10001")]
    #[serde(skip)]
    pub annotations: Map,
}

/// Which list a container stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContainerKind {
    /// `containers`.
    Regular,
    /// `initContainers`.
    Init,
    /// `ephemeralContainers`.
    Ephemeral,
}

impl ContainerKind {
    /// The field of the PodSpec.
    pub fn field(self) -> &'static str {
        match self {
            Self::Regular => "containers",
            Self::Init => "initContainers",
            Self::Ephemeral => "ephemeralContainers",
        }
    }
}

impl PodSpec {
    /// Every container of all three lists, with its list and index: init first, as they run.
    pub fn each_container(&self) -> impl Iterator<Item = (ContainerKind, usize, &Container)> {
        self.init_containers
            .iter()
            .enumerate()
            .map(|(i, c)| (ContainerKind::Init, i, &**c))
            .chain(self.containers.iter().enumerate().map(|(i, c)| (ContainerKind::Regular, i, &**c)))
            .chain(self.ephemeral_containers.iter().enumerate().map(|(i, c)| (ContainerKind::Ephemeral, i, &c.common)))
    }

    /// Whether it asks for Windows: `os.name`, else the node selector.
    pub fn is_windows(&self) -> bool {
        match &self.os {
            Some(os) if !os.name.is_empty() => os.name == "windows",
            _ => self.node_selector.get("kubernetes.io/os").is_some_and(|os| os == "windows"),
        }
    }

    /// `os.name` alone says Windows: the only thing that Pod Security Standards look at.
    pub fn os_is_windows(&self) -> bool {
        self.os.as_ref().is_some_and(|os| os.name == "windows")
    }

    /// The ServiceAccount that it runs as: `serviceAccountName`, the deprecated field, else `default`.
    pub fn service_account(&self) -> &str {
        [&self.service_account_name, &self.service_account].into_iter().find(|n| !n.is_empty()).map_or("default", |n| n)
    }

    /// Whether a volume of its own holds a token for the API server: no setting of automount forbids that.
    pub fn projects_token(&self) -> bool {
        let projected = self.volumes.iter().filter_map(|volume| volume.source.projected.as_ref());
        let mut tokens = projected.flat_map(|p| &p.sources).filter_map(|s| s.service_account_token.as_ref());
        tokens.any(|token| token.audience.is_empty())
    }

    /// Names of the Secrets that it reads: variables, volumes, credentials for images. In-tree volumes of storage
    /// systems may name more.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        let containers = || self.each_container().map(|(_, _, container)| container);
        let variables = containers().flat_map(|c| &c.env).filter_map(|variable| {
            Some(variable.value_from.as_ref()?.secret_key_ref.as_ref()?.reference.name.as_str())
        });
        let whole = containers().flat_map(|c| &c.env_from).filter_map(|from| from.secret_ref.as_ref());
        let sources = || self.volumes.iter().map(|volume| &volume.source);
        let volumes = sources().filter_map(|source| Some(source.secret.as_ref()?.secret_name.as_str()));
        let projected = sources().filter_map(|source| source.projected.as_ref()).flat_map(|p| &p.sources);
        let drivers = sources().filter_map(|source| source.csi.as_ref()?.node_publish_secret_ref.as_ref());
        variables
            .chain(whole.map(|from| from.reference.name.as_str()))
            .chain(volumes)
            .chain(projected.filter_map(|projection| Some(projection.secret.as_ref()?.reference.name.as_str())))
            .chain(drivers.chain(&self.image_pull_secrets).map(|reference| reference.name.as_str()))
    }

    /// Names of the ConfigMaps that it mounts.
    pub fn mounted_config_maps(&self) -> impl Iterator<Item = &str> {
        let sources = || self.volumes.iter().map(|volume| &volume.source);
        let projected = sources().filter_map(|source| source.projected.as_ref()).flat_map(|p| &p.sources);
        let volumes = sources().filter_map(|source| source.config_map.as_ref());
        volumes.chain(projected.filter_map(|p| p.config_map.as_ref())).map(|map| map.reference.name.as_str())
    }

    /// Clears what is made up per pod, so that pods of one template intern to one variant.
    pub(super) fn normalise(&mut self, meta: &Meta) {
        self.node_name.clear();
        self.annotations = meta
            .annotations
            .iter()
            .filter(|(key, _)| keeps_annotation(key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        // the API server writes the name into both; a manifest that does not says so
        if self.service_account == self.service_account_name {
            self.service_account.clear();
        }
        self.service_account_name = self.service_account().to_owned();
        // the default, which manifests leave out
        if self.restart_policy == "Always" {
            self.restart_policy.clear();
        }
        // what admission and the DaemonSet controller append; in the template or not, it comes to the same
        while self.tolerations.last().is_some_and(|last| last.key.starts_with("node.kubernetes.io/")) {
            self.tolerations.pop();
        }
        let token = is_token_volume_name;
        self.volumes.retain(|v| !(token(&v.name) && v.source.projected.is_some()));
        let shared = self.init_containers.iter_mut().chain(&mut self.containers).map(Shared::own);
        let ephemeral = self.ephemeral_containers.iter_mut().map(|container| &mut container.common);
        for container in shared.chain(ephemeral) {
            container.volume_mounts.retain(|m| !token(&m.name));
        }
    }
}

/// Whether an annotation of a pod is part of its spec.
pub(super) fn keeps_annotation(key: &str) -> bool {
    key.contains("apparmor") || key.contains("seccomp")
}

/// Whether a volume is named as the one with the token that is injected.
pub(super) fn is_token_volume_name(name: &str) -> bool {
    name.starts_with("kube-api-access-")
}

/// A PodTemplate, decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Labels of the pods to be.
    pub labels: Map,
    /// Interned spec.
    pub spec: Arc<PodSpec>,
}

/// `v1.PodTemplateSpec`, as it is on the wire: protobuf puts the spec into `bytes`, JSON into `spec`.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub(super) struct PodTemplate {
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    meta: Meta,
    #[prost(bytes = "bytes", tag = "2")]
    #[serde(skip)]
    bytes: Bytes,
    #[prost(message, optional, tag = "10001")]
    spec: Option<PodSpec>,
}

impl PodTemplate {
    /// Slim and interned.
    pub(super) fn read(mut self) -> Result<Template, prost::DecodeError> {
        self.meta.slim();
        let (spec, _) = interned::read(self.spec, self.bytes, &self.meta)?;
        Ok(Template { labels: self.meta.labels, spec })
    }
}

/// `v1.PodStatus`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
struct PodStatus {
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    phase: String,
}

/// `v1.Pod`, as it is on the wire: protobuf puts the spec into `bytes`, JSON into `spec`.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct WirePod {
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    meta: Meta,
    #[prost(bytes = "bytes", tag = "2")]
    #[serde(skip)]
    bytes: Bytes,
    #[prost(message, optional, tag = "10001")]
    spec: Option<PodSpec>,
    #[prost(message, required, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    status: PodStatus,
}

impl WirePod {
    /// Slim and interned.
    pub(super) fn read(mut self) -> Result<Pod, prost::DecodeError> {
        self.meta.slim_to_owners();
        let (spec, node) = interned::read(self.spec, self.bytes, &self.meta)?;
        Ok(Pod { meta: self.meta, spec, node, phase: self.status.phase })
    }
}

/// `v1.Pod`.
#[derive(Clone, Debug, PartialEq)]
pub struct Pod {
    /// Metadata.
    pub meta: Meta,
    /// Interned spec.
    pub spec: Arc<PodSpec>,
    /// The node that it runs on; empty: none yet.
    pub node: String,
    /// Pending, Running, Succeeded, Failed or Unknown.
    pub phase: String,
}
