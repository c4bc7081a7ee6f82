//! Each platform as its provider makes it, and who imitates it: `<platform>.yaml`, in this process and on the real API
//! server. The first document says how nodes show and what is expected; above each object stands what it is exempt from
//! (`# exempt: CHECK…`) and what it is judged by all the same (`# judged: CHECK…`).
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "../support/mod.rs"]
mod support;

use plimsoll::engine::{BuiltIn, Engine, Selection, Times};
use plimsoll::frameworks::{Platform, embedded};
use plimsoll::inventory::{Kind, Medium, ReadState, Version};
use plimsoll::sources::files::Loader;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use support::{plimsoll, stderr, stdout};
use xtask::cluster::{Cluster, Options, skip};

const FILES: [(&str, &str); 6] = [
    ("aks", include_str!("aks.yaml")),
    ("eks", include_str!("eks.yaml")),
    ("gke", include_str!("gke.yaml")),
    ("k3s", include_str!("k3s.yaml")),
    ("openshift", include_str!("openshift.yaml")),
    ("rke2", include_str!("rke2.yaml")),
];

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Expected {
    platform: Platform,
    /// The framework that stands first.
    benchmark: String,
    control_plane: ControlPlane,
    node: Sign,
}

/// Where the control plane is.
#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum ControlPlane {
    /// The provider's, out of sight.
    Provider,
    /// In no pod with flags.
    Elsewhere,
    /// In static pods.
    Pods,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sign {
    provider: String,
    version: String,
    os: String,
    labels: BTreeMap<String, String>,
}

impl Sign {
    fn node(&self, number: usize) -> Value {
        let id = format!("00000000-0000-0000-0000-00000000000{number}");
        json!({
            "apiVersion": "v1", "kind": "Node",
            "metadata": {"name": format!("node-{number}"), "labels": self.labels},
            "spec": {"providerID": format!("{}{number}", self.provider)},
            "status": {"nodeInfo": {
                "kubeletVersion": self.version, "osImage": self.os, "architecture": "amd64", "bootID": id,
                "containerRuntimeVersion": "containerd://2.1.4", "kernelVersion": "6.12.0", "kubeProxyVersion": "",
                "machineID": id, "operatingSystem": "linux", "systemUUID": id,
            }},
        })
    }

    /// A node of one's own, somewhere.
    fn plain() -> Self {
        Self { provider: "metal://".into(), version: "v1.33.5".into(), os: "Debian".into(), labels: BTreeMap::new() }
    }
}

struct Case {
    expected: Expected,
    objects: Vec<Value>,
    /// What must be said: kind and name, check, exempt or not.
    said: Vec<(String, String, bool)>,
}

impl Case {
    fn read(name: &str, text: &str) -> Self {
        let mut documents = text.split("\n---\n");
        let expected: Expected = serde_saphyr::from_str(documents.next().unwrap()).unwrap();
        assert_eq!(expected.platform.as_str(), name);
        let (mut objects, mut said) = (Vec::new(), Vec::new());
        for document in documents {
            let object: Value = serde_saphyr::from_str(document).unwrap();
            for (head, exempt) in [("# exempt: ", true), ("# judged: ", false)] {
                let checks = document.lines().filter_map(|line| line.strip_prefix(head));
                let checks = checks.flat_map(str::split_whitespace);
                said.extend(checks.map(|check| (owner(&object), check.to_owned(), exempt)));
            }
            objects.push(object);
        }
        Self { expected, objects, said }
    }

    fn all() -> impl Iterator<Item = (&'static str, Self)> {
        FILES.iter().map(|(name, text)| (*name, Self::read(name, text)))
    }

    fn nodes(&self) -> Vec<Value> {
        (1..=3).map(|number| self.expected.node.node(number)).collect()
    }

    /// The components that are exempt from something.
    fn components(&self) -> Vec<&Value> {
        let exempt = |object: &&Value| self.said.iter().any(|(name, _, exempt)| *exempt && *name == owner(object));
        self.objects.iter().filter(exempt).collect()
    }
}

/// Kind, namespace and name.
fn owner(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let meta = &object["metadata"];
    format!("{} {}/{}", text(&object["kind"]), text(&meta["namespace"]), text(&meta["name"]))
}

/// Check and whether it is waived, by owner.
fn said(report: &Value) -> BTreeMap<String, BTreeSet<(String, bool)>> {
    let mut all: BTreeMap<String, BTreeSet<(String, bool)>> = BTreeMap::new();
    for finding in report["findings"].as_array().unwrap() {
        let place = &finding["owner"];
        let name = owner(&json!({"kind": place["kind"], "metadata": place}));
        let waived = finding["status"] == "waived";
        if waived {
            assert_eq!(finding["waiver"]["source"], "built-in", "{finding}");
        }
        all.entry(name).or_default().insert((finding["check"].as_str().unwrap().into(), waived));
    }
    all
}

fn waived_on(report: &Value, object: &Value) -> Vec<String> {
    let of = said(report).remove(&owner(object)).unwrap_or_default();
    of.into_iter().filter(|(_, waived)| *waived).map(|(check, _)| check).collect()
}

#[track_caller]
fn assert_said(name: &str, case: &Case, report: &Value) {
    let all = said(report);
    for (owner, check, exempt) in &case.said {
        let of = all.get(owner).unwrap_or_else(|| panic!("{name}: nothing is said of {owner}"));
        let found: Vec<bool> = of.iter().filter(|(c, _)| c == check).map(|(_, waived)| *waived).collect();
        assert_eq!(found, [*exempt], "{name}: {check} on {owner}, whether exempt; said of it: {of:?}");
    }
}

/// What a cluster that holds these objects, and nothing else, is said to be.
fn scan(objects: &[Value], frameworks: &[&str]) -> (Platform, Value) {
    let mut loader = Loader::new(Medium::Cluster, Version::NEWEST, None);
    for (at, object) in objects.iter().enumerate() {
        loader.text(&at.to_string(), &object.to_string()).unwrap();
    }
    let (mut inventory, notes) = loader.finish();
    assert!(notes.is_empty(), "{notes:?}");
    Kind::ALL.iter().for_each(|kind| inventory.set_state(*kind, ReadState::Complete));
    let selection =
        Selection { frameworks: frameworks.iter().map(|name| (*name).to_owned()).collect(), ..Selection::default() };
    let exempt = BuiltIn::new(&inventory).unwrap();
    let editions = selection.editions_on(&embedded().unwrap(), inventory.version, exempt.platform).unwrap();
    let times = Times { started: "2026-01-01T00:00:00Z".into(), finished: "2026-01-01T00:00:00Z".into() };
    let report = Engine::default().evaluate(&inventory, &editions, &exempt, false, times);
    (exempt.platform, serde_json::to_value(report).unwrap())
}

fn with(nodes: Vec<Value>, objects: &[Value]) -> Vec<Value> {
    nodes.into_iter().chain(objects.iter().cloned()).collect()
}

#[test]
fn each_platform_is_known_and_exempt_is_what_it_cannot_do_without() {
    for (name, case) in Case::all() {
        let (platform, report) = scan(&with(case.nodes(), &case.objects), &[]);
        assert_eq!(platform, case.expected.platform, "{name}");
        assert_eq!(report["frameworks"][0]["id"], *case.expected.benchmark, "{name}: its own benchmark stands first");
        assert_said(name, &case, &report);
        let all = said(&report);
        let waived: Vec<_> = all.iter().filter(|(_, of)| of.iter().any(|(_, waived)| *waived)).collect();
        let listed: BTreeSet<_> = case.said.iter().filter(|s| s.2).map(|(owner, ..)| owner.clone()).collect();
        for (owner, of) in waived {
            let made_by_kubernetes = owner.starts_with("Namespace ") || owner.starts_with("ServiceAccount kube-");
            assert!(made_by_kubernetes || listed.contains(owner), "{name}: {owner} is exempt: {of:?}");
        }
    }
}

/// Whoever runs the control plane answers for it; the user's own is never waved through.
#[test]
fn the_providers_control_plane_is_the_providers() {
    for (name, case) in Case::all() {
        let (_, report) = scan(&with(case.nodes(), &case.objects), &["cis"]);
        let flags = report["controls"].as_array().unwrap().iter();
        let flags: Vec<_> =
            flags.filter(|c| ["1.2.4", "1.3.2", "1.4.1"].contains(&c["id"].as_str().unwrap())).collect();
        assert_eq!(flags.len(), 3);
        for control in flags {
            let (status, text) = (control["status"].as_str().unwrap(), control.to_string());
            let api_server = control["id"] == "1.2.4";
            match case.expected.control_plane {
                ControlPlane::Provider => {
                    assert_eq!(status, "not-applicable", "{name}: {text}");
                    assert!(text.contains("provider: see its SOC report"), "{name}: {text}");
                }
                ControlPlane::Pods if api_server => assert_ne!(status, "not-evaluated", "{name}: {text}"),
                _ => assert_eq!(status, "not-evaluated", "{name}: {text}"),
            }
        }
    }
}

/// A platform's nodes are not there, or do not agree, or a single one lies.
#[test]
fn nodes_that_do_not_agree_exempt_nothing() {
    for (name, case) in Case::all() {
        let real = &case.expected.node;
        let of = |nodes: [&Sign; 3]| {
            let nodes = nodes.iter().enumerate().map(|(at, sign)| sign.node(at + 1)).collect();
            scan(&with(nodes, &case.objects), &[])
        };
        let plain = Sign::plain();
        // one signal may be chance
        let label = Sign { labels: real.labels.clone(), ..plain.clone() };
        let provider = Sign { provider: real.provider.clone(), ..plain.clone() };
        for (what, nodes) in [
            ("no node of it", [&plain; 3]),
            ("one node of three", [real, &plain, &plain]),
            ("labels alone", [&label; 3]),
            ("provider ids alone", [&provider; 3]),
        ] {
            let (platform, report) = of(nodes);
            assert_ne!(platform, case.expected.platform, "{name}, {what}");
            for component in case.components() {
                assert_eq!(waived_on(&report, component), [""; 0], "{name}, {what}: {}", owner(component));
            }
        }
        // who holds one node does not change what the others are
        assert_eq!(of([real, real, &plain]).0, case.expected.platform, "{name}");
        for (other, imitated) in Case::all().filter(|(other, _)| *other != name) {
            let (platform, _) = of([real, real, &imitated.expected.node]);
            assert_eq!(platform, case.expected.platform, "{name} with a node that looks like {other}");
        }
    }
}

/// A component's imitators: what is changed, and the object.
fn imitators(component: &Value) -> Vec<(&'static str, Value)> {
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut copy = component.clone();
        change(&mut copy);
        copy
    };
    let name = component["metadata"]["name"].as_str().unwrap();
    let mut all = vec![
        ("a namespace that anybody may create", changed(&|o| o["metadata"]["namespace"] = json!("kube-systems"))),
        ("another name", changed(&|o| o["metadata"]["name"] = json!(format!("{name}-helper")))),
    ];
    let at = if component["kind"] == "Pod" { "/spec" } else { "/spec/template/spec" };
    if component.pointer(at).is_none() {
        return all;
    }
    let image = |image: &str, o: &mut Value| o.pointer_mut(at).unwrap()["containers"][0]["image"] = json!(image);
    let real = component.pointer(at).unwrap()["containers"][0]["image"].as_str().unwrap().to_owned();
    let (_, path) = real.split_once('/').unwrap();
    all.push(("another registry", changed(&|o| image(&format!("registry.evil.example/{path}"), o))));
    let lookalike = real.replacen(':', "-agent:", 1);
    all.push(("a repository that begins alike", changed(&|o| image(&lookalike, o))));
    all.push((
        "a container beside it",
        changed(&|o| {
            let containers = o.pointer_mut(at).unwrap()["containers"].as_array_mut().unwrap();
            containers.push(json!({"name": "miner", "image": "registry.evil.example/miner:1"}));
        }),
    ));
    if component["kind"] == "Pod" {
        all.push(("a pod that no kubelet mirrors", changed(&|o| o["metadata"]["annotations"] = json!({}))));
        all.push((
            "a node that is not there",
            changed(&|o| o["metadata"]["name"] = json!(name.replace("node-1", "node-9"))),
        ));
    }
    all
}

#[test]
fn who_imitates_a_component_is_judged() {
    for (name, case) in Case::all() {
        for component in case.components() {
            let others: Vec<_> = case.objects.iter().filter(|o| *o != component).cloned().collect();
            for (what, imitator) in imitators(component) {
                let (platform, report) =
                    scan(&with(case.nodes(), &[others.clone(), vec![imitator.clone()]].concat()), &[]);
                assert_eq!(platform, case.expected.platform);
                let of = said(&report).remove(&owner(&imitator)).unwrap_or_default();
                assert!(of.iter().all(|(_, waived)| !waived), "{name}: {what}: {} is exempt: {of:?}", owner(&imitator));
                // what the component is exempt from is told of its imitator
                let told: BTreeSet<_> = of.into_iter().map(|(check, _)| check).collect();
                let exempt = case.said.iter().filter(|(o, _, exempt)| *exempt && *o == owner(component));
                for (_, check, _) in exempt.filter(|(_, check, _)| !check.starts_with("ns.")) {
                    assert!(told.contains(check), "{name}: {what}: {check} is not told of {}", owner(&imitator));
                }
            }
        }
    }
}

/// The same on the real API server, with who imitates beside it.
#[test]
fn platforms_on_a_real_api_server() {
    if skip("platforms_on_a_real_api_server").unwrap() {
        return;
    }
    for (name, case) in Case::all() {
        let cluster = Cluster::start(Options { nodes: 0, ..Options::default() }).unwrap();
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-systems"}});
        // beside the component there is room for those with another name or place
        let beside: Vec<Value> =
            case.components().into_iter().flat_map(|c| imitators(c).into_iter().take(2)).map(|i| i.1).collect();
        let objects = [case.nodes(), vec![namespace], case.objects.clone(), beside.clone()].concat();
        let list = json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string();
        cluster.kubectl_input(["apply", "-f", "-"], &list).unwrap();
        let output = plimsoll().args(["scan", "-o", "json"]).env("KUBECONFIG", cluster.kubeconfig()).output().unwrap();
        let report: Value =
            serde_json::from_str(&stdout(&output)).unwrap_or_else(|_| panic!("{name}: {}", stderr(&output)));
        assert_eq!(report["frameworks"][0]["id"], *case.expected.benchmark, "{name}");
        assert_said(name, &case, &report);
        for imitator in beside {
            assert_eq!(waived_on(&report, &imitator), [""; 0], "{name}: {}", owner(&imitator));
        }
    }
}
