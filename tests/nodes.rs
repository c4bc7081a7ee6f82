//! What is seen on nodes, decided: several nodes that differ, every control of sections 1 to 4 and its source, and
//! kube-bench's word beside ours.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use plimsoll::engine::{Engine, NoExemptions, Times};
use plimsoll::frameworks::{self, Edition};
use plimsoll::imports;
use plimsoll::inventory::{Inventory, Kind, Medium, Object, ReadState, Version};
use plimsoll::model::{FindingStatus, GapReason, Report, Verdict};
use plimsoll::sources::{demo, files::Loader};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

const NOW: &str = "2026-11-24T00:00:00Z";
const KUBE_BENCH: &str = include_str!("nodes/kube-bench-cp-1.json");
const CP_1: &str = include_str!("nodes/cp-1.yaml");
const PAGE: &str = include_str!("../docs/kube-bench.md");

fn cis(version: &str) -> Edition {
    let packs = frameworks::embedded().unwrap();
    packs.iter().find(|pack| &*pack.id == "cis").unwrap().edition(version, Version::NEWEST)
}

fn evaluate(inventory: &Inventory, version: &str) -> Report {
    let times = Times { started: NOW.into(), finished: NOW.into() };
    Engine::default().evaluate(inventory, &[cis(version)], &NoExemptions, false, times)
}

fn verdicts(report: &Report) -> BTreeMap<String, (Verdict, Option<GapReason>)> {
    report.controls.iter().map(|control| (control.id.to_string(), (control.status, control.reason))).collect()
}

/// A file of a node: path, type, mode, numbers of user and group.
type File = (&'static str, &'static str, u32, u32, u32);

/// A node on which nothing is wrong; etcd is 52034:52034.
const FILES: &[File] = &[
    ("/etc/kubernetes/manifests/kube-apiserver.yaml", "file", 0o600, 0, 0),
    ("/etc/kubernetes/manifests/kube-controller-manager.yaml", "file", 0o600, 0, 0),
    ("/etc/kubernetes/manifests/kube-scheduler.yaml", "file", 0o600, 0, 0),
    ("/etc/kubernetes/manifests/etcd.yaml", "file", 0o600, 0, 0),
    ("/etc/cni/net.d", "directory", 0o755, 0, 0),
    ("/etc/cni/net.d/10-x.conflist", "file", 0o600, 0, 0),
    ("/var/lib/cni/networks", "directory", 0o755, 0, 0),
    ("/var/lib/etcd", "directory", 0o700, 52034, 52034),
    ("/etc/kubernetes/admin.conf", "file", 0o600, 0, 0),
    ("/etc/kubernetes/super-admin.conf", "file", 0o600, 0, 0),
    ("/etc/kubernetes/scheduler.conf", "file", 0o600, 0, 0),
    ("/etc/kubernetes/controller-manager.conf", "file", 0o600, 0, 0),
    ("/etc/kubernetes/pki", "directory", 0o755, 0, 0),
    ("/etc/kubernetes/pki/ca.crt", "file", 0o644, 0, 0),
    ("/etc/kubernetes/pki/ca.key", "file", 0o600, 0, 0),
    ("/etc/systemd/system/kubelet.service.d/10-kubeadm.conf", "file", 0o600, 0, 0),
    ("/etc/kubernetes/proxy.conf", "file", 0o600, 0, 0),
    ("/etc/kubernetes/kubelet.conf", "file", 0o600, 0, 0),
    ("/var/lib/kubelet/config.yaml", "file", 0o600, 0, 0),
];

/// The document of a node.
fn facts(node: &str, edit: impl Fn(File) -> File) -> Value {
    let name = |number: u32| match number {
        0 => json!("root"),
        52034 => json!("etcd"),
        _ => Value::Null,
    };
    let file = |(path, kind, mode, uid, gid): File| json!({"path": path, "type": kind, "mode": format!("{mode:04o}"), "uid": uid, "gid": gid, "user": name(uid), "group": name(gid)});
    let files: Vec<Value> = FILES.iter().map(|of| file(edit(*of))).collect();
    json!({
        "apiVersion": "plimsoll/v1", "kind": "NodeFacts", "metadata": {"name": node}, "schemaVersion": 1, "collectedAt": NOW,
        "collectedBy": "plimsoll 0.1.0", "files": files, "missing": [], "errors": [],
        "processes": [
            {"name": "kubelet", "args": ["kubelet", "--config=/var/lib/kubelet/config.yaml", "--kubeconfig=/etc/kubernetes/kubelet.conf"]},
            {"name": "kube-apiserver", "args": ["kube-apiserver", "--encryption-provider-config=/e", "--audit-policy-file=/a"]},
            {"name": "etcd", "args": ["etcd", "--data-dir=/var/lib/etcd"]},
        ],
        "kubeletConfig": kubelet_config(),
        "encryption": {"path": "/e", "resources": [{"resources": ["secrets"], "providers": ["secretbox"]}]},
        "auditPolicy": {"path": "/a", "rules": [{"level": "Metadata"}]},
    })
}

fn kubelet_config() -> Value {
    json!({
        "authentication": {"anonymous": {"enabled": false}, "x509": {"clientCAFile": "/etc/kubernetes/pki/ca.crt"}},
        "authorization": {"mode": "Webhook"}, "makeIPTablesUtilChains": true, "eventRecordQPS": 50, "rotateCertificates": true,
        "serverTLSBootstrap": true, "tlsMinVersion": "VersionTLS13", "podPidsLimit": 4096, "seccompDefault": true,
        "streamingConnectionIdleTimeout": "4h0m0s",
    })
}

fn kubelet(node: &str, config: &Value) -> Value {
    json!({"apiVersion": "plimsoll/v1", "kind": "KubeletConfig", "metadata": {"name": node}, "kubeletconfig": config})
}

fn take(inventory: &mut Inventory, documents: &[Value]) {
    let packs = frameworks::embedded().unwrap();
    let text: String = documents.iter().map(|document| format!("{document}\n")).collect();
    let notes = imports::take(inventory, imports::of_text(&text, None, NOW, &packs).unwrap());
    assert!(notes.is_empty(), "{notes:?}");
}

/// A cluster that holds these manifests and nothing else.
fn cluster(text: &str) -> Inventory {
    let mut loader = Loader::new(Medium::Cluster, Version::NEWEST, None);
    loader.text("cluster", text).unwrap();
    let (mut inventory, notes) = loader.finish();
    assert!(notes.is_empty(), "{notes:?}");
    Kind::ALL.iter().for_each(|kind| inventory.set_state(*kind, ReadState::Complete));
    inventory
}

/// Controls of sections 1 to 4 that ask for more than the API's objects.
fn of_nodes_and_control_plane() -> Vec<String> {
    let edition = cis("2.0.1");
    let ids = edition.controls().map(|(_, control)| control.id.to_string());
    ids.filter(|id| !id.starts_with("5.") && !id.starts_with("3.1.")).collect()
}

/// By control and node: what fails there.
fn failures(report: &Report) -> BTreeMap<String, BTreeMap<String, BTreeSet<String>>> {
    let mut found: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| finding.status == FindingStatus::Fail) {
        for control in finding.controls.iter() {
            let values =
                finding.paths.iter().map(|at| at.actual.as_str().map_or_else(|| at.actual.to_string(), str::to_owned));
            let of_node =
                found.entry(control.id.to_string()).or_default().entry(finding.owner.name.to_string()).or_default();
            of_node.extend(values);
        }
    }
    found
}

#[test]
fn three_nodes_that_differ() {
    let nodes: String = ["a", "b", "c"]
        .map(|name| {
            let labels = json!({"node-role.kubernetes.io/control-plane": ""});
            format!(
                "---\n{}\n",
                json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": labels}})
            )
        })
        .concat();
    let mut inventory = cluster(&nodes);
    let mut documents = vec![
        facts("a", |file| file),
        facts("b", |(path, kind, _, _, _)| (path, kind, 0o666, 1000, 1000)),
        facts("c", |(path, kind, _, _, _)| (path, kind, 0o664, 2000, 0)),
    ];
    for document in &mut documents {
        let proxy = json!({"name": "kube-proxy", "args": ["kube-proxy", "--kubeconfig=/etc/kubernetes/proxy.conf"]});
        document["processes"].as_array_mut().unwrap().push(proxy);
    }
    for (index, name, provider, level) in [(1, "b", "identity", "None"), (2, "c", "aesgcm", "RequestResponse")] {
        let document = &mut documents[index];
        document["processes"][0]["args"]
            .as_array_mut()
            .unwrap()
            .push(json!(format!("--hostname-override=other-{name}")));
        document["encryption"]["resources"][0]["providers"] = json!([provider, "secretbox"]);
        document["auditPolicy"]["rules"] = json!([{"level": level}]);
    }
    documents.push(kubelet("a", &kubelet_config()));
    let weak = |port: i64, qps: i64, pids: i64, cipher: &str| {
        json!({
            "authentication": {"anonymous": {"enabled": true}}, "authorization": {"mode": "AlwaysAllow"}, "readOnlyPort": port,
            "makeIPTablesUtilChains": false, "eventRecordQPS": qps, "streamingConnectionIdleTimeout": "0s",
            "featureGates": {"RotateKubeletServerCertificate": false}, "podPidsLimit": pids, "tlsCipherSuites": [cipher],
        })
    };
    documents.push(kubelet("b", &weak(10255, -1, -1, "TLS_RSA_WITH_3DES_EDE_CBC_SHA")));
    documents.push(kubelet("c", &weak(10355, -5, 0, "TLS_RSA_WITH_RC4_128_SHA")));
    take(&mut inventory, &documents);
    let report = evaluate(&inventory, "2.0.1");
    let found = failures(&report);

    // 4.1.7 and 4.1.8 are about the authority that configz names, and two kubelets name none: the usual one is looked at
    let mut wrong = String::new();
    let mut controls = 0;
    for id in of_nodes_and_control_plane() {
        let section = id.rsplit_once('.').unwrap().0;
        let about_nodes = matches!(section, "1.1" | "4.1" | "4.2") || matches!(id.as_str(), "1.2.28" | "3.2.2");
        if !about_nodes {
            continue;
        }
        controls += 1;
        let nodes = found.get(&id).cloned().unwrap_or_default();
        let names: Vec<&str> = nodes.keys().map(String::as_str).collect();
        if names != ["b", "c"] {
            writeln!(wrong, "{id}: fails on {names:?}").unwrap();
            continue;
        }
        if nodes.values().any(BTreeSet::is_empty) {
            writeln!(wrong, "{id}: no value").unwrap();
        }
        let (b, c) = (&nodes["b"], &nodes["c"]);
        if matches!(section, "1.1" | "4.1") && b == c {
            writeln!(wrong, "{id}: {b:?} on both").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert_eq!(controls, 31 + 14 + 2);
    let value = |id: &str, node: &str| found[id][node].iter().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!((value("1.1.1", "b"), value("1.1.1", "c")), ("0666".into(), "0664".into()));
    assert_eq!((value("1.1.2", "b"), value("1.1.2", "c")), ("1000:1000".into(), "2000:root".into()));
    assert_eq!((value("1.2.28", "b"), value("1.2.28", "c")), ("identity".into(), "aesgcm".into()));
    assert_eq!((value("4.2.4", "b"), value("4.2.4", "c")), ("10255".into(), "10355".into()));
    assert_eq!((value("4.2.7", "b"), value("4.2.7", "c")), ("other-b".into(), "other-c".into()));
    assert_eq!((value("4.2.13", "b"), value("4.2.13", "c")), ("-1".into(), "0".into()));
    println!("{controls} controls name b and c, and not a");
}

/// The demo with everything collected.
fn everything(with: &[Kind]) -> Inventory {
    let (mut inventory, _) = demo::load();
    for kind in Kind::ALL.iter().copied().filter(|kind| kind.info().opt_in.is_some()) {
        if with.contains(&kind) {
            inventory.opt_in(kind);
        }
    }
    let nodes: Vec<String> = inventory.nodes.keys().map(|(_, name)| name.to_string()).collect();
    let mut documents = Vec::new();
    for node in &nodes {
        if with.contains(&Kind::NodeFacts) {
            documents.push(facts(node, |file| file));
        }
        if with.contains(&Kind::KubeletConfig) {
            documents.push(kubelet(node, &kubelet_config()));
        }
    }
    if !documents.is_empty() {
        take(&mut inventory, &documents);
    }
    inventory
}

#[test]
fn all_131_controls_are_decided_and_each_of_94_needs_its_source() {
    const ALL: &[Kind] = &[Kind::Secret, Kind::ConfigMap, Kind::NodeFacts, Kind::KubeletConfig];
    let found = verdicts(&evaluate(&everything(ALL), "2.0.1"));
    assert_eq!(found.len(), 131);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (status, _) in found.values() {
        *counts.entry(status.as_str()).or_default() += 1;
    }
    let undecided: Vec<_> = found.iter().filter(|(_, (status, _))| *status == Verdict::NotEvaluated).collect();
    assert!(undecided.is_empty(), "{undecided:?}");
    println!("131 controls: {counts:?}");

    let without = |kinds: &[Kind]| {
        let kept: Vec<Kind> = ALL.iter().copied().filter(|kind| !kinds.contains(kind)).collect();
        verdicts(&evaluate(&everything(&kept), "2.0.1"))
    };
    let mut no_pods = everything(ALL);
    no_pods.clear(Kind::Pod);
    let no_pods = verdicts(&evaluate(&no_pods, "2.0.1"));
    let no_facts = without(&[Kind::NodeFacts]);
    // what the nodes' own files say of a kubelet stands in for configz
    let no_kubelets = without(&[Kind::KubeletConfig, Kind::NodeFacts]);
    // what its flags say stands, so that they have to go as well
    let mut no_proxy = everything(&[Kind::Secret, Kind::NodeFacts, Kind::KubeletConfig]);
    [Kind::DaemonSet, Kind::ConfigMap].into_iter().for_each(|kind| no_proxy.clear(kind));
    let (reason, message) = (GapReason::Forbidden, "forbidden".into());
    no_proxy.set_state(Kind::DaemonSet, ReadState::Failed { reason, message, read: BTreeSet::new() });
    let no_proxy = verdicts(&evaluate(&no_proxy, "2.0.1"));
    let only_configz_gone = without(&[Kind::KubeletConfig]);
    let mut wrong = String::new();
    let mut back: BTreeMap<&str, usize> = BTreeMap::new();
    let controls = of_nodes_and_control_plane();
    assert_eq!(controls.len(), 94);
    for id in &controls {
        let section = id.rsplit_once('.').unwrap().0;
        let (taken, reason) = match (section, id.as_str()) {
            ("1.1" | "4.1", _) | (_, "1.2.28" | "3.2.2" | "4.2.7") => (&no_facts, GapReason::NoNodeEvidence),
            ("4.2", _) => (&no_kubelets, GapReason::NoKubeletAccess),
            ("4.3", _) => (&no_proxy, GapReason::Forbidden),
            _ => (&no_pods, GapReason::NoControlPlanePod),
        };
        if taken[id] == (Verdict::NotEvaluated, Some(reason)) {
            *back.entry(reason.as_str()).or_default() += 1;
        } else {
            writeln!(wrong, "{id}: {:?}, expected {reason:?}", taken[id]).unwrap();
        }
        if section == "4.2" && only_configz_gone[id].0 == Verdict::NotEvaluated {
            writeln!(wrong, "{id}: the node's own files say it").unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    println!("94 controls without their source: {back:?}");
}

#[test]
fn what_is_old_fails_and_does_not_pass() {
    let nodes =
        "{apiVersion: v1, kind: Node, metadata: {name: a}}\n---\n{apiVersion: v1, kind: Node, metadata: {name: b}}\n";
    let mut inventory = cluster(nodes);
    let mut old = facts("b", |(path, kind, _, uid, gid)| (path, kind, 0o666, uid, gid));
    old["collectedAt"] = json!("2026-11-01T00:00:00Z");
    let mut good = facts("a", |file| file);
    good["collectedAt"] = json!("2026-11-01T00:00:00Z");
    take(&mut inventory, &[good, old]);
    let report = evaluate(&inventory, "2.0.1");
    let found = verdicts(&report);
    assert_eq!(found["1.1.1"].0, Verdict::Fail, "a counter-example stands");
    assert_eq!(found["1.1.2"], (Verdict::NotEvaluated, Some(GapReason::Stale)));
    let said = report.findings.iter().find(|f| f.check == "node-file.apiserver-manifest.mode").unwrap();
    assert!(said.message.contains("as read 23 days ago"), "{}", said.message);
    inventory.settings.max_age = "30d".parse().unwrap();
    assert_eq!(verdicts(&evaluate(&inventory, "2.0.1"))["1.1.2"].0, Verdict::Pass);
}

/// What the node of `nodes/cp-1.yaml` has on disk.
fn facts_of_cp_1() -> Value {
    let mut document = facts("cp-1", |(path, kind, mode, uid, gid)| match path {
        "/etc/kubernetes/manifests/kube-scheduler.yaml" | "/var/lib/kubelet/config.yaml" => (path, kind, 0o644, 0, 0),
        "/etc/cni/net.d/10-x.conflist" | "/etc/kubernetes/pki/ca.key" => (path, kind, 0o644, 0, 0),
        "/etc/systemd/system/kubelet.service.d/10-kubeadm.conf" => (path, kind, 0o644, 0, 0),
        "/var/lib/etcd" => (path, kind, 0o700, 0, 0),
        "/etc/kubernetes/controller-manager.conf" => (path, kind, mode, 1000, 1000),
        _ => (path, kind, mode, uid, gid),
    });
    let files = document["files"].as_array_mut().unwrap();
    files.retain(|file| file["path"] != "/etc/kubernetes/proxy.conf");
    document["missing"] = json!(["/etc/kubernetes/proxy.conf"]);
    // kubeadm's, and without rotateCertificates
    document["kubeletConfig"] = json!({
        "authentication": {"anonymous": {"enabled": false}, "x509": {"clientCAFile": "/etc/kubernetes/pki/ca.crt"}},
        "authorization": {"mode": "Webhook"}, "staticPodPath": "/etc/kubernetes/manifests",
    });
    document["processes"][1]["args"] = json!(["kube-apiserver", "--client-ca-file=/etc/kubernetes/pki/ca.crt"]);
    document["processes"]
        .as_array_mut()
        .unwrap()
        .push(json!({"name": "kube-proxy", "args": ["kube-proxy", "--config=/var/lib/kube-proxy/config.conf"]}));
    for field in ["encryption", "auditPolicy"] {
        document[field] = Value::Null;
    }
    document
}

fn kube_bench(inventory: &mut Inventory) {
    let packs = frameworks::embedded().unwrap();
    let objects = imports::of_text(KUBE_BENCH, Some("cp-1"), NOW, &packs).unwrap();
    assert!(matches!(objects.as_slice(), [Object::KubeBench(_)]));
    assert!(imports::take(inventory, objects).is_empty());
}

/// What kube-bench says, by control.
fn statuses() -> BTreeMap<String, String> {
    let document: Value = serde_json::from_str(KUBE_BENCH).unwrap();
    let groups = document["Controls"].as_array().unwrap().iter().flat_map(|c| c["tests"].as_array().unwrap());
    let results = groups.flat_map(|group| group["results"].as_array().unwrap());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    results.map(|result| (text(&result["test_number"]), text(&result["status"]))).collect()
}

#[test]
fn kube_bench_agrees_control_by_control_or_the_page_says_why() {
    let mut inventory = cluster(CP_1);
    inventory.opt_in(Kind::ConfigMap);
    take(&mut inventory, &[facts_of_cp_1()]);
    let ours = verdicts(&evaluate(&inventory, "1.12"));
    let mut differ: Vec<(String, String, String)> = Vec::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (id, says) in statuses().iter().filter(|(id, _)| !id.starts_with("5.") && !id.starts_with("3.1.")) {
        let own = ours[id].0.as_str();
        let kind = match (says.as_str(), own) {
            ("PASS", "pass") | ("FAIL", "fail") => "agree",
            ("WARN" | "INFO", _) => "kube-bench leaves it to a person",
            _ => {
                differ.push((id.clone(), says.clone(), own.to_owned()));
                "differ"
            }
        };
        *counts.entry(kind).or_default() += 1;
    }
    let cells =
        |line: &str| -> Vec<String> { line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect() };
    let lines = PAGE.lines().skip_while(|line| !line.starts_with("| control |")).skip(2);
    let mut written: Vec<(String, String, String)> = lines
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let [control, bench, ours, why] = <[String; 4]>::try_from(cells(line)).unwrap();
            assert!(why.len() > 5, "{control}: {why}");
            (control, bench, ours)
        })
        .collect();
    written.sort();
    differ.sort();
    assert_eq!(written, differ, "{counts:?}");
    let sentence = format!(
        "of 94 controls {} agree, {} differ, and of {} kube-bench leaves the verdict to a person",
        counts["agree"], counts["differ"], counts["kube-bench leaves it to a person"]
    );
    assert!(PAGE.replace('\n', " ").contains(&sentence), "{sentence}");
    println!("{sentence}");
}

#[test]
fn kube_bench_alone_decides_and_never_passes_what_it_does_not_see() {
    let mut inventory = cluster("{apiVersion: v1, kind: Node, metadata: {name: cp-1}}\n");
    kube_bench(&mut inventory);
    let report = evaluate(&inventory, "1.12");
    let found = verdicts(&report);
    // kube-proxy is the API's to tell, and here there is none
    let of_node = |id: &str| !["5.", "3.1.", "4.3."].iter().any(|section| id.starts_with(section));
    for (id, says) in statuses().iter().filter(|(id, _)| of_node(id)) {
        let own = found[id].0;
        match says.as_str() {
            "PASS" => assert!(matches!(own, Verdict::Pass | Verdict::Manual), "{id}: {own:?}"),
            "FAIL" => assert!(matches!(own, Verdict::Fail | Verdict::Manual), "{id}: {own:?}"),
            _ => assert_eq!(own, Verdict::Manual, "{id}"),
        }
    }
    // known to pass what does not hold, and to fail what a file may say
    for id in ["1.3.7", "4.2.10", "1.2.6", "1.2.7", "1.2.8"] {
        assert_eq!(found[id].0, Verdict::Manual, "{id}");
    }
    assert_eq!(found["1.1.5"].0, Verdict::Fail);
    let gaps: Vec<&str> = report.gaps.iter().map(|gap| &*gap.message).collect();
    assert!(!gaps.iter().any(|gap| gap.contains("nothing looked at the nodes")), "{gaps:?}");
    let failing = report.findings.iter().find(|f| f.check == "node-file.scheduler-manifest.mode").unwrap();
    assert!(
        failing.message.contains("kube-bench 1.1.5 (cis-1.12, just now) says FAIL (it saw 644), on cp-1"),
        "{}",
        failing.message
    );
    // its command lines are not carried
    assert!(!serde_json::to_string(&report).unwrap().contains("authz.yaml"));

    // beside our own look its word is told where it differs
    take(&mut inventory, &[facts("cp-1", |file| file)]);
    let report = evaluate(&inventory, "1.12");
    assert_eq!(verdicts(&report)["1.1.5"].0, Verdict::Manual, "what was read passes, and kube-bench says FAIL");
    let told = report.findings.iter().find(|f| f.check == "node-file.scheduler-manifest.mode").unwrap();
    assert!(told.message.contains("look which of the two is older"), "{}", told.message);
}

#[test]
fn what_is_no_evidence_is_refused() {
    let packs = frameworks::embedded().unwrap();
    let refused = |text: &str, node: Option<&str>| imports::of_text(text, node, NOW, &packs).unwrap_err();
    assert!(refused("", None).contains("it is empty"));
    assert!(refused("apiVersion: v1\nkind: Pod\n", None).contains("plimsoll node"));
    assert!(refused("}{", None).contains("neither JSON nor YAML"));
    assert!(refused(KUBE_BENCH, None).contains("give --node"));
    assert!(refused(&KUBE_BENCH.replace("cis-1.12", "cis-9.9"), Some("n")).contains("of cis there are"));
    assert!(refused(&KUBE_BENCH.replace("cis-1.12", "rh-1.8x"), Some("n")).contains("is not known"));
    let newer = facts("n", |file| file).to_string().replace("\"schemaVersion\":1", "\"schemaVersion\":7");
    assert!(refused(&newer, None).contains("schemaVersion 7"));
    // without totals it is a list, and rke2's numbers are those of CIS
    let document: Value = serde_json::from_str(KUBE_BENCH).unwrap();
    let list = document["Controls"].to_string().replace("cis-1.12", "rke2-cis-1.8");
    assert_eq!(imports::of_text(&list, Some("n"), NOW, &packs).unwrap().len(), 1);

    let mut inventory = cluster("{apiVersion: v1, kind: Node, metadata: {name: a}}\n");
    let objects = imports::of_text(&facts("gone", |file| file).to_string(), None, NOW, &packs).unwrap();
    assert_eq!(
        imports::take(&mut inventory, objects),
        ["there is no node gone in this cluster: what was seen on it does not count"]
    );
}
