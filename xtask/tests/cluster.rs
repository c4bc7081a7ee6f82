//! The test cluster starts beside another, and leaves nothing behind, whatever ends the test.

use std::env;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use xtask::cluster::{Cluster, Options, skip, wait};

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

    fn gone(&self) -> bool {
        TcpStream::connect(&self.address).is_err() && !self.state.exists()
    }

    fn assert_none(&self) {
        assert!(self.gone(), "{} still answers, or {} is still there", self.address, self.state.display());
        for pid in self.pids.iter().filter(|_| Path::new("/proc/self").exists()) {
            assert!(!Path::new(&format!("/proc/{pid}")).exists(), "process {pid} still runs");
        }
    }
}

#[test]
fn two_clusters_side_by_side_end_with_their_values() {
    if skip("two_clusters_side_by_side_end_with_their_values").unwrap() {
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
    if skip("a_cluster_ends_with_a_panic").unwrap() {
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

#[test]
fn a_cluster_ends_with_a_killed_process() {
    if skip("a_cluster_ends_with_a_killed_process").unwrap() {
        return;
    }
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "start_and_wait_to_be_killed", "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let traces: Vec<_> = lines.filter_map(|line| line.strip_prefix("trace ").map(str::to_owned)).take(2).collect();
    let traces = Traces { address: traces[0].clone(), state: traces[1].clone().into(), pids: Vec::new() };
    assert!(!traces.gone());

    child.kill().unwrap();
    child.wait().unwrap();
    wait::until("the watchdog has cleaned up", Duration::from_secs(10), || Ok(traces.gone())).unwrap();
}

#[test]
#[ignore = "run by a_cluster_ends_with_a_killed_process, which kills it"]
fn start_and_wait_to_be_killed() {
    let cluster = Cluster::start(Options::default()).unwrap();
    let traces = Traces::of(&cluster);
    println!("\ntrace {}\ntrace {}", traces.address, traces.state.display());
    // Ends early where the parent ends first.
    std::io::stdin().read_line(&mut String::new()).unwrap();
}
