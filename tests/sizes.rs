//! Whatever the window, 20x5 to 300x100, and whatever the names: the screen stays whole.

#![cfg(feature = "tui")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

#[path = "screens/report.rs"]
#[allow(dead_code)]
mod report;
#[path = "screens/stage.rs"]
#[allow(dead_code)]
mod stage;

use plimsoll::app::{Book, Document, Mark, Msg, Prepared, RemedyText};
use plimsoll::inventory::{AnswerRow, Next, Question};
use plimsoll::model::{Activity, Asked, Doing, KindActivity, ObjectRef, Sums};
use plimsoll::ui::view;
use ratatui::Terminal;
use ratatui::backend::{Backend, TestBackend};
use report::hostile;
use stage::Stage;
use unicode_width::UnicodeWidthStr;

/// Ways to every screen, form and prompt.
const WAYS: [&str; 20] = [
    "",
    "enter",
    "G enter",
    "enter j j enter",
    "H",
    "H enter",
    "H enter d",
    "H y",
    "tab tab enter",
    ": f w enter",
    "a",
    ": n s enter",
    "?",
    "H W",
    "H W tab tab x",
    "enter / x",
    "H : f i n",
    "H > > > O space ctrl-w",
    "ctrl-p p r i",
    ": t o u r enter",
];

/// What a drawn frame must be: cells that can be drawn, wide ones with room for both halves, a cursor inside.
fn whole(stage: &Stage, terminal: &mut Terminal<TestBackend>, way: &str) {
    let (width, height) = stage.state.size;
    terminal.backend_mut().resize(width, height);
    terminal.autoresize().unwrap();
    // a frame that sets no cursor hides it, and leaves it where it was
    terminal.set_cursor_position((0, 0)).unwrap();
    terminal.draw(|frame| view(&stage.state, &stage.theme, frame)).unwrap();
    let cursor = terminal.backend_mut().get_cursor_position().unwrap();
    assert!(cursor.x < width && cursor.y < height, "{way:?} at {width}x{height}: the cursor is at {cursor:?}");
    for (i, cell) in terminal.backend().buffer().content.iter().enumerate() {
        let symbol = cell.symbol();
        if symbol.len() == 1 && symbol.as_bytes()[0] >= b' ' {
            continue;
        }
        let bad = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) || c == '\u{200b}';
        assert!(!symbol.chars().any(bad), "{way:?} at {width}x{height}: {symbol:?}");
        let column = i % usize::from(width);
        assert!(column + symbol.width() <= usize::from(width), "{way:?} at {width}x{height}: {symbol:?} in {column}");
    }
}

/// Names that no cluster should have, and some do.
const HOSTILE: [&str; 5] = [
    "a\u{1b}[31mred\u{1b}]52;c;aGk=\u{7}",
    "\u{202e}gnp.exe\u{202d}\u{200b}",
    "名前名前名前名前名前名前名前名前名前名前名前名前名前名前名前名前名前",
    "e\u{301}\u{302}\u{303}e\u{301}\u{302}\u{303}e\u{301}\u{302}\u{303}",
    "line\nbreak\ttab\r",
];

/// Screens that show what others wrote: YAML with its fix, reach, what is read, what was asked.
fn hostile_answers() -> Vec<(&'static str, Stage)> {
    let long = "x".repeat(253);
    let names: Vec<&str> = HOSTILE.into_iter().chain([long.as_str()]).collect();
    let mut text = String::from("metadata:\n  managedFields:\n  - manager: x\n");
    for name in &names {
        text.push_str(&format!(
            "{}:\n  - {name}: \"{}\"\n    other:\n      {}: 1\n",
            name.replace('\n', " "),
            name.repeat(9),
            name.repeat(3)
        ));
    }
    let lines = text.lines().count();
    let marks =
        vec![Mark { first: 4, last: 6, exact: true }, Mark { first: lines + 9, last: lines + 12, exact: false }];
    let mut stages = Vec::new();
    for (way, keys) in [
        ("yaml", "H enter y"),
        ("yaml folded", "H enter y Z"),
        ("yaml searched", "H enter y / e enter m n n N"),
        ("finding", "H enter tab v v"),
        ("explain searched", "H enter d / a enter n"),
    ] {
        let mut stage = Stage::with(80, 24, hostile());
        let fingerprint = hostile().findings.first().unwrap().fingerprint;
        let document = Document {
            text: text.as_str().into(),
            marks: marks.clone(),
            origin: names.concat(),
            version: Some(names.concat()),
            controller: Some(names.concat()),
            manager: Some(names.concat()),
            writers: Some(names.concat()),
            note: Some(names.concat()),
            above: 99_999,
        };
        let fix = RemedyText {
            yaml: text.clone(),
            diff: text.clone(),
            whole: text.clone(),
            command: Some(names.concat()),
            manager: Some(names.concat()),
            note: Some(names.concat()),
        };
        stage.keys("H enter");
        stage.take(Msg::Yaml(fingerprint.clone(), Ok(document)));
        stage.take(Msg::Remedy(fingerprint, Ok(fix)));
        stage.keys("q");
        stage.keys(keys);
        stages.push((way, stage));
    }
    let (demo, _) = plimsoll::sources::demo::load();
    let mut stage = Stage::with(80, 24, hostile());
    stage.keys("H r");
    let owner = ObjectRef::new("apps/v1", "DaemonSet", Some("monitoring"), "node-exporter");
    let mut answer = demo.answer(&Question::Reach(owner), demo.newest());
    answer.rows.extend(
        names
            .iter()
            .map(|name| AnswerRow { cells: vec![(*name).into(), name.repeat(9), name.repeat(3)], next: Next::Nowhere }),
    );
    stage.take(Msg::Answered(Question::Reach(hostile().findings.first().unwrap().owner), Ok(answer)));
    stages.push(("reach", stage));
    let sums = Sums { requests: u64::MAX / 2, bytes: u64::MAX / 2, errors: 7, backoffs: u64::MAX / 2 };
    let kinds = names.iter().map(|name| KindActivity {
        kind: (*name).into(),
        doing: Doing::Lost((*name).into(), (*name).into()),
        objects: usize::MAX / 2,
        sums,
    });
    let asked = names.iter().enumerate().map(|(i, name)| Asked {
        number: i as u64,
        at: (*name).into(),
        method: "GET".into(),
        path: format!("/api/v1/namespaces/{name}/pods/{name}").into(),
        status: (i % 2 == 0).then_some(500),
        problem: (*name).into(),
        millis: u64::MAX,
        bytes: u64::MAX,
    });
    let activity = Activity { kinds: kinds.collect(), asked: asked.collect(), sums, revision: 1 };
    for (way, keys) in [(":activity", ": a c t i v i t y enter"), ("@", "@")] {
        let mut stage = Stage::with(80, 24, hostile());
        stage.keys(keys);
        stage.take(Msg::Activity(Ok(activity.clone())));
        stages.push((way, stage));
    }
    stages
}

/// The same of a cluster that has nothing.
fn empty() -> Vec<(&'static str, Stage)> {
    let mut nothing = hostile();
    nothing.findings = plimsoll::model::Findings::default();
    nothing.gaps.clear();
    nothing.controls.clear();
    nothing.frameworks.clear();
    let ways = WAYS.into_iter().chain([": a c t i v i t y enter", "@", ": n o d e s enter", ": w a i v e r s enter"]);
    let stage = |way: &'static str| {
        let mut stage = Stage::with(80, 24, nothing.clone());
        stage.keys(way);
        (way, stage)
    };
    let mut stages: Vec<_> = ways.map(stage).collect();
    stages.push(("at the start", Stage::new(80, 24)));
    stages
}

/// Every width with every height, each pair on one of the screens; the screen changes with every step, so that each has all
/// widths and all heights. The window changes under the screen, as it does when somebody drags its edge.
#[test]
fn every_window_leaves_every_screen_whole() {
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    let mut stages: Vec<(&str, Stage)> = Vec::new();
    for way in WAYS {
        let mut stage = Stage::with(80, 24, hostile());
        stage.keys(way);
        stage.take(Msg::Prepared(Prepared {
            book: Book::Waivers,
            today: plimsoll::model::parse_day("2026-07-22").unwrap(),
            user: Some("ana\u{202e}@example.com".into()),
            file: Some("~/名前/waivers.yaml".into()),
            shared: false,
        }));
        stages.push((way, stage));
    }
    let (demo, _) = plimsoll::sources::demo::load();
    let question = Question::WhoCan("get".into(), "secrets".into(), None);
    let mut stage = Stage::with(80, 24, hostile());
    stage.keys(": w h o - c a n space g e t space s e c r e t s enter");
    let mut answer = demo.answer(&question, demo.newest());
    answer.rows[0].cells[0] = "User \u{202e}a\u{1b}[31m名前".repeat(40);
    stage.take(Msg::Answered(question, Ok(answer)));
    stages.push((":who-can", stage));
    stages.extend(hostile_answers());
    stages.extend(empty());
    let count = stages.len();
    for width in 20..=300_u16 {
        for height in 5..=100_u16 {
            let step = usize::from(width) * 5 + usize::from(height);
            let (way, stage) = &mut stages[step % count];
            stage.take(Msg::Resize(width, height));
            stage.keys(["j", "ctrl-f", "G", "tab", "k", "g", "ctrl-b"][step % 7]);
            whole(stage, &mut terminal, way);
        }
    }
    // the smallest ones, all of them: each on half of the screens
    for width in 1..=40 {
        for height in [1, 2, 3, 4, 5, 6, 8, 10] {
            for (way, stage) in stages.iter_mut().skip(usize::from(width % 2)).step_by(2) {
                stage.take(Msg::Resize(width, height));
                whole(stage, &mut terminal, way);
            }
        }
    }
}
