//! `plimsoll node` on trees that the test makes: right facts, nothing of what is out of the root, and an end.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use plimsoll::inventory::node_facts::{FileType, Found, NodeFacts};
use plimsoll::sources::node;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use support::{plimsoll, stderr, stdout};

const CERTIFICATE: &str = include_str!("nodes/ca.crt");
/// Longer than any machine needs: only a hang lasts longer.
const PATIENCE: Duration = Duration::from_secs(300);

/// A tree that stands for a node's root.
struct Tree(tempfile::TempDir);

impl Tree {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn root(&self) -> &Path {
        self.0.path()
    }

    fn at(&self, path: &str) -> PathBuf {
        let path = self.root().join(path.trim_start_matches('/'));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    fn file(&self, path: &str, mode: u32, text: &str) -> &Self {
        let file = self.at(path);
        fs::write(&file, text).unwrap();
        fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
        self
    }

    fn folder(&self, path: &str, mode: u32) -> &Self {
        fs::create_dir_all(self.at(path)).unwrap();
        fs::set_permissions(self.at(path), fs::Permissions::from_mode(mode)).unwrap();
        self
    }

    fn link(&self, path: &str, to: &str) -> &Self {
        symlink(to, self.at(path)).unwrap();
        self
    }

    fn process(&self, number: u32, words: &[&str]) -> &Self {
        let line: String = words.iter().map(|word| format!("{word}\0")).collect();
        self.file(&format!("/proc/{number}/cmdline"), 0o444, &line)
    }

    /// What is seen, or a failure where that does not end.
    fn look(&self) -> NodeFacts {
        let (done, result) = mpsc::channel();
        let root = self.root().to_owned();
        std::thread::spawn(move || drop(done.send(node::look(&root, Some("n"), "2026-01-01T00:00:00Z"))));
        result.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("it hangs")).unwrap()
    }
}

fn there<'f>(facts: &'f NodeFacts, path: &str) -> &'f plimsoll::inventory::node_facts::FileFact {
    match facts.file(path) {
        Found::There(file) => file,
        other => panic!("{path}: {other:?}"),
    }
}

fn text_of(facts: &NodeFacts) -> String {
    node::document(facts).to_string()
}

#[test]
fn a_node_of_the_control_plane() {
    let tree = Tree::new();
    tree.file("/etc/passwd", 0o644, "root:x:0:0::/root:/bin/sh\netcd:x:52034:52035::/:/bin/false\nother:x:0:0::/:\n");
    tree.file("/etc/group", 0o644, "root:x:0:\netcd:x:52035:\n").file("/etc/hostname", 0o644, "CP-1\n");
    for name in ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd"] {
        tree.file(&format!("/srv/static/{name}.yaml"), 0o640, "canary-manifest");
    }
    tree.file("/etc/kubernetes/pki/ca.crt", 0o644, CERTIFICATE).file("/etc/kubernetes/pki/ca.key", 0o600, "canary-key");
    tree.file("/etc/kubernetes/pki/etcd/ca.crt", 0o666, CERTIFICATE);
    tree.file("/opt/kube/client.conf", 0o604, "users: [{user: {token: canary-token}}]");
    let encoded = base64_of(CERTIFICATE);
    tree.file(
        "/etc/kubernetes/admin.conf",
        0o600,
        &format!("users:\n- name: a\n  user: {{client-certificate-data: {encoded}, client-key-data: Y2FuYXJ5}}\n"),
    );
    tree.file(
        "/opt/kubelet.yaml",
        0o644,
        "readOnlyPort: 10255\nstaticPodPath: /srv/static\nstaticPodURLHeader: {Authorization: [canary-header]}\n\
         authentication: {x509: {clientCAFile: /opt/clients.pem}}\n",
    );
    tree.file(
        "/opt/clients.pem",
        0o644,
        &format!("-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----\n{CERTIFICATE}"),
    );
    tree.file(
        "/etc/kubernetes/enc.yaml",
        0o600,
        "kind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - aescbc: {keys: [{name: k, secret: \
         Y2FuYXJ5LWVuY3J5cHRpb24=}]}\n  - identity: {}\n",
    );
    tree.file(
        "/etc/kubernetes/audit.yaml",
        0o600,
        "kind: Policy\nrules:\n- level: Metadata\n  resources: [{group: '', resources: [secrets]}]\n",
    );
    tree.folder("/var/lib/etcd-data", 0o700).file("/var/lib/etcd-data/member/wal", 0o600, "canary-data");
    tree.process(
        1100,
        &[
            "/usr/bin/kubelet",
            "--config=/opt/kubelet.yaml",
            "--kubeconfig",
            "/opt/kube/client.conf",
            "--token=canary-flag",
        ],
    );
    tree.process(
        1200,
        &[
            "kube-apiserver",
            "--encryption-provider-config=/etc/kubernetes/enc.yaml",
            "--audit-policy-file",
            "/etc/kubernetes/audit.yaml",
            "--client-ca-file=/etc/kubernetes/pki/ca.crt",
        ],
    );
    // a user's own etcd in a pod, and the node's
    tree.process(900, &["etcd", "--data-dir=/canary-of-a-pod"]);
    tree.file("/proc/900/cgroup", 0o444, "0::/../kubepods-pod0f3c1a2b_1111_2222_3333_444455556666.slice/cri-1.scope\n");
    tree.process(1300, &["etcd", "--data-dir=/var/lib/etcd-data", "--initial-cluster-token=canary-cluster"]);
    tree.file("/proc/1300/cgroup", 0o444, "0::/kubepods/burstable/pod5b0f4c1e7ad2439cb18c0de27b61f0aa/abc\n");
    let root = fs::metadata(tree.root()).unwrap().uid() == 0;
    if root {
        chown(tree.at("/var/lib/etcd-data"), Some(52034), Some(52035)).unwrap();
        chown(tree.at("/srv/static/etcd.yaml"), Some(1000), Some(0)).unwrap();
    }

    let facts = tree.look();
    let mode = |path: &str| there(&facts, path).mode.to_string();
    assert_eq!(mode("/srv/static/kube-apiserver.yaml"), "0640");
    assert_eq!(
        (mode("/etc/kubernetes/pki/etcd/ca.crt"), mode("/etc/kubernetes/pki/ca.key")),
        ("0666".into(), "0600".into())
    );
    assert_eq!((mode("/opt/kube/client.conf"), mode("/opt/kubelet.yaml")), ("0604".into(), "0644".into()));
    assert_eq!((mode("/var/lib/etcd-data"), mode("/opt/clients.pem")), ("0700".into(), "0644".into()));
    assert_eq!(there(&facts, "/etc/kubernetes/pki").kind, FileType::Directory);
    if root {
        assert_eq!(there(&facts, "/var/lib/etcd-data").owner(), "etcd:etcd");
        assert_eq!(there(&facts, "/srv/static/etcd.yaml").owner(), "1000:root");
        assert_eq!(there(&facts, "/srv/static/kube-apiserver.yaml").owner(), "root:root", "the first of two names");
    }
    assert_eq!(facts.file("/etc/kubernetes/super-admin.conf"), Found::Missing);
    let expires = |path: &str| there(&facts, path).expires.clone();
    for path in ["/etc/kubernetes/pki/ca.crt", "/etc/kubernetes/admin.conf", "/opt/clients.pem"] {
        assert_eq!(expires(path).as_deref(), Some("2036-11-23T14:19:11Z"), "{path}");
    }
    assert_eq!(expires("/etc/kubernetes/pki/ca.key"), None);
    let sum = |path: &str| there(&facts, path).sha256.clone().unwrap();
    assert_eq!(sum("/etc/kubernetes/pki/ca.crt"), sum("/opt/clients.pem"), "one authority, whatever stands beside it");

    let names: Vec<&str> = facts.processes.iter().map(|process| process.name.as_str()).collect();
    assert_eq!(names, ["kubelet", "kube-apiserver", "etcd"]);
    let config = facts.kubelet().unwrap();
    assert_eq!((config.read_only_port, config.static_pod_path.as_str()), (Some(10255), "/srv/static"));
    let encryption = facts.encryption.as_ref().unwrap();
    assert_eq!(encryption.resources[0].providers, ["aescbc", "identity"]);
    assert!(encryption.resources[0].covers_secrets());
    assert_eq!(facts.audit_policy.as_ref().unwrap().rules[0].level, "Metadata");
    let text = text_of(&facts);
    assert!(!text.to_lowercase().contains("canary") && !text.contains("Y2FuYXJ5"), "{text}");
    assert!(facts.errors.is_empty(), "{:?}", facts.errors);
    // what it writes is what it reads
    let read: NodeFacts = serde_json::from_value(node::document(&facts)).unwrap();
    assert_eq!(read, facts);
    let named = node::look(tree.root(), None, "2026-01-01T00:00:00Z").unwrap();
    assert_eq!(named.meta.name, "cp-1");
}

fn base64_of(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}

#[test]
fn no_link_leads_out_of_the_root() {
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("outside.conf");
    fs::write(&secret, CERTIFICATE).unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o777)).unwrap();
    let absolute = secret.display().to_string();
    let tree = Tree::new();
    tree.link("/etc/kubernetes/admin.conf", &absolute);
    tree.link("/etc/kubernetes/scheduler.conf", &format!("../../../../../../../../../..{absolute}"));
    tree.link("/etc/kubernetes/manifests", &outside.path().display().to_string());
    tree.link("/etc/kubernetes/pki", &outside.path().display().to_string());
    tree.link("/etc/cni/net.d/out.conf", &absolute);
    tree.link("/var/lib/etcd", "/../..");
    // the host's own process directory is full of doors
    tree.link("/etc/kubernetes/controller-manager.conf", &format!("/proc/self/root{absolute}"));
    let facts = tree.look();
    for path in [
        "/etc/kubernetes/admin.conf",
        "/etc/kubernetes/scheduler.conf",
        "/etc/kubernetes/controller-manager.conf",
        "/etc/kubernetes/manifests/etcd.yaml",
        "/etc/kubernetes/pki",
        "/etc/cni/net.d/out.conf",
    ] {
        assert_eq!(facts.file(path), Found::Missing, "{path}");
    }
    assert_eq!(there(&facts, "/var/lib/etcd").kind, FileType::Directory, "`..` of the root is the root");
    assert!(!text_of(&facts).contains("0777"));
    // inside of the root the same links lead on
    tree.file(&absolute, 0o640, CERTIFICATE);
    let facts = tree.look();
    for path in ["/etc/kubernetes/admin.conf", "/etc/kubernetes/scheduler.conf", "/etc/cni/net.d/out.conf"] {
        assert_eq!(there(&facts, path).mode.to_string(), "0640", "{path}");
    }
    assert_eq!(there(&facts, "/etc/cni/net.d/out.conf").kind, FileType::Symlink);
    assert_eq!(there(&facts, "/etc/kubernetes/pki/outside.conf").mode.to_string(), "0640", "a tree behind a link");
}

#[test]
fn loops_pipes_sockets_and_directories_end() {
    let tree = Tree::new();
    tree.link("/etc/kubernetes/admin.conf", "admin.conf");
    tree.link("/etc/kubernetes/scheduler.conf", "a").link("/etc/kubernetes/a", "b").link("/etc/kubernetes/b", "a");
    tree.folder("/etc/kubernetes/controller-manager.conf", 0o755);
    let pipe = |path: &str| {
        let made = Command::new("mkfifo").arg("-m").arg("0600").arg(tree.at(path)).status().unwrap();
        assert!(made.success());
    };
    // nobody writes: whoever opens one of them waits for ever
    pipe("/etc/kubernetes/kubelet.conf");
    pipe("/etc/kubernetes/pki/ca.crt");
    pipe("/var/lib/kubelet/config.yaml");
    pipe("/etc/passwd");
    pipe("/proc/7/cmdline");
    let _socket = UnixListener::bind(tree.at("/var/lib/kubelet/kubeconfig")).unwrap();
    tree.file("/etc/kubernetes/pki/x/deep.key", 0o600, "").link("/etc/kubernetes/pki/x/up", "..");
    tree.link("/etc/kubernetes/pki/self", "/etc/kubernetes/pki").link("/etc/kubernetes/pki/gone.crt", "nowhere");
    tree.folder("/etc/cni", 0o755).file("/etc/cni/net.d", 0o600, "a file in place of a directory");
    tree.file("/var/lib/kubelet/pki/kubelet.crt", 0o600, &"x".repeat(3 * 1024 * 1024));
    let facts = tree.look();
    for path in ["/etc/kubernetes/admin.conf", "/etc/kubernetes/scheduler.conf"] {
        assert_eq!(facts.file(path), Found::Unknown, "{path}");
        assert!(facts.errors.iter().any(|error| error.path == path), "{path}: {:?}", facts.errors);
    }
    assert_eq!(there(&facts, "/etc/kubernetes/controller-manager.conf").kind, FileType::Directory);
    for path in ["/etc/kubernetes/kubelet.conf", "/etc/kubernetes/pki/ca.crt", "/var/lib/kubelet/kubeconfig"] {
        assert_eq!(there(&facts, path).kind, FileType::Other, "{path}");
    }
    assert!(facts.kubelet_config.is_none() && facts.processes.is_empty());
    assert!(facts.errors.iter().any(|error| error.path == "/var/lib/kubelet/config.yaml"), "{:?}", facts.errors);
    assert!(matches!(facts.file("/etc/kubernetes/pki/x/deep.key"), Found::There(_)));
    let up = facts.files.iter().filter(|file| file.path.contains("/up/") || file.path.contains("/self/"));
    assert_eq!(up.count(), 0, "a directory that was walked is not walked again");
    assert_eq!(facts.file("/etc/kubernetes/pki/gone.crt"), Found::Missing);
    assert_eq!(there(&facts, "/etc/cni/net.d").kind, FileType::File);

    // what stands in a file's place is for a person, by name; the rest is decided
    let report = scan(&facts);
    let amiss = finding(&report, "node-file.kcm-conf.mode");
    assert_eq!(amiss["status"], "manual");
    assert!(amiss["message"].as_str().unwrap().contains("is a directory"), "{amiss}");
    let pipe = finding(&report, "node-file.kubelet-kubeconfig.mode");
    assert!(pipe["message"].as_str().unwrap().contains("a pipe, a socket or a device"), "{pipe}");
}

/// What checks say of a node, by `plimsoll scan`.
fn scan(facts: &NodeFacts) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let (nodes, seen) = (folder.path().join("nodes.yaml"), folder.path().join("facts.json"));
    fs::write(&nodes, "{apiVersion: v1, kind: Node, metadata: {name: n}}\n").unwrap();
    fs::write(&seen, text_of(facts)).unwrap();
    let mut command = plimsoll();
    command.args([
        "scan",
        "-o",
        "json",
        "--framework",
        "cis",
        "--framework-version",
        "cis=2.0.1",
        "--max-age",
        "90000d",
        "-f",
    ]);
    let output = command.arg(&nodes).arg("--node-facts").arg(&seen).output().unwrap();
    serde_json::from_str(&stdout(&output)).unwrap_or_else(|error| panic!("{error}: {}", stderr(&output)))
}

fn finding<'r>(report: &'r Value, check: &str) -> &'r Value {
    let findings = report["findings"].as_array().unwrap();
    findings.iter().find(|f| f["check"] == check).unwrap_or_else(|| panic!("{check} says nothing"))
}

#[test]
fn a_hundred_thousand_files() {
    const FILES: usize = 100_000;
    let tree = Tree::new();
    for number in 0..FILES {
        let path = tree.root().join(format!("var/lib/cni/networks/n{}", number / 1000));
        if number % 1000 == 0 {
            fs::create_dir_all(&path).unwrap();
        }
        fs::write(path.join(format!("10.1.{number}")), "").unwrap();
        if number != 77_777 {
            fs::set_permissions(path.join(format!("10.1.{number}")), fs::Permissions::from_mode(0o600)).unwrap();
        }
    }
    tree.process(7, &["/usr/bin/kubelet"]);
    let odd = "/var/lib/cni/networks/n77/10.1.77777";
    tree.file(odd, 0o646, "");
    let facts = tree.look();
    assert_eq!(facts.files.iter().filter(|file| file.kind == FileType::File).count(), FILES);
    let wide: Vec<&str> = facts
        .files
        .iter()
        .filter(|f| f.mode.0 & 0o007 != 0 && f.kind == FileType::File)
        .map(|f| f.path.as_str())
        .collect();
    assert_eq!(wide, [odd]);
    assert!(facts.errors.is_empty(), "{:?}", facts.errors);
    let report = scan(&facts);
    let finding = finding(&report, "node-file.cni.mode");
    assert_eq!(finding["status"], "fail");
    assert!(finding["message"].as_str().unwrap().contains(odd), "{finding}");
}

#[test]
fn every_path_that_a_check_names_is_looked_at() {
    let tree = Tree::new();
    tree.process(7, &["/usr/bin/kubelet"]);
    let facts = tree.look();
    assert!(facts.files.is_empty() && facts.errors.is_empty());
    let report = scan(&facts);
    let controls = report["controls"].as_array().unwrap();
    let files: Vec<&Value> = controls
        .iter()
        .filter(|c| c["id"].as_str().unwrap().starts_with("1.1.") || c["id"].as_str().unwrap().starts_with("4.1."))
        .collect();
    assert_eq!(files.len(), 31);
    for control in files {
        // a unit that is not there passes 4.1.2
        assert!(["not-applicable", "pass"].contains(&control["status"].as_str().unwrap()), "{control}");
    }
    // where processes hide, what their flags name may be anywhere
    let report = scan(&Tree::new().look());
    let config = report["controls"].as_array().unwrap().iter().find(|c| c["id"] == "4.1.9").unwrap();
    assert_eq!((&config["status"], &config["reason"]), (&json!("not-evaluated"), &json!("no-node-evidence")));
}

#[test]
fn the_program_says_what_it_needs() {
    let agent = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll-node"));
        command.args(args).stdin(Stdio::null()).output().unwrap()
    };
    let tree = Tree::new();
    let root = tree.root().display().to_string();
    let nameless = agent(&["--root", &root]);
    assert_eq!(nameless.status.code(), Some(2));
    assert!(stderr(&nameless).contains("give --name"), "{}", stderr(&nameless));
    let nowhere = agent(&["--root", "/nonexistent"]);
    assert!(nowhere.status.code() == Some(2) && stderr(&nowhere).contains("/nonexistent"), "{}", stderr(&nowhere));
    let named = agent(&["--root", &root, "--name", "w-1"]);
    assert_eq!(named.status.code(), Some(0), "{}", stderr(&named));
    let document: Value = serde_json::from_str(&stdout(&named)).unwrap();
    assert_eq!(
        (&document["apiVersion"], &document["kind"], &document["schemaVersion"]),
        (&json!("plimsoll/v1"), &json!("NodeFacts"), &json!(1))
    );
    assert_eq!(document["metadata"]["name"], "w-1");
    assert_eq!(stdout(&named).lines().count(), 1, "one line: logs are split by lines");
    let same = plimsoll().args(["node", "--name", "w-1", "--root", &root]).output().unwrap();
    assert_eq!(serde_json::from_str::<Value>(&stdout(&same)).unwrap()["missing"], document["missing"]);
}
