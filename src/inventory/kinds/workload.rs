//! Controllers of pods: one struct for all, decoded from seven messages whose tags differ.

use super::meta::{Meta, Time, nullable};
use super::pod::PodTemplate;
use serde::Deserialize;

/// Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job or CronJob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Controller {
    /// Metadata.
    pub meta: Meta,
    /// Template; dropped for those that a controller owns, because the owner's counts.
    pub template: Option<PodTemplate>,
    /// Wanted replicas; None where the kind has none.
    pub replicas: Option<i32>,
    /// A Job that ended.
    pub finished: bool,
}

macro_rules! controller {
    ($name:ident, $spec:ident, replicas = $replicas:literal, template = $template:literal) => {
        #[derive(Clone, PartialEq, prost::Message, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        struct $spec {
            #[prost(int32, optional, tag = $replicas)]
            replicas: Option<i32>,
            #[prost(message, optional, tag = $template)]
            template: Option<PodTemplate>,
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
        }

        impl From<$name> for Controller {
            fn from(wire: $name) -> Self {
                Self { meta: wire.meta, template: wire.spec.template, replicas: wire.spec.replicas, finished: false }
            }
        }
    };
}

controller!(Deployment, DeploymentSpec, replicas = "1", template = "3");
controller!(StatefulSet, StatefulSetSpec, replicas = "1", template = "3");
controller!(ReplicaSet, ReplicaSetSpec, replicas = "1", template = "3");
controller!(ReplicationController, ReplicationControllerSpec, replicas = "1", template = "3");
// a DaemonSet has no replicas: tag 1 is its selector, so an unused tag stands in
controller!(DaemonSet, DaemonSetSpec, replicas = "10001", template = "2");

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct JobSpec {
    #[prost(message, optional, tag = "6")]
    template: Option<PodTemplate>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Condition {
    #[prost(string, tag = "1")]
    r#type: String,
    #[prost(string, tag = "2")]
    status: String,
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

impl From<Job> for Controller {
    fn from(wire: Job) -> Self {
        let ended = |c: &Condition| matches!(c.r#type.as_str(), "Complete" | "Failed") && c.status == "True";
        let finished = wire.status.completion_time.is_some() || wire.status.conditions.iter().any(ended);
        Self { meta: wire.meta, template: wire.spec.template, replicas: None, finished }
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
    #[prost(message, required, tag = "5")]
    #[serde(deserialize_with = "nullable")]
    job_template: JobTemplate,
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
}

impl From<CronJob> for Controller {
    fn from(wire: CronJob) -> Self {
        Self { meta: wire.meta, template: wire.spec.job_template.spec.template, replicas: None, finished: false }
    }
}
