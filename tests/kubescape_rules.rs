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

const BY_DIRECTION: &str = "a pod is isolated for ingress and for egress, each by a policy of that type (pitfall 35)";
const HOST_NETWORK: &str = "no policy holds a pod on the host's network (pitfall 36): netpol.host-network-note has it";
const EMPTY_RULES: &str = "empty lists of rules isolate nothing in Cilium (pitfall 38)";
const PENDING: &str = "a load balancer counts as soon as it is asked for, before it has an address";
const NO_NAMESPACE: &str = "the manifest names no namespace: where it lands is decided when it is applied";

/// A case in which they differ, and why.
type Deviation = (&'static str, &'static str);

/// Rule, check, and cases in which they differ.
const PAIRS: &[(&str, &str, &[Deviation])] = &[
    ("internal-networking", "netpol.namespace-none", &[]),
    ("pod-security-admission-applied-1", "ns.pss-enforce", &[]),
    ("pod-security-admission-baseline-applied-2", "ns.pss-enforce", &[]),
    ("pod-security-admission-baseline-applied-2", "ns.pss-baseline", &[]),
    (
        "ingress-and-egress-blocked",
        "netpol.pod-uncovered",
        &[("cnp-only-egress", BY_DIRECTION), ("cronjob", HOST_NETWORK), ("only-egress-policy", BY_DIRECTION)],
    ),
    (
        "ensure_network_policy_configured_in_labels",
        "netpol.pod-uncovered",
        &[
            ("success_cronjob_label_match", BY_DIRECTION),
            ("success_deployment_label_match", BY_DIRECTION),
            ("success_pod_cilium_label_match", EMPTY_RULES),
            ("success_pod_label_match", BY_DIRECTION),
            ("success_pod_no_pod_selector", BY_DIRECTION),
            ("success_pod_no_pod_selector_ns", BY_DIRECTION),
        ],
    ),
    ("dangling-networkpolicy", "netpol.selects-nothing", &[]),
    ("dangling-ingress-backend", "ingress.backend-missing", &[]),
    ("mismatching-selector", "workload.selector-mismatch", &[]),
    ("exposed-sensitive-interfaces-v1", "service.sensitive-exposed", &[("filter-multi-service", PENDING)]),
    ("exposure-to-internet-via-gateway-api", "service.exposed", &[]),
    ("ingress-no-tls", "ingress.no-tls", &[]),
    ("rule-access-dashboard-wl-v1", "service.dashboard", &[]),
    ("list-all-mutating-webhooks", "admission.webhook-inventory", &[]),
    ("CVE-2021-25742", "ingress.nginx-snippets", &[]),
    (
        "ensure-https-loadbalancers-encrypted-with-tls-aws",
        "service.lb-no-tls",
        &[("failed_multiple_loadbalancers", "two objects of one name: a cluster holds one")],
    ),
    ("pods-in-default-namespace", "ns.default-used", &[("pod", NO_NAMESPACE)]),
    ("replicationcontroller-in-default-namespace", "ns.default-used", &[]),
    ("role-in-default-namespace", "ns.default-used", &[("role", NO_NAMESPACE)]),
    ("service-in-default-namespace", "ns.default-used", &[]),
    ("persistentvolumeclaim-in-default-namespace", "ns.default-used", &[]),
];

/// Checks that list what a person decides on, where kubescape fails: their candidates count.
const EVIDENCE: [&str; 2] = ["admission.webhook-inventory", "service.exposed"];

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
    for kind in Kind::ALL {
        inventory.set_state(*kind, ReadState::Complete);
        inventory.opt_in(*kind);
    }
    let section = format!(
        "section: one\ntitle: One\ncontrols:\n  - {{id: one, title: t, decides: measured, checks: [{check}], why: w, collect: ['attach: a']}}\n"
    );
    let head = "id: one\ntitle: One\nsource: one\nkind: standard\nversions: [latest]\n";
    let pack = from_texts([("pack.yaml", head), ("one.yaml", section.as_str())].into_iter()).unwrap();
    let times = Times { started: "2026-01-01T00:00:00Z".into(), finished: "2026-01-01T00:00:00Z".into() };
    let edition = pack.edition("latest", Version::NEWEST);
    let report = Engine::default().evaluate(&inventory, &[edition], &NoExemptions, false, times);
    let counts = |status: FindingStatus| {
        status == FindingStatus::Fail || (status == FindingStatus::Manual && EVIDENCE.contains(&check))
    };
    let failing = report.findings.iter().filter(|finding| counts(finding.status));
    failing.map(|finding| finding.owner.name.to_string()).collect()
}

/// Names of the objects that kubescape fails.
fn expected(file: &Path) -> BTreeSet<String> {
    let alerts: serde_json::Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let alerts = alerts.as_array().cloned().unwrap_or_default();
    let name = |object: &serde_json::Value| object.as_str().unwrap_or_default().to_owned();
    let objects = alerts.iter().flat_map(|a| a["alertObject"]["k8sApiObjects"].as_array().cloned().unwrap_or_default());
    // some rules name a workload that they put together themselves
    let others = alerts.iter().filter_map(|a| {
        let object = &a["alertObject"]["externalObjects"];
        object.get("name").or_else(|| object.pointer("/metadata/name"))
    });
    let others = others.map(name);
    objects.map(|object| name(&object["metadata"]["name"])).chain(others).collect()
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
