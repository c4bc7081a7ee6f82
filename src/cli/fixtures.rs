//! Fixtures of a pack's checks: `tests/<check id>/<expectation>[.<case>].yaml`, as the project has them for its own.
//!
//! The expectation is pass, fail, manual, unread or n-a: the verdict of a control that asks for this check alone. A line
//! `# kubernetes: 1.29` sets the version; `# source: cluster` makes the file all that a cluster holds.

use crate::engine::{Engine, NoExemptions, Times};
use crate::frameworks::from_texts;
use crate::inventory::{Kind, Medium, ReadState, Version};
use crate::model::{Verdict, nearest};
use crate::sources::files::Loader;
use crate::store::packs::sorted;
use std::collections::BTreeSet;
use std::path::Path;

/// What came of the fixtures of a pack.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// How many came to what their names say.
    pub passed: usize,
    /// What did not, a line each.
    pub wrong: Vec<String>,
    /// Checks that have fixtures.
    pub tested: BTreeSet<&'static str>,
}

const EXPECTATIONS: [&str; 5] = ["pass", "fail", "manual", "unread", "n-a"];

/// Runs every fixture of these checks.
pub(super) fn run(folder: &Path, checks: &[&'static str]) -> Outcome {
    let mut outcome = Outcome::default();
    for place in sorted(folder).unwrap_or_default().into_iter().filter(|place| place.is_dir()) {
        let id = place.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some(check) = checks.iter().find(|check| **check == id) else {
            // folders of other packs beside it are theirs
            if let Some(near) = nearest(&id, checks.iter().copied()).filter(|_| crate::checks::find(&id).is_none()) {
                outcome.wrong.push(format!("{}: no check {id:?}: did you mean {near:?}?", place.display()));
            }
            continue;
        };
        for file in sorted(&place).unwrap_or_default() {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !name.ends_with(".yaml") {
                continue;
            }
            outcome.tested.insert(check);
            match one(check, &file, name.split('.').next().unwrap_or_default()) {
                Ok(()) => outcome.passed += 1,
                Err(why) => outcome.wrong.push(format!("{}: {why}", file.display())),
            }
        }
    }
    outcome
}

fn one(check: &str, file: &Path, expected: &str) -> Result<(), String> {
    if !EXPECTATIONS.contains(&expected) {
        let near = nearest(expected, EXPECTATIONS.into_iter()).map(|near| format!(": did you mean {near:?}?"));
        return Err(format!(
            "expected a name that begins with {}, found {expected:?}{}",
            EXPECTATIONS.join(", "),
            near.unwrap_or_default()
        ));
    }
    let text = std::fs::read_to_string(file).map_err(|error| format!("cannot be read: {error}"))?;
    let header = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let version: Version = header("# kubernetes:").map_or(Ok(Version::NEWEST), str::parse)?;
    let cluster = header("# source:") == Some("cluster");
    let medium = if cluster { Medium::Cluster } else { Medium::Files };
    let mut loader = Loader::new(medium, version, None);
    loader.text(&file.display().to_string(), &text)?;
    let (mut inventory, notes) = loader.finish();
    if let Some(note) = notes.first() {
        return Err(note.message.clone());
    }
    if cluster {
        for kind in Kind::every() {
            inventory.set_state(kind, ReadState::Complete);
            inventory.opt_in(kind);
        }
    }
    let control = format!(
        "section: one\ntitle: One\ncontrols:\n  - {{id: one, title: One, decides: measured, checks: [{check}], why: one, \
         collect: ['attach: one']}}\n"
    );
    let head = "id: one\ntitle: One\nsource: one\nversions: [latest]\n";
    let pack = from_texts([("pack.yaml", head), ("one.yaml", control.as_str())].into_iter())
        .map_err(|error| error.to_string())?;
    let times = Times { started: "2026-01-01T00:00:00Z".into(), finished: "2026-01-01T00:00:00Z".into() };
    let edition = pack.edition("latest", version);
    let report = Engine::default().evaluate(&inventory, &[edition], &NoExemptions, false, times);
    let Some(result) = report.controls.first() else { return Err("it comes to nothing".to_owned()) };
    let found = match result.status {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Manual => "manual",
        Verdict::NotEvaluated => "unread",
        Verdict::NotApplicable => "n-a",
        other => other.as_str(),
    };
    if found == expected {
        return Ok(());
    }
    let said = report.findings.row(0).map_or(&result.message, |finding| finding.message());
    Err(format!("expected {expected}, found {found} ({said})"))
}
