//! Agreement with kubescape's own test cases for the control plane, kubelets and files of nodes; where they part on
//! purpose, the reason stands in the table. What its host sensor reports becomes a `NodeFacts` document, so this also
//! shows how such evidence comes in. Skipped where the shared folder is absent.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stderr, missing_docs)]

use base64::Engine as _;
use plimsoll::engine::{Engine, NoExemptions, Times};
use plimsoll::frameworks::from_texts;
use plimsoll::inventory::{Medium, Version, yaml};
use plimsoll::model::Verdict;
use plimsoll::sources::files::Loader;
use serde_json::{Value, json};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// A case in which they differ, and why.
type Deviation = (&'static str, &'static str);

const NO_LIST: &str = "no list is given: Go's own, for a person to judge (kube-bench and kubescape part here too)";
const OLD_LIST: &str = "its list has CBC suites, which CIS 2.0.1 no longer names";
const ANY_NUMBER: &str = "it lists any number for review; ten or more is what is asked";
const BY_CONTENT: &str = "what the file says is apiserver.encryption-providers' question";
const ROOT: &str = "the benchmark says etcd:etcd, and owner-or-root is the sibling that takes root (pitfall 52)";
const NOT_SEEN: &str = "its sensor could not read the file: that is not evaluated, never a failure";
const ZERO: &str = "0 means no limit: every event is recorded";
const DEFAULT: &str = "absent is false, the kubelet's own default; only kubeadm's file says true (pitfall 47)";

/// Rule, check, and cases in which they differ.
const PAIRS: &[(&str, &str, &[Deviation])] = &[
    (
        "ensure-that-the-API-Server-only-makes-use-of-Strong-Cryptographic-Ciphers-cis1-10",
        "apiserver.tls-ciphers",
        // in `failed` both fail two of three: it one without a list, we one with a suite that does not exist
        &[("passed", OLD_LIST), ("rke2-args", OLD_LIST), ("rke2-args-fail", NO_LIST)],
    ),
    ("ensure-that-the-admission-control-plugin-AlwaysPullImages-is-set", "apiserver.always-pull-images", &[]),
    ("ensure-that-the-admission-control-plugin-EventRateLimit-is-set", "apiserver.event-rate-limit", &[]),
    ("ensure-that-the-admission-control-plugin-NamespaceLifecycle-is-set", "apiserver.namespace-lifecycle", &[]),
    ("ensure-that-the-admission-control-plugin-NodeRestriction-is-set", "apiserver.node-restriction", &[]),
    ("ensure-that-the-api-server-DenyServiceExternalIPs-is-set", "apiserver.deny-service-external-ips", &[]),
    ("ensure-that-the-api-server-anonymous-auth-argument-is-set-to-false", "apiserver.anonymous-auth", &[]),
    (
        "ensure-that-the-api-server-audit-log-maxbackup-argument-is-set-to-10-or-as-appropriate",
        "apiserver.audit-log-maxbackup",
        &[("failed", ANY_NUMBER), ("rke2-args", ANY_NUMBER)],
    ),
    ("ensure-that-the-api-server-audit-log-path-argument-is-set", "apiserver.audit-log-path", &[]),
    ("ensure-that-the-api-server-authorization-mode-argument-includes-RBAC", "apiserver.authz-rbac", &[]),
    (
        "ensure-that-the-api-server-authorization-mode-argument-is-not-set-to-AlwaysAllow",
        "apiserver.authz-not-always-allow",
        &[],
    ),
    ("ensure-that-the-api-server-client-ca-file-argument-is-set-as-appropriate", "apiserver.client-ca", &[]),
    (
        "ensure-that-the-api-server-encryption-provider-config-argument-is-set-as-appropriate",
        "apiserver.encryption-config",
        &[("failed", BY_CONTENT)],
    ),
    (
        "ensure-that-the-api-server-encryption-providers-are-appropriately-configured",
        "apiserver.encryption-providers",
        &[],
    ),
    ("ensure-that-the-api-server-etcd-cafile-argument-is-set-as-appropriate", "apiserver.etcd-ca", &[]),
    (
        "ensure-that-the-api-server-kubelet-client-certificate-and-kubelet-client-key-arguments-are-set-as-appropriate",
        "apiserver.kubelet-client-cert",
        &[],
    ),
    ("ensure-that-the-api-server-profiling-argument-is-set-to-false", "apiserver.profiling", &[]),
    (
        "ensure-that-the-api-server-service-account-extend-token-expiration-is-set-to-false",
        "apiserver.sa-token-extension",
        &[],
    ),
    (
        "ensure-that-the-api-server-tls-cert-file-and-tls-private-key-file-arguments-are-set-as-appropriate",
        "apiserver.tls-cert",
        &[],
    ),
    ("ensure-that-the-api-server-token-auth-file-parameter-is-not-set", "apiserver.token-auth-file", &[]),
    ("rbac-enabled-native", "cluster.rbac-enabled", &[]),
    ("ensure-that-the-controller-manager-profiling-argument-is-set-to-false", "kcm.profiling", &[]),
    ("ensure-that-the-controller-manager-root-ca-file-argument-is-set-as-appropriate", "kcm.root-ca", &[]),
    (
        "ensure-that-the-controller-manager-service-account-private-key-file-argument-is-set-as-appropriate",
        "kcm.sa-private-key",
        &[],
    ),
    ("etcd-auto-tls-disabled", "etcd.auto-tls", &[]),
    ("etcd-peer-auto-tls-disabled", "etcd.peer-auto-tls", &[]),
    ("etcd-peer-client-auth-cert", "etcd.peer-client-cert-auth", &[]),
    ("etcd-tls-enabled", "etcd.tls", &[]),
    (
        "kubelet-event-qps",
        "kubelet.event-qps",
        &[("fail-eventRecordQPS=0-config", ZERO), ("fail-sensor-failed", NOT_SEEN)],
    ),
    (
        "kubelet-rotate-certificates",
        "kubelet.rotate-certificates",
        &[
            ("fail-sensor-failed", NOT_SEEN),
            ("pass-cli-argument-not-set", DEFAULT),
            ("pass-not-present-in-config-file", DEFAULT),
        ],
    ),
    ("kubelet-rotate-kubelet-server-certificate", "kubelet.rotate-server-certificate", &[]),
    ("read-only-port-enabled-updated", "kubelet.read-only-port", &[]),
    ("validate-kubelet-tls-configuration-updated", "kubelet.tls-cert", &[]),
    (
        "Ensure-that-the-kubeconfig-file-permissions-are-set-to-644-or-more-restrictive",
        "node-file.kubelet-kubeconfig.mode-644",
        &[],
    ),
    (
        "ensure-that-the-API-server-pod-specification-file-permissions-are-set-to-600-or-more-restrictive",
        "node-file.apiserver-manifest.mode",
        &[],
    ),
    (
        "ensure-that-the-Container-Network-Interface-file-permissions-are-set-to-600-or-more-restrictive",
        "node-file.cni.mode",
        &[],
    ),
    (
        "ensure-that-the-Kubernetes-PKI-certificate-file-permissions-are-set-to-600-or-more-restrictive",
        "node-file.pki-cert.mode-600",
        &[],
    ),
    ("ensure-that-the-Kubernetes-PKI-directory-and-file-ownership-is-set-to-root-root", "node-file.pki.owner", &[]),
    ("ensure-that-the-Kubernetes-PKI-key-file-permissions-are-set-to-600", "node-file.pki-key.mode", &[]),
    ("ensure-that-the-admin.conf-file-ownership-is-set-to-root-root", "node-file.admin-conf.owner", &[]),
    ("ensure-that-the-admin.conf-file-permissions-are-set-to-600", "node-file.admin-conf.mode", &[]),
    (
        "ensure-that-the-certificate-authorities-file-permissions-are-set-to-600-or-more-restrictive",
        "node-file.kubelet-ca.mode-600",
        &[],
    ),
    ("ensure-that-the-controller-manager.conf-file-ownership-is-set-to-root-root", "node-file.kcm-conf.owner", &[]),
    (
        "ensure-that-the-etcd-data-directory-ownership-is-set-to-etcd-etcd",
        "node-file.etcd-data.owner",
        &[("passed", ROOT)],
    ),
    ("ensure-that-the-etcd-data-directory-ownership-is-set-to-etcd-etcd", "node-file.etcd-data.owner-or-root", &[]),
    (
        "ensure-that-the-etcd-data-directory-permissions-are-set-to-700-or-more-restrictive",
        "node-file.etcd-data.mode",
        &[],
    ),
    ("ensure-that-the-etcd-pod-specification-file-ownership-is-set-to-root-root", "node-file.etcd-manifest.owner", &[]),
    (
        "ensure-that-the-kubeconfig-kubelet.conf-file-permissions-are-set-to-600-or-more-restrictive",
        "node-file.kubelet-kubeconfig.mode",
        &[],
    ),
    ("ensure-that-the-kubelet-service-file-ownership-is-set-to-root-root", "node-file.kubelet-service.owner", &[]),
    (
        "ensure-that-the-scheduler-pod-specification-file-permissions-are-set-to-600-or-more-restrictive",
        "node-file.scheduler-manifest.mode",
        &[],
    ),
    ("ensure-that-the-scheduler.conf-file-ownership-is-set-to-root-root", "node-file.scheduler-conf.owner", &[]),
    (
        "ensure-that-the-scheduler.conf-file-permissions-are-set-to-600-or-more-restrictive",
        "node-file.scheduler-conf.mode",
        &[],
    ),
    ("if-proxy-kubeconfig-file-exists-ensure-ownership-is-set-to-root-root", "node-file.proxy-kubeconfig.owner", &[]),
    (
        "if-proxy-kubeconfig-file-exists-ensure-permissions-are-set-to-600-or-more-restrictive",
        "node-file.proxy-kubeconfig.mode",
        &[],
    ),
];

fn entries(folder: &Path) -> Vec<PathBuf> {
    let hidden = |path: &Path| path.file_name().unwrap().to_string_lossy().starts_with('.');
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| !hidden(path)).collect();
    paths.sort();
    paths
}

/// Whether one object fails: its cases give several objects one name, so each is read alone.
fn fails(check: &str, object: &Value) -> bool {
    let mut loader = Loader::new(Medium::Files, Version::NEWEST, None);
    loader.text("case", &yaml::print(object)).unwrap();
    let (inventory, notes) = loader.finish();
    assert!(notes.is_empty(), "{notes:?}\n{}", yaml::print(object));
    let section = format!(
        "section: one\ntitle: One\ncontrols:\n  - {{id: one, title: t, decides: measured, checks: [{check}], why: w, collect: ['attach: a']}}\n"
    );
    let head = "id: one\ntitle: One\nsource: one\nkind: standard\nversions: [latest]\n";
    let pack = from_texts([("pack.yaml", head), ("one.yaml", section.as_str())].into_iter()).unwrap();
    let times = Times { started: "2026-01-01T00:00:00Z".into(), finished: "2026-01-01T00:00:00Z".into() };
    let edition = pack.edition("latest", Version::NEWEST);
    let report = Engine::default().evaluate(&inventory, &[edition], &NoExemptions, false, times);
    report.controls[0].status == Verdict::Fail
}

/// YAML in base64.
fn content(value: &Value) -> Option<Value> {
    let bytes = base64::engine::general_purpose::STANDARD.decode(value["content"].as_str()?).unwrap();
    Some(yaml::parse(&String::from_utf8(bytes).unwrap().replace('\r', "")).unwrap().value)
}

fn file(of: &Value, kind: &str) -> Option<Value> {
    let owner = &of["ownership"];
    let name = |field: &str| owner[field].as_str().filter(|name| !name.is_empty());
    // its cases mean the names, whatever the numbers beside them say
    let number = |field: &str, by: &str| match name(by) {
        Some("root") => json!(0),
        Some(_) => json!(1000),
        None => owner[field].clone(),
    };
    let mode = format!("{:04o}", of["permissions"].as_u64()?);
    Some(json!({
        "path": of["path"], "type": kind, "mode": mode, "uid": number("uid", "username"), "gid": number("gid", "groupname"),
        "user": name("username"), "group": name("groupname"),
    }))
}

/// What its sensor saw of a node, as a document of ours; anything else is an object already.
fn object(value: &Value) -> Value {
    let data = &value["data"];
    let mut files = Vec::new();
    let mut processes = Vec::new();
    let mut process = |name: &str, line: &Value, more: &[(&str, &Value)]| {
        let mut args: Vec<String> = line.as_str().unwrap_or(name).split_whitespace().map(str::to_owned).collect();
        if args.first().is_none_or(|first| first.starts_with('-')) {
            args.insert(0, name.to_owned());
        }
        let named = more.iter().filter_map(|(flag, file)| Some(format!("--{flag}={}", file["path"].as_str()?)));
        args.extend(named);
        processes.push(json!({"name": name, "args": args}));
    };
    let mut facts = json!({
        "apiVersion": "plimsoll/v1", "kind": "NodeFacts", "metadata": {"name": "node"}, "schemaVersion": 1,
        "collectedAt": "2026-01-01T00:00:00Z", "collectedBy": "kubescape", "missing": ["/etc/kubernetes", "/var/lib/cni/networks"],
    });
    match value["kind"].as_str().unwrap() {
        "ControlPlaneInfo" => {
            let (server, manager, scheduler) =
                (&data["APIServerInfo"], &data["controllerManagerInfo"], &data["schedulerInfo"]);
            process("kube-apiserver", &server["cmdLine"], &[]);
            process("kube-controller-manager", &manager["cmdLine"], &[("kubeconfig", &manager["configFile"])]);
            process("kube-scheduler", &scheduler["cmdLine"], &[("kubeconfig", &scheduler["configFile"])]);
            process("etcd", &Value::Null, &[("data-dir", &data["etcdDataDir"])]);
            let plain = [&server["specsFile"], &manager["specsFile"], &manager["configFile"], &scheduler["specsFile"]];
            let more = [&scheduler["configFile"], &data["etcdConfigFile"], &data["adminConfigFile"]];
            files.extend(plain.into_iter().chain(more).filter_map(|of| file(of, "file")));
            files.extend([&data["etcdDataDir"], &data["PKIDir"]].into_iter().filter_map(|of| file(of, "directory")));
            files.extend(data["PKIFiles"].as_array().into_iter().flatten().filter_map(|of| file(of, "file")));
            let encryption = &server["encryptionProviderConfigFile"];
            if let Some(config) = content(encryption) {
                let providers = |entry: &Value| -> Vec<String> {
                    let list = entry["providers"].as_array().unwrap();
                    list.iter().flat_map(|p| p.as_object().unwrap().keys().cloned().collect::<Vec<_>>()).collect()
                };
                let entries = config["resources"].as_array().unwrap().iter();
                let entries = entries.map(|e| json!({"resources": e["resources"], "providers": providers(e)}));
                facts["encryption"] = json!({"path": encryption["path"], "resources": entries.collect::<Vec<_>>()});
            }
        }
        "KubeletInfo" => {
            let ca = &data["clientCAFile"];
            process("kubelet", &data["cmdLine"], &[("kubeconfig", &data["kubeConfigFile"]), ("client-ca-file", ca)]);
            files.extend([&data["kubeConfigFile"], ca].into_iter().filter_map(|of| file(of, "file")));
            for unit in data["serviceFiles"].as_array().into_iter().flatten() {
                let mut unit = file(unit, "file").unwrap();
                unit["path"] = json!("/etc/systemd/system/kubelet.service");
                files.push(unit);
            }
            facts["missing"] = json!(["/etc/systemd/system/kubelet.service.d"]);
            if let Some(mut config) = content(&data["configFile"]) {
                // one case has a number for a path, which no kubelet takes
                if let Some(number) = config["tlsCertFile"].as_u64() {
                    config["tlsCertFile"] = json!(number.to_string());
                }
                facts["kubeletConfig"] = config;
            }
        }
        "KubeProxyInfo" => {
            process("kube-proxy", &data["cmdLine"], &[("kubeconfig", &data["kubeConfigFile"])]);
            files.extend(file(&data["kubeConfigFile"], "file"));
        }
        "CNIInfo" => {
            files.push(json!({"path": "/etc/cni/net.d", "type": "directory", "mode": "0755", "uid": 0, "gid": 0}));
            files.extend(data["CNIConfigFiles"].as_array().unwrap().iter().filter_map(|of| file(of, "file")));
        }
        _ => return value.clone(),
    }
    facts["files"] = files.into();
    facts["processes"] = processes.into();
    facts
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
    let (mut wrong, mut agreed) = (String::new(), 0);
    for (rule, check, deviations) in PAIRS {
        // one case came without its input
        for case in entries(&rules.join(rule).join("test")).iter().filter(|case| case.join("input").is_dir()) {
            let name = case.file_name().unwrap().to_string_lossy().into_owned();
            let texts = entries(&case.join("input")).into_iter().map(|input| fs::read_to_string(input).unwrap());
            let objects: Vec<Value> = texts.map(|text| yaml::parse(&text).unwrap().value).collect();
            let ours = objects.iter().filter(|value| fails(check, &object(value))).count();
            let alerts: Value = serde_json::from_str(&fs::read_to_string(case.join("expected.json")).unwrap()).unwrap();
            let theirs = alerts.as_array().map_or(0, Vec::len);
            // of a tree it reports each file
            let agrees = ours == theirs || (ours == objects.len() && theirs > ours);
            match deviations.iter().find(|(case, _)| *case == name) {
                None if !agrees => {
                    writeln!(wrong, "{rule}/{name}: {check} fails {ours} of {}, kubescape {theirs}", objects.len())
                        .unwrap();
                }
                Some((_, reason)) if agrees => {
                    writeln!(wrong, "{rule}/{name}: agrees, though it should not: {reason}").unwrap();
                }
                None => agreed += 1,
                Some(_) => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{agreed} agree, and\n{wrong}");
}
