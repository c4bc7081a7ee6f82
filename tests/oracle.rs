//! A second reading of the rules, in Python and from the same cluster, names exactly the same resources.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;
use support::{plimsoll, stderr, stdout};
use xtask::cluster::{Cluster, Options, load, skip, wait};
use xtask::tools;

const KINDS: &str = "pods,deployments,statefulsets,daemonsets,replicasets,replicationcontrollers,cronjobs,jobs,namespaces,\
                     serviceaccounts,roles,clusterroles,rolebindings,clusterrolebindings,networkpolicies";

/// Kind, namespace and name of what has a finding, by check.
type Found = BTreeMap<String, BTreeSet<[Option<String>; 3]>>;

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn python(script: &str) -> Command {
    let mut command = Command::new("python3");
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/").to_owned() + script);
    command
}

fn dump(cluster: &Cluster) -> String {
    cluster.kubectl_output(["get", KINDS, "-A", "-o", "json"]).unwrap()
}

#[track_caller]
fn oracle(empty: &str, dump: &str) -> Found {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(empty.as_bytes()).unwrap();
    let mut command = python("oracle.py");
    let mut child = command.arg(file.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(dump.as_bytes()).unwrap(); // it prints after the last byte
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the oracle: {}", output.status);
    let found: BTreeMap<String, Vec<[Option<String>; 3]>> = serde_json::from_slice(&output.stdout).unwrap();
    found.into_iter().map(|(check, resources)| (check, resources.into_iter().collect())).collect()
}

#[track_caller]
fn program(cluster: &Cluster) -> Found {
    let output = plimsoll().args(["scan", "-o", "json"]).env("KUBECONFIG", cluster.kubeconfig()).output().unwrap();
    let report: Value =
        serde_json::from_str(&stdout(&output)).unwrap_or_else(|error| panic!("{error}: {}", stderr(&output)));
    let mut found = Found::new();
    for finding in report["findings"].as_array().unwrap() {
        if matches!(finding["status"].as_str(), Some("fail" | "manual" | "waived")) {
            let owner = ["kind", "namespace", "name"].map(|field| text(&finding["owner"][field]));
            found.entry(text(&finding["check"]).unwrap()).or_default().insert(owner);
        }
    }
    found
}

#[test]
fn the_oracle_names_the_same_resources() {
    const NAME: &str = "the_oracle_names_the_same_resources";
    if skip(NAME).unwrap() || tools::skip(NAME, &["python3"]).unwrap() {
        return;
    }
    let cluster = Cluster::start(Options::default()).unwrap();
    let empty = dump(&cluster);
    let edges = python("edges.py").output().unwrap();
    for objects in [include_str!("live/objects.yaml"), &stdout(&edges)] {
        cluster.kubectl_input(["apply", "--server-side", "-f", "-"], objects).unwrap();
    }
    let patch = |pod: &str, part: &str, patch: &str| {
        let subresource = format!("--subresource={part}");
        cluster.kubectl_output(["patch", "pod", pod, "-n", "edge", &subresource, "-p", patch]).unwrap();
    };
    patch("succeeded", "status", r#"{"status": {"phase": "Succeeded"}}"#);
    patch("failed", "status", r#"{"status": {"phase": "Failed"}}"#);
    let debugger = r#"{"name": "d", "image": "x/d:1", "securityContext": {"privileged": true}}"#;
    patch("debugged", "ephemeralcontainers", &format!(r#"{{"spec": {{"ephemeralContainers": [{debugger}]}}}}"#));
    if xtask::paths::shared().join("corpus").is_dir() {
        load::corpus(&cluster).unwrap();
    } else {
        eprintln!("{NAME}: without ../shared/corpus, the project's own objects only");
    }
    // both are to see the same cluster: with what controllers make
    let count = |args: &[&str]| {
        let names = cluster.kubectl_output(["get", "-o", "name"].iter().chain(args).copied())?;
        anyhow::Ok(names.lines().count())
    };
    wait::until("the controllers to have made pods and accounts", Duration::from_secs(60), || {
        let accounts = count(&["serviceaccounts", "-A", "--field-selector=metadata.name=default"])?;
        // two of web, three of agent and the bare one; four bare ones and one of each of three owners
        let pods = (count(&["pods", "-n", "shop"])?, count(&["pods", "-n", "edge"])?);
        Ok(accounts == count(&["namespaces"])? && pods == (6, 7))
    })
    .unwrap();
    let by_oracle = oracle(&empty, &dump(&cluster));
    let by_program = program(&cluster);
    assert_eq!(by_oracle.len(), 16, "{:?}", by_oracle.keys());
    let privileged = |name: &str| by_oracle["container.privileged"].iter().any(|o| o[2].as_deref() == Some(name));
    assert!(privileged("web") && privileged("debugged") && privileged("waiting"), "it finds");
    assert!(!privileged("succeeded") && !privileged("plain"), "and not everything");
    let mut differences = String::new();
    for (check, expected) in &by_oracle {
        let actual = by_program.get(check).cloned().unwrap_or_default();
        for (side, only) in [("oracle", expected - &actual), ("plimsoll", &actual - expected)] {
            if !only.is_empty() {
                differences += &format!("{check}, only by {side}: {only:?}\n");
            }
        }
    }
    assert!(differences.is_empty(), "{differences}");
}
