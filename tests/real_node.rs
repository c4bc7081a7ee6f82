//! A real kubelet behind a real API server, in namespaces of the test's own.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use serde_json::{Value, json};
use std::process::Output;
use support::{plimsoll, stderr, stdout};
use xtask::cluster::{Cluster, Options, node};

fn scan(cluster: &Cluster, more: &[&str]) -> Output {
    let args = ["scan", "-o", "json", "--framework", "cis"];
    plimsoll().args(args).args(more).env("KUBECONFIG", cluster.kubeconfig()).output().unwrap()
}

fn report(output: &Output) -> Value {
    serde_json::from_str(&stdout(output)).unwrap_or_else(|error| panic!("{error}: {}", stderr(output)))
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
