//! The kubelets' configuration through the API server: few requests, few at once, every node by name.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use k8s_pb::api::core::v1::{Node, NodeList};
use k8s_pb::apimachinery::pkg::apis::meta::v1::{ListMeta, ObjectMeta};
use prost::Message;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::Output;
use std::sync::{Arc, Condvar, Mutex};
use support::fake_server::{FakeServer, PROTOBUF, Reply, envelope, healthy, refusal};
use support::{plimsoll, report, stderr, stdout};

const NODES: usize = 300;

fn nodes(names: &[String]) -> Reply {
    let node = |name: &String| {
        let labels = if name == "fargate" {
            BTreeMap::from([("eks.amazonaws.com/compute-type".to_owned(), "fargate".to_owned())])
        } else {
            BTreeMap::new()
        };
        Node {
            metadata: Some(ObjectMeta { name: Some(name.clone()), labels, ..Default::default() }),
            ..Default::default()
        }
    };
    let metadata = Some(ListMeta { resource_version: Some("7".into()), ..Default::default() });
    let list = NodeList { metadata, items: names.iter().map(node).collect() };
    Reply::Full(200, PROTOBUF, envelope(list.encode_to_vec()))
}

/// What a kubelet of a hardened node answers, with some fields of its own.
fn configz(own: Value) -> Reply {
    let mut config = json!({
        "authentication": {"x509": {"clientCAFile": "/etc/kubernetes/pki/ca.crt"}, "anonymous": {"enabled": false}},
        "authorization": {"mode": "Webhook"}, "makeIPTablesUtilChains": true, "eventRecordQPS": 50, "rotateCertificates": true,
        "serverTLSBootstrap": true, "tlsMinVersion": "VersionTLS13", "podPidsLimit": 4096, "seccompDefault": true,
        "streamingConnectionIdleTimeout": "4h0m0s", "staticPodURLHeader": {"Authorization": ["canary-kubelet-1"]},
    });
    config.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    Reply::Full(200, "application/json", json!({"kubeletconfig": config}).to_string().into_bytes())
}

/// The node that a path asks.
fn asked(path: &str) -> Option<&str> {
    path.strip_prefix("/api/v1/nodes/")?.strip_suffix("/proxy/configz")
}

fn scan(server: &FakeServer, more: &[&str]) -> Output {
    let args = ["scan", "--server", &server.url(), "--request-timeout", "2s", "-o", "json", "--framework", "cis"];
    plimsoll().args(args).args(more).output().unwrap()
}

fn control<'r>(report: &'r Value, id: &str) -> &'r Value {
    report["controls"].as_array().unwrap().iter().find(|control| control["id"] == id).unwrap()
}

fn findings<'r>(report: &'r Value, check: &str) -> Vec<&'r Value> {
    report["findings"].as_array().unwrap().iter().filter(|finding| finding["check"] == check).collect()
}

/// How many requests there are at once: each waits for the others until ten are there.
#[derive(Default)]
struct Crowd {
    /// Now and at most.
    here: Mutex<(usize, usize)>,
    full: Condvar,
}

impl Crowd {
    fn pass(&self, waits: bool) {
        let mut here = self.here.lock().unwrap();
        here.0 += 1;
        here.1 = here.1.max(here.0);
        self.full.notify_all();
        if waits {
            here = self.full.wait_while(here, |here| here.1 < 10).unwrap();
        }
        here.0 -= 1;
    }
}

#[test]
fn three_hundred_kubelets_are_asked_once_each_and_ten_at_a_time() {
    let mut names: Vec<String> = (1..=NODES).map(|n| format!("node-{n:03}")).collect();
    names.push("fargate".to_owned());
    let crowd = Arc::new(Crowd::default());
    let seen = crowd.clone();
    let server = FakeServer::start(move |path, _| match asked(path) {
        Some("node-300") => Reply::Silence,
        Some("node-099") => refusal(503, "error trying to reach service: dial tcp 10.0.0.99:10250: connect: refused"),
        Some(node) => {
            // the first is asked alone
            seen.pass(node != "node-001");
            configz(if node == "node-200" { json!({}) } else { json!({"readOnlyPort": 10255}) })
        }
        None if path.starts_with("/api/v1/nodes?") && !path.contains("watch=true") => nodes(&names),
        None => healthy(path),
    });
    let output = scan(&server, &["--with-kubelet-config"]);
    assert_eq!(output.status.code(), Some(0), "rights that are opt-in never make 4: {}", stderr(&output));
    let requests = server.asked.lock().unwrap().iter().filter(|path| asked(path).is_some()).count();
    assert_eq!(requests, NODES, "each kubelet once, failures included, and none of Fargate");
    assert_eq!(crowd.here.lock().unwrap().1, 10, "at once");

    let report = report(&output);
    assert!(!stdout(&output).contains("canary-kubelet-1"), "a header of the kubelet's is nobody's business");
    let port = control(&report, "4.2.4");
    assert_eq!((&port["status"], &port["counts"]["fail"]), (&json!("fail"), &json!(297)));
    let said = findings(&report, "kubelet.read-only-port");
    let message = said[0]["message"].as_str().unwrap();
    assert!(message.ends_with("on 297 of 298 nodes, not on node-200"), "{message}");
    let unread: Vec<_> = said.iter().filter(|f| f["status"] == "not-evaluated").collect();
    let told: Vec<&str> = unread.iter().map(|f| f["message"].as_str().unwrap()).collect();
    assert_eq!(told.len(), 2);
    assert!(told.iter().any(|told| told.contains("node-300") && told.contains("no answer within 2s")), "{told:?}");
    assert!(told.iter().any(|told| told.contains("node-099") && told.contains("503")), "{told:?}");
    let anonymous = control(&report, "4.2.1");
    assert_eq!((&anonymous["status"], &anonymous["reason"]), (&json!("not-evaluated"), &json!("no-kubelet-access")));
    assert_eq!(anonymous["counts"]["pass"], 298);
    let gaps = report["gaps"].as_array().unwrap();
    let gap = gaps.iter().find(|gap| gap["kind"] == "KubeletConfig").unwrap();
    assert!(gap["message"].as_str().unwrap().contains("2 of 300 nodes: node-099, node-300"), "{gap}");
}

#[test]
fn who_may_not_ask_is_told_by_one_request() {
    let names: Vec<String> = (1..=20).map(|n| format!("node-{n:02}")).collect();
    let server = FakeServer::start(move |path, _| match asked(path) {
        Some(_) => refusal(403, "nodes \"node-01\" is forbidden: User \"u\" cannot get resource \"nodes/proxy\""),
        None if path.starts_with("/api/v1/nodes?") && !path.contains("watch=true") => nodes(&names),
        None => healthy(path),
    });
    let output = scan(&server, &["--with-kubelet-config"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(server.asked.lock().unwrap().iter().filter(|path| asked(path).is_some()).count(), 1);
    let report = report(&output);
    let control = control(&report, "4.2.1");
    assert_eq!((&control["status"], &control["reason"]), (&json!("not-evaluated"), &json!("no-kubelet-access")));
    let gaps = report["gaps"].as_array().unwrap();
    let gap = gaps.iter().find(|gap| gap["kind"] == "KubeletConfig").unwrap();
    assert_eq!(gap["message"], "get nodes/proxy: forbidden for this user");
}

#[test]
fn nobody_is_asked_without_the_flag() {
    let names = ["node-1".to_owned()];
    let server = FakeServer::start(move |path, _| match asked(path) {
        None if path.starts_with("/api/v1/nodes?") && !path.contains("watch=true") => nodes(&names),
        _ => healthy(path),
    });
    let report = report(&scan(&server, &[]));
    assert!(server.asked.lock().unwrap().iter().all(|path| asked(path).is_none()));
    assert_eq!(control(&report, "4.2.1")["reason"], "no-kubelet-access");
}
