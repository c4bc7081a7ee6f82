//! Agreement with kubescape's own test cases, where its rule and a check of plimsoll's ask the same question; where
//! they part on purpose, the reason stands in the table. Skipped where the shared folder is absent.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stderr, missing_docs)]

use plimsoll::engine::{Engine, NoExemptions, Times};
use plimsoll::frameworks::from_texts;
use plimsoll::inventory::{AllowedRegistry, Kind, Medium, ReadState, Version};
use plimsoll::model::FindingStatus;
use plimsoll::sources::files::Loader;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

const BY_DIRECTION: &str = "a pod is isolated for ingress and for egress, each by a policy of that type (pitfall 35)";
const HOST_NETWORK: &str = "no policy holds a pod on the host's network (pitfall 36): netpol.host-network-note has it";
const EMPTY_RULES: &str = "empty lists of rules isolate nothing in Cilium (pitfall 38)";
const PENDING: &str = "a load balancer counts as soon as it is asked for, before it has an address";
const NO_NAMESPACE: &str = "the manifest names no namespace: where it lands is decided when it is applied";

const SECRET_REF: &str = "a Secret is referred to, nothing is written out: container.secret-env reports it";
const OWN_WORDS: &str = "a list of words in values, or of names, that its user configures";
const NO_GRANT: &str = "CIS 5.1.6 asks for no token where none is used, with grants or without";
const RANGE: &str = "a range that its user configures";
const BLOCKED: &str = "a list of registries to refuse; plimsoll takes one of those to allow";
const IMAGE_USER: &str = "without a name the image decides; an administrator's name fails";
const MENDED: &str = "Ubuntu mended its 5.13.0 kernel in build 27, and the node runs build 39";
const BESIDE: &str = "the rule names the Service beside the APIService, in which the fault stands";

/// A case in which they differ, and why.
type Deviation = (&'static str, &'static str);

/// Rule, check, and cases in which they differ.
const PAIRS: &[(&str, &str, &[Deviation])] = &[
    ("CVE-2021-25741", "pod.subpath-cve-2021-25741", &[]),
    ("alert-any-hostpath", "pod.host-path", &[]),
    (
        "alert-mount-potential-credentials-paths",
        "pod.cloud-credentials-host-path",
        &[(
            "deployment_no_cloud_provider_pass",
            "the folder's name says what it holds, whichever cloud the nodes run on",
        )],
    ),
    ("alert-rw-hostpath", "pod.host-path-writable", &[]),
    ("container-hostPort", "container.host-port", &[]),
    ("container-image-repository", "container.image-registry", &[]),
    ("containers-mounting-docker-socket", "pod.runtime-socket", &[]),
    ("host-ipc-privileges", "pod.host-ipc", &[]),
    ("host-network-access", "pod.host-network", &[]),
    (
        "image-pull-policy-is-not-set-to-always",
        "container.image-pull-policy",
        &[("pod-configured-floating-tag", "a list of tags that float, which its user configures")],
    ),
    ("immutable-container-filesystem", "container.read-only-root-fs", &[]),
    ("non-root-containers", "container.run-as-root, container.root-group", &[]),
    ("pods-in-default-namespace", "pod.in-default-namespace", &[("pod", NO_NAMESPACE)]),
    ("resource-policies", "container.cpu-limit, container.memory-limit", &[]),
    (
        "resources-cpu-limit-and-request",
        "container.cpu-limit, container.cpu-request",
        &[
            ("pod-only-requests", "the API server takes the limit for the request"),
            ("workload-exceeded", RANGE),
            ("workload-mixed-unit", RANGE),
        ],
    ),
    ("resources-memory-limits", "container.memory-limit", &[]),
    ("rule-can-ssh-to-pod-v1", "container.ssh-port", &[]),
    (
        "rule-credentials-in-env-var",
        "container.env-literal-credential",
        &[
            ("cronjob-envfrom-secretref", SECRET_REF),
            ("cronjob-initcontainer-envfrom-secretref", SECRET_REF),
            ("deployment", OWN_WORDS),
            ("pod", OWN_WORDS),
            ("pod-envfrom-secretref", SECRET_REF),
            ("pod-initcontainer-envfrom-secretref", SECRET_REF),
            ("workloads", OWN_WORDS),
            ("workloads-envfrom-secretref", SECRET_REF),
            ("workloads-initcontainer-envfrom-secretref", SECRET_REF),
        ],
    ),
    ("rule-deny-cronjobs", "cronjob.inventory", &[("test", "a CronJob is a candidate for review, not a failure")]),
    (
        "rule-identify-blocklisted-image-registries",
        "container.image-registry",
        &[("cronjob", BLOCKED), ("workloads", BLOCKED)],
    ),
    ("rule-identify-old-k8s-registry", "container.image-registry-deprecated", &[]),
    ("rule-secrets-in-env-var", "container.secret-env", &[]),
    (
        "serviceaccount-token-mount",
        "pod.sa-token-automount",
        &[("both-mount", NO_GRANT), ("both-mount-default", NO_GRANT), ("pod-mount", NO_GRANT)],
    ),
    ("set-hostprocess-true", "container.windows-host-process", &[]),
    (
        "set-runasusername-value",
        "container.run-as-root",
        &[("cronjob", IMAGE_USER), ("pod", IMAGE_USER), ("workload", IMAGE_USER)],
    ),
    ("set-seccomp-profile", "container.seccomp-missing", &[]),
    ("sudo-in-container-entrypoint", "container.sudo", &[]),
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
    ("pv-without-encryption", "storage.encryption", &[]),
    ("no-rolling-update-strategy", "workload.rolling-update", &[]),
    ("mismatching-selector", "workload.selector", &[]),
    ("CVE-2022-0185", "node.runtime-cve", &[("test_generic_fail", MENDED)]),
    ("CVE-2022-3172", "cluster.aggregated-api", &[("failed", BESIDE)]),
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
    inventory.settings.allowed_registries = allowed_registries(&input.with_file_name("data.json"));
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

/// The registries that a case allows.
fn allowed_registries(file: &Path) -> Vec<AllowedRegistry> {
    let Ok(text) = fs::read_to_string(file) else { return Vec::new() };
    let data: Value = serde_json::from_str(&text).unwrap();
    let hosts = data["postureControlInputs"]["imageRepositoryAllowList"].as_array().cloned().unwrap_or_default();
    hosts.iter().map(|host| host.as_str().unwrap().parse().unwrap()).collect()
}

/// Names of the objects that kubescape fails.
fn expected(file: &Path) -> BTreeSet<String> {
    let alerts: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut names = BTreeSet::new();
    for alert in list(&alerts) {
        let object = &alert["alertObject"];
        let objects = list(&object["k8sApiObjects"]);
        names.extend(objects.iter().filter_map(|object| object["metadata"]["name"].as_str()).map(str::to_owned));
        // what joins several objects is an object of its own there
        let external = &object["externalObjects"];
        let name = external.get("name").or_else(|| external.pointer("/metadata/name"));
        names.extend(name.and_then(Value::as_str).map(str::to_owned));
    }
    names
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
            if !case.join("input").is_dir() {
                continue; // kubescape itself does not read it
            }
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
