//! The real API server, behind a network that fails and gone for a while: a result is whole, or says what is missing and
//! why; nothing hangs, nothing passes for want of an answer, and what follows the cluster ends where a fresh look ends.
#![cfg(feature = "live")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use plimsoll::engine::{BuiltIn, Engine, Selection, Times, kinds};
use plimsoll::frameworks::{Edition, embedded};
use plimsoll::inventory::Inventory;
use plimsoll::sources::live::{Flags, Mode, Session};
use plimsoll::sources::{Part, Update, apply};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Output;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::fault_proxy::{Fault, FaultProxy};
use support::{plimsoll, report, stderr};
use xtask::cluster::{Cluster, Options, skip, wait};

const LIMIT: Duration = Duration::from_secs(120);
const OBJECTS: &str = include_str!("live/objects.yaml");

fn start(test: &str, options: Options) -> Option<Cluster> {
    if skip(test).unwrap() {
        return None;
    }
    let cluster = Cluster::start(options).unwrap();
    cluster.kubectl_input(["apply", "-f", "-"], OBJECTS).unwrap();
    settled(&cluster);
    Some(cluster)
}

/// Waits until the controllers have done all that they would.
fn settled(cluster: &Cluster) {
    wait::until("all pods of the shop to run", LIMIT, || {
        let args = ["get", "pods", "-n", "shop", "-o", "jsonpath={range .items[*]}{.status.phase}{\"\\n\"}{end}"];
        let text = cluster.kubectl_output(args)?;
        let wanted = ["get", "deploy,ds", "-n", "shop", "-o", "json"];
        let list: Value = serde_json::from_str(&cluster.kubectl_output(wanted)?)?;
        let count = |item: &Value| {
            let status = &item["status"];
            let (want, have) = if item["kind"] == "Deployment" {
                (&item["spec"]["replicas"], &status["availableReplicas"])
            } else {
                (&status["desiredNumberScheduled"], &status["numberAvailable"])
            };
            want.as_u64() == Some(have.as_u64().unwrap_or(0))
                && status["observedGeneration"] == item["metadata"]["generation"]
        };
        let ready = list["items"].as_array().is_some_and(|items| items.iter().all(count));
        Ok(ready && text.lines().all(|phase| phase == "Running"))
    })
    .unwrap();
}

// --- one look -----------------------------------------------------------------------------------------------------------

fn scan(proxy: &FaultProxy) -> Output {
    let mut command = plimsoll();
    command.args(["scan", "-o", "json", "--request-timeout", "2s", "--server", &proxy.url()]);
    command.output().unwrap()
}

fn statuses(report: &Value) -> BTreeMap<String, String> {
    let rows = report["controls"].as_array().unwrap().iter();
    rows.map(|c| (format!("{}/{}", c["framework"], c["id"]), c["status"].as_str().unwrap().to_owned())).collect()
}

/// Kind and reason.
fn gaps(report: &Value) -> BTreeSet<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rows = report["gaps"].as_array().unwrap().iter();
    rows.map(|gap| (text(&gap["kind"]), text(&gap["reason"]))).collect()
}

/// Whether a fault's end is a whole result, or a gap of pods with one of these reasons.
enum End {
    Whole,
    Gap(&'static [&'static str]),
}

#[test]
fn a_fault_ends_in_a_whole_result_or_in_the_reason() {
    let Some(cluster) = start("a_fault_ends_in_a_whole_result_or_in_the_reason", Options::default()) else { return };
    let proxy = FaultProxy::start(&cluster);
    let clean = report(&scan(&proxy));
    let settled: BTreeSet<_> = gaps(&clean).into_iter().map(|(_, reason)| reason).collect();
    assert!(["read-failed", "timed-out", "undecodable"].iter().all(|reason| !settled.contains(*reason)), "{settled:?}");
    const ALWAYS: usize = usize::MAX;
    const FAILED: End = End::Gap(&["read-failed"]);
    let faults = [
        ("late", Fault::Delay(Duration::from_millis(300)), ALWAYS, End::Whole),
        ("slow", Fault::Trickle(512, Duration::from_millis(1)), ALWAYS, End::Whole),
        ("cut once", Fault::Cut(600), 1, End::Whole),
        ("cut at once, always", Fault::Cut(0), ALWAYS, FAILED),
        ("cut in a frame, always", Fault::Cut(600), ALWAYS, FAILED),
        ("reset once", Fault::Reset(600), 1, End::Whole),
        ("reset always", Fault::Reset(600), ALWAYS, FAILED),
        ("429 twice", Fault::Status(429, Some(0)), 2, End::Whole),
        ("429 always", Fault::Status(429, Some(0)), ALWAYS, FAILED),
        ("500 once", Fault::Status(500, None), 1, End::Whole),
        ("503 always", Fault::Status(503, None), ALWAYS, FAILED),
        ("410 once", Fault::Status(410, None), 1, End::Whole),
        ("410 always", Fault::Status(410, None), ALWAYS, FAILED),
        ("half open once", Fault::HalfOpen(600), 1, End::Whole),
        ("half open always", Fault::HalfOpen(600), ALWAYS, End::Gap(&["timed-out", "read-failed"])),
        ("wrong bytes once", Fault::WrongBytes(0), 1, End::Whole),
        ("wrong bytes always", Fault::WrongBytes(300), ALWAYS, End::Gap(&["read-failed", "undecodable"])),
    ];
    for (name, fault, times, end) in faults {
        let struck = proxy.struck();
        proxy.put("/api/v1/pods?", fault, times);
        let output = scan(&proxy);
        proxy.heal();
        assert!(proxy.struck() > struck, "{name}: no answer suffered it");
        let found = report(&output);
        match end {
            End::Whole => {
                assert_eq!(found["findings"], clean["findings"], "{name}");
                assert_eq!(found["controls"], clean["controls"], "{name}");
                assert_eq!(gaps(&found), gaps(&clean), "{name}");
            }
            End::Gap(reasons) => {
                let new: Vec<_> = gaps(&found).difference(&gaps(&clean)).cloned().collect();
                let [(kind, reason)] = new.as_slice() else { panic!("{name}: one gap more, and not {new:?}") };
                assert!(kind == "Pod" && reasons.contains(&&**reason), "{name}: {kind} {reason}");
                assert_eq!(output.status.code(), Some(4), "{name}");
                let clean = statuses(&clean);
                for (control, status) in statuses(&found) {
                    let passes = status == "pass" || status == "not-applicable";
                    assert!(
                        !passes || clean[&control] == status,
                        "{name}: {control} was {} and is {status}",
                        clean[&control]
                    );
                }
            }
        }
    }
}

// --- following ----------------------------------------------------------------------------------------------------------

/// What follows the cluster, and how it stands.
struct Follower {
    state: Arc<Mutex<Followed>>,
    editions: Vec<Edition>,
    _runtime: tokio::runtime::Runtime,
}

struct Followed {
    inventory: Inventory,
    /// It evaluates by difference; a fresh look does not.
    engine: Engine,
    first_pass: bool,
    lost: BTreeMap<Part, String>,
}

fn editions() -> Vec<Edition> {
    Selection::default().editions(&embedded().unwrap(), plimsoll::inventory::Version::NEWEST).unwrap()
}

impl Follower {
    fn start(flags: Flags) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let inside = runtime.enter();
        let session = runtime.block_on(Session::connect(&flags)).unwrap();
        let editions = editions();
        let (inventory, engine) = (session.inventory(), Engine::following());
        let state = Followed { inventory, engine, first_pass: false, lost: BTreeMap::new() };
        let state = Arc::new(Mutex::new(state));
        let mut updates = session.read(kinds(&editions, &[]), Mode::Follow);
        let of = state.clone();
        runtime.spawn(async move {
            while let Some(update) = updates.recv().await {
                let mut state = of.lock().unwrap();
                match update {
                    Update::Lost(part, why) => drop(state.lost.insert(part, why.to_string())),
                    Update::Back(part) => drop(state.lost.remove(&part)),
                    Update::FirstPassDone => state.first_pass = true,
                    update => apply(&mut state.inventory, update),
                }
            }
        });
        drop(inside);
        Self { state, editions, _runtime: runtime }
    }

    fn said(&self) -> Value {
        let mut state = self.state.lock().unwrap();
        let Followed { inventory, engine, .. } = &mut *state;
        said(engine, inventory, &self.editions)
    }

    fn wait(&self, what: &str, condition: impl Fn(&Followed) -> bool) {
        wait::until(what, LIMIT, || Ok(condition(&self.state.lock().unwrap()))).unwrap();
    }

    /// Waits until it says what a fresh look says.
    #[track_caller]
    fn agrees_with(&self, cluster: &Cluster, what: &str) {
        let mut differ = String::new();
        let agreed = wait::until(what, LIMIT, || {
            let (here, fresh) = (self.said(), fresh(cluster));
            differ = difference(&here, &fresh);
            Ok(differ.is_empty())
        });
        assert!(agreed.is_ok(), "{what}: {agreed:?}\n{differ}");
    }
}

fn said(engine: &mut Engine, inventory: &Inventory, editions: &[Edition]) -> Value {
    let exempt = BuiltIn::new(inventory).unwrap();
    let times = Times { started: "2026-01-01T00:00:00Z".into(), finished: "2026-01-01T00:00:00Z".into() };
    let mut report = serde_json::to_value(engine.evaluate(inventory, editions, &exempt, false, times)).unwrap();
    // through which address it was read
    report["cluster"] = json!(null);
    report
}

fn fresh(cluster: &Cluster) -> Value {
    let flags = Flags { kubeconfig: Some(cluster.kubeconfig().to_path_buf()), ..Flags::default() };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let session = Session::connect(&flags).await.unwrap();
        let editions = editions();
        let mut inventory = session.inventory();
        let mut updates = session.read(kinds(&editions, &[]), Mode::Once);
        while let Some(update) = updates.recv().await {
            apply(&mut inventory, update);
        }
        said(&mut Engine::default(), &inventory, &editions)
    })
}

/// Where two reports differ, shortly.
fn difference(one: &Value, other: &Value) -> String {
    let mut text = String::new();
    for part in ["gaps", "controls", "findings", "frameworks"] {
        let rows = |report: &Value| -> BTreeSet<String> {
            report[part].as_array().unwrap().iter().map(ToString::to_string).collect()
        };
        let (one, other) = (rows(one), rows(other));
        one.difference(&other).take(3).for_each(|row| text.push_str(&format!("only here: {row:.400}\n")));
        other.difference(&one).take(3).for_each(|row| text.push_str(&format!("only fresh: {row:.400}\n")));
    }
    if text.is_empty() && one != other {
        text = "they differ elsewhere".to_owned();
    }
    text
}

/// A change that somebody makes to the cluster.
fn change(cluster: &Cluster, number: u64) {
    let name = format!("extra-{}", number % 3);
    let privileged = number.is_multiple_of(2);
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": "shop"},
        "spec": {"replicas": 1 + number % 2, "selector": {"matchLabels": {"app": name}}, "template": {
            "metadata": {"labels": {"app": name}},
            "spec": {"containers": [{"name": "c", "image": "registry.k8s.io/pause:3.9", "securityContext": {"privileged": privileged}}]}}},
    });
    match number % 5 {
        0 => drop(cluster.kubectl_output(["delete", "deploy", &name, "-n", "shop", "--ignore-not-found"]).unwrap()),
        1 => {
            let binding = format!("extra-{}", number % 4);
            let args = ["create", "clusterrolebinding", &binding, "--clusterrole=cluster-admin", "--user=eve"];
            // it may be there already
            let _ = cluster.kubectl_output(args);
        }
        2 => {
            let args = ["label", "namespace", "shop", "--overwrite"];
            let label =
                format!("pod-security.kubernetes.io/enforce={}", if privileged { "privileged" } else { "baseline" });
            drop(cluster.kubectl_output(args.into_iter().chain([label.as_str()])).unwrap());
        }
        _ => drop(cluster.kubectl_input(["apply", "-f", "-"], &deployment.to_string()).unwrap()),
    }
}

#[test]
fn the_server_goes_away_and_comes_back() {
    let Some(mut cluster) = start("the_server_goes_away_and_comes_back", Options::default()) else { return };
    let flags = Flags { kubeconfig: Some(cluster.kubeconfig().to_path_buf()), ..Flags::default() };
    let follower = Follower::start(flags);
    follower.wait("the first pass", |state| state.first_pass);
    follower.agrees_with(&cluster, "what was read and a fresh look");
    let before = follower.said();

    cluster.stop_api_server().unwrap();
    follower.wait("the loss to be told of", |state| state.lost.keys().any(|part| part.kind.name() == "Pod"));
    assert_eq!(follower.said(), before, "what was known stands");

    cluster.start_api_server().unwrap();
    change(&cluster, 4);
    settled(&cluster);
    follower.wait("every watch to be back", |state| state.lost.is_empty());
    follower.agrees_with(&cluster, "after the server came back");

    // another certificate is another server: nobody talks to it
    cluster.stop_api_server().unwrap();
    cluster.change_certificate().unwrap();
    cluster.start_api_server_listening().unwrap();
    let before = follower.said();
    follower.wait("the certificate to be told of", |state| {
        state.lost.values().any(|why| why.to_lowercase().contains("certificate"))
    });
    assert_eq!(follower.said(), before);
    let output = plimsoll().args(["scan"]).env("KUBECONFIG", cluster.kubeconfig()).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).to_lowercase().contains("certificate"), "{}", stderr(&output));
}

/// Small and reproducible: what it draws hangs on the seed alone.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// The state after any schedule of faults is the state of a fresh scan.
#[test]
fn after_any_faults_it_ends_where_a_fresh_look_ends() {
    let test = "after_any_faults_it_ends_where_a_fresh_look_ends";
    for (seed, api_server) in [(1, vec![]), (2, vec![]), (3, vec!["--feature-gates=WatchList=false".to_owned()])] {
        let Some(cluster) = start(test, Options { api_server, ..Options::default() }) else { return };
        let proxy = FaultProxy::start(&cluster);
        let mut dice = Dice(seed);
        let paths = [
            "/pods",
            "/deployments",
            "/namespaces",
            "/clusterrolebindings",
            "/replicasets",
            "/apis",
            "/serviceaccounts",
        ];
        let fault = |dice: &mut Dice| {
            let at = [0, 40, 600, 5000][dice.roll(4)];
            let fault = match dice.roll(8) {
                0 => Fault::Status(429, Some(0)),
                1 => Fault::Status([500, 503][dice.roll(2)], None),
                2 => Fault::Status(410, None),
                3 => Fault::Cut(at),
                4 => Fault::Reset(at),
                5 => Fault::HalfOpen(at),
                6 => Fault::WrongBytes(at),
                _ => Fault::Trickle(700, Duration::from_millis(1)),
            };
            proxy.put(paths[dice.roll(paths.len())], fault, 1 + dice.roll(4));
        };
        (0..6).for_each(|_| fault(&mut dice));
        let flags = Flags {
            server: Some(proxy.url()),
            request_timeout: Some(Duration::from_millis(1500)),
            silence: Some(Duration::from_millis(1500)),
            ..Flags::default()
        };
        let follower = Follower::start(flags);
        for _ in 0..6 {
            fault(&mut dice);
            change(&cluster, dice.roll(1000) as u64);
            let asked = proxy.asked().len();
            // watches end when they are silent for as long as a request may take: they come again and meet the faults
            wait::until("something to be asked", LIMIT, || Ok(proxy.asked().len() > asked + 5)).unwrap();
        }
        proxy.heal();
        settled(&cluster);
        follower.wait("the first pass", |state| state.first_pass);
        follower.agrees_with(&cluster, &format!("seed {seed}"));
        assert!(proxy.struck() > 5, "seed {seed}: {} faults", proxy.struck());
    }
}
