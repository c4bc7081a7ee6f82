//! Whatever the window, 20x5 to 300x100, and whatever the names: the screen stays whole.

#![cfg(feature = "tui")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

#[path = "screens/report.rs"]
#[allow(dead_code)]
mod report;
#[path = "screens/stage.rs"]
#[allow(dead_code)]
mod stage;

use plimsoll::app::{Book, Msg, Prepared};
use plimsoll::inventory::Question;
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
    // the smallest ones, all of them on all screens
    for width in 1..=40 {
        for height in [1, 2, 3, 4, 5, 6, 8, 10] {
            for (way, stage) in &mut stages {
                stage.take(Msg::Resize(width, height));
                whole(stage, &mut terminal, way);
            }
        }
    }
}
