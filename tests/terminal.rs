//! The real binary in a pseudo-terminal, on the demo.
#![cfg(feature = "tui")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use std::path::Path;
use std::process::Command;
use support::terminal::Terminal;

fn demo(size: (u16, u16)) -> Terminal {
    Terminal::start(Path::new(env!("CARGO_BIN_EXE_plimsoll")), &["--demo"], &[], size)
}

/// Left the alternate screen and showed the cursor again, after everything else.
#[track_caller]
fn restored(terminal: &Terminal) {
    let raw = String::from_utf8_lossy(&terminal.raw);
    let (enter, leave) = (raw.rfind("\x1b[?1049h"), raw.rfind("\x1b[?1049l"));
    assert!(enter.is_some() && leave > enter, "the alternate screen is left");
    assert!(raw.rfind("\x1b[?25h") > raw.rfind("\x1b[?25l"), "the cursor is shown");
}

#[test]
fn from_the_overview_to_the_field_and_back() {
    let mut terminal = demo((120, 35));
    terminal.shows("Act on first");
    terminal.shows("cis 2.0.1");
    terminal.keys("\r");
    terminal.shows("1.1.1");
    terminal.keys("/5.2.2\r");
    terminal.shows("/5.2.2");
    terminal.keys("\r");
    terminal.shows("Deployment/health-check");
    terminal.keys("\r");
    terminal.shows("privileged: true");
    terminal.shows("expected false");
    terminal.keys("d");
    terminal.shows("spec.template.spec.containers[name=probe].securityContext.privileged");
    // an escape and a key in one read are Alt and that key: wait for what the escape did
    terminal.keys("\x1b");
    terminal.shows("privileged: true");
    terminal.keys("?");
    terminal.until("help", |screen| !screen.contents().contains("privileged: true"));
    terminal.keys("q");
    terminal.shows("privileged: true");
    terminal.keys(":q\r");
    assert_eq!(terminal.end(), 0);
    restored(&terminal);
}

#[test]
fn signals_and_ctrl_c_restore_the_terminal() {
    for signal in ["TERM", "HUP", "INT"] {
        let mut terminal = demo((80, 24));
        terminal.shows("cis 2.0.1");
        assert!(Command::new("kill").args(["-s", signal, &terminal.pid().to_string()]).status().unwrap().success());
        terminal.end();
        restored(&terminal);
    }
    let mut terminal = demo((80, 24));
    terminal.shows("cis 2.0.1");
    terminal.keys("\x03");
    terminal.end();
    restored(&terminal);
}

#[test]
fn a_small_window_does_not_break_and_grows_again() {
    let mut terminal = demo((40, 10));
    terminal.until("a screen", |screen| !screen.contents().trim().is_empty());
    terminal.resize(100, 30);
    terminal.shows("Act on first");
    terminal.resize(20, 5);
    terminal.resize(80, 24);
    terminal.shows("cis 2.0.1");
    terminal.keys(":q\r");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn without_a_kubeconfig_the_demo_is_offered() {
    let mut terminal = Terminal::start(Path::new(env!("CARGO_BIN_EXE_plimsoll")), &[], &[], (80, 24));
    terminal.shows("No kubeconfig was found");
    terminal.shows("demo");
    terminal.keys(":q\r");
    terminal.end();
    restored(&terminal);
}

#[test]
fn a_dumb_terminal_is_told_of_the_command() {
    let environment = [("TERM", "dumb")];
    let mut terminal = Terminal::start(Path::new(env!("CARGO_BIN_EXE_plimsoll")), &["--demo"], &environment, (80, 24));
    assert_eq!(terminal.end(), 2);
    assert!(String::from_utf8_lossy(&terminal.raw).contains("plimsoll scan"));
}

#[test]
fn a_finding_is_waived_in_a_file_and_that_is_taken_back() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join(".gitconfig"), "[user]\n  email = ana@example.com\n").unwrap();
    let file = home.path().join(".config/plimsoll/waivers.yaml");
    let environment = [("HOME", home.path().to_str().unwrap())];
    let mut terminal = Terminal::start(Path::new(env!("CARGO_BIN_EXE_plimsoll")), &["--demo"], &environment, (80, 24));
    terminal.shows("cis 2.0.1");
    terminal.keys("H");
    terminal.shows("> CRIT FAIL   default      Deployment/health-check");
    terminal.keys("W");
    terminal.shows("only on this machine");
    // the user is git's, and the cursor is where one types
    terminal.shows("ana@example.com");
    assert_eq!(terminal.screen().cursor_position().1, 17);
    terminal.keys("\x1b[200~It is replaced.\nUntil then it is watched.\x1b[201~\t\tbo@example.com\rSEC-1\x13");
    terminal.shows("Waived until");
    let text = std::fs::read_to_string(&file).unwrap();
    let record = plimsoll::store::parse::<plimsoll::model::WaiverRecord>("x", &text).unwrap().remove(0).record;
    assert_eq!((&*record.check, &*record.resource.name), ("container.privileged", "health-check"));
    assert_eq!((&*record.reason, &*record.owner), ("It is replaced.\nUntil then it is watched.", "ana@example.com"));
    terminal.keys("G");
    terminal.shows("> CRIT WAIVED default      Deployment/health-check");
    terminal.keys("u");
    terminal.shows("Taken back");
    assert!(!file.exists());
    terminal.shows("> CRIT FAIL   default      Deployment/health-check");
    terminal.keys(":q\r");
    assert_eq!(terminal.end(), 0);
    restored(&terminal);
}
