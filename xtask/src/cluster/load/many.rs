//! A large cluster: the real controllers make the pods, so that owners, names and injected fields are as they are in
//! reality.

use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use super::{apply, deployment, namespace, settle};
use crate::cluster::Cluster;

const PODS_A_DEPLOYMENT: u32 = 50;
const PODS_A_NODE: u32 = 100;
const NAMESPACES: u32 = 40;

/// Adds Deployments with so many pods in total, and nodes for them, and waits until they run.
pub fn pods(cluster: &Cluster, pods: u32) -> Result<()> {
    cluster.ensure_nodes(pods.div_ceil(PODS_A_NODE))?;
    let team = |number: u32| format!("team-{:02}", number % NAMESPACES);
    let deployments = pods.div_ceil(PODS_A_DEPLOYMENT);
    let namespaces = (0..deployments.min(NAMESPACES)).map(|number| namespace(&team(number)));
    let workloads = (0..deployments).map(|number| {
        let replicas = PODS_A_DEPLOYMENT.min(pods - number * PODS_A_DEPLOYMENT);
        deployment(&team(number), &format!("service-{number:03}"), replicas, &pod_spec(number))
    });
    apply(cluster, &namespaces.collect::<Vec<_>>())?;
    apply(cluster, &workloads.collect::<Vec<_>>())?;
    // 20,000 take minutes.
    settle(cluster, Duration::from_secs(60 + u64::from(pods) / 20))
}

/// Of about the size of a real one, with a sidecar; every third is hardened, every tenth asks for too much.
fn pod_spec(number: u32) -> Value {
    let security = match number % 30 {
        10 => json!({"privileged": true}),
        20 => json!({"runAsUser": 0, "capabilities": {"add": ["NET_ADMIN"]}}),
        other if other % 3 == 0 => json!({
            "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "runAsNonRoot": true,
            "capabilities": {"drop": ["ALL"]}, "seccompProfile": {"type": "RuntimeDefault"},
        }),
        _ => json!({}),
    };
    let probe = |path: &str| json!({"httpGet": {"path": path, "port": "http"}, "periodSeconds": 10});
    let field = |name: &str, path: &str| json!({"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}});
    let settings = (0..8).map(|key| json!({"name": format!("SETTING_{key}"), "value": format!("value-{key}")}));
    let mut env: Vec<_> = settings.collect();
    env.extend([field("POD_NAME", "metadata.name"), field("NODE_NAME", "spec.nodeName")]);
    json!({
        "serviceAccountName": "default",
        "containers": [
            {
                "name": "app", "image": format!("registry.example.com/shop/service:{}.{}", number % 4, number % 7),
                "ports": [{"name": "http", "containerPort": 8080}], "env": env, "securityContext": security,
                "readinessProbe": probe("/ready"), "livenessProbe": probe("/healthz"),
                "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "64Mi"}},
                "volumeMounts": [{"name": "scratch", "mountPath": "/tmp"}],
            },
            {
                "name": "proxy", "image": "registry.example.com/mesh/proxy:1.22.3",
                "args": ["proxy", "sidecar", "--domain", "$(POD_NAMESPACE).svc.cluster.local", "--log-level=warning"],
                "env": [field("POD_NAMESPACE", "metadata.namespace"), field("POD_IP", "status.podIP")],
                "ports": [{"name": "metrics", "containerPort": 15090}], "securityContext": security,
                "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}},
                "volumeMounts": [{"name": "scratch", "mountPath": "/var/run/proxy"}],
            },
        ],
        "volumes": [{"name": "scratch", "emptyDir": {}}],
    })
}
