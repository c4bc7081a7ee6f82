//! Pictures of the forms: what a person sees while waiving a finding or attesting a control.

#![cfg(feature = "tui")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

#[path = "screens/report.rs"]
#[allow(dead_code)]
mod report;
#[path = "screens/stage.rs"]
#[allow(dead_code)]
mod stage;

use plimsoll::app::{Book, Failure, Msg, Prepared, Refused};
use plimsoll::ui::{Theme, Themes};
use report::{decided, hostile};
use stage::Stage;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 35), (40, 10)];

fn prepared(shared: bool) -> Msg {
    Msg::Prepared(Prepared {
        book: Book::Waivers,
        today: plimsoll::model::parse_day("2026-07-22").unwrap(),
        user: Some("ana@example.com".into()),
        file: Some("~/.config/plimsoll/waivers.yaml".into()),
        shared,
    })
}

/// Forms by name, and how to get there.
const FORMS: [(&str, &str); 4] =
    [("waive", "H W"), ("waive-expired", "H j W"), ("attest", "enter j A"), ("waive-refused", "H W")];

fn open(name: &str, keys: &str, (width, height): (u16, u16)) -> Stage {
    let mut stage = Stage::with(width, height, decided());
    stage.keys(keys);
    stage.take(prepared(name == "attest"));
    match name {
        "waive" => {
            stage.types("The node agent is replaced in autumn; until then only the monitoring namespace reaches it.");
            stage.keys("enter");
            stage.types("See the ticket.");
            stage.keys("tab tab");
            stage.types("ana@example.com");
            stage.keys("ctrl-s");
        }
        "waive-refused" => {
            let failure = Failure::new("~/.config/plimsoll/waivers.yaml:3:5: `owner` is missing.", "Mend the file.");
            stage.take(Msg::Recorded(Box::new(Err(Refused { failure, field: None }))));
        }
        _ => {}
    }
    stage
}

#[test]
fn pictures() {
    for (name, keys) in FORMS {
        for size in SIZES {
            let stage = open(name, keys, size);
            assert!(stage.state.form.is_some(), "{name} {keys}");
            insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), stage.picture());
        }
    }
}

#[test]
fn lists_show_what_people_decided() {
    for (name, keys) in
        [("findings", ": f i n d i n g s enter"), ("controls", "enter"), ("records", ": w a i v e r s enter")]
    {
        for size in [(80, 24), (120, 35)] {
            let mut stage = Stage::with(size.0, size.1, decided());
            stage.keys(keys);
            insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), stage.picture());
        }
    }
}

/// The focus is in sight in every window, and the cursor stands in its field.
#[test]
fn every_size_and_hostile_text_leave_the_form_whole() {
    for report in [decided(), hostile()] {
        for (_, keys) in FORMS {
            for (width, height) in (1..300).step_by(61).flat_map(|width| (1..100).step_by(19).map(move |h| (width, h)))
            {
                let mut stage = Stage::with(width, height, report.clone());
                stage.keys(keys);
                stage.take(prepared(true));
                stage.keys("ctrl-s");
                for _ in 0..7 {
                    stage.types("名前 e\u{301} \u{202e}x");
                    stage.take(Msg::Paste("a\u{1b}[31m\n\u{200b}b\r\n名".repeat(20)));
                    for cell in &stage.buffer().content {
                        let bad = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) || c == '\u{200b}';
                        assert!(!cell.symbol().chars().any(bad), "{:?} at {width}x{height}", cell.symbol());
                    }
                    stage.keys("tab pgdn up down");
                    stage.take(Msg::Resize(height, width));
                }
            }
        }
    }
}

#[test]
fn the_field_with_the_focus_is_in_sight() {
    for (name, keys) in FORMS {
        for size in [(30, 6), (40, 10), (60, 15), (80, 24), (200, 60)] {
            let mut stage = open(name, keys, size);
            for _ in 0..stage.state.form.as_ref().unwrap().fields.len() {
                let form = stage.state.form.as_ref().unwrap();
                let label = format!("> {}", form.fields[form.focus].name.label());
                assert!(stage.screen().contains(&label), "{label} at {size:?}:\n{}", stage.screen());
                stage.keys("tab");
            }
        }
    }
}

#[test]
fn themes_without_colour_tell_what_is_wrong_by_words() {
    for name in Themes::default().names() {
        let mut stage = open("waive", "H W", (80, 24));
        stage.theme = Theme::load(&name).unwrap();
        let screen = stage.screen();
        assert!(screen.contains("! the approver is the requester") && screen.contains("! name a ticket"), "{screen}");
    }
}
