//! A real kubelet behind a real API server, in namespaces of the test's own.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use support::{plimsoll, report, stderr};
use xtask::cluster::{Cluster, Options, node};

fn scan(cluster: &Cluster, more: &[&str]) -> Output {
    let args = ["scan", "-o", "json", "--framework", "cis"];
    plimsoll().args(args).args(more).env("KUBECONFIG", cluster.kubeconfig()).output().unwrap()
}

fn control<'r>(report: &'r Value, id: &str) -> &'r Value {
    report["controls"].as_array().unwrap().iter().find(|control| control["id"] == id).unwrap()
}

#[test]
fn a_real_kubelet_says_how_it_is_configured() {
    if !node::enter("a_real_kubelet_says_how_it_is_configured").unwrap() {
        return;
    }
    let options = Options { nodes: 1, real_node: true, ..Options::default() };
    let cluster = Cluster::start(options).unwrap();
    let output = scan(&cluster, &["--with-kubelet-config"]);
    let report = report(&output);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));

    // written from what the test cluster gives its kubelet, and from the kubelet's own defaults
    let expected = [
        ("kubelet.anonymous-auth", "fail", json!(true)),
        ("kubelet.authorization-mode", "fail", json!("AlwaysAllow")),
        ("kubelet.client-ca", "fail", Value::Null),
        ("kubelet.read-only-port", "", Value::Null),
        ("kubelet.streaming-idle-timeout", "", Value::Null),
        ("kubelet.iptables-util-chains", "", Value::Null),
        ("kubelet.event-qps", "", Value::Null),
        ("kubelet.tls-cert", "manual", json!("/var/lib/kubelet/pki/kubelet.crt")),
        ("kubelet.rotate-certificates", "fail", Value::Null),
        ("kubelet.rotate-server-certificate", "manual", Value::Null),
        ("kubelet.tls-ciphers", "manual", Value::Null),
        ("kubelet.pod-pids-limit", "", Value::Null),
        ("kubelet.seccomp-default", "", Value::Null),
    ];
    let said = |report: &Value, check: &str, node: &str| -> (String, Value) {
        let mut findings = report["findings"].as_array().unwrap().iter();
        let found = findings.find(|f| f["check"] == check && f["owner"]["name"] == node);
        found.map_or_else(Default::default, |f| (f["status"].as_str().unwrap().into(), f["paths"][0]["actual"].clone()))
    };
    for (check, status, actual) in &expected {
        assert_eq!(said(&report, check, node::NAME), ((*status).to_owned(), actual.clone()), "{check}");
        // a node that kwok pretends has no kubelet to ask
        assert_eq!(said(&report, check, "node-1").0, "not-evaluated", "{check}");
    }
    assert_eq!(control(&report, "4.2.1")["status"], "fail", "a counter-example that was seen stands");
    assert_eq!(control(&report, "4.2.4")["reason"], "no-kubelet-access", "nothing passes without the other node");

    cluster.kubectl_output(["delete", "node", "node-1"]).unwrap();
    let report = self::report(&scan(&cluster, &["--with-kubelet-config"]));
    let verdicts = |report: &Value| {
        let controls = report["controls"].as_array().unwrap().iter();
        let kubelets = controls.filter(|c| c["section"] == "4.2" && c["id"] != "4.2.7");
        kubelets.map(|c| c["status"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    // 4.2.8 is a person's to decide, however many events a second there may be
    let decided = [
        ["fail", "fail", "fail", "pass", "pass", "pass", "manual"].as_slice(),
        &["manual", "fail", "manual", "manual", "pass", "pass"],
    ];
    assert_eq!(verdicts(&report), decided.concat());
    let report = self::report(&scan(&cluster, &[]));
    assert!(verdicts(&report).iter().all(|verdict| verdict == "not-evaluated"), "asked only where it is allowed");
}

/// The program in a pod's image, as `plimsoll collect nodes` starts it.
const IMAGE: &str = "plimsoll.test/node:1";

fn collect(cluster: &Cluster, more: &[&str]) -> Command {
    let mut command = plimsoll();
    command.args(["collect", "nodes"]).args(more).env("KUBECONFIG", cluster.kubeconfig()).stdin(Stdio::null());
    command
}

/// Namespaces of collectors that are still there.
fn namespaces(cluster: &Cluster) -> Vec<String> {
    let names = cluster.kubectl_output(["get", "namespaces", "-o", "name"]).unwrap();
    names.lines().filter(|name| name.contains("plimsoll")).map(str::to_owned).collect()
}

#[test]
fn nodes_are_looked_at_by_jobs_of_which_nothing_is_left() {
    if !node::enter("nodes_are_looked_at_by_jobs_of_which_nothing_is_left").unwrap() {
        return;
    }
    let options = Options { nodes: 0, real_node: true, ..Options::default() };
    let cluster = Cluster::start(options).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_plimsoll-node"));
    cluster.image(IMAGE, &["/plimsoll-node"], &[(program, Path::new("/plimsoll-node"))]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let facts = folder.path().join("facts");
    let into = facts.display().to_string();

    // nobody is there to confirm it
    let asked = collect(&cluster, &["--image", IMAGE, "--apply", "--output-dir", &into]).output().unwrap();
    assert_eq!(asked.status.code(), Some(2));
    assert!(stderr(&asked).contains("pod.host-path") && stderr(&asked).contains("--yes"), "{}", stderr(&asked));
    assert!(namespaces(&cluster).is_empty());

    let done = collect(&cluster, &["--image", IMAGE, "--apply", "--yes", "--output-dir", &into]).output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    assert!(namespaces(&cluster).is_empty(), "{:?}", namespaces(&cluster));
    let file = facts.join(format!("{}.json", node::NAME));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let seen: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(seen["metadata"]["name"], node::NAME);
    assert_eq!(seen["errors"], json!([]));
    let kubelet = seen["processes"].as_array().unwrap().iter().find(|process| process["name"] == "kubelet");
    assert!(kubelet.is_some(), "{}", seen["processes"]);
    assert_eq!(seen["kubeletConfig"]["podPidsLimit"], 512);

    let report = report(&scan(&cluster, &["--node-facts", &into]));
    let config = report["findings"].as_array().unwrap().iter().find(|f| f["check"] == "node-file.kubelet-config.mode");
    let config = config.unwrap();
    assert_eq!((&config["status"], &config["paths"][0]["actual"]), (&json!("fail"), &json!("0644")));
    assert_eq!(config["owner"]["name"], node::NAME);
    assert_eq!(control(&report, "4.2.7")["status"], "fail", "the kubelet's own command line");
    assert_eq!(control(&report, "4.2.13")["status"], "pass", "the node's own file stands in for configz");

    // what cannot be: said by name, and nothing is left
    let none = collect(&cluster, &["--image", "plimsoll.test/none:1", "--apply", "--yes", "--output-dir", &into]);
    let none = { none }.output().unwrap();
    assert_eq!(none.status.code(), Some(4), "{}", stderr(&none));
    let said = stderr(&none);
    assert!(said.contains(&format!("{}: its pod does not start", node::NAME)), "{said}");
    assert!(namespaces(&cluster).is_empty());

    // broken off
    let mut child = collect(&cluster, &["--image", "plimsoll.test/none:2", "--apply", "--yes", "--output-dir", &into]);
    let child = child.stderr(Stdio::piped()).spawn().unwrap();
    let begin = Instant::now();
    while namespaces(&cluster).is_empty() {
        assert!(begin.elapsed() < Duration::from_secs(120), "nothing is created");
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let broken = child.wait_with_output().unwrap();
    assert_eq!(broken.status.code(), Some(130), "{}", stderr(&broken));
    assert!(namespaces(&cluster).is_empty(), "{:?} {}", namespaces(&cluster), stderr(&broken));
}
