//! Taking any right away never turns fail or not-evaluated into pass: every check, on every fixture read as a whole
//! cluster and on the demo, with each kind that it reads taken away in turn.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stderr, missing_docs)]

use plimsoll::checks::{self, Check};
use plimsoll::engine::{Engine, NoExemptions, Times};
use plimsoll::frameworks::{Edition, from_texts};
use plimsoll::inventory::{Inventory, Kind, Medium, ReadState, Version};
use plimsoll::model::{GapReason, Verdict};
use plimsoll::sources::{demo, files::Loader};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "support/sheets.rs"]
mod sheets;

/// A control for each check.
fn edition(checks: &[&Check]) -> Edition {
    let mut section = "section: one\ntitle: One\ncontrols:\n".to_owned();
    for check in checks {
        let id = check.id;
        section +=
            &format!("  - {{id: {id}, title: t, decides: measured, checks: [{id}], why: w, collect: ['attach: a']}}\n");
    }
    let head = "id: one\ntitle: One\nsource: one\nkind: standard\nversions: [latest]\n";
    let pack = from_texts([("pack.yaml", head), ("one.yaml", section.as_str())].into_iter()).unwrap();
    pack.edition("latest", Version::NEWEST)
}

fn verdicts(inventory: &Inventory, edition: &Edition) -> Vec<Verdict> {
    let times = Times { started: "2026-01-01T00:00:00Z".into(), finished: "2026-01-01T00:00:00Z".into() };
    let editions = std::slice::from_ref(edition);
    let report = Engine::default().evaluate(inventory, editions, &NoExemptions, false, times);
    report.controls.iter().map(|control| control.status).collect()
}

/// A manifest as if it were all that a cluster has, and everything could be read.
fn cluster(text: &str) -> Inventory {
    let said = text.lines().find_map(|line| line.strip_prefix("# kubernetes: "));
    let version = said.map_or(Version::NEWEST, |version| version.parse().unwrap());
    let mut loader = Loader::new(Medium::Cluster, version, None);
    loader.text("fixture", text).unwrap();
    let (mut inventory, _) = loader.finish();
    let allowed = text.lines().filter_map(|line| line.strip_prefix("# allowed-registry: "));
    inventory.settings.allowed_registries = allowed.map(|host| host.parse().unwrap()).collect();
    for kind in Kind::ALL {
        inventory.set_state(*kind, ReadState::Complete);
        inventory.opt_in(*kind);
    }
    inventory
}

/// Says which verdicts became a pass when a kind could no longer be read.
fn judge(checks: &[&'static Check], load: &dyn Fn() -> Inventory, name: &str, wrong: &mut String) {
    let edition = edition(checks);
    let mut inventory = load();
    let whole = verdicts(&inventory, &edition);
    let kinds: BTreeSet<Kind> = checks.iter().flat_map(|c| c.over.iter().chain(c.needs)).copied().collect();
    for kind in kinds {
        let there = inventory.count(kind) > 0;
        let (reason, message) = (GapReason::Forbidden, "forbidden".into());
        inventory.clear(kind);
        inventory.set_state(kind, ReadState::Failed { reason, message, read: BTreeSet::new() });
        for ((check, before), after) in checks.iter().zip(&whole).zip(verdicts(&inventory, &edition)) {
            if !matches!(before, Verdict::Pass | Verdict::Waived) && after == Verdict::Pass {
                writeln!(wrong, "{name}: {} is {before}, and passes without {}", check.id, kind.info().plural).unwrap();
            }
        }
        // what was taken away cannot be put back
        if there {
            inventory = load();
        } else {
            inventory.set_state(kind, ReadState::Complete);
        }
    }
}

#[test]
fn no_right_taken_away_makes_a_pass() {
    let mut wrong = String::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/checks");
    for check in checks::ALL {
        for file in fs::read_dir(folder.join(check.id)).into_iter().flatten() {
            let path: PathBuf = file.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            judge(&[check], &|| cluster(&text), &path.file_name().unwrap().to_string_lossy(), &mut wrong);
        }
    }
    for line in sheets::all() {
        let check = checks::find(&line.check).unwrap();
        judge(&[check], &|| cluster(&line.text), &format!("{} {}", line.check, line.case), &mut wrong);
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn nor_in_the_demo() {
    let mut wrong = String::new();
    judge(checks::ALL, &|| demo::load().0, "demo", &mut wrong);
    assert!(wrong.is_empty(), "\n{wrong}");
}
