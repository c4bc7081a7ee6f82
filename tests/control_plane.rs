//! The control plane on a real API server: its own processes' command lines, as kubeadm would write them into static pods;
//! several replicas that differ; and what is said where none is seen.
#![cfg(feature = "live")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use plimsoll::checks;
use plimsoll::engine::{Engine, NoExemptions, Times, kinds};
use plimsoll::frameworks::{Edition, from_texts};
use plimsoll::inventory::Version;
use plimsoll::model::{GapReason, Report, Verdict};
use plimsoll::sources::live::{Flags, Mode, Session};
use plimsoll::sources::{Update, apply};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use xtask::cluster::{Cluster, Options, skip};

/// What the checks come to on the processes of `xtask::cluster`, worked out by hand from their command lines
/// (`xtask/src/cluster.rs`) and the catalogue: never from what the program says.
const EXPECTED: &str = "
    apiserver.anonymous-auth fail               apiserver.token-auth-file fail
    apiserver.deny-service-external-ips fail    apiserver.kubelet-client-cert fail
    apiserver.kubelet-ca fail                   apiserver.authz-not-always-allow pass
    apiserver.authz-node pass                   apiserver.authz-rbac pass
    apiserver.event-rate-limit fail             apiserver.always-admit pass
    apiserver.always-pull-images fail           apiserver.service-account-plugin pass
    apiserver.namespace-lifecycle pass          apiserver.node-restriction fail
    apiserver.profiling fail                    apiserver.audit-log-path fail
    apiserver.audit-log-maxage fail             apiserver.audit-log-maxbackup fail
    apiserver.audit-log-maxsize fail            apiserver.request-timeout pass
    apiserver.service-account-lookup pass       apiserver.service-account-key-file pass
    apiserver.etcd-client-cert fail             apiserver.tls-cert fail
    apiserver.client-ca fail                    apiserver.etcd-ca fail
    apiserver.encryption-config fail            apiserver.encryption-providers no-node-evidence
    apiserver.tls-ciphers manual                apiserver.sa-token-extension fail
    apiserver.audit-policy-file fail            apiserver.audit-policy-content no-node-evidence
    kcm.terminated-pod-gc fail                  kcm.profiling fail
    kcm.use-sa-credentials fail                 kcm.sa-private-key pass
    kcm.root-ca pass                            kcm.rotate-kubelet-server-cert pass
    kcm.bind-address fail                       scheduler.profiling fail
    scheduler.bind-address fail                 etcd.tls fail
    etcd.client-cert-auth fail                  etcd.auto-tls pass
    etcd.peer-tls not-applicable                etcd.peer-client-cert-auth not-applicable
    etcd.peer-auto-tls pass                     etcd.unique-ca fail
    kube-proxy.metrics-bind not-applicable      cluster.insecure-port pass
    cluster.audit fail                          cluster.rbac-enabled pass
    cluster.secrets-encryption fail             cluster.authn-oidc manual
    kubelet.hostname-override no-node-evidence
";

/// Programs of the control plane.
const PROGRAMS: [&str; 4] = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"];

fn expected() -> BTreeMap<String, String> {
    let words: Vec<&str> = EXPECTED.split_whitespace().collect();
    let mut expected: BTreeMap<String, String> =
        words.chunks(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned())).collect();
    for check in checks::ALL {
        let unread = match check.id.split('.').next().unwrap() {
            "kubelet" => "no-kubelet-access",
            "node-file" => "no-node-evidence",
            _ => continue,
        };
        expected.entry(check.id.to_owned()).or_insert(unread.to_owned());
    }
    expected
}

/// A control for each check that the table names.
fn edition() -> Edition {
    let mut section = "section: one\ntitle: One\ncontrols:\n".to_owned();
    for id in expected().keys() {
        writeln!(
            section,
            "  - {{id: {id}, title: t, decides: measured, checks: [{id}], why: w, collect: ['attach: a']}}"
        )
        .unwrap();
    }
    let head = "id: one\ntitle: One\nsource: one\nkind: standard\nversions: [latest]\n";
    let pack = from_texts([("pack.yaml", head), ("one.yaml", section.as_str())].into_iter()).unwrap();
    pack.edition("latest", Version::NEWEST)
}

fn scan(cluster: &Cluster, namespaces: &[&str]) -> Report {
    let namespaces = namespaces.iter().map(|n| (*n).to_owned()).collect();
    let flags = Flags { kubeconfig: Some(cluster.kubeconfig().to_owned()), namespaces, ..Flags::default() };
    let edition = edition();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let session = Session::connect(&flags).await.unwrap();
        let mut inventory = session.inventory();
        let mut updates = session.read(kinds(std::slice::from_ref(&edition), &[]), Mode::Once);
        while let Some(update) = updates.recv().await {
            if matches!(update, Update::FirstPassDone) {
                break;
            }
            apply(&mut inventory, update);
        }
        let times = Times { started: "2026-01-01T00:00:00Z".into(), finished: "2026-01-01T00:00:00Z".into() };
        Engine::default().evaluate(&inventory, &[edition], &NoExemptions, false, times)
    })
}

/// Verdicts, or why there is none.
fn verdicts(report: &Report) -> BTreeMap<String, String> {
    let word =
        |status: Verdict, reason: Option<GapReason>| reason.map_or(status.as_str(), GapReason::as_str).to_owned();
    report.controls.iter().map(|c| (c.id.to_string(), word(c.status, c.reason))).collect()
}

/// A static pod of a node, with this command line.
fn pod(program: &str, node: &str, command: &[String]) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": format!("{program}-{node}"), "namespace": "kube-system",
            "labels": {"component": program, "tier": "control-plane"}},
        "spec": {"nodeName": node, "hostNetwork": true, "tolerations": [{"operator": "Exists"}], "containers": [
            {"name": program, "image": format!("registry.k8s.io/{program}:v1.36.3"), "command": command}]},
    })
}

/// The command line of a process of the cluster.
fn command(cluster: &Cluster, program: &str) -> Vec<String> {
    let lines = cluster.pids().iter().map(|pid| fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap());
    let mut words = lines.map(|line| line.split_terminator('\0').map(str::to_owned).collect::<Vec<_>>());
    let is = |words: &Vec<String>| words[0].rsplit('/').next() == Some(program);
    words.find(is).unwrap_or_else(|| panic!("no {program} among the cluster's processes"))
}

#[track_caller]
fn same(case: &str, found: &BTreeMap<String, String>, wanted: &BTreeMap<String, String>) {
    let mut wrong = String::new();
    for (check, wanted) in wanted {
        if found.get(check) != Some(wanted) {
            writeln!(wrong, "{check}: {:?}, expected {wanted}", found.get(check)).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{case}:\n{wrong}");
}

#[test]
fn real_command_lines_are_judged_and_every_replica_of_them() {
    if skip("real_command_lines_are_judged_and_every_replica_of_them").unwrap() {
        return;
    }
    let cluster = Cluster::start(Options::default()).unwrap();

    // none is seen: nothing is said of it, and the gap names the checks
    let report = scan(&cluster, &[]);
    let hosted: BTreeMap<String, String> = expected()
        .into_keys()
        .filter(|id| ["apiserver.", "kcm.", "scheduler.", "etcd."].iter().any(|family| id.starts_with(family)))
        .filter(|id| !matches!(id.as_str(), "apiserver.encryption-providers" | "apiserver.audit-policy-content"))
        .map(|id| (id, "no-control-plane-pod".to_owned()))
        .collect();
    same("no static pod", &verdicts(&report), &hosted);
    let gaps: Vec<_> = report.gaps.iter().filter(|gap| gap.reason == GapReason::NoControlPlanePod).collect();
    for program in PROGRAMS {
        let gap =
            gaps.iter().find(|gap| gap.message.contains(program)).unwrap_or_else(|| panic!("{program}: {gaps:?}"));
        assert!(!gap.checks.is_empty());
    }

    // the cluster's own
    let pods: Vec<Value> = PROGRAMS.map(|program| pod(program, "node-1", &command(&cluster, program))).to_vec();
    let list = json!({"apiVersion": "v1", "kind": "List", "items": pods});
    cluster.kubectl_input(["create", "-f", "-"], &list.to_string()).unwrap();
    let report = scan(&cluster, &[]);
    same("its own command lines", &verdicts(&report), &expected());
    let token = report.findings.iter().find(|f| f.check == "apiserver.token-auth-file").unwrap();
    assert_eq!(
        token.paths[0].path.to_string(),
        "spec.containers[name=kube-apiserver].command[--token-auth-file]",
        "no index, which another flag would move"
    );
    assert_eq!(token.owner.to_string(), "Pod kube-system/kube-apiserver-node-1");

    // a second replica that differs: the worst wins, and the finding says who differs
    let mut second = command(&cluster, "kube-apiserver");
    second.extend(["--profiling=false", "--authorization-mode=AlwaysAllow"].map(str::to_owned));
    let second = pod("kube-apiserver", "node-2", &second);
    cluster.kubectl_input(["create", "-f", "-"], &second.to_string()).unwrap();
    let report = scan(&cluster, &[]);
    let found = verdicts(&report);
    assert_eq!(found["apiserver.profiling"], "fail");
    assert_eq!(found["apiserver.authz-not-always-allow"], "fail");
    let profiling: Vec<_> = report.findings.iter().filter(|f| f.check == "apiserver.profiling").collect();
    assert_eq!(profiling.len(), 1);
    assert_eq!(&*profiling[0].owner.name, "kube-apiserver-node-1");
    assert!(profiling[0].message.contains("kube-apiserver-node-2 has --profiling=false"), "{}", profiling[0].message);
    let counts = report.controls.iter().find(|c| &*c.id == "apiserver.profiling").unwrap().counts;
    assert_eq!((counts.fail, counts.pass), (1, 1));

    // a scope without kube-system cannot hold it
    let scoped = verdicts(&scan(&cluster, &["default"]));
    for check in
        ["apiserver.profiling", "etcd.tls", "kubelet.anonymous-auth", "node-file.admin-conf.mode", "cluster.audit"]
    {
        assert_eq!(scoped[check], "source-cannot-hold-it", "{check}");
    }
    assert_eq!(verdicts(&scan(&cluster, &["kube-system"]))["apiserver.profiling"], "fail");
}
