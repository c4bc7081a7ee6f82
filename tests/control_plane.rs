//! The control plane on a real API server: its own processes' command lines, as kubeadm would write them into static pods;
//! several replicas that differ; and what is said where none is seen.
#![cfg(feature = "live")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use plimsoll::checks;
use plimsoll::engine::{Engine, NoExemptions, Times, kinds};
use plimsoll::frameworks::{Edition, from_texts};
use plimsoll::inventory::{Inventory, Kind, Object, ReadState, Version, yaml};
use plimsoll::model::{GapReason, Report, Verdict};
use plimsoll::sources::live::{Flags, Mode, Session};
use plimsoll::sources::{Change, Update, apply};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use xtask::cluster::{Cluster, Options, skip};

#[path = "support/sheets.rs"]
mod sheets;

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
    edition_of(expected().keys().map(String::as_str))
}

fn edition_of<'i>(ids: impl Iterator<Item = &'i str>) -> Edition {
    let mut section = "section: one\ntitle: One\ncontrols:\n".to_owned();
    for id in ids {
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

/// A case of a row: a command line, and what the catalogue makes of it.
struct Row {
    check: String,
    case: String,
    expected: String,
    version: Version,
    pod: Value,
}

/// What stands in the place of flags: of each program the files that can, and the rows for which they do; of the others
/// the flag counts as before, absent (catalogue 1.4, pitfall 46).
const FILES: [(&str, &[&str], &[&str]); 4] = [
    (
        "apiserver",
        &["--authentication-config=/etc/kubernetes/authn.yaml", "--authorization-config=/etc/kubernetes/authz.yaml"],
        &[
            "apiserver.anonymous-auth",
            "apiserver.authz-not-always-allow",
            "apiserver.authz-node",
            "apiserver.authz-rbac",
        ],
    ),
    // it reads no such file
    ("kcm", &["--leader-elect=true"], &[]),
    ("scheduler", &["--config=/etc/kubernetes/scheduler-config.yaml"], &["scheduler.profiling"]),
    (
        "etcd",
        &["--config-file=/etc/etcd/etcd.yaml"],
        &[
            "etcd.tls",
            "etcd.client-cert-auth",
            "etcd.auto-tls",
            "etcd.peer-tls",
            "etcd.peer-client-cert-auth",
            "etcd.peer-auto-tls",
        ],
    ),
];

fn words(pod: &Value) -> Vec<String> {
    let words = pod["spec"]["containers"][0]["command"].as_array().unwrap();
    words.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

/// The lines of the sheets, and for each row one more: its flag absent and the program's files given.
fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for sheets::Case { family, check, case, text } in sheets::all() {
        let Some((_, files, decide)) = FILES.iter().find(|(name, ..)| *name == family) else { continue };
        let version = text.lines().find_map(|line| line.strip_prefix("# kubernetes: "));
        let version: Version = version.map_or(Version::NEWEST, |version| version.parse().unwrap());
        let pod = yaml::parse(&text).unwrap().value;
        let expected = case.split('.').next().unwrap().to_owned();
        // `absent` beside what the row needs to be asked at all, or nothing
        let is_absent = case.ends_with(".absent") || words(&pod).len() == 1;
        if is_absent
            && version == Version::NEWEST
            && !rows.iter().any(|row: &Row| row.check == check && row.case == "replaced")
        {
            let mut pod = pod.clone();
            let more = files.iter().map(|word| json!(word));
            pod["spec"]["containers"][0]["command"].as_array_mut().unwrap().extend(more);
            let expected = if decide.contains(&check.as_str()) { "manual".to_owned() } else { expected.clone() };
            rows.push(Row { check: check.clone(), case: "replaced".into(), expected, version, pod });
        }
        rows.push(Row { check, case, expected, version, pod });
    }
    rows
}

/// What one pod comes to, as the API server gave it.
fn judge(session: &Session, row: &Row, pod: &Object) -> String {
    let mut inventory: Inventory = session.inventory();
    inventory.version = row.version;
    Kind::ALL.iter().for_each(|kind| inventory.set_state(*kind, ReadState::Complete));
    inventory.upsert(pod.clone());
    let edition = edition_of(std::iter::once(row.check.as_str()));
    let times = Times { started: "2026-01-01T00:00:00Z".into(), finished: "2026-01-01T00:00:00Z".into() };
    let report = Engine::default().evaluate(&inventory, &[edition], &NoExemptions, false, times);
    report.controls[0].status.as_str().to_owned()
}

#[test]
fn every_flag_row_on_a_real_api_server() {
    const NAME: &str = "every_flag_row_on_a_real_api_server";
    if skip(NAME).unwrap() {
        return;
    }
    let mut all = rows();
    for (index, row) in all.iter_mut().enumerate() {
        let program = words(&row.pod)[0].clone();
        row.pod["metadata"]["name"] = json!(format!("{program}-case-{index}"));
    }
    let cluster = Cluster::start(Options::default()).unwrap();
    let list = json!({"apiVersion": "v1", "kind": "List", "items": all.iter().map(|row| &row.pod).collect::<Vec<_>>()});
    cluster.kubectl_input(["create", "-f", "-"], &list.to_string()).unwrap();
    let flags = Flags { kubeconfig: Some(cluster.kubeconfig().to_owned()), ..Flags::default() };
    let (session, pods) = tokio::runtime::Runtime::new().unwrap().block_on(async {
        let session = Session::connect(&flags).await.unwrap();
        let mut updates = session.read([Kind::Pod].into(), Mode::Once);
        let mut pods: BTreeMap<String, Object> = BTreeMap::new();
        while let Some(update) = updates.recv().await {
            match update {
                Update::FirstPassDone => break,
                Update::Batch(Kind::Pod, changes) => {
                    pods.extend(changes.into_iter().filter_map(|change| match change {
                        Change::Put(object) => Some((object.meta().name.clone(), object)),
                        _ => None,
                    }))
                }
                _ => {}
            }
        }
        (session, pods)
    });

    let mut wrong = String::new();
    let mut cases: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in &all {
        let found = judge(&session, row, &pods[row.pod["metadata"]["name"].as_str().unwrap()]);
        if found != row.expected {
            writeln!(wrong, "{} {}: {found}, expected {}: {:?}", row.check, row.case, row.expected, words(&row.pod))
                .unwrap();
        }
        cases.entry(&row.check).or_default().push(row);
    }
    for (check, cases) in &cases {
        let has = |wanted: &dyn Fn(&&&Row) -> bool| cases.iter().any(|row| wanted(&row));
        for (what, there) in [
            ("right", has(&|row| row.expected == "pass")),
            ("wrong", has(&|row| row.expected == "fail" && words(&row.pod).len() > 1 || row.case == "fail")),
            ("absent", has(&|row| row.case.ends_with(".absent") || words(&row.pod).len() == 1)),
            ("replaced", has(&|row| row.case == "replaced")),
        ] {
            if !there {
                writeln!(wrong, "{check}: no case with the flag {what}").unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    let tables = ["apiserver", "kcm", "scheduler", "etcd"].iter().flat_map(|family| {
        checks::ALL
            .iter()
            .filter(move |check| check.id.split('.').next() == Some(family) && matches!(check.run, checks::Run::Row(_)))
    });
    let tables: Vec<&str> = tables.map(|check| check.id).collect();
    let asked: Vec<&str> = cases.keys().copied().collect();
    assert!(tables.iter().all(|id| asked.contains(id)), "{tables:?} {asked:?}");
    println!("{} rows of flags, {} cases", cases.len(), all.len());
}
