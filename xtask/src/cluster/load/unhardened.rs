//! A cluster as it grows when nobody looks: workloads with the defaults of tutorials, beside the platform components
//! that need the host.

use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use super::{apply, apply_file, deployment, namespace, settle};
use crate::cluster::Cluster;
use crate::paths;

const NAMESPACES: [&str; 20] = [
    "default",
    "shop",
    "payments",
    "search",
    "catalog",
    "identity",
    "billing",
    "shipping",
    "returns",
    "loyalty",
    "pricing",
    "media",
    "support",
    "analytics",
    "fraud",
    "partners",
    "mobile",
    "reports",
    "staging",
    "legacy",
];
const APPS: [(&str, &str); 20] = [
    ("web", "nginx"),
    ("api", "node:20"),
    ("worker", "python:3.12"),
    ("cache", "redis:latest"),
    ("db", "postgres:16"),
    ("queue", "rabbitmq:3"),
    ("admin", "php:8-apache"),
    ("gateway", "kong:latest"),
    ("scheduler", "ruby:3.3"),
    ("mailer", "golang:1.22"),
    ("importer", "openjdk:21"),
    ("exporter", "busybox"),
    ("auth", "quay.io/keycloak/keycloak:24.0"),
    ("files", "minio/minio"),
    ("events", "nats:2"),
    ("metrics", "prom/statsd-exporter"),
    ("reports", "metabase/metabase"),
    ("logs", "fluent/fluentd:v1.16"),
    ("builder", "docker:dind"),
    ("console", "httpd:2.4"),
];

/// Adds so many Deployments without any hardening, and the usual platform components, and waits until all pods run.
pub fn unhardened(cluster: &Cluster, deployments: u32) -> Result<()> {
    let platform = paths::root().join("tests/cluster/platform");
    apply_file(cluster, &platform.to_string_lossy(), "kube-system")?;
    apply(cluster, &NAMESPACES.map(namespace))?;
    let mut objects = rights();
    for number in 0..deployments {
        let home = NAMESPACES[number as usize % NAMESPACES.len()];
        let round = number as usize / NAMESPACES.len();
        let (app, image) = APPS[round % APPS.len()];
        let name = if round < APPS.len() { app.to_owned() } else { format!("{app}-{}", round / APPS.len() + 1) };
        objects.push(deployment(home, &name, 1 + number % 3, &pod_spec(number, app, image)));
        objects.push(service(home, &name, number));
    }
    apply(cluster, &objects)?;
    settle(cluster, Duration::from_secs(180))
}

/// No security context, no limits, tags that move; a few ask for the host.
fn pod_spec(number: u32, app: &str, image: &str) -> Value {
    let mut container = json!({
        "name": app, "image": image, "ports": [{"containerPort": 8080}],
        "env": [{"name": "LOG_LEVEL", "value": "debug"}],
    });
    let mut spec = json!({});
    match app {
        "builder" => {
            container["securityContext"] = json!({"privileged": true});
            container["volumeMounts"] = json!([{"name": "docker", "mountPath": "/var/run/docker.sock"}]);
            spec["volumes"] = json!([{"name": "docker", "hostPath": {"path": "/var/run/docker.sock"}}]);
        }
        "logs" => {
            container["volumeMounts"] = json!([{"name": "logs", "mountPath": "/var/log"}]);
            spec["volumes"] = json!([{"name": "logs", "hostPath": {"path": "/var/log"}}]);
        }
        "gateway" if number.is_multiple_of(4) => {
            spec["hostNetwork"] = json!(true);
            // Declared, it could run only once a node.
            container["ports"] = json!([]);
        }
        "metrics" if number.is_multiple_of(4) => spec["hostPID"] = json!(true),
        "web" => container["securityContext"] = json!({"runAsUser": 0}),
        "exporter" => container["securityContext"] = json!({"capabilities": {"add": ["NET_RAW", "SYS_ADMIN"]}}),
        "db" => container["env"] = json!([{"name": "POSTGRES_PASSWORD", "value": "not-a-real-password"}]),
        _ => {}
    }
    spec["containers"] = json!([container]);
    spec
}

fn service(namespace: &str, name: &str, number: u32) -> Value {
    let kind = if number.is_multiple_of(16) { "NodePort" } else { "ClusterIP" };
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "type": kind, "selector": {"app.kubernetes.io/name": name}, "ports": [{"port": 80, "targetPort": 8080}],
        },
    })
}

/// The shortcuts that outlive the incident they were taken in.
fn rights() -> Vec<Value> {
    let group = "rbac.authorization.k8s.io";
    let default = |namespace: &str| json!([{"kind": "ServiceAccount", "name": "default", "namespace": namespace}]);
    vec![
        json!({
            "apiVersion": format!("{group}/v1"), "kind": "ClusterRoleBinding", "metadata": {"name": "legacy-admin"},
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "cluster-admin"},
            "subjects": default("legacy"),
        }),
        json!({
            "apiVersion": format!("{group}/v1"), "kind": "ClusterRole", "metadata": {"name": "everything"},
            "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}],
        }),
        json!({
            "apiVersion": format!("{group}/v1"), "kind": "RoleBinding",
            "metadata": {"name": "everything", "namespace": "staging"},
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": "everything"},
            "subjects": default("staging"),
        }),
    ]
}
