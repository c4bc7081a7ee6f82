//! Controllers of pods: one struct for all, decoded from seven messages whose tags differ.

use super::Kind;
use super::cluster::Condition;
use super::meta::{IntOrString, Map, Meta, Selector, Time, nullable};
use super::pod::{PodTemplate, Template};
use bytes::Bytes;
use prost::Message;
use serde::Deserialize;

/// Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job or CronJob.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Controller {
    /// Metadata.
    pub meta: Meta,
    /// Template; None for copies: of what a controller owns, the owner's counts.
    pub template: Option<Template>,
    /// Wanted replicas; None where the kind has none.
    pub replicas: Option<i32>,
    /// A Job that ended.
    pub finished: bool,
    /// What only some checks ask for.
    pub detail: Detail,
}

/// What only some checks ask of a controller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// `spec.selector`, of a CronJob its jobs'; None where there is none.
    pub selector: Option<Selector>,
    /// `spec.strategy` of a Deployment.
    pub strategy: Option<Strategy>,
    /// Pods that there should be, by the controller's status; of a DaemonSet one a node that it fits.
    pub desired: i32,
    /// Pods that are ready.
    pub ready: i32,
    /// Of a CronJob.
    pub cron: Option<Cron>,
    /// When a Job completed, seconds since the epoch.
    pub completed: Option<i64>,
}

/// `apps/v1 RollingUpdateDeployment`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RollingUpdate {
    /// `maxUnavailable`; absent: 25%.
    #[prost(message, optional, tag = "1")]
    pub max_unavailable: Option<IntOrString>,
}

/// `apps/v1 DeploymentStrategy`.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Strategy {
    /// RollingUpdate (default) or Recreate.
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub r#type: String,
    /// `rollingUpdate`.
    #[prost(message, optional, tag = "2")]
    pub rolling_update: Option<RollingUpdate>,
}

/// When a CronJob runs, and ran.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cron {
    /// `schedule`.
    pub schedule: String,
    /// `suspend`.
    pub suspend: bool,
    /// `lastSuccessfulTime`, seconds since the epoch.
    pub last_success: Option<i64>,
}

/// A template, from protobuf or read already; of a copy it is not decoded.
fn template(
    kind: Kind,
    meta: &Meta,
    bytes: Option<Bytes>,
    read: Option<PodTemplate>,
) -> Result<Option<Template>, prost::DecodeError> {
    if kind.is_copied() && meta.controller().is_some() {
        return Ok(None);
    }
    let read = match (read, bytes) {
        (Some(read), _) => Some(read),
        (None, bytes) => bytes.map(PodTemplate::decode).transpose()?,
    };
    read.map(PodTemplate::read).transpose()
}

macro_rules! controller {
    ($name:ident, $spec:ident, $status:ident,
     spec: replicas = $replicas:literal, selector = $selector:literal, template = $template:literal, strategy = $strategy:literal;
     status: desired = $desired:literal $json_desired:literal, ready = $ready:literal $json_ready:literal) => {
        #[derive(Clone, PartialEq, prost::Message, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        struct $spec {
            #[prost(int32, optional, tag = $replicas)]
            replicas: Option<i32>,
            #[prost(message, optional, tag = $selector)]
            selector: Option<Selector>,
            #[prost(bytes = "bytes", optional, tag = $template)]
            #[serde(skip)]
            bytes: Option<Bytes>,
            #[prost(message, optional, tag = "10003")]
            template: Option<PodTemplate>,
            #[prost(message, optional, tag = $strategy)]
            strategy: Option<Strategy>,
        }

        #[derive(Clone, PartialEq, prost::Message, Deserialize)]
        #[serde(default)]
        struct $status {
            #[prost(int32, tag = $desired)]
            #[serde(rename = $json_desired, deserialize_with = "nullable")]
            desired: i32,
            #[prost(int32, tag = $ready)]
            #[serde(rename = $json_ready, deserialize_with = "nullable")]
            ready: i32,
        }

        #[doc = concat!("`", stringify!($name), "`, as it is on the wire.")]
        #[derive(Clone, PartialEq, prost::Message, Deserialize)]
        #[serde(default)]
        pub(crate) struct $name {
            #[prost(message, required, tag = "1")]
            #[serde(rename = "metadata", deserialize_with = "nullable")]
            meta: Meta,
            #[prost(message, required, tag = "2")]
            #[serde(deserialize_with = "nullable")]
            spec: $spec,
            #[prost(message, required, tag = "3")]
            #[serde(deserialize_with = "nullable")]
            status: $status,
        }

        impl TryFrom<$name> for Controller {
            type Error = prost::DecodeError;
            fn try_from(wire: $name) -> Result<Self, Self::Error> {
                let template = template(Kind::$name, &wire.meta, wire.spec.bytes, wire.spec.template)?;
                let detail = Detail {
                    selector: wire.spec.selector,
                    strategy: wire.spec.strategy,
                    desired: wire.status.desired,
                    ready: wire.status.ready,
                    ..Detail::default()
                };
                Ok(Self { meta: wire.meta, template, replicas: wire.spec.replicas, finished: false, detail })
            }
        }
    };
}

// a tag that the message does not have stands for a field that the kind does not have
controller!(Deployment, DeploymentSpec, DeploymentStatus,
    spec: replicas = "1", selector = "2", template = "3", strategy = "4";
    status: desired = "2" "replicas", ready = "7" "readyReplicas");
controller!(StatefulSet, StatefulSetSpec, StatefulSetStatus,
    spec: replicas = "1", selector = "2", template = "3", strategy = "10001";
    status: desired = "2" "replicas", ready = "3" "readyReplicas");
controller!(ReplicaSet, ReplicaSetSpec, ReplicaSetStatus,
    spec: replicas = "1", selector = "2", template = "3", strategy = "10001";
    status: desired = "1" "replicas", ready = "4" "readyReplicas");
controller!(DaemonSet, DaemonSetSpec, DaemonSetStatus,
    spec: replicas = "10001", selector = "1", template = "2", strategy = "10002";
    status: desired = "3" "desiredNumberScheduled", ready = "4" "numberReady");

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ReplicationControllerSpec {
    #[prost(int32, optional, tag = "1")]
    replicas: Option<i32>,
    #[prost(message, required, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    selector: Map,
    #[prost(bytes = "bytes", optional, tag = "3")]
    #[serde(skip)]
    bytes: Option<Bytes>,
    #[prost(message, optional, tag = "10003")]
    template: Option<PodTemplate>,
}

/// `v1.ReplicationController`, as it is on the wire; its selector is a plain map, and empty stands for the template's labels.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub(crate) struct ReplicationController {
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    meta: Meta,
    #[prost(message, required, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    spec: ReplicationControllerSpec,
}

impl TryFrom<ReplicationController> for Controller {
    type Error = prost::DecodeError;
    fn try_from(wire: ReplicationController) -> Result<Self, Self::Error> {
        let ReplicationControllerSpec { replicas, selector, bytes, template: read } = wire.spec;
        let template = template(Kind::ReplicationController, &wire.meta, bytes, read)?;
        let selector = Selector { match_labels: selector, ..Selector::default() };
        let detail = Detail { selector: Some(selector), ..Detail::default() };
        Ok(Self { meta: wire.meta, template, replicas, detail, ..Self::default() })
    }
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct JobSpec {
    #[prost(message, optional, tag = "4")]
    selector: Option<Selector>,
    #[prost(bytes = "bytes", optional, tag = "6")]
    #[serde(skip)]
    bytes: Option<Bytes>,
    #[prost(message, optional, tag = "10003")]
    template: Option<PodTemplate>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct JobStatus {
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    conditions: Vec<Condition>,
    #[prost(message, optional, tag = "3")]
    completion_time: Option<Time>,
}

/// `batch/v1 Job`, as it is on the wire.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub(crate) struct Job {
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    meta: Meta,
    #[prost(message, required, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    spec: JobSpec,
    #[prost(message, required, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    status: JobStatus,
}

impl TryFrom<Job> for Controller {
    type Error = prost::DecodeError;
    fn try_from(wire: Job) -> Result<Self, Self::Error> {
        let template = template(Kind::Job, &wire.meta, wire.spec.bytes, wire.spec.template)?;
        let ended = |c: &Condition| matches!(c.r#type.as_str(), "Complete" | "Failed") && c.status == "True";
        let completed = wire.status.completion_time.map(|time| time.seconds);
        let finished = completed.is_some() || wire.status.conditions.iter().any(ended);
        let detail = Detail { selector: wire.spec.selector, completed, ..Detail::default() };
        Ok(Self { meta: wire.meta, template, replicas: None, finished, detail })
    }
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
struct JobTemplate {
    #[prost(message, required, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    spec: JobSpec,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct CronJobSpec {
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    schedule: String,
    #[prost(bool, tag = "4")]
    #[serde(deserialize_with = "nullable")]
    suspend: bool,
    #[prost(message, required, tag = "5")]
    #[serde(deserialize_with = "nullable")]
    job_template: JobTemplate,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct CronJobStatus {
    #[prost(message, optional, tag = "5")]
    last_successful_time: Option<Time>,
}

/// `batch/v1 CronJob`, as it is on the wire.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub(crate) struct CronJob {
    #[prost(message, required, tag = "1")]
    #[serde(rename = "metadata", deserialize_with = "nullable")]
    meta: Meta,
    #[prost(message, required, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    spec: CronJobSpec,
    #[prost(message, required, tag = "3")]
    #[serde(deserialize_with = "nullable")]
    status: CronJobStatus,
}

impl TryFrom<CronJob> for Controller {
    type Error = prost::DecodeError;
    fn try_from(wire: CronJob) -> Result<Self, Self::Error> {
        let CronJobSpec { schedule, suspend, job_template } = wire.spec;
        let last_success = wire.status.last_successful_time.map(|time| time.seconds);
        let JobSpec { selector, bytes, template: read } = job_template.spec;
        let template = template(Kind::CronJob, &wire.meta, bytes, read)?;
        let detail = Detail { selector, cron: Some(Cron { schedule, suspend, last_success }), ..Detail::default() };
        Ok(Self { meta: wire.meta, template, replicas: None, finished: false, detail })
    }
}
