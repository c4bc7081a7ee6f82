//! The screens without a terminal: pictures, journeys, and what must never be seen.

#![cfg(feature = "tui")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

#[path = "screens/report.rs"]
mod report;
#[path = "screens/stage.rs"]
#[allow(dead_code)]
mod stage;

use plimsoll::app::{
    Book, Change, Document, Done, Effect, Failure, FieldName, Imported, Link, Mark, Mouse, Msg, Prepared, Progress,
    Recorded, Refused, RemedyText, ScanEvent,
};
use plimsoll::config::{Files, configured};
use plimsoll::inventory::{Answer, AnswerRow, Facts, Inventory, Next, ObjectFacts, Question};
use plimsoll::model::{
    Activity, Asked, Doing, KindActivity, ObjectRef, Report, Score, Severity, Sums, Verdict, WaiverRecord,
};
use plimsoll::ui::{Theme, Themes};
use report::{YAML, attested, beside, decided, finding, hostile, later, many, nodes, report, rolling};
use stage::Stage;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

const SIZES: [(u16, u16); 4] = [(80, 24), (120, 35), (200, 60), (40, 10)];

/// What is known of it beside its text.
fn about() -> Document {
    Document {
        origin: "Deployment/checkout".into(),
        version: Some("resourceVersion 48213".into()),
        manager: Some("Argo CD (application shop)".into()),
        writers: Some("kubectl: kubectl-edit at 2026-07-20T10:00:00Z".into()),
        ..Document::default()
    }
}

fn document() -> Document {
    let mark = Mark { first: 17, last: 17, exact: true };
    Document { text: YAML.into(), marks: vec![mark], ..about() }
}

fn remedy() -> RemedyText {
    RemedyText {
        yaml: "spec:\n  privileged: false\n".into(),
        diff: "@@ -13 +13 @@\n-          privileged: true\n+          privileged: false\n".into(),
        whole: "kind: Deployment\nspec:\n  privileged: false\n".into(),
        command: Some("kubectl -n shop patch deployments.apps checkout".into()),
        manager: Some("by Argo CD (application shop), which undoes a change made here: make it there".into()),
        note: None,
    }
}

fn answer(stage: &mut Stage) {
    let fingerprint = report().findings.get(0).unwrap().fingerprint;
    stage.take(Msg::Yaml(fingerprint.clone(), Ok(document())));
    stage.take(Msg::Remedy(fingerprint, Ok(remedy())));
}

/// Screens by name, and how to get there from the overview.
const SCREENS: [(&str, &str); 14] = [
    ("overview", ""),
    ("framework", "enter"),
    ("criteria", "G enter"),
    ("control", "enter j j enter"),
    ("findings", "H"),
    ("finding", "H enter"),
    ("explain", "H enter d"),
    ("gaps", "tab tab enter"),
    ("frameworks", ": f w enter"),
    ("analysis", "a"),
    ("namespaces", ": n s enter"),
    ("nodes", ": n o d e s enter"),
    ("node", ": n o d e s enter G d"),
    ("help", "?"),
];

#[test]
fn pictures() {
    for (name, keys) in SCREENS {
        for (width, height) in SIZES {
            let mut stage = Stage::with(width, height, report());
            stage.event(ScanEvent::Nodes(nodes()));
            stage.keys(keys);
            answer(&mut stage);
            insta::assert_snapshot!(format!("{name}-{width}x{height}"), stage.picture());
        }
    }
}

/// Screens that tell what only a cluster knows: the ways to a workload, what is read, what was asked.
#[test]
fn pictures_of_a_cluster() {
    let owner = ObjectRef::new("apps/v1", "DaemonSet", Some("monitoring"), "node-exporter");
    let question = Question::Reach(report().findings.first().unwrap().owner);
    for (width, height) in SIZES {
        let mut stage = Stage::with(width, height, report());
        stage.keys("H r");
        let answer = DEMO.answer(&Question::Reach(owner.clone()), DEMO.newest());
        stage.take(Msg::Answered(question.clone(), Ok(answer)));
        insta::assert_snapshot!(format!("reach-{width}x{height}"), stage.picture());
        let mut stage = Stage::with(width, height, report());
        stage.keys(": a c t i v i t y enter");
        stage.take(Msg::Activity(Ok(activity())));
        insta::assert_snapshot!(format!("activity-{width}x{height}"), stage.picture());
        stage.keys("@");
        insta::assert_snapshot!(format!("requests-{width}x{height}"), stage.picture());
        // a document that is folded and searched
        let mut stage = Stage::with(width, height, report());
        stage.keys("H enter");
        crate::answer(&mut stage);
        stage.keys("y Z / p r i v enter");
        insta::assert_snapshot!(format!("yaml-{width}x{height}"), stage.picture());
    }
}

/// Marks, sorting, further columns, the palette, the tour.
#[test]
fn pictures_of_finding_ones_way() {
    for (name, keys) in [
        ("marked", "H space j ctrl-space"),
        ("sorted", "H > > > > O O"),
        ("wide", "H ctrl-w"),
        ("palette", "H ctrl-p w a i v e"),
        ("tour", ": t o u r enter"),
    ] {
        for (width, height) in [(80, 24), (120, 35), (200, 60)] {
            let mut stage = Stage::with(width, height, report());
            stage.keys(keys);
            if name == "tour" {
                stage.scanned(report());
            }
            stage.take(Msg::Facts(Ok(facts(&report()))));
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

/// Fifteen frameworks, three of them for other platforms: what there is no room for is a line that opens the rest.
#[test]
fn pictures_of_many_frameworks() {
    for (name, keys, size) in [
        ("many", "", (80, 24)),
        ("many", "", (120, 35)),
        ("many", "", (120, 50)),
        ("many-all", ": f w enter", (80, 24)),
        ("many-elsewhere", ": c i s - e k s enter", (80, 24)),
    ] {
        let mut stage = Stage::with(size.0, size.1, many());
        stage.keys(keys);
        insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), stage.picture());
    }
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

#[test]
fn no_screen_is_empty_without_a_sentence() {
    let mut nothing = report();
    nothing.findings = plimsoll::model::Findings::default();
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

/// Screen readers and magnifiers follow the hardware cursor: it stands on the selected row, and in what is typed.
#[test]
fn the_cursor_is_on_what_has_the_focus() {
    for (name, keys) in SCREENS {
        for (width, height) in SIZES {
            let mut stage = Stage::with(width, height, report());
            stage.keys(keys);
            if !stage.state.pane().is_some_and(|pane| pane.kind.is_list() && !pane.rows.is_empty()) {
                continue;
            }
            let (_, y) = stage.cursor().unwrap_or_else(|| panic!("{name} at {width}x{height}"));
            let row = stage.screen().lines().nth(usize::from(y)).unwrap().to_owned();
            assert!(row.contains("> "), "{name} at {width}x{height}: {row}");
        }
    }
    let mut stage = Stage::with(80, 24, report());
    stage.keys("enter /");
    stage.types("priv");
    assert_eq!(stage.cursor().map(|(_, y)| y), Some(23));
    stage.keys("backspace");
    let before = stage.cursor().unwrap();
    stage.types("v");
    assert_eq!(stage.cursor(), Some((before.0 + 1, before.1)));
}

/// A key that the footer names does something: it changes the state, the screen or has an effect.
#[test]
fn no_key_in_the_footer_does_nothing() {
    for (name, path) in SCREENS {
        let mut stage = Stage::with(200, 50, report());
        stage.event(ScanEvent::Nodes(nodes()));
        stage.keys(path);
        answer(&mut stage);
        let shown: Vec<&str> = plimsoll::app::available(&stage.state)
            .filter(|entry| !entry.label.is_empty())
            .map(|entry| entry.keys[0])
            .collect();
        for key in shown {
            let mut stage = Stage::with(200, 50, report());
            stage.event(ScanEvent::Nodes(nodes()));
            stage.keys(path);
            answer(&mut stage);
            let before = stage.picture();
            stage.keys(key);
            assert!(!stage.effects.is_empty() || stage.picture() != before, "{key} on {name}:\n{before}");
        }
    }
}

/// One parser for all journeys. A line is a comment (`#`), `size 80x24`, `keys K K`, `type TEXT`, `paste TEXT`,
/// `report first|later|rolling|many|hostile|decided|attested|beside`, `live`, `lost WHY`, `nodes` (three that differ), `imported
/// PATH NODES`, `answer` (YAML and fix arrive), `edited [PATH]` (an editor ended; the copy that is kept), `prepared alone|shared|nowhere` (the day, the user and the file are known),
/// `recorded [REPORT]`, `undone [REPORT]`, `refused [FIELD:] WHAT`, `failed WHAT`, `see TEXT`, `miss TEXT`, `settings TOML`
/// (more of the file: it is read again with all lines so far), `found` (answers to what the last step asked, from the
/// demo), `facts` (labels and ages of all objects), `counted` (what a scanner counted), `activity` (what is read and was
/// asked), `asked Reach|Vulnerabilities KIND NAMESPACE/NAME` (the same, of another object), `click X Y`,
/// `wheel up|down X Y`, or `effect START` (one of the last step's effects begins so), `effects none`.
fn journey(text: &str) -> Result<(), String> {
    let mut stage = Stage::with(80, 24, report());
    let mut settings = String::new();
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
            "settings" => {
                settings.push_str(&format!("{rest}\n"));
                let path = "config.toml".into();
                let files = Files { path, text: Some(settings.clone()), ..Files::default() };
                stage.take(Msg::Configured(Box::new(configured(&files, |_| Some("prod-eu-1".to_owned())).1)));
            }
            "click" => stage.take(Msg::Mouse(Mouse::Click(place(rest).0, place(rest).1))),
            "wheel" => {
                let (way, at) = rest.split_once(' ').unwrap();
                let (x, y) = place(at);
                stage.take(Msg::Mouse(if way == "up" { Mouse::Up(x, y) } else { Mouse::Down(x, y) }));
            }
            "report" => {
                stage.event(ScanEvent::Report(named(rest).into()));
            }
            "live" => stage.event(ScanEvent::Link(Link::Live)),
            "lost" => {
                let link = Link::Lost { since: "23:42:30Z".into(), kinds: 2, why: rest.into() };
                stage.event(ScanEvent::Link(link));
            }
            "nodes" => stage.event(ScanEvent::Nodes(nodes())),
            "imported" => {
                let (path, nodes) = rest.split_once(' ').unwrap();
                let nodes = nodes.split(' ').map(Into::into).collect();
                stage.take(Msg::Imported(Ok(Imported { path: path.into(), node: None, nodes })));
            }
            "finished" => stage.event(ScanEvent::Finished),
            "failed" => stage.event(ScanEvent::Failed(Failure::new(rest, "Do this."))),
            "answer" => answer(&mut stage),
            "edited" => stage.take(Msg::Edited(Ok((!rest.is_empty()).then(|| rest.into())))),
            "saved" => stage.take(Msg::Saved("the diff", Ok(rest.into()))),
            "found" => {
                let asked: Vec<Question> = stage.effects.iter().filter_map(question_of).collect();
                if asked.is_empty() {
                    return fails("nothing was asked".to_owned(), &stage);
                }
                for question in asked {
                    let answer = DEMO.answer(&question, DEMO.newest());
                    stage.take(Msg::Answered(question, Ok(answer)));
                }
            }
            "counted" => {
                let cells = ["app", "2", "5", "0", "1", "0", "3h"].map(str::to_owned).to_vec();
                let columns = &["container", "critical", "high", "medium", "low", "unknown", "age"];
                let rows = vec![AnswerRow { cells, next: Next::Nowhere }];
                for asked in stage.effects.iter().filter_map(question_of).collect::<Vec<_>>() {
                    stage.take(Msg::Answered(asked, Ok(Answer { columns, rows: rows.clone(), notes: Vec::new() })));
                }
            }
            "activity" => stage.take(Msg::Activity(Ok(activity()))),
            // what was asked is answered for another object of the demo
            "asked" => {
                let mut words = rest.split(' ');
                let (what, kind, place) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
                let (namespace, name) = place.split_once('/').unwrap();
                let object = ObjectRef::new("apps/v1", kind, Some(namespace), name);
                let question =
                    if what == "Reach" { Question::Reach(object) } else { Question::Vulnerabilities(object) };
                let answer = DEMO.answer(&question, DEMO.newest());
                for asked in stage.effects.iter().filter_map(question_of).collect::<Vec<_>>() {
                    stage.take(Msg::Answered(asked, Ok(answer.clone())));
                }
            }
            "facts" => {
                let report = stage.state.session.report.clone().unwrap();
                stage.take(Msg::Facts(Ok(facts(&report))));
            }
            "prepared" => stage.take(Msg::Prepared(prepared(rest))),
            "recorded" => {
                let done = Done { what: "the waiver".into(), file: "w".into(), before: None, after: String::new() };
                let recorded = recorded(&stage, Some(done), "Recorded.", rest);
                stage.take(Msg::Recorded(Box::new(Ok(recorded))));
            }
            "undone" => {
                let recorded = recorded(&stage, None, "Taken back.", rest);
                stage.take(Msg::Undone(Box::new(Ok(recorded))));
            }
            "refused" => {
                let (field, what) = match rest.split_once(": ") {
                    Some(("Attachments", what)) => (Some(FieldName::Attachments), what),
                    _ => (None, rest),
                };
                let refused = Refused { failure: Failure::new(what, "Nothing was written."), field };
                stage.take(Msg::Recorded(Box::new(Err(refused))));
            }
            "records" => stage.event(ScanEvent::Records(Some(Failure::new(rest, "Mend the file.")))),
            "see" if stage.screen().contains(rest) => {}
            "see" => return fails(format!("{rest:?} is not there"), &stage),
            "miss" if !stage.screen().contains(rest) => {}
            "miss" => return fails(format!("{rest:?} is there"), &stage),
            "effects" => {
                let effects: Vec<String> = stage.effects.iter().map(name).collect();
                if rest == "none" && !effects.is_empty() {
                    return fails(format!("there are {effects:?}"), &stage);
                }
            }
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

/// What is done of four kinds, and four requests.
fn activity() -> Activity {
    let sums = |requests, bytes, errors, backoffs| Sums { requests, bytes, errors, backoffs };
    let kind = |kind: &str, doing, objects, sums| KindActivity { kind: kind.into(), doing, objects, sums };
    let asked = |number, path: &str, status, millis, bytes| Asked {
        number,
        at: "2026-07-21T23:41:05Z".into(),
        method: "GET".into(),
        path: path.into(),
        status,
        problem: if status.is_none() { "no answer within 20s".into() } else { "".into() },
        millis,
        bytes,
    };
    let lost = Doing::Lost("23:42:30Z".into(), "the stream broke off".into());
    Activity {
        kinds: vec![
            kind("secrets.example.com", Doing::Reading, 120, sums(1, 40_000, 0, 0)),
            kind("pods", Doing::Live, 12_400, sums(1, 12_000_000, 0, 0)),
            kind("services", lost, 40, sums(1, 1_000, 0, 2)),
            kind("nodes", Doing::Failed("list nodes: forbidden for this user".into()), 0, sums(1, 200, 1, 0)),
        ],
        asked: vec![
            asked(7, "/api/v1/pods?watch=true&sendInitialEvents=true", Some(200), 31, 12_000_000),
            asked(8, "/api/v1/services?watch=true&resourceVersion=9", None, 20_000, 0),
            asked(9, "/api/v1/nodes?limit=500", Some(403), 4, 200),
            asked(10, "/version", Some(200), 2, 300),
        ],
        sums: sums(4, 12_041_200, 1, 2),
        revision: 12,
    }
}

/// `X Y`: a column and a row.
fn place(text: &str) -> (u16, u16) {
    let (x, y) = text.split_once(' ').unwrap();
    (x.parse().unwrap(), y.parse().unwrap())
}

/// A report by name.
fn named(name: &str) -> Report {
    match name {
        "later" => later(),
        "rolling" => rolling(),
        "many" => many(),
        "hostile" => hostile(),
        "decided" => decided(),
        "attested" => attested(),
        "beside" => beside(),
        _ => report(),
    }
}

/// What the machine says: a file of one's own, one in a repository, none.
fn prepared(place: &str) -> Prepared {
    Prepared {
        book: Book::Waivers,
        today: plimsoll::model::parse_day("2026-07-22").unwrap(),
        user: Some("ana@example.com".into()),
        file: (place != "nowhere").then(|| "~/.config/plimsoll/waivers.yaml".into()),
        shared: place == "shared",
    }
}

fn recorded(stage: &Stage, done: Option<Done>, said: &str, report: &str) -> Recorded {
    let target = stage.state.session.target.clone();
    let report = (!report.is_empty()).then(|| (target, named(report).into()));
    Recorded { done, said: said.into(), problem: None, report }
}

/// Labels and ages of what a report is about: `app` is the name.
fn facts(report: &Report) -> Facts {
    let of = |finding: plimsoll::model::Finding| {
        let labels = [("app", &*finding.owner.name), ("tier", "back")];
        let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        (finding.owner.clone(), ObjectFacts { labels, age: Some(5 * 86_400 + 3 * 3600) })
    };
    report.findings.iter().map(of).collect()
}

/// The demo's objects, which answer what journeys ask.
static DEMO: LazyLock<Inventory> = LazyLock::new(|| plimsoll::sources::demo::load().0);

fn question_of(effect: &Effect) -> Option<Question> {
    match effect {
        Effect::Ask(_, question) => Some(question.clone()),
        _ => None,
    }
}

/// An effect in one line.
fn name(effect: &Effect) -> String {
    match effect {
        Effect::LoadYaml(_, finding) => format!("LoadYaml {}", finding.resource),
        Effect::LoadRemedy(_, finding) => format!("LoadRemedy {}", finding.resource),
        Effect::Export(_, rows, path) => format!("Export {} to {path:?}", rows.len()),
        Effect::StartScan(scan, target) => {
            let kubelets = if target.kubelets { " kubelets" } else { "" };
            let evidence: String = target.evidence.iter().map(|(path, node)| format!(" {path:?} {node:?}")).collect();
            format!(
                "StartScan {scan} {:?} {:?} {:?}{kubelets}{evidence}",
                target.origin, target.context, target.namespaces
            )
        }
        Effect::Collect(_, image) => format!("Collect {image}"),
        Effect::LoadCollector(_, image) => format!("LoadCollector {image}"),
        Effect::Record(_, change) => format!("Record {}", change_name(change)),
        Effect::Undo(_, done) => format!("Undo {}", done.what),
        other => format!("{other:?}"),
    }
}

/// What shall be recorded, in one line.
fn change_name(change: &Change) -> String {
    match change {
        Change::Waive(w) => format!(
            "Waive {} by {} for {}, ticket {}, until {}: {:?}",
            w.subject(),
            w.approved_by,
            w.owner,
            w.ticket,
            w.expires,
            w.reason
        ),
        Change::WaiveMarked(all) => {
            let names: Vec<String> = all.iter().map(WaiverRecord::subject).collect();
            format!("WaiveMarked {}: {:?}", names.join(", "), all[0].reason)
        }
        Change::Unwaive(w) => format!("Unwaive {}", w.subject()),
        Change::Attest(a, files) => format!(
            "Attest {} by {} on {} until {}, ticket {:?}, files {files:?}, {} reviewed: {:?}",
            a.subject(),
            a.by,
            a.on,
            a.valid_until,
            a.ticket,
            a.reviewed.len(),
            a.statement
        ),
        Change::Withdraw(a) => format!("Withdraw {}", a.subject()),
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
