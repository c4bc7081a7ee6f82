//! The awful cases: each a clear sentence with what to do, the right exit code, and nothing turned into a pass.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use k8s_pb::api::core::v1::{Container, Pod, PodList, PodSpec, SecurityContext};
use k8s_pb::apimachinery::pkg::apis::meta::v1::{ListMeta, ObjectMeta};
use prost::Message;
use serde_json::Value;
use std::process::Output;
use std::time::{Duration, Instant};
use support::fake_server::{FakeServer, PROTOBUF, Reply, envelope, gzip, healthy, refusal, version};
use support::{plimsoll, report, stderr, stdout};

fn scan(server: &FakeServer, more: &[&str]) -> Output {
    let args = ["scan", "--server", &server.url(), "--request-timeout", "2s", "-o", "json"];
    plimsoll().args(args).args(more).output().unwrap()
}

/// Exit code and both halves of what a person is told.
#[track_caller]
fn refused(output: &Output, code: i32, what: &str, hint: &str) {
    let text = stderr(output);
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(text.contains(what), "expected {what:?} in: {text}");
    assert!(text.contains(hint), "expected {hint:?} in: {text}");
    assert!(stdout(output).is_empty(), "nothing on standard output");
}

fn privileged_pod(name: &str) -> Pod {
    Pod {
        metadata: Some(ObjectMeta {
            name: Some(name.into()),
            namespace: Some("shop".into()),
            uid: Some(format!("uid-{name}")),
            ..Default::default()
        }),
        spec: Some(PodSpec {
            containers: vec![Container {
                name: Some("app".into()),
                security_context: Some(SecurityContext { privileged: Some(true), ..Default::default() }),
                ..Default::default()
            }],
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn pods(names: &[&str], next: &str) -> Reply {
    let list = PodList {
        metadata: Some(ListMeta {
            r#continue: Some(next.into()),
            resource_version: Some("7".into()),
            ..Default::default()
        }),
        items: names.iter().map(|name| privileged_pod(name)).collect(),
    };
    Reply::Full(200, PROTOBUF, envelope(list.encode_to_vec()))
}

fn is_pods(path: &str) -> bool {
    path.starts_with("/api/v1/pods?")
}

fn failing_names(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let failing = findings.filter(|f| f["check"] == "container.privileged" && f["status"] == "fail");
    failing.map(|f| f["resource"]["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn no_kubeconfig_offers_the_demo() {
    refused(&plimsoll().arg("scan").output().unwrap(), 3, "no kubeconfig was found", "plimsoll --demo");
}

#[test]
fn a_context_that_is_gone_names_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config");
    let text = "apiVersion: v1\nkind: Config\nclusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\n\
                users: []\ncontexts: [{name: prod-eu-1, context: {cluster: c}}]\ncurrent-context: prod-eu-1\n";
    std::fs::write(&file, text).unwrap();
    let args = ["scan", "--context", "prod-eu-2", "--kubeconfig"];
    let output = plimsoll().args(args).arg(&file).output().unwrap();
    refused(&output, 3, "context \"prod-eu-2\" does not exist", "Did you mean \"prod-eu-1\"?");
}

#[test]
fn a_missing_file_in_kubeconfig_is_tolerated_and_the_rest_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config");
    let server = FakeServer::start(|path, _| healthy(path));
    let text = format!(
        "apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{server: '{}'}}}}]\nusers: []\n\
         contexts: [{{name: here, context: {{cluster: c}}}}]\ncurrent-context: here\n",
        server.url()
    );
    std::fs::write(&file, text).unwrap();
    let list = std::env::join_paths([folder.path().join("missing"), file]).unwrap();
    let output = plimsoll().args(["scan", "-o", "json"]).env("KUBECONFIG", list).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(report(&output)["cluster"]["context"], "here");
}

#[test]
fn nobody_listens() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let output = plimsoll().args(["scan", "--server", &format!("https://{free}")]).output().unwrap();
    refused(&output, 3, "cannot connect to https://127.0.0.1", "kubectl config get-contexts");
}

#[test]
fn an_expired_token() {
    let server = FakeServer::start(|_, _| refusal(401, "Unauthorized"));
    refused(&scan(&server, &[]), 3, "does not accept these credentials (401)", "Log in again");
}

#[test]
fn a_server_that_only_fails() {
    let server = FakeServer::start(|_, _| refusal(500, "etcd is on fire"));
    refused(&scan(&server, &[]), 3, "answers 500: etcd is on fire", "not healthy");
}

#[test]
fn a_server_that_stalls() {
    let server = FakeServer::start(|_, _| Reply::Silence);
    refused(&scan(&server, &[]), 3, "does not answer in time", "--request-timeout");
}

#[test]
fn a_server_that_stalls_after_its_version() {
    let server = FakeServer::start(|path, _| if path == "/version" { version() } else { Reply::Silence });
    refused(&scan(&server, &[]), 3, "nothing could be read", "plimsoll role");
}

#[test]
fn something_that_is_no_api_server() {
    let server = FakeServer::start(|_, _| Reply::Full(200, "text/html", b"<h1>hello</h1>".to_vec()));
    refused(&scan(&server, &[]), 3, "not as a Kubernetes API server", "Check the address");
}

#[test]
fn nothing_may_be_read() {
    let server = FakeServer::start(|path, _| if path == "/version" { version() } else { refusal(403, "no") });
    refused(&scan(&server, &[]), 3, "nothing could be read", "plimsoll role");
}

/// (pitfall 62)
#[test]
fn pods_forbidden_is_a_gap_and_never_a_pass() {
    let server = FakeServer::start(|path, _| if path.contains("/pods?") { refusal(403, "no") } else { healthy(path) });
    let output = scan(&server, &["--control", "cis/5.2.2"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    let report = report(&output);
    assert_eq!(report["controls"][0]["status"], "not-evaluated");
    assert_eq!(report["controls"][0]["reason"], "forbidden");
    assert_eq!(report["gaps"][0]["kind"], "Pod");
}

#[test]
fn a_server_that_asks_to_slow_down_is_asked_again() {
    let server = FakeServer::start(|path, before| match path {
        p if is_pods(p) && !p.contains("watch") && before == 0 => Reply::RetryAfter(429, 0),
        p if is_pods(p) && !p.contains("watch") => pods(&["a"], ""),
        other => healthy(other),
    });
    let output = scan(&server, &["--control", "cis/5.2.2"]);
    assert_eq!(failing_names(&report(&output)), ["a"]);
}

/// (pitfall 63)
#[test]
fn pages_are_followed_and_an_expired_page_begins_anew() {
    let server = FakeServer::start(|path, before| match path {
        p if is_pods(p) && p.contains("watch") => healthy(p),
        p if is_pods(p) && p.contains("continue=two") && before == 0 => refusal(410, "too old"),
        p if is_pods(p) && p.contains("continue=two") => pods(&["b"], ""),
        p if is_pods(p) => pods(&["a"], "two"),
        other => healthy(other),
    });
    let output = scan(&server, &["--control", "cis/5.2.2"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(failing_names(&report(&output)), ["a", "b"]);
}

#[test]
fn half_an_answer_is_a_gap_and_what_was_seen_stands() {
    let server = FakeServer::start(|path, _| match path {
        p if is_pods(p) && p.contains("continue=two") => Reply::Half(PROTOBUF, b"k8s\0".to_vec()),
        p if is_pods(p) && !p.contains("watch") => pods(&["a"], "two"),
        other => healthy(other),
    });
    let output = scan(&server, &["--control", "cis/5.2.2,cis/5.2.3"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    let report = report(&output);
    assert_eq!(failing_names(&report), ["a"]);
    assert_eq!(report["controls"][0]["status"], "fail");
    assert_eq!(report["controls"][1]["status"], "not-evaluated", "hostPID: the rest was not seen");
    assert_eq!(report["controls"][1]["reason"], "read-failed");
}

/// A watch-list as the server streams it: frames of 4-byte length, WatchEvent, envelope, object; then the bookmark.
fn watch_list(pods: &[Pod], finished: bool) -> Reply {
    use k8s_pb::apimachinery::pkg::apis::meta::v1::WatchEvent;
    use k8s_pb::apimachinery::pkg::runtime::RawExtension;
    let frame = |kind: &str, object: Vec<u8>| {
        let object = Some(RawExtension { raw: Some(envelope(object)) });
        let event = WatchEvent { r#type: Some(kind.into()), object }.encode_to_vec();
        [u32::try_from(event.len()).unwrap().to_be_bytes().to_vec(), event].concat()
    };
    let mut body: Vec<u8> = pods.iter().flat_map(|pod| frame("ADDED", pod.encode_to_vec())).collect();
    if finished {
        let annotations = [("k8s.io/initial-events-end".to_owned(), "true".to_owned())].into();
        let metadata = ObjectMeta { annotations, resource_version: Some("9".into()), ..Default::default() };
        body.extend(frame("BOOKMARK", Pod { metadata: Some(metadata), ..Default::default() }.encode_to_vec()));
    }
    Reply::Full(200, PROTOBUF, body)
}

#[test]
fn a_watch_list_is_read_to_its_bookmark() {
    let server = FakeServer::start(|path, _| match path {
        p if is_pods(p) && p.contains("sendInitialEvents") => {
            watch_list(&[privileged_pod("a"), privileged_pod("b")], true)
        }
        p if p.contains("sendInitialEvents") => watch_list(&[], true),
        p if p.contains("limit=") => refusal(500, "no list may be needed"),
        other => healthy(other),
    });
    let output = scan(&server, &["--control", "cis/5.2.2"]);
    assert_eq!(failing_names(&report(&output)), ["a", "b"], "{}", stderr(&output));
}

#[test]
fn a_watch_list_that_breaks_off_is_listed_instead() {
    let server = FakeServer::start(|path, _| match path {
        p if is_pods(p) && p.contains("sendInitialEvents") => watch_list(&[privileged_pod("ghost")], false),
        p if is_pods(p) => pods(&["a"], ""),
        other => healthy(other),
    });
    let output = scan(&server, &["--control", "cis/5.2.2"]);
    assert_eq!(failing_names(&report(&output)), ["a"], "what the broken stream said is forgotten");
}

fn body(reply: Reply) -> Vec<u8> {
    match reply {
        Reply::Full(_, _, body) => body,
        other => panic!("{other:?} has no body"),
    }
}

/// What is packed comes in one member or in several, whether it was asked for or not.
#[test]
fn packed_answers_are_unpacked() {
    let halves = |bytes: Vec<u8>| {
        let (first, second) = bytes.split_at(bytes.len() / 2);
        [gzip(first), gzip(second)].concat()
    };
    let server = FakeServer::start(move |path, _| match path {
        p if is_pods(p) && p.contains("watch") => healthy(p),
        p if is_pods(p) => Reply::Packed(PROTOBUF, halves(body(pods(&["a", "b"], "")))),
        other => healthy(other),
    });
    let output = scan(&server, &["--control", "cis/5.2.2", "--compression", "always"]);
    assert_eq!(failing_names(&report(&output)), ["a", "b"], "{}", stderr(&output));
    let asked = server.asked.lock().unwrap().clone();
    assert!(!asked.iter().any(|path| path.contains("sendInitialEvents")), "packed are lists, not streams: {asked:?}");

    let stream = move |p: &str| match p {
        p if is_pods(p) && p.contains("sendInitialEvents") => {
            Reply::Packed(PROTOBUF, halves(body(watch_list(&[privileged_pod("a")], true))))
        }
        p if p.contains("sendInitialEvents") => watch_list(&[], true),
        other => healthy(other),
    };
    let server = FakeServer::start(move |path, _| stream(path));
    let output = scan(&server, &["--control", "cis/5.2.2"]);
    assert_eq!(failing_names(&report(&output)), ["a"], "{}", stderr(&output));
}

#[test]
fn a_server_that_is_far_is_asked_for_pages() {
    let far = |reply| Reply::Late(Duration::from_millis(75), Box::new(reply));
    let server = FakeServer::start(move |path, _| match path {
        p if is_pods(p) && p.contains("limit=") => far(pods(&["a"], "")),
        other => far(healthy(other)),
    });
    let output = scan(&server, &["--control", "cis/5.2.2", "--stats"]);
    assert_eq!(failing_names(&report(&output)), ["a"], "{}", stderr(&output));
    assert!(stderr(&output).contains("through a slow line: gzip"), "{}", stderr(&output));
    let asked = server.asked.lock().unwrap().clone();
    assert!(!asked.iter().any(|path| path.contains("sendInitialEvents")), "{asked:?}");
}

/// A gap that says so, soon, whatever is sent.
#[track_caller]
fn beyond_measure(reply: impl Fn() -> Reply + Send + Sync + 'static, more: &[&str], why: &str) {
    let server = FakeServer::start(move |path, _| match path {
        p if is_pods(p) && !p.contains("watch") => reply(),
        other => healthy(other),
    });
    let begin = Instant::now();
    let output = scan(&server, &[&["--control", "cis/5.2.2"], more].concat());
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    let report = report(&output);
    assert_eq!(report["controls"][0]["status"], "not-evaluated");
    let gap = report["gaps"].as_array().unwrap().iter().find(|gap| gap["kind"] == "Pod").unwrap().to_string();
    assert!(gap.contains(why), "{gap}");
    assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", begin.elapsed());
}

#[test]
fn answers_beyond_any_measure_are_refused() {
    let bomb = gzip(&vec![0; 80 << 20]);
    assert!(bomb.len() < 1 << 20);
    beyond_measure(move || Reply::Packed(PROTOBUF, bomb.clone()), &[], "more bytes");
    beyond_measure(|| Reply::Endless(PROTOBUF, vec![0; 1 << 16]), &[], "more bytes");
    beyond_measure(|| Reply::Packed(PROTOBUF, b"not packed".to_vec()), &[], "no gzip");
    // slow enough never to grow large, too long all the same
    let drip = || Reply::Drip(PROTOBUF, Duration::from_millis(20));
    beyond_measure(drip, &["--answer-timeout", "300ms"], "did not end within 300ms");
}

#[test]
fn a_page_of_objects_that_are_too_large_is_asked_for_in_smaller_ones() {
    let server = FakeServer::start(|path, _| match path {
        p if is_pods(p) && p.contains("watch") => healthy(p),
        p if is_pods(p) && p.contains("limit=500") => Reply::Full(200, PROTOBUF, vec![0; 65 << 20]),
        p if is_pods(p) => pods(&["a"], ""),
        other => healthy(other),
    });
    let output = scan(&server, &["--control", "cis/5.2.2"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(failing_names(&report(&output)), ["a"]);
}

/// A frame that says to be two gigabytes, and one that says to be large and ends: neither is believed.
#[test]
fn frames_that_lie_about_their_length() {
    for claimed in [u32::MAX, 2 << 30, 60 << 20] {
        let server = FakeServer::start(move |path, _| match path {
            p if is_pods(p) && p.contains("sendInitialEvents") => {
                Reply::Full(200, PROTOBUF, [&claimed.to_be_bytes()[..], b"k8s"].concat())
            }
            p if p.contains("sendInitialEvents") => watch_list(&[], true),
            p if is_pods(p) => pods(&["a"], ""),
            other => healthy(other),
        });
        let output = scan(&server, &["--control", "cis/5.2.2", "--stats"]);
        assert_eq!(failing_names(&report(&output)), ["a"], "{}", stderr(&output));
        let said = stderr(&output);
        let peak: u64 = said.rsplit_once("peak memory ").unwrap().1.split(' ').next().unwrap().parse().unwrap();
        assert!(peak < 200, "{peak} MB");
    }
}

#[test]
fn an_object_that_does_not_decode_is_a_gap_on_that_object() {
    let broken = || {
        let mut list = PodList { items: vec![privileged_pod("good")], ..Default::default() }.encode_to_vec();
        // an item whose spec (field 2) is cut short: the metadata still names it
        let metadata = ObjectMeta { name: Some("bad".into()), namespace: Some("shop".into()), ..Default::default() };
        let mut item = Pod { metadata: Some(metadata), ..Default::default() }.encode_to_vec();
        item.extend([0x12, 0x05, 0x12, 0x7f]);
        list.extend([0x12, u8::try_from(item.len()).unwrap()]);
        list.extend(item);
        Reply::Full(200, PROTOBUF, envelope(list))
    };
    let server = FakeServer::start(move |path, _| match path {
        p if is_pods(p) && !p.contains("watch") => broken(),
        other => healthy(other),
    });
    let output = scan(&server, &["--control", "cis/5.2.2,cis/5.2.3"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    let report = report(&output);
    assert_eq!(failing_names(&report), ["good"]);
    assert_eq!(report["controls"][1]["status"], "not-evaluated");
    assert_eq!(report["controls"][1]["reason"], "undecodable");
}

#[test]
fn discovery_that_fails_leaves_custom_resources_undecided_and_says_so() {
    let server = FakeServer::start(|path, _| if path == "/apis" { refusal(503, "busy") } else { healthy(path) });
    let output = scan(&server, &["--framework", "cis"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    let gaps = report(&output)["gaps"].as_array().unwrap().clone();
    assert!(gaps.iter().any(|g| g["kind"] == "CiliumNetworkPolicy" && g["reason"] == "discovery-failed"), "{gaps:?}");
}

#[test]
fn files_that_are_no_yaml() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.yaml");
    std::fs::write(&file, "a: [1, 2\nb: }\n").unwrap();
    let output = plimsoll().args(["scan", "-f"]).arg(&file).output().unwrap();
    refused(&output, 2, "neither YAML nor JSON", "expected Kubernetes manifests");
    let missing = plimsoll().args(["scan", "-f"]).arg(folder.path().join("gone.yaml")).output().unwrap();
    refused(&missing, 2, "cannot be read", "gone.yaml");
    std::fs::write(folder.path().join("chart.yaml"), "a: {{ .Values.x }}\n{{- if }}\n").unwrap();
    let whole = plimsoll().args(["scan", "-o", "json", "-f"]).arg(folder.path()).output().unwrap();
    assert_eq!(whole.status.code(), Some(0), "inside a directory it is named and skipped");
    assert!(stderr(&whole).contains("broken.yaml") && stderr(&whole).contains("chart.yaml"), "{}", stderr(&whole));
}
