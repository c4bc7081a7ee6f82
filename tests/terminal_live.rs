//! The real binary in a pseudo-terminal, on the real cluster: what changes while somebody looks.
#![cfg(all(feature = "tui", feature = "live"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::path::Path;
use std::time::Duration;
use support::fault_proxy::{Fault, FaultProxy};
use support::terminal::Terminal;
use xtask::cluster::{Cluster, Options, skip, wait};

const WEB: &str = r#"
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 3
  strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: "registry.k8s.io/pause:3.9", securityContext: {privileged: true}}]
"#;

fn start(test: &str, users: &[&str]) -> Option<Cluster> {
    if skip(test).unwrap() {
        return None;
    }
    let users = users.iter().map(|name| ((*name).to_owned(), Vec::new())).collect();
    let cluster = Cluster::start(Options { users, ..Options::default() }).unwrap();
    cluster.kubectl_input(["apply", "-f", "-"], WEB).unwrap();
    cluster.kubectl_output(["rollout", "status", "-n", "shop", "deploy/web", "--timeout=90s"]).unwrap();
    Some(cluster)
}

fn open(kubeconfig: &Path, size: (u16, u16)) -> Terminal {
    let environment = [("KUBECONFIG", kubeconfig.to_str().unwrap())];
    Terminal::start(Path::new(env!("CARGO_BIN_EXE_plimsoll")), &[], &environment, size)
}

#[test]
fn a_fix_is_rolling_until_the_last_old_pod_is_gone() {
    let Some(cluster) = start("a_fix_is_rolling_until_the_last_old_pod_is_gone", &[]) else { return };
    let mut terminal = open(cluster.kubeconfig(), (80, 24));
    terminal.shows("live");
    terminal.keys("H");
    terminal.shows("> CRIT FAIL   shop         Deployment/web");
    terminal.keys("\r");
    terminal.shows("privileged: true");

    // a new pod counts as available after an hour only: the rollout is held half way
    let fixed = r#"{"spec":{"progressDeadlineSeconds":7200,"minReadySeconds":3600,"template":{"spec":{"containers":[{"name":"web","securityContext":{"privileged":false}}]}}}}"#;
    cluster.kubectl_output(["patch", "-n", "shop", "deploy/web", "-p", fixed]).unwrap();
    terminal.shows("ROLLING 2 of 3 pods still fail");
    terminal.keys("\x1b");
    terminal.shows("> CRIT ROLL   shop         Deployment/web");
    terminal.keys("\r");
    terminal.shows("ROLLING 2 of 3 pods still fail");

    cluster.kubectl_output(["patch", "-n", "shop", "deploy/web", "-p", r#"{"spec":{"minReadySeconds":0}}"#]).unwrap();
    terminal.shows("PASS  Deployment shop/web");
    terminal.shows("no pod fails any more");
    terminal.keys(":q\r");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn the_screen_outlives_the_server() {
    let Some(mut cluster) = start("the_screen_outlives_the_server", &[]) else { return };
    let mut terminal = open(cluster.kubeconfig(), (120, 35));
    terminal.shows("live");
    terminal.keys("H");
    terminal.shows("> CRIT FAIL   shop           Deployment/web");
    cluster.stop_api_server().unwrap();
    terminal.shows("STALE since");
    terminal.shows("trying again");
    terminal.shows("> CRIT FAIL   shop           Deployment/web");
    cluster.start_api_server().unwrap();
    terminal.until("everything watched again", |screen| {
        let text = screen.contents();
        text.contains("live") && !text.contains("STALE")
    });
    // and what happens now is seen
    cluster.kubectl_output(["delete", "-n", "shop", "deploy/web"]).unwrap();
    terminal.until("the finding to go", |screen| !screen.contents().contains("Deployment/web"));
    terminal.keys(":q\r");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn another_context_in_the_middle_of_a_scan() {
    let Some(cluster) = start("another_context_in_the_middle_of_a_scan", &[]) else { return };
    let proxy = FaultProxy::start(&cluster);
    // pods never come from here
    proxy.put("/api/v1/pods?", Fault::HalfOpen(0), usize::MAX);
    let folder = tempfile::tempdir().unwrap();
    let both = folder.path().join("config");
    let slow = format!(
        "clusters:\n- name: slow\n  cluster: {{server: \"{}\"}}\nusers:\n- {{name: nobody, user: {{}}}}\ncontexts:\n- name: slow\n  \
         context: {{cluster: slow, user: nobody}}\n",
        proxy.url()
    );
    let text = std::fs::read_to_string(cluster.kubeconfig()).unwrap();
    std::fs::write(&both, format!("apiVersion: v1\nkind: Config\n{slow}current-context: slow\n")).unwrap();
    let real = folder.path().join("real");
    std::fs::write(&real, text.replace("current-context: test\n", "")).unwrap();
    let list = std::env::join_paths([&both, &real]).unwrap();
    let mut terminal = open(Path::new(&list), (120, 35));
    terminal.shows("slow");
    terminal.shows("reading");
    terminal.keys(":ctx test\r");
    terminal.until("the other cluster, whole", |screen| {
        let text = screen.contents();
        text.contains("test @") && text.contains("live")
    });
    terminal.keys("H");
    terminal.shows("Deployment/web");
    // what the first one still says is nobody's any more
    proxy.heal();
    terminal.keys(":home\r");
    terminal.shows("test @");
    terminal.keys(":q\r");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_right_that_is_taken_away_leaves_no_pass() {
    let test = "a_right_that_is_taken_away_leaves_no_pass";
    let Some(cluster) = start(test, &["oncall"]) else { return };
    let program = || {
        let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        program.env_clear().env("HOME", "/nonexistent");
        program
    };
    let role = String::from_utf8(program().arg("role").output().unwrap().stdout).unwrap();
    cluster.kubectl_input(["apply", "-f", "-"], &role).unwrap();
    let bind = ["create", "clusterrolebinding", "oncall", "--clusterrole=plimsoll", "--user=oncall"];
    cluster.kubectl_output(bind).unwrap();
    // rights count a moment after they are written
    let may_list_pods = |wanted: &str| {
        wait::until("the rights to count", Duration::from_secs(60), || {
            let args = ["auth", "can-i", "list", "pods", "--all-namespaces", "--as=oncall"];
            let said = cluster.kubectl().args(args).output()?;
            Ok(String::from_utf8_lossy(&said.stdout).trim() == wanted)
        })
        .unwrap();
    };
    may_list_pods("yes");
    let kubeconfig = cluster.kubeconfig_for("oncall", None).unwrap();
    let mut terminal = open(&kubeconfig, (120, 35));
    terminal.shows("live");
    // nothing on this cluster uses the node's IPC namespace
    terminal.keys(":cis 5.2.4\r");
    terminal.shows("PASS");
    let without_pods = role.replace("\"pods\", ", "").replace("\"pods\"", "\"bindings\"");
    assert_ne!(without_pods, role);
    cluster.kubectl_input(["apply", "-f", "-"], &without_pods).unwrap();
    may_list_pods("no");
    terminal.keys("\x12");
    terminal.shows("UNREAD");
    terminal.until("no pass", |screen| !screen.contents().contains("PASS"));
    terminal.shows("refused (403)");
    terminal.keys(":q\r");
    assert_eq!(terminal.end(), 0);
}

/// Trivy Operator's kind, as far as the API server has to know it, and a report of it about a ReplicaSet.
fn report(set: &str) -> String {
    format!(
        r#"
apiVersion: aquasecurity.github.io/v1alpha1
kind: VulnerabilityReport
metadata:
  name: replicaset-web
  namespace: shop
  labels:
    trivy-operator.resource.kind: ReplicaSet
    trivy-operator.resource.name: {set}
    trivy-operator.resource.namespace: shop
    trivy-operator.container.name: web
report:
  updateTimestamp: "2026-01-01T00:00:00Z"
  summary: {{criticalCount: 2, highCount: 5, mediumCount: 0, lowCount: 1, unknownCount: 0}}
"#
    )
}

const CRD: &str = r#"
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: vulnerabilityreports.aquasecurity.github.io}
spec:
  group: aquasecurity.github.io
  scope: Namespaced
  names: {kind: VulnerabilityReport, listKind: VulnerabilityReportList, plural: vulnerabilityreports, singular: vulnerabilityreport}
  versions:
  - name: v1alpha1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
"#;

#[test]
fn what_is_read_is_told_stopped_and_counted() {
    let Some(cluster) = start("what_is_read_is_told_stopped_and_counted", &[]) else { return };
    cluster.kubectl_input(["apply", "-f", "-"], CRD).unwrap();
    let crd = "crd/vulnerabilityreports.aquasecurity.github.io";
    cluster.kubectl_output(["wait", "--for=condition=established", "--timeout=60s", crd]).unwrap();
    let set = ["get", "rs", "-n", "shop", "-o", "jsonpath={.items[0].metadata.name}"];
    let set = cluster.kubectl_output(set).unwrap();
    cluster.kubectl_input(["apply", "-f", "-"], &report(set.trim())).unwrap();

    let mut terminal = open(cluster.kubeconfig(), (120, 35));
    terminal.shows("live");
    // what a scanner counted, of the ReplicaSet's Deployment
    terminal.keys(":findings shop deploy/web\r");
    terminal.shows("Vulnerabilities: 2 critical, 5 high, 0 medium, 1 low, 0 unknown in 1 image");
    // who wrote the field
    terminal.keys("/container.privileged\r");
    terminal.shows("> CRIT FAIL");
    terminal.keys("d");
    terminal.shows("resourceVersion");
    terminal.shows("kubectl-client-side-apply");
    // reach, from what was read
    terminal.keys("r");
    terminal.shows("RBAC only; other authorizers may exist.");
    terminal.shows("ServiceAccount shop/default");
    // each kind, and one of them stopped
    terminal.keys(":activity\r");
    terminal.shows("kinds live");
    terminal.keys("/ingresses.net\r");
    terminal.shows("> ingresses.networking.k8s.io");
    terminal.keys("x");
    terminal.shows("cancelled by you");
    terminal.keys(":gaps\r");
    terminal.shows("cancelled by you");
    // the requests that were made
    terminal.keys("@");
    terminal.shows("as kubectl");
    terminal.keys("/vulnerabilityreports\r");
    terminal.shows("kubectl get vulnerabilityreports.aquasecurity.github.io -A");
    // read again, the kind is back
    terminal.keys("\x12:activity\r");
    terminal.until("the kind to be read again", |screen| {
        let text = screen.contents();
        let row = text.lines().find(|line| line.contains("ingresses.networking.k8s.io"));
        row.is_some_and(|row| row.contains(" live "))
    });
    terminal.keys(":q\r");
    assert_eq!(terminal.end(), 0);
}
