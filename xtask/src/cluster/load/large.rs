//! A large cluster. The real controllers make a few Deployments with a ReplicaSet and a pod each, with owners, names and
//! injected fields; all others are copies of them, written straight into etcd, because 20,000 pods through the API
//! server, the scheduler and kwok would keep two processors busy for ten minutes. The controllers stand still meanwhile,
//! and find everything as they would have made it.

use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{apply, deployment, get, items, namespace, settle};
use crate::cluster::wait::until;
use crate::cluster::{Cluster, etcd};

/// Deployments that the real controllers make.
const MODELS: u32 = 30;
/// The namespace that they are made in.
const HOME: &str = "team-000";
const PODS_A_NODE: u32 = 100;
/// More nodes would only keep kwok busy.
const NODES: u32 = 200;
/// Every so manieth ConfigMap is large.
const LARGE_CONFIG_MAP: u32 = 250;
const LIMIT: Duration = Duration::from_secs(600);
/// Who may read in some of the namespaces.
pub const READER: &str = "reader-of-forty";
/// In so many.
pub const READABLE: u32 = 40;

/// What a large cluster holds, beside the few objects that all the others are copies of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Large {
    /// Pods in total.
    pub pods: u32,
    /// Deployments that they belong to; none: to nobody.
    pub deployments: u32,
    /// Old ReplicaSets of each Deployment, at most.
    pub history: u32,
    /// Namespaces.
    pub namespaces: u32,
    /// Secrets of Helm's releases.
    pub releases: u32,
    /// ConfigMaps, some of 800 kB.
    pub config_maps: u32,
    /// RoleBindings.
    pub role_bindings: u32,
    /// No two specs are the same, not even of the pods of one Deployment.
    pub distinct: bool,
}

impl Large {
    /// A busy cluster of so many pods: ten of each Deployment, and everything else in proportion.
    pub fn workloads(pods: u32) -> Self {
        Self {
            pods,
            deployments: pods.div_ceil(10),
            history: 10,
            namespaces: pods.div_ceil(25).clamp(READABLE, 800),
            releases: pods / 2,
            config_maps: pods / 4,
            role_bindings: pods * 3 / 20,
            distinct: false,
        }
    }

    /// So many pods, and nothing that owns them.
    pub fn bare(pods: u32) -> Self {
        let none = Self::workloads(0);
        Self { pods, namespaces: 800, ..none }
    }

    fn nodes(&self) -> u32 {
        self.pods.div_ceil(PODS_A_NODE).clamp(3, NODES)
    }

    fn team(&self, number: u32) -> String {
        format!("team-{:03}", number % self.namespaces)
    }
}

/// Adds all of it. The controllers stand still when this returns: [`Cluster::resume_controllers`].
pub fn large(cluster: &Cluster, load: &Large) -> Result<()> {
    cluster.resume_controllers()?;
    cluster.ensure_nodes(load.nodes())?;
    let teams: Vec<_> = (0..load.namespaces).map(|number| namespace(&load.team(number))).collect();
    apply(cluster, &teams)?;
    let mut workloads: Vec<_> =
        (0..MODELS).map(|number| deployment(HOME, &model(number), 1, &pod_spec(number))).collect();
    workloads.iter_mut().for_each(|workload| workload["spec"]["revisionHistoryLimit"] = json!(10));
    apply(cluster, &workloads)?;
    apply(cluster, &rights(load))?;
    settle(cluster, LIMIT)?;
    until("every namespace has its ServiceAccount", LIMIT, || {
        let accounts = cluster.kubectl_output(["get", "serviceaccounts", "-A", "-o", "name"])?;
        Ok(accounts.lines().filter(|line| line.ends_with("/default")).count() >= load.namespaces as usize)
    })?;
    let models = (0..MODELS).map(|number| Model::read(cluster, number)).collect::<Result<Vec<_>>>()?;
    cluster.pause_controllers()?;

    let of = |number: u32| models.get(number as usize % models.len()).context("there are no models");
    let etcd = cluster.etcd.as_str();
    if load.deployments == 0 {
        // a hundred at a time
        etcd::put_all(etcd, load.pods.div_ceil(100), |batch| {
            let serials = batch * 100..load.pods.min(batch * 100 + 100);
            serials.filter_map(|serial| Some(of(serial).ok()?.bare(load, serial))).collect()
        })?;
    }
    etcd::put_all(etcd, load.deployments, |number| {
        let workload = of(number).map(|model| model.workload(load, number));
        workload.unwrap_or_default()
    })?;
    etcd::put_all(etcd, load.releases.div_ceil(50), |batch| {
        (batch * 50..load.releases.min(batch * 50 + 50)).map(|number| release(load, number)).collect()
    })?;
    etcd::put_all(etcd, load.config_maps.div_ceil(50), |batch| {
        (batch * 50..load.config_maps.min(batch * 50 + 50)).map(|number| config_map(load, number)).collect()
    })?;
    etcd::put_all(etcd, load.role_bindings.div_ceil(50), |batch| {
        (batch * 50..load.role_bindings.min(batch * 50 + 50)).map(|number| role_binding(load, number)).collect()
    })
}

fn model(number: u32) -> String {
    format!("service-model-{number:02}")
}

/// A Deployment with its ReplicaSet and its pod, as the controllers made them.
struct Model {
    name: String,
    deployment: Value,
    replica_set: Value,
    pod: Value,
    /// Of its ReplicaSet's name.
    hash: String,
    own: Own,
}

/// What is a pod's own.
struct Own {
    name: String,
    node: String,
    ip: String,
    /// How the name of its volume with the token ends.
    token: String,
}

impl Model {
    fn read(cluster: &Cluster, number: u32) -> Result<Self> {
        let name = model(number);
        let first = |group: &str, plural: &str, version: &str, kind: &str| -> Result<Value> {
            let selector = format!("labelSelector=app.kubernetes.io/name={name}");
            let list = get(cluster, &format!("{group}/namespaces/{HOME}/{plural}?{selector}"))?;
            let mut object = items(&list).next().with_context(|| format!("{name} has no {kind}"))?.clone();
            object["apiVersion"] = json!(version);
            object["kind"] = json!(kind);
            Ok(object)
        };
        let deployment = first("/apis/apps/v1", "deployments", "apps/v1", "Deployment")?;
        let replica_set = first("/apis/apps/v1", "replicasets", "apps/v1", "ReplicaSet")?;
        let pod = first("/api/v1", "pods", "v1", "Pod")?;
        let text = |value: &Value| value.as_str().map(str::to_owned).context("a model lacks a field");
        let mut volumes = pod["spec"]["volumes"].as_array().into_iter().flatten();
        let token = volumes.find_map(|volume| volume["name"].as_str()?.strip_prefix("kube-api-access-"));
        let own = Own {
            name: text(&pod["metadata"]["name"])?,
            node: text(&pod["spec"]["nodeName"])?,
            ip: text(&pod["status"]["podIP"])?,
            token: token.context("a pod has no token")?.to_owned(),
        };
        let hash = text(&replica_set["metadata"]["labels"]["pod-template-hash"])?;
        Ok(Self { name, deployment, replica_set, pod, hash, own })
    }

    /// A Deployment with its ReplicaSets and its pods: keys and values.
    fn workload(&self, load: &Large, number: u32) -> Vec<(String, String)> {
        let (team, app) = (load.team(number), format!("service-{number:05}"));
        let each = load.pods.div_ceil(load.deployments.max(1));
        let first = number * each;
        let replicas = each.min(load.pods.saturating_sub(first));
        let old = number % (load.history + 1);
        let (of, set) = (uid(1, number), uid(2, number));
        // what is said of the Deployment is said in all of its objects
        let renamed = |object: &Value, image: u32| {
            let text = object.to_string();
            text.replace(&self.name, &app)
                .replace(HOME, &team)
                .replace("shop/service:", &format!("shop/{app}:{image}."))
                .replace(&text_of(&self.deployment["metadata"]["uid"]), &of)
                .replace(&text_of(&self.replica_set["metadata"]["uid"]), &set)
        };
        let mut entries = Vec::new();
        for revision in 1..=old {
            let mut object = scaled(&self.replica_set, 0, revision);
            object["metadata"]["uid"] = json!(uid(3, number * 16 + revision));
            let hash = suffix(number * 16 + revision);
            let name = format!("{app}-{hash}");
            entries.push((
                format!("/registry/replicasets/{team}/{name}"),
                renamed(&object, revision).replace(&self.hash, &hash),
            ));
        }
        let (pod, name) = (renamed(&self.pod, old + 1), self.own.name.replace(&self.name, &app));
        entries.extend((0..replicas).map(|copy| self.copy(load, first + copy, &team, &pod, &name)));
        let object = scaled(&self.replica_set, replicas, old + 1);
        entries.push((format!("/registry/replicasets/{team}/{app}-{}", self.hash), renamed(&object, old + 1)));
        let object = scaled(&self.deployment, replicas, old + 1);
        entries.push((format!("/registry/deployments/{team}/{app}"), renamed(&object, old + 1)));
        entries
    }

    /// A pod that nobody owns.
    fn bare(&self, load: &Large, serial: u32) -> (String, String) {
        let mut pod = self.pod.clone();
        if let Some(metadata) = pod["metadata"].as_object_mut() {
            metadata.remove("ownerReferences");
            metadata.remove("generateName");
        }
        let team = load.team(serial);
        self.copy(load, serial, &team, &pod.to_string().replace(HOME, &team), &self.own.name)
    }

    /// A copy of the pod, from its text for this Deployment and its name there.
    fn copy(&self, load: &Large, serial: u32, team: &str, pod: &str, name: &str) -> (String, String) {
        let Own { node, ip, token, .. } = &self.own;
        let suffix = suffix(serial);
        let prefix = name.rsplit_once('-').map_or("pod", |(prefix, _)| prefix);
        let new = format!("{prefix}-{suffix}");
        let mut text = pod
            .replace(name, &new)
            .replace(&text_of(&self.pod["metadata"]["uid"]), &uid(4, serial))
            .replace(&format!("\"{node}\""), &format!("\"node-{}\"", serial % load.nodes() + 1))
            .replace(&format!("\"{ip}\""), &format!("\"{}\"", address(serial)))
            .replace(&format!("kube-api-access-{token}"), &format!("kube-api-access-{suffix}"));
        if load.distinct {
            text = text.replace("mesh/proxy:1.22.3", &format!("mesh/proxy:1.22.3-{serial}"));
        }
        (format!("/registry/pods/{team}/{new}"), text)
    }
}

fn text_of(value: &Value) -> String {
    // what is not there is nowhere replaced
    value.as_str().unwrap_or("\0").to_owned()
}

/// A Deployment or a ReplicaSet with so many pods, all of them ready.
fn scaled(object: &Value, replicas: u32, revision: u32) -> Value {
    let mut object = object.clone();
    object["spec"]["replicas"] = json!(replicas);
    let status = object["status"].as_object_mut().into_iter().flatten();
    for (name, count) in status.filter(|(name, _)| name.to_ascii_lowercase().ends_with("replicas")) {
        debug_assert!(count.is_u64(), "{name}");
        *count = json!(replicas);
    }
    if let Some(annotations) = object["metadata"]["annotations"].as_object_mut() {
        let prefix = "deployment.kubernetes.io";
        annotations.insert(format!("{prefix}/revision"), json!(revision.to_string()));
        if annotations.contains_key(&format!("{prefix}/desired-replicas")) {
            // as the controller works it out, from a surge of a quarter
            let most = if replicas == 0 { 0 } else { replicas + replicas.div_ceil(4) };
            annotations.insert(format!("{prefix}/desired-replicas"), json!(replicas.to_string()));
            annotations.insert(format!("{prefix}/max-replicas"), json!(most.to_string()));
        }
    }
    object
}

/// A user's right to read in some of the namespaces, and the roles that bindings name.
fn rights(load: &Large) -> Vec<Value> {
    let group = "rbac.authorization.k8s.io";
    let rules = json!([{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}]);
    let mut objects = vec![json!({
        "apiVersion": format!("{group}/v1"), "kind": "ClusterRole", "metadata": {"name": READER}, "rules": rules,
    })];
    objects.extend((0..READABLE.min(load.namespaces)).map(|number| {
        json!({
            "apiVersion": format!("{group}/v1"), "kind": "RoleBinding",
            "metadata": {"name": READER, "namespace": load.team(number)},
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": READER},
            "subjects": [{"apiGroup": group, "kind": "User", "name": READER}],
        })
    }));
    objects
}

/// Namespaces that the reader may read.
pub fn readable(load: &Large) -> Vec<String> {
    (0..READABLE.min(load.namespaces)).map(|number| load.team(number)).collect()
}

fn metadata(load: &Large, number: u32, name: &str, which: u32) -> Value {
    json!({
        "name": name, "namespace": load.team(number), "uid": uid(which, number), "creationTimestamp": "2026-01-01T00:00:00Z",
    })
}

fn release(load: &Large, number: u32) -> (String, String) {
    let (release, version) = (format!("release-{:04}", number / 10), number % 10 + 1);
    let name = format!("sh.helm.release.v1.{release}.v{version}");
    let mut metadata = metadata(load, number / 10, &name, 5);
    let status = if version == 10 { "deployed" } else { "superseded" };
    metadata["labels"] = json!({"owner": "helm", "name": release, "version": version.to_string(), "status": status});
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "helm.sh/release.v1",
        "data": {"release": noise(number, 12_000)},
    });
    (format!("/registry/secrets/{}/{name}", load.team(number / 10)), secret.to_string())
}

fn config_map(load: &Large, number: u32) -> (String, String) {
    let name = format!("settings-{number:05}");
    let size = if number.is_multiple_of(LARGE_CONFIG_MAP) { 800_000 } else { 1500 };
    let map = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata(load, number, &name, 6),
        "data": {"settings.yaml": noise(number, size), "mode": "production", "replicas": "3"},
    });
    (format!("/registry/configmaps/{}/{name}", load.team(number)), map.to_string())
}

fn role_binding(load: &Large, number: u32) -> (String, String) {
    let group = "rbac.authorization.k8s.io";
    let name = format!("binding-{number:05}");
    let subject = match number % 3 {
        0 => json!({"apiGroup": group, "kind": "User", "name": format!("user-{:03}@example.com", number % 400)}),
        1 => json!({"apiGroup": group, "kind": "Group", "name": format!("squad-{:02}", number % 60)}),
        _ => json!({"kind": "ServiceAccount", "name": "default", "namespace": load.team(number)}),
    };
    let role = if number % 20 == 7 {
        "admin"
    } else if number.is_multiple_of(2) {
        "edit"
    } else {
        "view"
    };
    let binding = json!({
        "apiVersion": format!("{group}/v1"), "kind": "RoleBinding", "metadata": metadata(load, number, &name, 7),
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": role}, "subjects": [subject],
    });
    (format!("/registry/rolebindings/{}/{name}", load.team(number)), binding.to_string())
}

/// Letters that do not compress well, so many, the same for a number each time. Base64 may look like this.
fn noise(number: u32, length: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789AB";
    let mut state = u64::from(number) + 1;
    let letter = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(ALPHABET.get((state >> 58) as usize).copied().unwrap_or(b'A'))
    };
    (0..length / 4 * 4).map(letter).collect()
}

fn uid(which: u32, number: u32) -> String {
    format!("{number:08x}-{which:04x}-4000-8000-{number:012x}")
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
