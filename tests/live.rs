//! On a real API server: what rights decide, what is never shown, and that both encodings say the same.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Output;
use std::time::Duration;
use support::{plimsoll, report, stderr, stdout};
use xtask::cluster::{Cluster, Options, skip, wait};

const USERS: [&str; 5] = ["view-only", "one-namespace", "pods-only", "auditor", "lister"];

fn start(test: &str) -> Option<Cluster> {
    if skip(test).unwrap() {
        return None;
    }
    let users = USERS.iter().map(|name| ((*name).to_owned(), Vec::new())).collect();
    let cluster = Cluster::start(Options { users, ..Options::default() }).unwrap();
    let objects = include_str!("live/objects.yaml");
    cluster.kubectl_input(["apply", "-f", "-"], objects).unwrap();
    let running = |text: &str| text.lines().filter(|line| *line == "Running").count();
    wait::until("the test's pods to run", Duration::from_secs(60), || {
        let args = ["get", "pods", "-n", "shop", "-o", "jsonpath={range .items[*]}{.status.phase}{\"\\n\"}{end}"];
        Ok(running(&cluster.kubectl_output(args)?) == 6) // two of web, an agent on each of three nodes, the bare one
    })
    .unwrap();
    Some(cluster)
}

fn scan(kubeconfig: &Path, more: &[&str]) -> Output {
    plimsoll().args(["scan", "-o", "json"]).args(more).env("KUBECONFIG", kubeconfig).output().unwrap()
}

/// Status by control.
fn controls(report: &Value) -> BTreeMap<String, String> {
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    let rows = report["controls"].as_array().unwrap().iter();
    rows.map(|c| (format!("{}/{}", text(&c["framework"]), text(&c["id"])), text(&c["status"]))).collect()
}

fn gaps(report: &Value, reason: &str) -> BTreeSet<String> {
    let rows = report["gaps"].as_array().unwrap().iter().filter(|gap| gap["reason"] == reason);
    rows.map(|gap| gap["kind"].as_str().unwrap().to_owned()).collect()
}

fn failing(report: &Value) -> BTreeSet<String> {
    let rows = report["findings"].as_array().unwrap().iter().filter(|f| f["status"] == "fail");
    rows.map(|f| format!("{} {}", f["check"].as_str().unwrap(), f["owner"])).collect()
}

/// With fewer rights nothing that failed or was undecided may pass.
#[track_caller]
fn nothing_turned_into_a_pass(case: &str, full: &Value, reduced: &Value) {
    let reduced = controls(reduced);
    for (control, status) in controls(full) {
        let bad = matches!(status.as_str(), "fail" | "not-evaluated" | "contradicted" | "manual");
        let now = &reduced[&control];
        assert!(!(bad && matches!(now.as_str(), "pass")), "{case}: {control} turned from {status} into {now}");
    }
}

/// On an API server: no right taken away makes a pass, and the printed role closes every gap (pitfall 62).
#[test]
fn rights_decide_what_is_judged_and_never_turn_into_a_pass() {
    let Some(cluster) = start("rights_decide_what_is_judged_and_never_turn_into_a_pass") else { return };
    // the roles that the bindings name are there before anybody looks: a binding to none is a finding
    let role = stdout(&plimsoll().arg("role").output().unwrap());
    assert!(!role.contains('*'), "no wildcard");
    let list_only = role.replace("name: plimsoll", "name: plimsoll-list").replace(", \"watch\"", "");
    cluster.kubectl_input(["apply", "-f", "-"], &role).unwrap();
    cluster.kubectl_input(["apply", "-f", "-"], &list_only).unwrap();
    let full = report(&scan(cluster.kubeconfig(), &[]));
    assert_eq!(gaps(&full, "forbidden"), BTreeSet::new(), "an administrator reads everything");
    assert!(failing(&full).iter().any(|f| f.starts_with("container.privileged") && f.contains("\"web\"")));

    // the printed role closes every gap, and sees what an administrator sees
    let auditor = cluster.kubeconfig_for("auditor", None).unwrap();
    can(&cluster, "auditor", "list", "clusterroles.rbac.authorization.k8s.io", true);
    let output = scan(&auditor, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let as_auditor = report(&output);
    assert_eq!(gaps(&as_auditor, "forbidden"), BTreeSet::new(), "{}", stderr(&output));
    assert_eq!(failing(&as_auditor), failing(&full));
    assert_eq!(controls(&as_auditor), controls(&full));

    // taking any one resource out of it reopens a gap, and turns nothing into a pass
    let parsed = cluster.kubectl_output(["get", "clusterrole", "plimsoll", "-o", "json"]).unwrap();
    let parsed: Value = serde_json::from_str(&parsed).unwrap();
    let rules = parsed["rules"].as_array().unwrap();
    let served = cluster.kubectl_output(["api-versions"]).unwrap();
    for (r, rule) in rules.iter().enumerate() {
        for resource in rule["resources"].as_array().unwrap() {
            let group = rule["apiGroups"][0].as_str().unwrap();
            if !group.is_empty() && !served.lines().any(|version| version.starts_with(&format!("{group}/"))) {
                continue; // custom resources are not installed here: there is nothing to read
            }
            let mut reduced = parsed.clone();
            let list = reduced["rules"][r]["resources"].as_array_mut().unwrap();
            list.retain(|other| other != resource);
            if list.is_empty() {
                reduced["rules"].as_array_mut().unwrap().remove(r);
            }
            cluster.kubectl_input(["replace", "-f", "-"], &without_version(&reduced)).unwrap();
            let resource = resource.as_str().unwrap();
            let name = if group.is_empty() { resource.to_owned() } else { format!("{resource}.{group}") };
            can(&cluster, "auditor", "list", &name, false);
            let output = scan(&auditor, &[]);
            let report = report(&output);
            assert!(!gaps(&report, "forbidden").is_empty(), "without {name}: a gap");
            assert_eq!(output.status.code(), Some(4), "without {name}: {}", stderr(&output));
            nothing_turned_into_a_pass(&format!("without {name}"), &full, &report);
        }
    }

    // list without watch reads the same
    can(&cluster, "lister", "list", "pods", true);
    let lister = report(&scan(&cluster.kubeconfig_for("lister", None).unwrap(), &[]));
    assert_eq!(failing(&lister), failing(&full), "list without watch");

    // narrower users
    for (user, namespace) in [("view-only", None), ("pods-only", None), ("one-namespace", Some("shop"))] {
        let kubeconfig = cluster.kubeconfig_for(user, namespace).unwrap();
        let output = scan(&kubeconfig, &[]);
        assert_eq!(output.status.code(), Some(4), "{user}: {}", stderr(&output));
        let report = report(&output);
        if namespace.is_none() {
            nothing_turned_into_a_pass(user, &full, &report);
        } else {
            assert_eq!(report["scope"]["namespaces"], serde_json::json!(["shop"]), "the context's own namespace");
        }
        assert!(!gaps(&report, "forbidden").is_empty(), "{user}");
        let web = |f: &String| f.starts_with("container.privileged") && f.contains("shop");
        assert!(failing(&report).iter().any(web), "{user}: a counter-example that was seen stands");
    }

    // a scope is not a gap
    let scoped = report(&scan(cluster.kubeconfig(), &["-n", "pay"]));
    assert!(!failing(&scoped).iter().any(|f| f.contains("\"shop\"")), "only pay is judged");
    assert_eq!(scoped["scope"]["namespaces"], serde_json::json!(["pay"]));
}

#[test]
fn values_are_never_shown_and_both_encodings_agree() {
    let Some(cluster) = start("values_are_never_shown_and_both_encodings_agree") else { return };
    for args in [
        &["scan", "-o", "json", "--with-secrets", "--with-configmaps"][..],
        &["scan", "-o", "csv", "--with-secrets"],
        &["scan", "--stats"],
    ] {
        let output = plimsoll().args(args).env("KUBECONFIG", cluster.kubeconfig()).output().unwrap();
        let text = stdout(&output) + &stderr(&output);
        assert!(!text.contains("canary-secret-4711"), "{args:?}: a Secret's value");
        assert!(!text.contains("canary-env-0815"), "{args:?}: a value of the environment");
        assert!(!text.is_empty());
    }
    let from_json = {
        let kinds = "pods,deployments,daemonsets,replicasets,cronjobs,jobs,namespaces,serviceaccounts,roles,clusterroles,\
                     rolebindings,clusterrolebindings,networkpolicies,services,nodes";
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("dump.json");
        std::fs::write(&file, cluster.kubectl_output(["get", kinds, "-A", "-o", "json"]).unwrap()).unwrap();
        let version = ["--kubernetes-version", "v1.36.3", "--framework", "pss-restricted"];
        report(&plimsoll().args(["scan", "-o", "json", "-f"]).arg(&file).args(version).output().unwrap())
    };
    let from_protobuf = report(&scan(cluster.kubeconfig(), &["--framework", "pss-restricted"]));
    assert_eq!(failing(&from_json), failing(&from_protobuf), "JSON from kubectl and protobuf from the server");
    assert_eq!(controls(&from_json), controls(&from_protobuf));
    let through_a_slow_line = ["--framework", "pss-restricted", "--compression", "always"];
    let from_pages = report(&scan(cluster.kubeconfig(), &through_a_slow_line));
    assert_eq!(failing(&from_pages), failing(&from_protobuf), "packed pages and streams");
    assert_eq!(controls(&from_pages), controls(&from_protobuf));
}

/// Waits until the authorizer knows of a change.
#[track_caller]
fn can(cluster: &Cluster, user: &str, verb: &str, resource: &str, wanted: bool) {
    let word = if wanted { "yes" } else { "no" };
    wait::until(&format!("{user} {verb} {resource}: {word}"), Duration::from_secs(30), || {
        let output = cluster.kubectl().args(["auth", "can-i", verb, resource, "-A", "--as", user]).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).trim() == word)
    })
    .unwrap();
}

fn without_version(object: &Value) -> String {
    let mut object = object.clone();
    object["metadata"] = serde_json::json!({"name": object["metadata"]["name"]});
    object.to_string()
}
