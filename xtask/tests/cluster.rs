//! The test cluster starts beside another, and leaves nothing behind, whatever ends the test.

use std::env;
use std::net::TcpStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use xtask::cluster::{Cluster, Options};

/// What a cluster must not leave behind.
struct Traces {
    address: String,
    state: PathBuf,
    pids: Vec<u32>,
}

impl Traces {
    fn of(cluster: &Cluster) -> Self {
        let address = cluster.server_url().trim_start_matches("https://").to_owned();
        Self { address, state: cluster.state_dir().to_path_buf(), pids: cluster.pids().to_vec() }
    }

    fn assert_none(&self) {
        assert!(TcpStream::connect(&self.address).is_err(), "{} still answers", self.address);
        assert!(!self.state.exists(), "{} is still there", self.state.display());
        for pid in self.pids.iter().filter(|_| Path::new("/proc/self").exists()) {
            assert!(!Path::new(&format!("/proc/{pid}")).exists(), "process {pid} still runs");
        }
    }
}

fn cannot_run(test: &str) -> bool {
    let go = Command::new("go").arg("version").stdout(Stdio::null()).status();
    let missing = !go.is_ok_and(|status| status.success());
    assert!(!missing || env::var("CI").as_deref() != Ok("true"), "CI needs Go for {test}");
    if missing {
        eprintln!("skipped: {test} needs Go to build the test cluster");
    }
    missing
}

#[test]
fn two_clusters_side_by_side_end_with_their_values() {
    if cannot_run("two_clusters_side_by_side_end_with_their_values") {
        return;
    }
    let user = ("jane".to_owned(), vec!["auditors".to_owned(), "devs".to_owned()]);
    let first = Cluster::start(Options { users: vec![user], ..Options::default() }).unwrap();
    let second = Cluster::start(Options { nodes: 1, ..Options::default() }).unwrap();
    assert!(first.ready() && second.ready());
    assert_eq!(second.kubectl_output(["get", "nodes", "-o", "name"]).unwrap(), "node/node-1\n");

    let config = first.kubeconfig_for("jane", Some("shop")).unwrap();
    let whoami = first.kubectl().arg("--kubeconfig").arg(&config).args(["auth", "whoami"]).output().unwrap();
    let whoami = String::from_utf8(whoami.stdout).unwrap();
    assert!(whoami.contains("jane") && whoami.contains("[auditors devs system:authenticated]"), "{whoami}");
    assert!(first.kubeconfig_for("joe", None).is_err());

    let traces = [Traces::of(&first), Traces::of(&second)];
    assert!(traces.iter().all(|traces| traces.pids.len() == 5));
    drop((first, second));
    traces.iter().for_each(Traces::assert_none);
}

#[test]
fn a_cluster_ends_with_a_panic() {
    if cannot_run("a_cluster_ends_with_a_panic") {
        return;
    }
    let mut traces = None;
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let cluster = Cluster::start(Options::default()).unwrap();
        traces = Some(Traces::of(&cluster));
        panic!("as a failing test does");
    }));
    assert!(panicked.is_err());
    traces.unwrap().assert_none();
}
