//! Checks of a user's packs on a real API server: built-in and custom kinds, rights, versions, scopes.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::Duration;
use support::{plimsoll, report, stderr, stdout};
use xtask::cluster::{Cluster, Options, skip, wait};

const OBJECTS: &str = include_str!("live/custom.yaml");

/// A cluster with these kinds of custom resources, defined by group, scope, plural and kind, and with these objects.
fn cluster(options: Options, kinds: &[(&str, &str, &str, &str)], objects: &str) -> Cluster {
    let cluster = Cluster::start(options).unwrap();
    for (group, scope, plural, kind) in kinds {
        let singular = kind.to_lowercase();
        let definition = format!(
            "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: {plural}.{group}}}
spec:
  group: {group}
  scope: {scope}
  names: {{plural: {plural}, singular: {singular}, kind: {kind}, listKind: {kind}List}}
  versions: [{{name: v1, served: true, storage: true, schema: {{openAPIV3Schema: {{type: object, x-kubernetes-preserve-unknown-fields: true}}}}}}]
"
        );
        cluster.kubectl_input(["apply", "-f", "-"], &definition).unwrap();
        let name = format!("crd/{plural}.{group}");
        cluster.kubectl_output(["wait", "--for=condition=Established", "--timeout=60s", &name]).unwrap();
    }
    wait::until("the custom resources to be taken", Duration::from_secs(60), || {
        Ok(cluster.kubectl_input(["apply", "-f", "-"], objects).is_ok())
    })
    .unwrap();
    cluster
}

/// A pack with a control for each of these checks: name, apiVersion, kind, expression.
fn pack(id: &str, checks: &[(&str, &str, &str, &str)]) -> String {
    let mut text = format!("id: {id}\ntitle: T\nsource: a test\nchecks:\n");
    for (name, api_version, kind, expression) in checks {
        text += &format!(
            "  - id: {id}.{name}\n    title: {name} holds\n    severity: high\n    why: w\n    match: {{apiVersion: {api_version}, \
             kind: {kind}}}\n    validations: [{{expression: \"{expression}\", path: spec}}]\n"
        );
    }
    text += "sections:\n  - section: s\n    title: S\n    controls:\n";
    for (name, ..) in checks {
        text += &format!("      - {{id: {name}, title: t, why: w., decides: measured, checks: [{id}.{name}]}}\n");
    }
    text
}

fn scan(kubeconfig: &Path, packs: &Path, more: &[&str]) -> Output {
    let scan = ["scan", "-o", "json", "--pack", packs.to_str().unwrap()];
    plimsoll().args(scan).args(more).env("KUBECONFIG", kubeconfig).output().unwrap()
}

/// Status and reason of a control.
#[track_caller]
fn control(report: &Value, name: &str) -> (String, String) {
    let (framework, id) = name.split_once('/').unwrap();
    let mut rows = report["controls"].as_array().unwrap().iter();
    let row = rows.find(|row| row["framework"] == framework && row["id"] == id).unwrap_or_else(|| panic!("{name}"));
    let reason = row["reason"].as_str().unwrap_or_else(|| row["message"].as_str().unwrap());
    (row["status"].as_str().unwrap().to_owned(), reason.to_owned())
}

fn owners(report: &Value, check: &str, status: &str) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let of = findings.filter(|finding| finding["check"] == check && finding["status"] == status);
    of.map(|finding| finding["owner"]["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn checks_of_a_pack_are_judged_on_an_api_server() {
    if skip("checks_of_a_pack_are_judged_on_an_api_server").unwrap() {
        return;
    }
    let users = vec![("narrow".to_owned(), Vec::new())];
    let kinds = [("acme.dev", "Namespaced", "widgets", "Widget"), ("acme.dev", "Cluster", "regions", "Region")];
    let cluster = cluster(Options { users, ..Options::default() }, &kinds, OBJECTS);
    wait::until("the test's pods", Duration::from_secs(60), || {
        let pods = cluster.kubectl_output(["get", "pods", "-n", "shop", "-o", "name"])?;
        Ok(pods.lines().count() == 2)
    })
    .unwrap();
    let packs = tempfile::tempdir().unwrap();
    let good = pack(
        "acme",
        &[
            ("replicas", "apps/v1", "Deployment", "object.spec.replicas >= 2"),
            ("pods", "v1", "Pod", "object.spec.containers.all(c, has(c.livenessProbe))"),
            ("endpoints", "v1", "Endpoints", "has(object.metadata.name)"),
            ("widget", "acme.dev/v1", "Widget", "object.spec.size <= 5"),
            ("region", "acme.dev/v1", "Region", "object.spec.open"),
            ("gone", "acme.dev/v1", "Gone", "true"),
        ],
    );
    fs::write(packs.path().join("good.yaml"), good).unwrap();
    fs::write(packs.path().join("bad.yaml"), "id: bad\nsections: [\n").unwrap();
    let other = pack("other", &[("version", "acme.dev/v2", "Widget", "true")]);
    fs::write(packs.path().join("other.yaml"), other).unwrap();

    let output = scan(cluster.kubeconfig(), packs.path(), &["--framework", "acme"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("bad.yaml:2:"), "{}", stderr(&output));
    let full = report(&output);
    assert_eq!(control(&full, "acme/replicas").0, "fail");
    assert_eq!(owners(&full, "acme.replicas", "fail"), ["one"]);
    assert_eq!(control(&full, "acme/pods"), ("fail".into(), "1 of 1 fail".into()), "two pods, one owner");
    assert_eq!(owners(&full, "acme.pods", "fail"), ["two"]);
    assert_eq!(control(&full, "acme/endpoints").0, "pass", "a kind of the core that plimsoll does not know");
    assert_eq!(control(&full, "acme/widget").0, "fail");
    assert_eq!(owners(&full, "acme.widget", "fail"), ["large"]);
    assert_eq!(owners(&full, "acme.widget", "not-evaluated"), ["odd"], "no such key: no pass");
    assert_eq!(control(&full, "acme/region").0, "pass");
    assert_eq!(control(&full, "acme/gone"), ("not-applicable".into(), "acme.dev/v1 Gone is not served here".into()));

    // the object itself, for its YAML: of a kind that only discovery knows
    let flags = plimsoll::sources::live::Flags {
        kubeconfig: Some(cluster.kubeconfig().to_path_buf()),
        ..plimsoll::sources::live::Flags::default()
    };
    let object = tokio::runtime::Runtime::new().unwrap().block_on(async {
        let session = plimsoll::sources::live::Session::connect(&flags).await.unwrap();
        let large = plimsoll::model::ObjectRef::new("acme.dev/v1", "Widget", Some("shop"), "large");
        session.get_object(&large).await.unwrap()
    });
    assert_eq!(object["spec"]["size"], 9);

    // another version is no zero objects
    let output = scan(cluster.kubeconfig(), packs.path(), &["--framework", "other"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    assert_eq!(control(&report(&output), "other/version"), ("not-evaluated".into(), "read-failed".into()));
    assert!(stdout(&output).contains("acme.dev/v2 Widget is not served, acme.dev/v1 is"));

    // a scope of namespaces judges what is in it
    let scoped = report(&scan(cluster.kubeconfig(), packs.path(), &["--framework", "acme", "-n", "shop"]));
    assert_eq!(control(&scoped, "acme/region"), ("not-evaluated".into(), "source-cannot-hold-it".into()));
    assert_eq!(owners(&scoped, "acme.widget", "fail"), ["large"]);
    let elsewhere = report(&scan(cluster.kubeconfig(), packs.path(), &["--framework", "acme", "-n", "default"]));
    assert_eq!(owners(&elsewhere, "acme.widget", "fail"), Vec::<String>::new());

    // what may not be read is not evaluated, and what may be still counts
    let role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: narrow}\nrules:\n  - \
                {apiGroups: [acme.dev], resources: [widgets], verbs: [get, list]}\n  - {apiGroups: [\"\"], resources: [namespaces, nodes], \
                verbs: [get, list, watch]}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: \
                {name: narrow}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: narrow}\nsubjects: [{kind: User, \
                apiGroup: rbac.authorization.k8s.io, name: narrow}]\n";
    cluster.kubectl_input(["apply", "-f", "-"], role).unwrap();
    wait::until("the authorizer to know the role", Duration::from_secs(30), || {
        let output =
            cluster.kubectl().args(["auth", "can-i", "list", "widgets.acme.dev", "-A", "--as", "narrow"]).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).trim() == "yes")
    })
    .unwrap();
    let narrow = cluster.kubeconfig_for("narrow", None).unwrap();
    let output = scan(&narrow, packs.path(), &["--framework", "acme"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    let report = report(&output);
    for name in ["acme/replicas", "acme/pods", "acme/region", "acme/endpoints"] {
        assert_eq!(control(&report, name), ("not-evaluated".into(), "forbidden".into()), "{name}");
    }
    assert_eq!(control(&report, "acme/widget").0, "fail", "one that was seen stands");
    assert_eq!(control(&report, "acme/gone").0, "not-applicable");
}

/// Its events come as JSON; where their end is not recognised, the read waits for it, gives up and lists.
#[test]
fn known_custom_resources_are_read_by_one_watch() {
    if skip("known_custom_resources_are_read_by_one_watch").unwrap() {
        return;
    }
    // a kind that plimsoll knows itself
    let kinds = [("kyverno.io", "Cluster", "clusterpolicies", "ClusterPolicy")];
    let policy = "{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {name: one}, spec: {rules: []}}";
    let cluster = cluster(Options::default(), &kinds, policy);
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("requests");
    let scan = ["scan", "-o", "json", "--stats", "--request-log", log.to_str().unwrap()];
    let output = plimsoll().args(scan).env("KUBECONFIG", cluster.kubeconfig()).output().unwrap();
    assert!(report(&output)["findings"].is_array(), "{}", stderr(&output));
    let log = fs::read_to_string(log).unwrap();
    let asked: Vec<&str> = log.lines().filter(|line| line.starts_with("/apis/kyverno.io/")).collect();
    assert_eq!(asked.len(), 1, "{log}");
    assert!(asked[0].starts_with("/apis/kyverno.io/v1/clusterpolicies?watch=true&sendInitialEvents=true"), "{log}");
}
