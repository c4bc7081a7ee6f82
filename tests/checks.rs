//! Every check on its fixtures: `tests/checks/<check id>/<expectation>[.<case>].yaml`.
//!
//! The expectation is pass, fail, manual, unread or n-a: the verdict of a control that asks for this check alone. A line
//! `# kubernetes: 1.29` sets the version; `# source: cluster` makes the file all that a cluster holds, where otherwise
//! what is not in it may be elsewhere; `# forbidden: Pod, Job` takes kinds away, `# with: Secret, ConfigMap` opts in,
//! `# server: ADDRESS` is the API server's, `# allowed-registry: HOST` is scan's flag; `# pitfall 6.N` names the
//! catalogue's pitfall that the case is about.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use plimsoll::checks;
use plimsoll::engine::{Engine, NoExemptions, Times};
use plimsoll::frameworks::from_texts;
use plimsoll::inventory::{Kind, Medium, ReadState, Version, yaml};
use plimsoll::model::{Finding, GapReason, Report, Verdict};
use plimsoll::sources::files::Loader;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "support/sheets.rs"]
mod sheets;

/// A manifest and what a check should make of it.
struct Fixture {
    check: String,
    /// `fail.init-container`
    case: String,
    text: String,
    /// The sheet that it is a line of.
    sheet: Option<String>,
}

impl Fixture {
    fn all() -> Vec<Fixture> {
        let sorted = |folder: &Path| -> Vec<PathBuf> {
            let paths: BTreeSet<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
            paths.into_iter().collect()
        };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/checks");
        let of = |check: PathBuf| {
            sorted(&check).into_iter().map(move |file| Fixture {
                check: check.file_name().unwrap().to_string_lossy().into_owned(),
                case: file.file_name().unwrap().to_string_lossy().trim_end_matches(".yaml").to_owned(),
                text: fs::read_to_string(file).unwrap(),
                sheet: None,
            })
        };
        let lines = sheets::all().into_iter().map(|line| Fixture {
            check: line.check,
            case: line.case,
            text: line.text,
            sheet: Some(line.family),
        });
        sorted(&folder).into_iter().flat_map(of).chain(lines).collect()
    }

    fn name(&self) -> String {
        format!("{}/{}.yaml", self.check, self.case)
    }

    fn expectation(&self) -> &str {
        self.case.split('.').next().unwrap_or_default()
    }

    fn version(&self) -> Version {
        let said = self.text.lines().find_map(|line| line.strip_prefix("# kubernetes: "));
        said.map_or(Version::NEWEST, |version| version.parse().unwrap())
    }

    /// The kinds that a line names.
    fn kinds(&self, line: &str) -> Vec<Kind> {
        let names = self.text.lines().filter_map(|text| text.strip_prefix(line)).flat_map(|names| names.split(", "));
        let kind = |name: &str| Kind::ALL.iter().copied().find(|kind| kind.name() == name);
        names.map(|name| kind(name).unwrap_or_else(|| panic!("{}: no kind {name}", self.name()))).collect()
    }

    /// What comes of a control that asks for this check alone.
    fn report(&self) -> Report {
        let control = format!(
            "section: one\ntitle: One\ncontrols:\n  - id: one\n    title: One\n    decides: measured\n    \
             checks: [{}]\n    why: one\n    collect: ['attach: one']\n",
            self.check
        );
        let head = "id: one\ntitle: One\nsource: one\nkind: standard\nversions: [latest]\n";
        let pack = from_texts([("pack.yaml", head), ("one.yaml", control.as_str())].into_iter()).unwrap();
        let cluster = self.text.lines().any(|line| line == "# source: cluster");
        let medium = if cluster { Medium::Cluster } else { Medium::Files };
        let mut loader = Loader::new(medium, self.version(), None);
        loader.text(&self.name(), &self.text).unwrap();
        let (mut inventory, notes) = loader.finish();
        if cluster {
            Kind::ALL.iter().for_each(|kind| inventory.set_state(*kind, ReadState::Complete));
            self.kinds("# with: ").into_iter().for_each(|kind| inventory.opt_in(kind));
            for kind in self.kinds("# forbidden: ") {
                let (reason, message) = (GapReason::Forbidden, "forbidden".into());
                inventory.set_state(kind, ReadState::Failed { reason, message, read: BTreeSet::new() });
            }
        }
        let allowed = self.text.lines().filter_map(|line| line.strip_prefix("# allowed-registry: "));
        inventory.settings.allowed_registries = allowed.map(|host| host.parse().unwrap()).collect();
        inventory.cluster.server = self.text.lines().find_map(|line| line.strip_prefix("# server: ")).map(Into::into);
        assert!(notes.is_empty(), "{}: {notes:?}", self.name());
        let times = Times { started: "2026-01-01T00:00:00Z".into(), finished: "2026-01-01T00:00:00Z".into() };
        let edition = pack.edition("latest", self.version());
        Engine::default().evaluate(&inventory, &[edition], &NoExemptions, false, times)
    }
}

#[test]
fn fixtures_come_to_what_their_names_say() {
    let mut wrong = String::new();
    for fixture in Fixture::all() {
        let report = fixture.report();
        let found = match report.controls[0].status {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::Manual => "manual",
            Verdict::NotEvaluated => "unread",
            Verdict::NotApplicable => "n-a",
            other => other.as_str(),
        };
        if found != fixture.expectation() {
            let messages: Vec<&str> = report.findings.rows().map(|finding| &**finding.message()).collect();
            writeln!(wrong, "{}: {found}, {messages:?}", fixture.name()).unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_check_has_fixtures_under_its_id() {
    let mut cases: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for fixture in Fixture::all() {
        cases.entry(fixture.check.clone()).or_default().insert(fixture.expectation().to_owned());
    }
    let mut wrong = String::new();
    for check in checks::ALL {
        let cases = cases.remove(check.id).unwrap_or_default();
        // a check for review never passes, and may have nothing that no reviewer could accept; one of what cannot be
        // seen yet is never decided, and says where the question does not arise
        let has = |all: &[&str]| all.iter().all(|case| cases.contains(*case));
        if !has(&["pass", "fail"]) && !has(&["manual"]) && !has(&["unread", "n-a"]) {
            writeln!(wrong, "{}: has {cases:?}, needs pass and fail, manual, or unread and n-a", check.id).unwrap();
        }
        let file = format!("src/checks/{}.rs", check.id.replacen('.', "/", 1).replace('-', "_"));
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let table = root.join(&file).with_file_name("table.rs");
        let row = fs::read_to_string(table).is_ok_and(|text| text.contains(&format!("id: {:?},", check.id)));
        if !root.join(&file).is_file() && !row {
            writeln!(wrong, "{}: stands neither in {file} nor in the table beside it", check.id).unwrap();
        }
    }
    for stranger in cases.into_keys() {
        writeln!(wrong, "tests/checks/{stranger}: no such check").unwrap();
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn findings_point_at_their_lines() {
    let mut sheets: BTreeMap<String, String> = BTreeMap::new();
    for fixture in Fixture::all().iter().filter(|fixture| matches!(fixture.expectation(), "fail" | "manual")) {
        let report = fixture.report();
        let shown: Vec<String> = report.findings.iter().map(|finding| show(&finding, &fixture.text)).collect();
        let shown = shown.join("\n");
        match &fixture.sheet {
            // the lines of a sheet are read together
            Some(sheet) => {
                let text = sheets.entry(sheet.clone()).or_default();
                writeln!(text, "{} {}\n{shown}", fixture.check, fixture.case).unwrap();
            }
            None => insta::with_settings!({omit_expression => true}, {
                insta::assert_snapshot!(format!("{}__{}", fixture.check, fixture.case), shown);
            }),
        }
    }
    for (sheet, text) in sheets {
        insta::with_settings!({omit_expression => true}, {
            insta::assert_snapshot!(format!("sheet__{sheet}"), text);
        });
    }
}

#[test]
fn a_credential_stays_in_its_manifest() {
    const SECRETS: [&str; 5] =
        ["correct-horse-battery", "AKIAIOSFODNN7EXAMPLE", "hunter2", "MHcCAQEE", "q8Zr2LxT5vNc7Kd1"];
    const IN_BASE64: [&str; 2] = ["QUtJQUlPU0ZPRE5ON0VYQU1QTEU", "c2hvcDpodW50ZXIy"];
    let mut stand = BTreeSet::new();
    for check in ["container.env-literal-credential", "configmap.credentials"] {
        let fixtures = Fixture::all().into_iter().filter(|f| f.check == check && f.expectation() == "fail");
        for fixture in fixtures {
            let report = format!("{:?}", fixture.report());
            for secret in SECRETS.iter().chain(&IN_BASE64) {
                if fixture.text.contains(secret) {
                    stand.insert((check, *secret));
                }
                assert!(!report.contains(secret), "{}: {secret}", fixture.name());
            }
        }
    }
    assert_eq!(stand.len(), 11, "they stand in fixtures: {stand:?}");
}

/// A finding as a compiler would print it.
fn show(finding: &Finding, text: &str) -> String {
    let mut shown = format!("{}[{}]: {}\n", finding.severity, finding.status.as_str(), finding.message);
    let documents = yaml::documents(text);
    let source = finding.source.as_ref().map(|source| source.document);
    let document = documents.iter().find(|document| Some(document.index) == source);
    for evidence in &finding.paths {
        writeln!(shown, "  {} is {}, expected {}", evidence.path, evidence.actual, evidence.expected).unwrap();
        let Some(document) = document else { continue };
        let positions = document.positions().unwrap();
        let path = positions.object(&finding.resource).join(&evidence.path);
        let span = positions.locate(&path).unwrap();
        let hidden = evidence.actual == "***";
        let masked = if hidden { yaml::mask_text(document.text, &[path]).unwrap() } else { document.text.to_owned() };
        let line = masked.lines().nth(span.line - 1).unwrap().trim_end();
        let whole = hidden || span.end_line != span.line;
        let end = if whole { line.chars().count() } else { span.end_column - 1 };
        let caret = "^".repeat(end.saturating_sub(span.column - 1).max(1));
        let what = if span.exact { "" } else { " belongs in here" };
        let number = document.first_line + span.line - 1;
        writeln!(shown, "{number:4} | {line}\n     | {}{caret}{what}", " ".repeat(span.column - 1)).unwrap();
    }
    shown
}
