//! Volumes, claims and storage classes.

use super::meta::{Map, Meta, nullable};
use super::pod::{HostPath, Present};
use serde::Deserialize;

/// `v1.SecretReference`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct SecretReference {
    /// Name.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub name: String,
    /// Namespace.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub namespace: String,
}

/// `v1.CSIPersistentVolumeSource`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CsiSource {
    /// `driver`.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub driver: String,
    /// `volumeAttributes`.
    #[prost(message, required, tag = "5")]
    #[serde(deserialize_with = "nullable")]
    pub volume_attributes: Map,
    /// `controllerPublishSecretRef`.
    #[prost(message, optional, tag = "6")]
    pub controller_publish_secret_ref: Option<SecretReference>,
    /// `nodeStageSecretRef`.
    #[prost(message, optional, tag = "7")]
    pub node_stage_secret_ref: Option<SecretReference>,
    /// `nodePublishSecretRef`.
    #[prost(message, optional, tag = "8")]
    pub node_publish_secret_ref: Option<SecretReference>,
    /// `controllerExpandSecretRef`.
    #[prost(message, optional, tag = "9")]
    pub controller_expand_secret_ref: Option<SecretReference>,
    /// `nodeExpandSecretRef`.
    #[prost(message, optional, tag = "10")]
    pub node_expand_secret_ref: Option<SecretReference>,
}

impl CsiSource {
    /// Every Secret that it names.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretReference> {
        [
            &self.controller_publish_secret_ref,
            &self.node_stage_secret_ref,
            &self.node_publish_secret_ref,
            &self.controller_expand_secret_ref,
            &self.node_expand_secret_ref,
        ]
        .into_iter()
        .flatten()
    }
}

macro_rules! volume_sources {
    ($($field:ident = $tag:literal, $json:literal;)*) => {
        /// `v1.PersistentVolumeSource`: which one it is; hostPath and csi with what checks read of them.
        #[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
        #[serde(default)]
        pub struct PersistentVolumeSource {
            /// `hostPath`.
            #[prost(message, optional, tag = "3")]
            #[serde(rename = "hostPath")]
            pub host_path: Option<HostPath>,
            /// `csi`.
            #[prost(message, optional, tag = "22")]
            pub csi: Option<CsiSource>,
            $(#[doc = concat!("`", $json, "`.")]
            #[prost(message, optional, tag = $tag)]
            #[serde(rename = $json)]
            pub $field: Option<Present>,)*
        }

        impl PersistentVolumeSource {
            /// The JSON field of the source that is set; None: none that this program knows.
            pub fn kind(&self) -> Option<&'static str> {
                if self.host_path.is_some() {
                    return Some("hostPath");
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
    gce_persistent_disk = "1", "gcePersistentDisk";
    aws_elastic_block_store = "2", "awsElasticBlockStore";
    glusterfs = "4", "glusterfs";
    nfs = "5", "nfs";
    rbd = "6", "rbd";
    iscsi = "7", "iscsi";
    cinder = "8", "cinder";
    cephfs = "9", "cephfs";
    fc = "10", "fc";
    flocker = "11", "flocker";
    flex_volume = "12", "flexVolume";
    azure_file = "13", "azureFile";
    vsphere_volume = "14", "vsphereVolume";
    quobyte = "15", "quobyte";
    azure_disk = "16", "azureDisk";
    photon_persistent_disk = "17", "photonPersistentDisk";
    portworx_volume = "18", "portworxVolume";
    scale_io = "19", "scaleIO";
    local = "20", "local";
    storageos = "21", "storageos";
}

/// `v1.ObjectReference`, of a claim.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct ClaimReference {
    /// Namespace.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub namespace: String,
    /// Name.
    #[prost(string, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub name: String,
}

/// `v1.PersistentVolumeSpec`: protobuf nests the source that JSON inlines.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PersistentVolumeSpec {
    /// Where it comes from.
    #[prost(message, required, tag = "2")]
    #[serde(flatten)]
    pub source: PersistentVolumeSource,
    /// `claimRef`.
    #[prost(message, optional, tag = "4")]
    pub claim_ref: Option<ClaimReference>,
    /// `persistentVolumeReclaimPolicy`.
    #[prost(string, tag = "5")]
    #[serde(rename = "persistentVolumeReclaimPolicy", deserialize_with = "nullable")]
    pub reclaim_policy: String,
    /// `storageClassName`.
    #[prost(string, tag = "6")]
    #[serde(deserialize_with = "nullable")]
    pub storage_class_name: String,
}

/// `v1.PersistentVolume`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct PersistentVolume {
    /// Metadata.
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    pub meta: Meta,
    /// Spec.
    #[prost(message, required, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub spec: PersistentVolumeSpec,
}

/// `v1.PersistentVolumeClaimSpec`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClaimSpec {
    /// `volumeName`.
    #[prost(string, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub volume_name: String,
    /// `storageClassName`; absent: the default class.
    #[prost(string, optional, tag = "5")]
    pub storage_class_name: Option<String>,
}

/// `v1.PersistentVolumeClaim`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(default)]
pub struct PersistentVolumeClaim {
    /// Metadata.
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    pub meta: Meta,
    /// Spec.
    #[prost(message, required, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub spec: ClaimSpec,
}

/// `storage.k8s.io/v1 StorageClass`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StorageClass {
    /// Metadata.
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    pub meta: Meta,
    /// `provisioner`.
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub provisioner: String,
    /// `parameters`.
    #[prost(message, required, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    pub parameters: Map,
    /// `reclaimPolicy`; empty: Delete.
    #[prost(string, tag = "4")]
    #[serde(deserialize_with = "nullable")]
    pub reclaim_policy: String,
}

impl StorageClass {
    /// Whether claims that name no class get this one.
    pub fn is_default(&self) -> bool {
        let marked = |key: &str| self.meta.annotations.get(key).is_some_and(|value| value == "true");
        marked("storageclass.kubernetes.io/is-default-class")
            || marked("storageclass.beta.kubernetes.io/is-default-class")
    }
}
