//! Agreement with kubescape's own test cases. Every rule in the folder stands in `rules.yaml`: answered by checks of
//! plimsoll's, or refused with a reason; every case in which they part stands there with its reason. The counts and the
//! lists are `docs/conformance.md` (`UPDATE_DOCS=1` writes it). Skipped where the shared folder is absent.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

mod alerts;
mod case;
mod document;
mod ours;
mod sensor;
mod table;

use case::Case;
use document::{Counts, document};
use ours::Ours;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use table::{Answer, Entry, Table};

/// The folder of rules, if it is there.
fn rules() -> Option<PathBuf> {
    let shared = std::env::var_os("PLIMSOLL_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let rules = shared.join("conformance/kubescape-rules/rules");
    if !rules.is_dir() {
        eprintln!("skipped: no cases at {} (PLIMSOLL_SHARED names the folder above)", rules.display());
        return None;
    }
    Some(rules)
}

/// What stands in a folder, in order of name; hidden files are not read.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let hidden = |path: &Path| path.file_name().unwrap().to_string_lossy().starts_with('.');
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| !hidden(path)).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

#[test]
fn every_rule_is_answered_or_refused() {
    let Some(rules) = rules() else { return };
    let there: BTreeSet<String> = entries(&rules).iter().map(|path| name(path)).collect();
    let listed: BTreeSet<String> = Table::read().rules.into_keys().collect();
    let missing: Vec<_> = there.difference(&listed).collect();
    let strangers: Vec<_> = listed.difference(&there).collect();
    assert!(missing.is_empty(), "in no list: {missing:?}");
    assert!(strangers.is_empty(), "no such rule: {strangers:?}");
}

#[test]
fn agrees_with_kubescapes_cases() {
    let Some(rules) = rules() else { return };
    let table = Table::read();
    let (mut wrong, mut counts) = (String::new(), Counts::default());
    for (rule, entry) in &table.rules {
        let Entry::Answered(answers) = entry else {
            counts.refused += 1;
            continue;
        };
        let folders = entries(&rules.join(rule).join("test"));
        let cases: Vec<Case> = folders.iter().filter_map(|folder| Case::read(folder)).collect();
        counts.answered.insert(rule.clone(), cases.len());
        for case in &cases {
            let differs = answers.iter().any(|answer| answer.differs.contains_key(&case.name));
            if differs {
                counts.deviating += 1
            } else {
                counts.agreeing += 1
            }
            for answer in answers {
                wrong += &judge(rule, answer, case, &mut counts);
            }
        }
        for (answer, case) in answers.iter().flat_map(|answer| answer.differs.keys().map(move |case| (answer, case))) {
            if !cases.iter().any(|other| other.name == *case) {
                writeln!(wrong, "{rule}/{case}: no such case, and {:?} should differ in it", answer.checks).unwrap();
            }
        }
    }
    println!("{counts}");
    assert!(wrong.is_empty(), "\n{wrong}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/conformance.md");
    let text = document(&table, &counts);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == text, "{} is stale: UPDATE_DOCS=1 cargo test --test kubescape", path.display());
}

/// What is wrong with an answer in a case, as lines.
fn judge(rule: &str, answer: &Answer, case: &Case, counts: &mut Counts) -> String {
    let mut wrong = String::new();
    let says = if case.is_alone() { ours::one_by_one(answer, case) } else { ours::together(answer, case) };
    match (answer.differs.get(&case.name), &says) {
        (None, Ours::Parts(how)) => {
            writeln!(wrong, "{rule}/{}: {} {how}", case.name, answer.checks.join(", ")).unwrap();
        }
        (Some(reason), Ours::Agrees { .. }) => {
            writeln!(wrong, "{rule}/{}: agrees, though it should not: {reason}", case.name).unwrap();
        }
        (None, Ours::Agrees { undecided: true }) => counts.undecided += 1,
        _ => {}
    }
    wrong
}
