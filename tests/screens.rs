//! The screens without a terminal: pictures, journeys, and what must never be seen.

#![cfg(feature = "tui")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

#[path = "screens/report.rs"]
mod report;
#[path = "screens/stage.rs"]
mod stage;

use plimsoll::app::{Document, Effect, Failure, Mark, Msg, Progress, RemedyText, ScanEvent};
use plimsoll::model::{Report, Score, Severity, Verdict};
use plimsoll::ui::{Theme, Themes};
use report::{YAML, finding, hostile, later, report};
use stage::Stage;
use std::fs;
use std::path::Path;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 35), (40, 10)];

fn document() -> Document {
    let mark = Mark { first: 12, last: 12, exact: true };
    Document { text: YAML.into(), marks: vec![mark], origin: "Deployment/checkout".into(), ..Document::default() }
}

fn remedy() -> RemedyText {
    RemedyText {
        yaml: "spec:\n  privileged: false\n".into(),
        diff: "@@ -13 +13 @@\n-          privileged: true\n+          privileged: false\n".into(),
        command: Some("kubectl -n shop patch deployments.apps checkout".into()),
        manager: Some("by Argo CD (application shop), which undoes a change made here: make it there".into()),
        note: None,
    }
}

fn answer(stage: &mut Stage) {
    let fingerprint = report().findings[0].fingerprint.clone();
    stage.take(Msg::Yaml(fingerprint.clone(), Ok(document())));
    stage.take(Msg::Remedy(fingerprint, Ok(remedy())));
}

/// Screens by name, and how to get there from the overview.
const SCREENS: [(&str, &str); 10] = [
    ("overview", ""),
    ("framework", "enter"),
    ("criteria", "G enter"),
    ("control", "enter j j enter"),
    ("findings", "H"),
    ("finding", "H enter"),
    ("explain", "H enter d"),
    ("gaps", "tab tab enter"),
    ("namespaces", ": n s enter"),
    ("help", "?"),
];

#[test]
fn pictures() {
    for (name, keys) in SCREENS {
        for (width, height) in SIZES {
            let mut stage = Stage::with(width, height, report());
            stage.keys(keys);
            answer(&mut stage);
            insta::assert_snapshot!(format!("{name}-{width}x{height}"), stage.picture());
        }
    }
}

#[test]
fn pictures_of_the_start() {
    let mut stage = Stage::new(80, 24);
    insta::assert_snapshot!("start", stage.picture());
    stage.event(ScanEvent::Planned(27));
    stage.event(ScanEvent::Progress(Progress { kind: "services".into(), count: 40, done: true }));
    stage.event(ScanEvent::Progress(Progress { kind: "pods".into(), count: 12_400, done: false }));
    insta::assert_snapshot!("reading", stage.picture());
    stage.event(ScanEvent::Failed(Failure::new(
        "No kubeconfig was found: neither --kubeconfig, nor KUBECONFIG, nor ~/.kube/config, and this is no pod.",
        "Point KUBECONFIG at one, or look at the demo cluster.",
    )));
    insta::assert_snapshot!("failed", stage.picture());
}

#[test]
fn every_theme_tells_a_failure_from_a_pass() {
    for name in Themes::default().names() {
        let mut stage = Stage::with(80, 24, report());
        stage.theme = Theme::load(&name).unwrap();
        stage.keys("enter");
        let screen = stage.screen();
        assert!(screen.contains("FAIL") && screen.contains("PASS") && screen.contains("UNREAD"), "{screen}");
    }
}

/// Every figure of the frameworks' rows, worked out again from `controls[]`.
#[test]
fn figures_are_those_of_the_controls() {
    use plimsoll::engine::{Engine, NoExemptions, Selection, Times};
    let (inventory, _) = plimsoll::sources::demo::load();
    let packs = plimsoll::frameworks::embedded().unwrap();
    let editions = Selection::default().editions(&packs, inventory.version).unwrap();
    let times = Times { started: "2026-07-21T23:41:05Z".into(), finished: "2026-07-21T23:41:07Z".into() };
    let demo = Engine::default().evaluate(&inventory, &editions, &NoExemptions, false, times);
    for report in [report(), demo] {
        let stage = Stage::with(160, 50, report.clone());
        let screen = stage.screen();
        for framework in &report.frameworks {
            let of = |verdict: Verdict| {
                let scored = report.controls.iter().filter(|c| c.framework == framework.id && c.criterion.is_none());
                scored.filter(|c| c.status == verdict).count()
            };
            let (pass, fail, waived) = (of(Verdict::Pass), of(Verdict::Fail), of(Verdict::Waived));
            let (unread, people) = (of(Verdict::NotEvaluated), of(Verdict::Manual) + of(Verdict::Attested));
            let n = pass + fail + waived + unread;
            if n == 0 {
                continue;
            }
            let row = screen.lines().find(|line| line.contains(&*framework.title)).unwrap();
            // in whole per cent: the worst end rounded down, the best up
            let (worst, best) = (pass * 100 / n, ((pass + waived + unread) * 100).div_ceil(n));
            let interval = if waived + unread == 0 { format!(" {worst} %") } else { format!(" {worst}–{best} %") };
            let coverage = format!(" {}/{} ", pass + fail + waived, n + people);
            assert!(row.contains(&interval) && row.contains(&coverage), "{interval} {coverage} in {row}");
            let figures: Vec<&str> = row.split_whitespace().rev().filter(|word| *word != "│").take(3).collect();
            let figure = |text: &str| text.trim_end_matches('│').parse::<usize>().unwrap();
            assert_eq!(figures.into_iter().rev().map(figure).collect::<Vec<_>>(), [fail, of(Verdict::Manual), unread]);
        }
    }
}

#[test]
fn an_open_score_is_never_one_number() {
    let mut report = report();
    report.frameworks[0].score = Score { worst: Some(0.5), best: Some(0.501) };
    assert!(Stage::with(120, 35, report).screen().contains("50–51 %"));
}

#[test]
fn the_first_screen_is_short_and_the_worst_is_one_key_away() {
    let checks = plimsoll::checks::ALL;
    let mut report = report();
    report.findings = (0..400)
        .map(|i| {
            let severity = Severity::ALL[i % 5];
            finding(checks[i % checks.len()].id, severity, &format!("ns-{}", i % 9), "Deployment", &format!("app-{i}"))
        })
        .collect();
    let mut stage = Stage::with(200, 60, report.clone());
    let rows = stage.state.screen().panes[1].rows.len();
    assert!(rows <= 20, "{rows} rows");
    stage.keys("H");
    let worst = report.findings.iter().filter(|f| f.severity >= Severity::High).count();
    assert_eq!(stage.state.pane().unwrap().rows.len(), worst);
}

#[test]
fn no_soc2_screen_says_pass_or_fail_or_gives_a_share() {
    for (keys, size) in [("G enter", (80, 24)), ("G enter", (120, 35)), ("G enter enter", (120, 35))] {
        let mut stage = Stage::with(size.0, size.1, report());
        stage.keys(keys);
        let screen = stage.screen();
        for word in ["PASS", "FAIL", "%"] {
            assert!(!screen.contains(word), "{word} in\n{screen}");
        }
        assert!(screen.contains("as observed at 2026-07-21T23:41:07Z; not evidence of operation over a period"));
        let mut stage = Stage::with(size.0, size.1, report());
        stage.keys(&format!("{keys} d"));
        assert!(stage.screen().contains("not evidence of operation"), "{}", stage.screen());
    }
}

/// Whatever the names and the size, nothing but drawable cells reaches the terminal.
#[test]
fn hostile_text_and_every_size_leave_the_screen_whole() {
    let sizes = (1..300).step_by(71).flat_map(|width| (1..100).step_by(23).map(move |height| (width, height)));
    for (width, height) in sizes.chain([(20, 5), (30, 6), (40, 10), (80, 24), (300, 100)]) {
        for (_, keys) in SCREENS {
            let mut stage = Stage::with(width, height, hostile());
            stage.keys(keys);
            stage.keys("j ctrl-f G tab y");
            stage.take(Msg::Resize(height, width));
            for cell in &stage.buffer().content {
                let bad = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) || c == '\u{200b}';
                assert!(!cell.symbol().chars().any(bad), "{:?} at {width}x{height}", cell.symbol());
            }
        }
    }
}

#[test]
fn no_screen_is_empty_without_a_sentence() {
    let mut nothing = report();
    nothing.findings.clear();
    nothing.gaps.clear();
    nothing.controls.clear();
    nothing.frameworks.clear();
    for (name, keys) in SCREENS {
        let mut stage = Stage::with(80, 24, nothing.clone());
        stage.keys(keys);
        let words = stage.screen().lines().skip(2).flat_map(str::split_whitespace).count();
        assert!(words > 8, "{name}:\n{}", stage.screen());
    }
}

/// A key that the footer names does something: it changes the state, the screen or has an effect.
#[test]
fn no_key_in_the_footer_does_nothing() {
    for (name, path) in SCREENS {
        let mut stage = Stage::with(200, 50, report());
        stage.keys(path);
        answer(&mut stage);
        let shown: Vec<&str> = plimsoll::app::available(&stage.state)
            .filter(|entry| !entry.label.is_empty())
            .map(|entry| entry.keys[0])
            .collect();
        for key in shown {
            let mut stage = Stage::with(200, 50, report());
            stage.keys(path);
            answer(&mut stage);
            let before = stage.picture();
            stage.keys(key);
            assert!(!stage.effects.is_empty() || stage.picture() != before, "{key} on {name}:\n{before}");
        }
    }
}

/// One parser for all journeys. A line is a comment (`#`), `size 80x24`, `keys K K`, `type TEXT`, `paste TEXT`,
/// `report first|later|hostile`, `answer` (YAML and fix arrive), `failed WHAT`, `see TEXT`, `miss TEXT`, or
/// `effect START` (one of the last step's effects begins so).
fn journey(text: &str) -> Result<(), String> {
    let mut stage = Stage::with(80, 24, report());
    for (number, line) in text.lines().enumerate() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let fails = |what: String, stage: &Stage| Err(format!("line {}: {what}\n{}", number + 1, stage.screen()));
        match word {
            "" | "#" => {}
            "size" => {
                let (width, height) = rest.split_once('x').unwrap();
                stage.take(Msg::Resize(width.parse().unwrap(), height.parse().unwrap()));
            }
            "start" => stage = Stage::new(80, 24),
            "keys" => stage.keys(rest),
            "type" => stage.types(rest),
            "paste" => stage.take(Msg::Paste(rest.to_owned())),
            "report" => {
                let report: Report = match rest {
                    "later" => later(),
                    "hostile" => hostile(),
                    _ => report(),
                };
                stage.event(ScanEvent::Report(report.into()));
            }
            "finished" => stage.event(ScanEvent::Finished),
            "failed" => stage.event(ScanEvent::Failed(Failure::new(rest, "Do this."))),
            "answer" => answer(&mut stage),
            "see" if stage.screen().contains(rest) => {}
            "see" => return fails(format!("{rest:?} is not there"), &stage),
            "miss" if !stage.screen().contains(rest) => {}
            "miss" => return fails(format!("{rest:?} is there"), &stage),
            "effect" => {
                let effects: Vec<String> = stage.effects.iter().map(name).collect();
                if !effects.iter().any(|effect| effect.starts_with(rest)) {
                    return fails(format!("{rest:?} is not among {effects:?}"), &stage);
                }
            }
            other => return Err(format!("line {}: unknown word {other:?}", number + 1)),
        }
    }
    Ok(())
}

/// An effect in one line.
fn name(effect: &Effect) -> String {
    match effect {
        Effect::LoadYaml(_, finding) => format!("LoadYaml {}", finding.resource),
        Effect::LoadRemedy(_, finding) => format!("LoadRemedy {}", finding.resource),
        Effect::Export(_, rows, path) => format!("Export {} to {path:?}", rows.len()),
        Effect::StartScan(scan, target) => {
            format!("StartScan {scan} {:?} {:?} {:?}", target.origin, target.context, target.namespaces)
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn journeys() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/journeys");
    let mut wrong = Vec::new();
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        count += 1;
        if let Err(error) = journey(&fs::read_to_string(&path).unwrap()) {
            wrong.push(format!("{}: {error}", path.display()));
        }
    }
    assert!(count > 5, "only {count} journeys");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
