//! A large cluster. The real controllers make the first pod of every Deployment, with its owner, its name and its
//! injected fields; the others are copies of it, written straight into etcd, because 20,000 pods through the API server,
//! the scheduler and kwok would keep two processors busy for ten minutes.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{apply, at_once, deployment, get, items, namespace, settle, wait_for_controllers};
use crate::cluster::{Cluster, etcd};

const PODS_A_DEPLOYMENT: u32 = 50;
const PODS_A_NODE: u32 = 100;
const NAMESPACES: u32 = 40;
const LIMIT: Duration = Duration::from_secs(600);

/// Adds Deployments with so many pods in total, and nodes for them, and waits until they run.
pub fn pods(cluster: &Cluster, pods: u32) -> Result<()> {
    let nodes = pods.div_ceil(PODS_A_NODE);
    cluster.ensure_nodes(nodes)?;
    let deployments = pods.div_ceil(PODS_A_DEPLOYMENT);
    let replicas = |number: u32| PODS_A_DEPLOYMENT.min(pods - number * PODS_A_DEPLOYMENT);
    let workloads = |replicas: &dyn Fn(u32) -> u32| -> Vec<_> {
        (0..deployments).map(|n| deployment(&team(n), &app(n), replicas(n), &pod_spec(n))).collect()
    };
    let teams = 0..deployments.min(NAMESPACES);
    apply(cluster, &teams.clone().map(|number| namespace(&team(number))).collect::<Vec<_>>())?;
    apply(cluster, &workloads(&|_| 1))?;
    settle(cluster, LIMIT)?;

    // Quotas that are used up keep the controllers from making the pods before the copies are there.
    apply(cluster, &teams.map(|number| quota(&team(number))).collect::<Vec<_>>())?;
    let quotas = ["resourcequota", "--all-namespaces", "--selector", QUOTA_LABEL];
    cluster
        .kubectl_output(["wait", "--for=jsonpath={.status.hard.pods}=1", "--timeout=60s"].into_iter().chain(quotas))?;
    apply(cluster, &workloads(&replicas))?;
    wait_for_controllers(cluster, LIMIT)?;
    at_once((0..deployments).step_by(100).map(|from| {
        move || {
            (from..deployments.min(from + 100)).try_for_each(|number| copy(cluster, number, replicas(number), nodes))
        }
    }))?;
    settle(cluster, LIMIT)?;
    cluster.kubectl_output(["delete"].into_iter().chain(quotas)).map(drop)
}

fn team(number: u32) -> String {
    format!("team-{:02}", number % NAMESPACES)
}

fn app(number: u32) -> String {
    format!("service-{number:03}")
}

const QUOTA_LABEL: &str = "plimsoll.test/while-loading=true";

fn quota(namespace: &str) -> Value {
    let (label, value) = QUOTA_LABEL.split_once('=').unwrap_or_default();
    let metadata = json!({"name": "while-loading", "namespace": namespace, "labels": {label: value}});
    json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": {"hard": {"pods": "1"}}})
}

/// Copies the one pod of a Deployment until there are `replicas`.
fn copy(cluster: &Cluster, number: u32, replicas: u32, nodes: u32) -> Result<()> {
    let (namespace, app) = (team(number), app(number));
    let selector = format!("labelSelector=app.kubernetes.io/name={app}");
    let list = get(cluster, &format!("/api/v1/namespaces/{namespace}/pods?{selector}"))?;
    let mut original = items(&list).next().with_context(|| format!("{app} has no pod"))?.clone();
    original["apiVersion"] = json!("v1");
    original["kind"] = json!("Pod");
    let text = |value: &Value| value.as_str().map(str::to_owned).context("a running pod lacks a field");
    let (name, uid) = (text(&original["metadata"]["name"])?, text(&original["metadata"]["uid"])?);
    let (node, ip) = (text(&original["spec"]["nodeName"])?, text(&original["status"]["podIP"])?);
    let prefix = text(&original["metadata"]["generateName"])?;
    let mut volumes = original["spec"]["volumes"].as_array().into_iter().flatten();
    let token = volumes.find_map(|volume| volume["name"].as_str()?.strip_prefix("kube-api-access-"));
    let token = token.context("a pod has no token")?.to_owned();

    let original = original.to_string();
    let entries: Vec<_> = (1..replicas)
        .map(|copy| {
            let serial = number * PODS_A_DEPLOYMENT + copy;
            let suffix = suffix(serial);
            let new = format!("{prefix}{suffix}");
            let pod = original
                .replace(&name, &new)
                .replace(&uid, &format!("{serial:08x}-0000-4000-8000-{serial:012x}"))
                .replace(&format!("\"{node}\""), &format!("\"node-{}\"", serial % nodes + 1))
                .replace(&format!("\"{ip}\""), &format!("\"{}\"", address(serial)))
                .replace(&format!("kube-api-access-{token}"), &format!("kube-api-access-{suffix}"));
            (format!("/registry/pods/{namespace}/{new}"), pod)
        })
        .collect();
    etcd::put(&cluster.etcd, &entries)
}

/// Apart from those that kwok hands out.
fn address(serial: u32) -> String {
    format!("10.{}.{}.{}", serial / 62_500 + 1, serial / 250 % 250, serial % 250 + 1)
}

/// Five characters as Kubernetes ends generated names with, different for each serial number.
fn suffix(serial: u32) -> String {
    const ALPHABET: [char; 27] = [
        'b', 'c', 'd', 'f', 'g', 'h', 'j', 'k', 'l', 'm', 'n', 'p', 'q', 'r', 's', 't', 'v', 'w', 'x', 'z', '2', '4',
        '5', '6', '7', '8', '9',
    ];
    // A prime that spreads them, modulo 27 to the fifth.
    let spread = u64::from(serial) * 7_368_787 % 14_348_907;
    (0..5).map(|digit| ALPHABET[(spread / 27u64.pow(digit) % 27) as usize]).collect()
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
