//! The kubectl lines on a real API server: what plimsoll computes as the change is what the server makes of it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use plimsoll::engine::{Engine, NoExemptions, Selection, Times};
use plimsoll::inventory::{Kind, Medium, Version, yaml};
use plimsoll::model::{FieldPath, Finding, FindingStatus};
use plimsoll::remediation::{Action, plan};
use plimsoll::sources::files::Loader;
use plimsoll::{checks, frameworks};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use xtask::cluster::{Cluster, Options, skip};

/// The failing fixtures of pods and containers, each in a namespace of its own.
fn manifests() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/checks");
    let mut objects = Vec::new();
    for check in checks::ALL.iter().filter(|check| ["container", "pod", "pss"].iter().any(|f| check.id.starts_with(f)))
    {
        let namespace = format!("fix-{}", check.id.replace('.', "-"));
        let Ok(text) = fs::read_to_string(folder.join(check.id).join("fail.yaml")) else { continue };
        objects.push(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}));
        for document in yaml::documents(&text) {
            let mut object = document.parse().unwrap().value;
            // cluster-scoped things of a fixture would meet those of others
            let kind = Kind::of(
                object["apiVersion"].as_str().unwrap().split_once('/').map_or("", |(group, _)| group),
                object["kind"].as_str().unwrap(),
            );
            if kind.is_some_and(|kind| kind.info().namespaced) && object["metadata"]["namespace"].is_null() {
                object["metadata"]["namespace"] = namespace.clone().into();
                objects.push(object);
            }
        }
    }
    objects
}

fn findings(objects: &str) -> Vec<Finding> {
    let packs = frameworks::embedded().unwrap();
    let editions = Selection::default().editions(&packs, Version::NEWEST).unwrap();
    let mut loader = Loader::new(Medium::Files, Version::NEWEST, None);
    loader.text("cluster", objects).unwrap();
    let times = Times { started: "2026-01-01T00:00:00Z".into(), finished: "2026-01-01T00:00:00Z".into() };
    let report = Engine::default().evaluate(&loader.finish().0, &editions, &NoExemptions, false, times);
    let ours = |f: &Finding| {
        let home = format!("fix-{}", f.check.replace('.', "-"));
        f.status == FindingStatus::Fail && f.resource.namespace.as_deref() == Some(&home)
    };
    report.findings.iter().filter(ours).collect()
}

fn shell(cluster: &Cluster, line: &str) -> Output {
    let path = std::env::join_paths(
        std::iter::once(cluster.bin_dir().to_path_buf())
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", line]).env("PATH", path.unwrap()).env("KUBECONFIG", cluster.kubeconfig()).output().unwrap()
}

#[test]
fn the_server_makes_of_each_line_what_was_computed() {
    if skip("the_server_makes_of_each_line_what_was_computed").unwrap() {
        return;
    }
    let cluster = Cluster::start(Options::default()).unwrap();
    let text: String = manifests().iter().map(|object| format!("---\n{}", yaml::print(object))).collect();
    // a fixture that this server's own validation refuses is not there, and no loss: others of its check may be
    let _ = cluster.kubectl_input(["create", "-f", "-"], &text);
    let list = cluster.kubectl_output(["get", "deploy,ds,sts,jobs,cronjobs,pods", "-A", "-o", "json"]).unwrap();
    let live: Value = serde_json::from_str(&list).unwrap();
    let (mut done, mut replaced, mut wrong) = (BTreeSet::new(), false, Vec::new());
    for finding in findings(&list) {
        if done.contains(finding.check) {
            continue;
        }
        let is = |object: &&Value| {
            object["kind"] == *finding.resource.kind
                && object["metadata"]["name"] == *finding.resource.name
                && object["metadata"]["namespace"].as_str() == finding.resource.namespace.as_deref()
        };
        let object = live["items"].as_array().unwrap().iter().find(is).unwrap();
        let Ok(change) = plan(&finding, &checks::find(finding.check).unwrap().remedy, object) else { continue };
        let line = match change.action {
            Action::Patch => format!("{} -o json", change.command(None, true)),
            // once for good: it takes the server the time of a deletion
            Action::Replace if !replaced => {
                replaced = true;
                let get = format!(
                    "kubectl -n {} get pods {} -o json",
                    finding.resource.namespace.as_deref().unwrap(),
                    finding.resource.name
                );
                format!("({}) >&2 && {get}", change.command(None, false))
            }
            Action::Replace => format!("{} -o json", change.command(None, true).replace(" -o yaml", "")),
            Action::Create => continue,
        };
        let output = shell(&cluster, &line);
        let after: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let same = |path: &FieldPath| path.resolve(&after) == path.resolve(change.after());
        if !output.status.success() || !finding.paths.iter().all(|evidence| same(&evidence.path)) {
            wrong.push(format!("{}: {line}\n{}", finding.check, String::from_utf8_lossy(&output.stderr)));
        }
        done.insert(finding.check);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(done.len() >= 15 && replaced, "only {done:?}");
}
