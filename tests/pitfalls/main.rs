//! Every pitfall of the catalogue's section 6 leads to its proof: a fixture with `# pitfall 6.N`, or a test whose doc
//! comment says `(pitfall N)`. `docs/pitfalls.md` is written from those marks (`UPDATE_DOCS=1`).

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use plimsoll::checks;
use plimsoll::inventory::yaml;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

const COUNT: usize = 65;

/// A pitfall as the table has it.
struct Pitfall {
    rule: String,
    elsewhere: Option<String>,
}

fn pitfalls() -> BTreeMap<usize, Pitfall> {
    let table = yaml::parse(include_str!("pitfalls.yaml")).unwrap().value;
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let rows = table.as_object().unwrap().iter();
    rows.map(|(number, row)| {
        let pitfall = Pitfall { rule: text(&row["rule"]).unwrap(), elsewhere: text(&row["elsewhere"]) };
        (number.parse().unwrap(), pitfall)
    })
    .collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files below a folder with this ending, in order of name.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Where the proofs of each pitfall are: `check/case` of a fixture, `file: test` of a test.
fn proofs() -> BTreeMap<usize, BTreeSet<String>> {
    let mut proofs: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    let mark = Regex::new(r"(?m)^# pitfall 6\.(\d+)\b").unwrap();
    for path in files("tests/checks", "yaml") {
        let name = path.strip_prefix(root().join("tests/checks")).unwrap().display().to_string();
        for number in mark.captures_iter(&fs::read_to_string(&path).unwrap()) {
            proofs.entry(number[1].parse().unwrap()).or_default().insert(name.trim_end_matches(".yaml").to_owned());
        }
    }
    let test = Regex::new(r"(?m)((?:^ *///.*\n)+)(?: *#\[.*\]\n)* *#\[test\]\n *fn (\w+)").unwrap();
    let mark = Regex::new(r"[Pp]itfalls? (\d+(?:(?:, | and )\d+)*)").unwrap();
    let number = Regex::new(r"\d+").unwrap();
    for path in files("src", "rs").into_iter().chain(files("tests", "rs")) {
        let text = fs::read_to_string(&path).unwrap();
        let file = path.strip_prefix(root()).unwrap().display().to_string();
        for test in test.captures_iter(&text) {
            for marks in mark.captures_iter(&test[1]) {
                for number in number.find_iter(&marks[1]) {
                    let proofs = proofs.entry(number.as_str().parse().unwrap()).or_default();
                    proofs.insert(format!("{file}: {}", &test[2]));
                }
            }
        }
    }
    proofs
}

#[test]
fn every_pitfall_leads_to_its_proof() {
    let (pitfalls, proofs) = (pitfalls(), proofs());
    assert_eq!(pitfalls.keys().copied().collect::<Vec<_>>(), (1..=COUNT).collect::<Vec<_>>());
    let strangers: Vec<_> = proofs.keys().filter(|number| !pitfalls.contains_key(number)).collect();
    assert!(strangers.is_empty(), "no such pitfall: {strangers:?}");
    for (number, pitfall) in &pitfalls {
        match (&pitfall.elsewhere, proofs.get(number)) {
            (None, None) => {
                panic!("pitfall {number} has no proof, and pitfalls.yaml does not say why: {}", pitfall.rule)
            }
            (Some(why), Some(proofs)) => panic!("pitfall {number} has proofs, {proofs:?}, and should not: {why}"),
            _ => {}
        }
    }
    let text = document(&pitfalls, &proofs);
    let path = root().join("docs/pitfalls.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == text, "{} is stale: UPDATE_DOCS=1 cargo test --test pitfalls", path.display());
}

fn document(pitfalls: &BTreeMap<usize, Pitfall>, proofs: &BTreeMap<usize, BTreeSet<String>>) -> String {
    const SHOWN: usize = 4;
    let mut text = "# Pitfalls

Written by `UPDATE_DOCS=1 cargo test --test pitfalls`: what scanners get wrong, by the number that fixtures and tests
carry. A proof `check/case` is the fixture `tests/checks/check/case.yaml`, whose name begins with the verdict that it
holds; all of a number are found by `grep -rl 'pitfall 6.N\\b' tests/checks`.

| # | the rule that plimsoll keeps | where the proof is |
| ---: | --- | --- |
"
    .to_owned();
    for (number, pitfall) in pitfalls {
        let all = proofs.get(number);
        let shown = all.into_iter().flatten().take(SHOWN).map(|proof| format!("`{proof}`"));
        let mut place = shown.collect::<Vec<_>>().join(", ");
        let more = all.map_or(0, BTreeSet::len).saturating_sub(SHOWN);
        if more > 0 {
            write!(place, " and {more} more").unwrap();
        }
        if let Some(why) = &pitfall.elsewhere {
            write!(place, "no check of the API: {why}").unwrap();
        }
        writeln!(text, "| {number} | {} | {place} |", pitfall.rule).unwrap();
    }
    text
}

/// Who else may hold a right, RBAC does not say: titles speak of few, and never of nobody (pitfall 32).
#[test]
fn no_check_of_rights_says_that_nobody_can() {
    let claims = ["nobody can", "no one can", "no subject can", "no user can"];
    for check in checks::ALL.iter().filter(|check| check.id.starts_with("rbac.")) {
        for text in [check.title, check.why, check.remedy.advice] {
            let text = text.to_lowercase();
            assert!(!claims.iter().any(|claim| text.contains(claim)), "{}: {text}", check.id);
        }
    }
}
