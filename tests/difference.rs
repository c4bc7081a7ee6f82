//! What is evaluated by difference equals what a fresh engine says of the same inventory: after every step of every
//! fixture being built up, hidden and taken down again, and after random changes of the demo.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use plimsoll::checks::{self, Check, Run};
use plimsoll::engine::{BuiltIn, Engine, NoExemptions, Times};
use plimsoll::frameworks::{Edition, embedded, from_texts};
use plimsoll::inventory::{Inventory, Kind, Medium, Object, ReadState, Version, yaml};
use plimsoll::model::{GapReason, Report};
use plimsoll::sources::demo;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[path = "support/sheets.rs"]
mod sheets;

fn times(second: usize) -> Times {
    let finished = format!("2026-01-01T00:{:02}:{:02}Z", second / 60 % 60, second % 60).into();
    Times { started: "2026-01-01T00:00:00Z".into(), finished }
}

/// A control that asks for this check alone.
fn edition(check: &Check, version: Version) -> Edition {
    let id = check.id;
    let section = format!(
        "section: one\ntitle: One\ncontrols:\n  - {{id: one, title: t, decides: measured, checks: [{id}], why: w, collect: ['attach: a']}}\n"
    );
    let head = "id: one\ntitle: One\nsource: one\nkind: standard\nversions: [latest]\n";
    let pack = from_texts([("pack.yaml", head), ("one.yaml", section.as_str())].into_iter()).unwrap();
    pack.edition("latest", version)
}

/// The objects of a manifest that a cluster could hold.
fn objects(text: &str) -> Vec<Object> {
    let mut values = Vec::new();
    for document in yaml::documents(text) {
        match document.parse().unwrap().value {
            Value::Object(mut list) if list.get("kind").is_some_and(|kind| kind == "List") => {
                values.extend(list.remove("items").and_then(|items| items.as_array().cloned()).unwrap_or_default());
            }
            value => values.push(value),
        }
    }
    let object = |value: Value| {
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let (version, kind) = (text("apiVersion"), text("kind"));
        let group = version.split_once('/').map_or("", |(group, _)| group);
        Object::from_json(Kind::of(group, &kind)?, value).ok()
    };
    values.into_iter().filter_map(object).collect()
}

/// The same object, under one label that is its own.
fn relabelled(object: &Object) -> Object {
    let mut other = object.clone();
    other.meta_mut().labels = [("plimsoll.test/other".to_owned(), "1".to_owned())].into();
    other
}

fn failed() -> ReadState {
    ReadState::Failed { reason: GapReason::Forbidden, message: "forbidden".into(), read: BTreeSet::new() }
}

/// What a report says, without when.
fn said(report: &Report) -> String {
    let (findings, controls) = (report.findings.to_vec(), &report.controls);
    serde_json::to_string_pretty(&(findings, controls, &report.gaps, &report.frameworks, &report.waivers)).unwrap()
}

/// An engine that follows an inventory, and what it is held against.
struct Followed {
    engine: Engine,
    inventory: Inventory,
    edition: Edition,
    step: usize,
    wrong: Vec<String>,
}

impl Followed {
    fn look(&mut self, what: &str) {
        self.step += 1;
        let (editions, now) = (std::slice::from_ref(&self.edition), times(self.step));
        let by_difference = self.engine.evaluate(&self.inventory, editions, &NoExemptions, false, now.clone());
        let fresh = Engine::default().evaluate(&self.inventory, editions, &NoExemptions, false, now);
        let (by_difference, fresh) = (said(&by_difference), said(&fresh));
        let differs = by_difference.lines().zip(fresh.lines()).find(|(ours, theirs)| ours != theirs);
        if let Some((ours, theirs)) = differs.or((by_difference.len() != fresh.len()).then_some(("end", "end"))) {
            self.wrong.push(format!("{what}: {} and not {}", ours.trim(), theirs.trim()));
        }
    }
}

/// Says where a look by difference differed.
fn follow(check: &'static Check, name: &str, text: &str) -> Vec<String> {
    let version = text.lines().find_map(|line| line.strip_prefix("# kubernetes: "));
    let version = version.map_or(Version::NEWEST, |version| version.parse().unwrap());
    let mut inventory = Inventory::new(Medium::Cluster, version);
    let allowed = text.lines().filter_map(|line| line.strip_prefix("# allowed-registry: "));
    inventory.settings.allowed_registries = allowed.map(|host| host.parse().unwrap()).collect();
    for kind in Kind::ALL {
        inventory.set_state(*kind, ReadState::Complete);
        inventory.opt_in(*kind);
    }
    let mut followed = Followed {
        engine: Engine::following(),
        inventory,
        edition: edition(check, version),
        step: 0,
        wrong: Vec::new(),
    };
    followed.look(&format!("{name}: nothing there"));
    let objects = objects(text);
    let label = |object: &Object| format!("{:?} {}", object.kind(), object.meta().name);
    for object in objects.iter().cloned() {
        let what = format!("{name}: with {}", label(&object));
        followed.inventory.upsert(object);
        followed.look(&what);
    }
    for (what, change) in [("with other labels", relabelled as fn(&Object) -> Object), ("as before", Object::clone)] {
        // of nothing else, lest that alone be a reason to look again
        let workloads = objects.iter().filter(|object| Kind::POD_SPEC.contains(&object.kind()));
        workloads.for_each(|object| followed.inventory.upsert(change(object)));
        followed.look(&format!("{name}: {what}"));
    }
    for kind in objects.iter().map(Object::kind).collect::<BTreeSet<Kind>>() {
        followed.inventory.set_state(kind, failed());
        followed.look(&format!("{name}: without the right to read {kind:?}"));
        followed.inventory.set_state(kind, ReadState::Complete);
        followed.inventory.note_undecodable(kind, "default", "broken", "half of it");
        followed.look(&format!("{name}: with a broken {kind:?}"));
        followed.inventory.forget_undecodable(kind, &("default".into(), "broken".into()));
        followed.look(&format!("{name}: with {kind:?} again"));
    }
    for object in &objects {
        followed.inventory.remove(object);
        followed.look(&format!("{name}: without {}", label(object)));
    }
    followed.wrong
}

#[test]
fn every_step_of_every_fixture() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/checks");
    let (mut fixtures, mut wrong) = (0, Vec::new());
    for check in checks::ALL {
        for file in fs::read_dir(folder.join(check.id)).into_iter().flatten() {
            let path = file.unwrap().path();
            let name = format!("{}/{}", check.id, path.file_name().unwrap().to_string_lossy());
            wrong.extend(follow(check, &name, &fs::read_to_string(&path).unwrap()));
            fixtures += 1;
        }
    }
    for line in sheets::all() {
        let check = checks::find(&line.check).unwrap();
        wrong.extend(follow(check, &format!("{} {}", line.check, line.case), &line.text));
        fixtures += 1;
    }
    assert!(fixtures > 1000, "{fixtures}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Of workloads that are alike one is judged, and the others are told the same: as many findings, each on its own name.
#[test]
fn a_pod_and_its_twin_are_told_the_same() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/checks");
    let is_alike = |check: &&&Check| matches!(check.run, Run::EachAlike(_) | Run::Configured { .. });
    let mut told = 0;
    for check in checks::ALL.iter().filter(is_alike) {
        for file in fs::read_dir(folder.join(check.id)).into_iter().flatten() {
            let path = file.unwrap().path();
            let mut inventory = Inventory::new(Medium::Cluster, Version::NEWEST);
            inventory.settings.allowed_registries = vec!["registry.example.com".parse().unwrap()];
            Kind::ALL.iter().for_each(|kind| inventory.set_state(*kind, ReadState::Complete));
            let mut pods = Vec::new();
            for object in objects(&fs::read_to_string(&path).unwrap()) {
                if object.kind() == Kind::Pod && object.meta().controller().is_none() {
                    pods.push(object.meta().name.clone());
                    let mut twin = object.clone();
                    twin.meta_mut().name = format!("{}-twin", twin.meta().name);
                    inventory.upsert(twin);
                }
                inventory.upsert(object);
            }
            let editions = [edition(check, inventory.version)];
            let report = Engine::default().evaluate(&inventory, &editions, &NoExemptions, false, times(1));
            let of = |name: &str| {
                let own = report.findings.iter().filter(|finding| &*finding.owner.name == name);
                let text = |finding: plimsoll::model::Finding| {
                    let mut finding = serde_json::to_value(&finding).unwrap();
                    let own = ["fingerprint", "resource", "owner"].map(|field| finding[field].take());
                    assert!(own[2]["name"] == name && own[0].is_string());
                    finding.to_string()
                };
                own.map(text).collect::<Vec<String>>()
            };
            for pod in pods {
                let (first, second) = (of(&pod), of(&format!("{pod}-twin")));
                assert_eq!(first, second, "{} {}", check.id, path.display());
                told += first.len();
            }
        }
    }
    assert!(told > 20, "{told}");
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

/// All frameworks at once, with exemptions: what one check keeps must not be what another one sees.
#[test]
fn random_changes_of_the_demo() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo");
    let mut all = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|end| end == "yaml") && !path.ends_with("_cluster.yaml") {
            all.extend(objects(&fs::read_to_string(&path).unwrap()));
        }
    }
    all.sort_by_key(|object| (object.kind(), object.meta().namespace.clone(), object.meta().name.clone()));
    assert!(all.len() > 50, "{}", all.len());
    let (mut inventory, _) = demo::load();
    let packs = embedded().unwrap();
    let editions: Vec<Edition> = packs.iter().map(|pack| pack.edition(&pack.newest(), inventory.version)).collect();
    let mut engine = Engine::following();
    let mut dice = Dice(0x5eed_cafe_f00d_1234);
    let mut gone = vec![false; all.len()];
    for step in 0..60 {
        let mut what = String::new();
        for _ in 0..=dice.roll(3) {
            let at = dice.roll(all.len());
            let object = &all[at];
            what += &format!("{:?} {}, ", object.kind(), object.meta().name);
            match dice.roll(6) {
                0 => {
                    let state = if dice.roll(2) == 0 { failed() } else { ReadState::Complete };
                    inventory.set_state(object.kind(), state);
                }
                _ if gone[at] => {
                    gone[at] = false;
                    inventory.upsert(object.clone());
                }
                _ => {
                    gone[at] = true;
                    inventory.remove(object);
                }
            }
        }
        let exempt = BuiltIn::new(&inventory).unwrap();
        let by_difference = engine.evaluate(&inventory, &editions, &exempt, false, times(step));
        let fresh = Engine::default().evaluate(&inventory, &editions, &exempt, false, times(step));
        let lists = |report: &Report| report.findings.iter().map(|f| serde_json::to_string(&f).unwrap()).collect();
        let (ours, theirs): (BTreeSet<String>, BTreeSet<String>) = (lists(&by_difference), lists(&fresh));
        let differ: Vec<&String> = ours.symmetric_difference(&theirs).collect();
        assert!(differ.is_empty(), "step {step}: {what}\n{differ:#?}");
        assert_eq!(said(&by_difference), said(&fresh), "step {step}: {what}");
    }
}
