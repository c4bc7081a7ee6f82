//! What to fill a test cluster with.

mod changes;
mod corpus;
mod large;
mod unhardened;

use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::Cluster;
use super::wait::until;

pub use self::changes::Changes;
pub use self::corpus::corpus;
pub use self::large::{Large, READER, large, readable};
pub use self::unhardened::unhardened;

/// Applies the objects with `kubectl`, in no order.
fn apply(cluster: &Cluster, objects: &[Value]) -> Result<()> {
    // One kubectl sends 50 requests a second.
    at_once(objects.chunks(200).map(|objects| {
        move || {
            let list = json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string();
            cluster.kubectl_input(["apply", "--server-side", "--force-conflicts", "-f", "-"], &list).map(drop)
        }
    }))
}

/// Runs the jobs in parallel and returns the first error.
fn at_once<Job: FnOnce() -> Result<()> + Send>(jobs: impl Iterator<Item = Job>) -> Result<()> {
    thread::scope(|scope| {
        let threads: Vec<_> = jobs.map(|job| scope.spawn(job)).collect();
        threads.into_iter().try_for_each(|thread| match thread.join() {
            Ok(result) => result,
            Err(_) => bail!("a thread that ran kubectl panicked"),
        })
    })
}

/// Applies a file or a directory of them; objects that name no namespace go into `namespace`.
fn apply_file(cluster: &Cluster, path: &str, namespace: &str) -> Result<()> {
    // With `--namespace`, kubectl refuses objects that name another.
    let kubeconfig = cluster.kubeconfig_for("admin", Some(namespace))?;
    let kubeconfig = kubeconfig.to_string_lossy();
    let args = ["--kubeconfig", &kubeconfig, "apply", "--server-side", "--force-conflicts", "--recursive", "-f", path];
    cluster.kubectl_output(args).with_context(|| format!("cannot apply {path}")).map(drop)
}

/// Waits until every workload has the ready pods that it asks for.
pub fn settle(cluster: &Cluster, limit: Duration) -> Result<()> {
    wait_for_workloads(cluster, limit, |workload| {
        let (spec, status) = (&workload["spec"], &workload["status"]);
        // What a DaemonSet asks for, its controller counts.
        let wanted = spec["replicas"].as_u64().or(status["desiredNumberScheduled"].as_u64()).unwrap_or_default();
        let ready = status["readyReplicas"].as_u64().or(status["numberReady"].as_u64()).unwrap_or_default();
        observed(workload) && ready == wanted
    })
}

fn observed(workload: &Value) -> bool {
    workload["status"]["observedGeneration"] == workload["metadata"]["generation"]
}

fn wait_for_workloads(cluster: &Cluster, limit: Duration, done: impl Fn(&Value) -> bool) -> Result<()> {
    let mut waiting = String::new();
    until("the workloads are as they should be", limit, || {
        for kind in ["deployments", "statefulsets", "daemonsets"] {
            let list = get(cluster, &format!("/apis/apps/v1/{kind}"))?;
            if let Some(workload) = items(&list).find(|workload| !done(workload)) {
                let metadata = &workload["metadata"];
                waiting = format!("{kind} {} in {}", metadata["name"], metadata["namespace"]);
                return Ok(false);
            }
        }
        Ok(true)
    })
    .with_context(|| format!("not ready: {waiting}"))
}

fn get(cluster: &Cluster, path: &str) -> Result<Value> {
    Ok(serde_json::from_str(&cluster.kubectl_output(["get", "--raw", path])?)?)
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list["items"].as_array().into_iter().flatten()
}

fn namespace(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
}

fn deployment(namespace: &str, name: &str, replicas: u32, pod_spec: &Value) -> Value {
    let labels = json!({"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": namespace});
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {
            "replicas": replicas, "revisionHistoryLimit": 2, "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod_spec},
        },
    })
}
