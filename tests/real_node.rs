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

    // written from what the test cluster gives its kubelet and from the kubelet's own defaults
    let fails = ["4.2.1", "4.2.2", "4.2.3", "4.2.10", "4.2.12"];
    let of_node = |check: &str| {
        let mut findings = report["findings"].as_array().unwrap().iter();
        findings.find(|f| f["check"] == check && f["owner"]["name"] == node::NAME).cloned().unwrap_or_default()
    };
    let anonymous = of_node("kubelet.anonymous-auth");
    assert_eq!((&anonymous["status"], &anonymous["paths"][0]["actual"]), (&json!("fail"), &json!(true)), "{fails:?}");
    println!("{}", serde_json::to_string_pretty(&report["controls"].as_array().unwrap().iter().filter(|c| c["id"].as_str().unwrap().starts_with("4.")).map(|c| json!([c["id"], c["status"], c["reason"], c["message"]])).collect::<Vec<_>>()).unwrap());
    assert_eq!(control(&report, "4.2.1")["status"], "fail");
}
