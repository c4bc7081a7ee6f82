//! What kube-bench said of nodes, where plimsoll knows nothing itself, and where the two differ.
//!
//! kube-bench's PASS passes and its FAIL fails, named as its own with its age; WARN is for a person, INFO says nothing. Where
//! its rule is known to pass what does not hold, or to fail what does, a person decides (`docs/kube-bench.md`). What
//! plimsoll read itself always decides; a difference is told.

use super::flag::Said;
use super::{Cx, Judge};
use crate::inventory::kube_bench::{KubeBench, Status, TestResult};
use crate::inventory::{Kind, age_in_words};
use crate::model::{FieldPath, GapReason, ObjectRef};
use std::collections::BTreeSet;

/// Checks whose PASS says less than ours: kube-bench takes what is absent for right, asks for presence alone, or looks
/// where nothing is any more.
const PASSES_TOO_EASILY: &[&str] = &[
    "apiserver.encryption-providers",
    "etcd.unique-ca",
    "kcm.bind-address",
    "kcm.terminated-pod-gc",
    "kube-proxy.metrics-bind",
    "kubelet.pod-pids-limit",
    "kubelet.read-only-port",
    "kubelet.rotate-certificates",
    "kubelet.rotate-server-certificate",
    "kubelet.seccomp-default",
    "node-file.cni.mode",
    "node-file.cni.owner",
    "scheduler.bind-address",
];

/// Checks whose FAIL says less than ours: a file may say the same in the flag's place.
const FAILS_TOO_EASILY: &[&str] =
    &["apiserver.anonymous-auth", "apiserver.authz-node", "apiserver.authz-not-always-allow", "apiserver.authz-rbac"];

/// What a result comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Pass,
    Fail,
    /// For a person; why.
    Look(&'static str),
    Nothing,
}

fn word(check: &str, result: &TestResult) -> Word {
    match result.status {
        Status::Pass if PASSES_TOO_EASILY.contains(&check) => {
            Word::Look("its test passes where this is not set at all")
        }
        Status::Pass => Word::Pass,
        Status::Fail if !result.looked => Word::Look("it shows nothing that it looked at"),
        Status::Fail if FAILS_TOO_EASILY.contains(&check) => Word::Look("a file may say the same in the flag's place"),
        Status::Fail => Word::Fail,
        Status::Warn => Word::Look("it leaves it to a person"),
        Status::Info => Word::Nothing,
    }
}

fn of_node<'a>(cx: &Cx<'a>, node: &str, check: &str) -> Option<(&'a KubeBench, &'a TestResult)> {
    let bench = cx.inventory.kube_benches.get(&("".into(), node.into()))?;
    Some((bench, bench.results.get(check)?))
}

fn is_old(cx: &Cx<'_>, bench: &KubeBench) -> bool {
    cx.settings().max_age.refuses(cx.now(), &bench.collected_at)
}

/// `kube-bench 1.1.1 (cis-1.12, 3 days ago) says FAIL`.
fn says(cx: &Cx<'_>, bench: &KubeBench, result: &TestResult) -> String {
    let age = age_in_words(cx.now(), &bench.collected_at);
    format!("kube-bench {} ({}, {age}) says {}", result.number, bench.benchmark, result.status.as_str())
}

/// The nodes that kube-bench decided for a check.
#[derive(Debug, Default)]
pub(super) struct Benched {
    nodes: usize,
    benchmarks: BTreeSet<String>,
    old: Vec<String>,
}

impl Benched {
    /// Whether kube-bench says of a node that is else unknown; the judge is told what.
    pub(super) fn decides(&mut self, cx: &Cx<'_>, judge: &mut Judge, node: &str) -> bool {
        let Some((bench, result)) = of_node(cx, node, judge.check) else { return false };
        let word = word(judge.check, result);
        let old = is_old(cx, bench);
        if word == Word::Nothing {
            return false;
        }
        self.nodes += 1;
        self.benchmarks.insert(format!("{}, {}", bench.benchmark, age_in_words(cx.now(), &bench.collected_at)));
        if old && word != Word::Fail {
            self.old.push(node.to_owned());
            return true;
        }
        let (kind, path) = (Kind::KubeBench, FieldPath::of("results").key(judge.check).fields("status"));
        let object = ObjectRef::new(&kind.api_version(), kind.name(), None, node);
        let hits = judge.part(object, ObjectRef::new("v1", "Node", None, node));
        let actual = result.status.as_str();
        let seen = result.actual.as_ref().map(|seen| format!(" (it saw {seen})")).unwrap_or_default();
        let said = format!("{}{seen}", says(cx, bench, result));
        match word {
            Word::Fail => drop(hits.fail(path, actual, "PASS").message(format!("{said}, on {node}"))),
            Word::Look(why) => drop(hits.review(path, actual, "PASS").message(format!("{said}, on {node}: {why}"))),
            Word::Pass | Word::Nothing => {}
        }
        true
    }

    /// Whether it said nothing of any node.
    pub(super) fn is_empty(&self) -> bool {
        self.nodes == 0
    }

    /// Tells the judge where a part of its results is from, and what of it is too old to pass.
    pub(super) fn tell(&self, judge: &mut Judge, all: usize) {
        if !self.is_empty() {
            let by: Vec<&str> = self.benchmarks.iter().map(String::as_str).collect();
            judge.note = Some(format!("{} of {all} nodes by kube-bench ({})", self.nodes, by.join("; ")));
        }
        if !self.old.is_empty() {
            let message = format!("kube-bench's results are too old for {}", self.old.join(", "));
            judge.missing(Kind::KubeBench.name(), GapReason::Stale, message);
        }
    }
}

/// Tells in what plimsoll says of a node itself where kube-bench says otherwise.
pub(super) fn compare(cx: &Cx<'_>, check: &str, node: &str, said: &mut Vec<Said>) {
    let Some((bench, result)) = of_node(cx, node, check).filter(|(bench, _)| !is_old(cx, bench)) else { return };
    let says = says(cx, bench, result);
    match word(check, result) {
        Word::Fail if said.is_empty() => said.push(Said {
            review: true,
            at: FieldPath::root(),
            actual: result.status.as_str().into(),
            expected: "the same by both".into(),
            message: format!("what plimsoll read of {node} passes, and {says}: look which of the two is older"),
        }),
        Word::Pass => {
            for said in said.iter_mut().filter(|said| !said.review) {
                said.message = format!("{}; {says}", said.message);
            }
        }
        Word::Fail | Word::Look(_) | Word::Nothing => {}
    }
}
