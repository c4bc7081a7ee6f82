//! What it costs to decode manifests: `cargo xtask bench files` runs each line of it as a process of its own.
//!
//! `write DIR COUNT` makes `pods.yaml` (a document a pod) and `pods.json` (one List). `reference FILE` decodes a file
//! with the libraries alone, into plimsoll's structs, on one core; `load FILE THREADS` loads it as plimsoll does. Both
//! print seconds, seconds of the processor, bytes and the peak of memory in kB.
#![allow(clippy::print_stdout, missing_docs)]

use anyhow::{Context, Result, bail};
use plimsoll::inventory::kinds::pod::WirePod as Pod;
use plimsoll::inventory::{Medium, Version, yaml};
use plimsoll::sources::files::Loader;
use serde::Deserialize;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["write", folder, count] => write(Path::new(folder), count.parse()?),
        ["reference", file] => measure(file, || reference(file)),
        ["load", file, threads] => {
            let threads = threads.parse()?;
            measure(file, || {
                let mut loader = Loader::new(Medium::Files, Version::NEWEST, None);
                loader.threads(threads);
                loader.path(Path::new(file))?;
                let (inventory, notes) = loader.finish();
                anyhow::ensure!(notes.is_empty(), "{notes:?}");
                Ok(inventory.pods.len())
            })
        }
        _ => bail!("usage: decode_files write DIR COUNT | reference FILE | load FILE THREADS"),
    }
}

fn measure(file: &str, run: impl FnOnce() -> Result<usize>) -> Result<()> {
    let bytes = fs::metadata(file)?.len();
    let begin = Instant::now();
    let count = run()?;
    let seconds = begin.elapsed().as_secs_f64();
    // fields 14 and 15: ticks in user and kernel mode, a hundred a second
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |field: usize| fields.get(field).and_then(|f| f.parse::<f64>().ok()).unwrap_or_default();
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse()?;
    println!("{seconds:.3} {:.2} {bytes} {peak} {count}", (ticks(11) + ticks(12)) / 100.0);
    Ok(())
}

fn reference(file: &str) -> Result<usize> {
    #[derive(Deserialize)]
    struct List {
        items: Vec<Pod>,
    }
    let text = fs::read_to_string(file)?;
    Ok(if file.ends_with(".json") {
        serde_json::from_str::<List>(&text)?.items.len()
    } else {
        let options = serde_saphyr::options! { budget: None };
        serde_saphyr::from_multiple_with_options::<Pod>(&text, options)?.len()
    })
}

/// Pods as an API server writes them: forty specs, a token volume each, an owner, conditions and container statuses.
fn write(folder: &Path, count: usize) -> Result<()> {
    fs::create_dir_all(folder)?;
    let mut documents = BufWriter::new(File::create(folder.join("pods.yaml"))?);
    let mut list = BufWriter::new(File::create(folder.join("pods.json"))?);
    write!(list, "{{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[")?;
    for number in 0..count {
        let pod = pod(number);
        write!(documents, "---\n{}", yaml::print(&pod))?;
        write!(list, "{}\n{}", if number == 0 { "" } else { "," }, serde_json::to_string_pretty(&pod)?)?;
    }
    write!(list, "]}}")?;
    documents.flush()?;
    list.flush().context("cannot write")
}

fn pod(number: usize) -> Value {
    let app = format!("app-{:02}", number % 40);
    let namespace = format!("team-{:03}", number % 200);
    let name = format!("{app}-{:05x}-{number:06}", number / 7);
    let time = "2026-11-20T08:00:00Z";
    let token = format!("kube-api-access-{number:06}");
    let condition =
        |name: &str| json!({"type": name, "status": "True", "lastProbeTime": null, "lastTransitionTime": time});
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": name, "namespace": namespace, "uid": format!("00000000-0000-4000-8000-{number:012}"),
            "resourceVersion": (1000 + number).to_string(), "creationTimestamp": time, "generateName": format!("{app}-"),
            "labels": {"app.kubernetes.io/name": app, "app.kubernetes.io/part-of": namespace, "pod-template-hash": "5d4f8c7b9"},
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": format!("{app}-5d4f8c7b9"),
                "uid": "00000000-0000-4000-9000-000000000000", "controller": true, "blockOwnerDeletion": true}],
        },
        "spec": {
            "serviceAccountName": app, "serviceAccount": app, "nodeName": format!("node-{:03}", number % 300),
            "restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler",
            "terminationGracePeriodSeconds": 30, "enableServiceLinks": true, "priority": 0,
            "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
            "tolerations": [
                {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300},
                {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300},
            ],
            "containers": [{
                "name": "app", "image": format!("registry.example.com/{app}:1.{}.0", number % 40), "imagePullPolicy": "IfNotPresent",
                "args": ["--listen=:8080", "--log-format=json"],
                "env": [
                    {"name": "LOG_LEVEL", "value": "info"},
                    {"name": "POD_NAME", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}},
                    {"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}},
                ],
                "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
                "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
                "livenessProbe": {"httpGet": {"path": "/healthz", "port": "http", "scheme": "HTTP"}, "periodSeconds": 10,
                    "timeoutSeconds": 1, "successThreshold": 1, "failureThreshold": 3},
                "readinessProbe": {"httpGet": {"path": "/ready", "port": "http", "scheme": "HTTP"}, "periodSeconds": 10,
                    "timeoutSeconds": 1, "successThreshold": 1, "failureThreshold": 3},
                "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}},
                "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
                "volumeMounts": [
                    {"name": "config", "mountPath": "/etc/app", "readOnly": true},
                    {"name": token, "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": true},
                ],
            }],
            "volumes": [
                {"name": "config", "configMap": {"name": app, "defaultMode": 420}},
                {"name": token, "projected": {"defaultMode": 420, "sources": [
                    {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
                    {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
                    {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}]}},
                ]}},
            ],
        },
        "status": {
            "phase": "Running", "hostIP": "10.0.0.1", "podIP": "10.1.0.1", "startTime": time, "qosClass": "Burstable",
            "conditions": [condition("Initialized"), condition("Ready"), condition("ContainersReady"), condition("PodScheduled")],
            "containerStatuses": [{"name": "app", "ready": true, "started": true, "restartCount": 0,
                "image": format!("registry.example.com/{app}:1.{}.0", number % 40),
                "imageID": format!("registry.example.com/{app}@sha256:{}", "0".repeat(64)),
                "containerID": format!("containerd://{}", "1".repeat(64)), "lastState": {},
                "state": {"running": {"startedAt": time}}}],
        },
    })
}
