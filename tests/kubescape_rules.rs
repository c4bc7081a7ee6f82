//! Agreement with kubescape's own test cases, where its rule and a check of plimsoll's ask the same question; where
//! they part on purpose, the reason stands in the table. Skipped where the shared folder is absent.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stderr, missing_docs)]

use plimsoll::engine::{Engine, NoExemptions, Times};
use plimsoll::frameworks::from_texts;
use plimsoll::inventory::{Kind, Medium, ReadState, Version};
use plimsoll::model::FindingStatus;
use plimsoll::sources::files::Loader;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

const NO_NAMESPACE: &str = "the manifest names no namespace: where it lands is decided when it is applied";

const MENDED: &str = "Ubuntu mended its 5.13.0 kernel in build 27, and the node runs build 39";
const BESIDE: &str = "the rule names the Service beside the APIService, in which the fault stands";

/// A case in which they differ, and why.
type Deviation = (&'static str, &'static str);

/// Rule, check, and cases in which they differ.
const PAIRS: &[(&str, &str, &[Deviation])] = &[
    ("internal-networking", "netpol.namespace-none", &[]),
    ("pod-security-admission-applied-1", "ns.pss-enforce", &[]),
    ("pod-security-admission-baseline-applied-2", "ns.pss-enforce", &[]),
    ("pods-in-default-namespace", "ns.default-used", &[("pod", NO_NAMESPACE)]),
    ("replicationcontroller-in-default-namespace", "ns.default-used", &[]),
    ("role-in-default-namespace", "ns.default-used", &[("role", NO_NAMESPACE)]),
    ("service-in-default-namespace", "ns.default-used", &[]),
    ("persistentvolumeclaim-in-default-namespace", "ns.default-used", &[]),
    ("pv-without-encryption", "storage.encryption", &[]),
    ("no-rolling-update-strategy", "workload.rolling-update", &[]),
    ("mismatching-selector", "workload.selector", &[]),
    ("CVE-2022-0185", "node.runtime-cve", &[("test_generic_fail", MENDED)]),
    ("CVE-2022-3172", "cluster.aggregated-api", &[("failed", BESIDE)]),
];

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|p| !hidden(p)).collect();
    paths.sort();
    paths
}

fn hidden(path: &Path) -> bool {
    path.file_name().unwrap().to_string_lossy().starts_with('.')
}

/// Names of the objects that fail.
fn failing(check: &str, input: &Path) -> BTreeSet<String> {
    let mut loader = Loader::new(Medium::Cluster, Version::NEWEST, None);
    for file in entries(input) {
        // some cases hold what no API server would take; what does not decode is not judged
        let _ = loader.text(&file.display().to_string(), &fs::read_to_string(&file).unwrap());
    }
    let (mut inventory, _) = loader.finish();
    Kind::ALL.iter().for_each(|kind| inventory.set_state(*kind, ReadState::Complete));
    let section = format!(
        "section: one\ntitle: One\ncontrols:\n  - {{id: one, title: t, decides: measured, checks: [{check}], why: w, collect: ['attach: a']}}\n"
    );
    let head = "id: one\ntitle: One\nsource: one\nkind: standard\nversions: [latest]\n";
    let pack = from_texts([("pack.yaml", head), ("one.yaml", section.as_str())].into_iter()).unwrap();
    let times = Times { started: "2026-01-01T00:00:00Z".into(), finished: "2026-01-01T00:00:00Z".into() };
    let edition = pack.edition("latest", Version::NEWEST);
    let report = Engine::default().evaluate(&inventory, &[edition], &NoExemptions, false, times);
    let failing = report.findings.iter().filter(|finding| finding.status == FindingStatus::Fail);
    failing.map(|finding| finding.owner.name.to_string()).collect()
}

/// Names of the objects that kubescape fails.
fn expected(file: &Path) -> BTreeSet<String> {
    let alerts: serde_json::Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let alerts = alerts.as_array().cloned().unwrap_or_default();
    let alerts = alerts.iter().map(|alert| &alert["alertObject"]);
    let objects = alerts.clone().flat_map(|a| a["k8sApiObjects"].as_array().cloned().unwrap_or_default());
    let external = alerts.filter_map(|a| a["externalObjects"]["name"].as_str().map(str::to_owned));
    objects.map(|o| o["metadata"]["name"].as_str().unwrap_or_default().to_owned()).chain(external).collect()
}

#[test]
fn agrees_with_kubescapes_cases() {
    let shared = std::env::var_os("PLIMSOLL_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let rules = shared.join("conformance/kubescape-rules/rules");
    if !rules.is_dir() {
        eprintln!("skipped: no cases at {} (PLIMSOLL_SHARED names the folder above)", rules.display());
        return;
    }
    let mut wrong = String::new();
    for (rule, check, deviations) in PAIRS {
        for case in entries(&rules.join(rule).join("test")) {
            let name = case.file_name().unwrap().to_string_lossy().into_owned();
            let (ours, theirs) = (failing(check, &case.join("input")), expected(&case.join("expected.json")));
            match deviations.iter().find(|(case, _)| *case == name) {
                None if ours != theirs => {
                    writeln!(wrong, "{rule}/{name}: {check} {ours:?}, kubescape {theirs:?}").unwrap()
                }
                Some((_, reason)) if ours == theirs => {
                    writeln!(wrong, "{rule}/{name}: agrees, though it should not: {reason}").unwrap();
                }
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
