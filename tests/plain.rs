//! `--plain`: every screen as text, from the real binary, on the demo.

#![cfg(feature = "tui")]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::process::{Command, Output};

fn plain(args: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.args(["--demo", "--plain"]).args(args).env_clear().env("HOME", "/nonexistent");
    command.envs(environment.iter().copied()).output().unwrap()
}

#[track_caller]
fn text(args: &[&str]) -> String {
    let output = plain(args, &[]);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{args:?}: {err}");
    assert_eq!(err, "", "{args:?}");
    for part in out.chars() {
        assert!(part == '\n' || !part.is_control(), "{args:?}: {part:?}");
    }
    assert!(!out.contains(['│', '┌', '█', '░']), "{args:?}: drawn\n{out}");
    assert!(out.lines().all(|line| line == line.trim_end()), "{args:?}: blanks at ends of lines");
    out.into_owned()
}

/// Each screen that a command reaches, and a word that it must hold.
#[test]
fn every_screen_is_text() {
    let id = text(&[":findings", "critical"]);
    let id = id.lines().find(|line| line.contains("container.privileged")).unwrap();
    let id = id.split_whitespace().last().unwrap().to_owned();
    for (command, words) in [
        (vec![], "Act on first"),
        (vec![":frameworks"], "pss-baseline"),
        (vec![":cis"], "5.2.2"),
        (vec![":cis", "5.2.2"], "health-check"),
        (vec![":soc2"], "as observed"),
        (vec![":findings"], "Deployment/health-check"),
        (vec![":findings", "default", "critical"], "Deployment/health-check"),
        (vec![":findings", "/health"], "Deployment/health-check"),
        (vec![":finding", &id], "privileged: true"),
        (vec![":yaml", &id], "privileged: true"),
        (vec![":explain", &id], "Expected"),
        (vec![":explain", "container.privileged"], "container.privileged"),
        (vec![":explain", "5.2.2"], "5.2.2"),
        (vec![":gaps"], "Could not look"),
        (vec![":gaps", "cis"], "gap analysis"),
        (vec![":role"], "ClusterRole"),
        (vec![":waivers"], "Nobody recorded anything"),
        (vec![":ns"], "default"),
        (vec![":help"], "Waive"),
    ] {
        let text = text(&command);
        assert!(text.contains(words), "{command:?}: {words:?} in\n{text}");
        assert!(text.contains("read-only"), "{command:?}");
    }
}

#[test]
fn nothing_is_cut_and_every_row_is_there() {
    let findings = text(&[":findings"]);
    let report = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(["--demo", "scan", "-o", "json"])
        .env_clear()
        .env("HOME", "/nonexistent")
        .output()
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&report.stdout).unwrap();
    for finding in report["findings"].as_array().unwrap() {
        let (id, name) = (finding["fingerprint"].as_str().unwrap(), finding["resource"]["name"].as_str().unwrap());
        let row = findings.lines().find(|line| line.ends_with(&id[..12]));
        assert!(row.is_some_and(|row| row.contains(name)), "{id} {name}");
    }
    assert!(!findings.contains('…'));
}

#[test]
fn what_cannot_be_shown_is_said_and_is_no_success() {
    for (command, words) in [
        (":nosuch", "There is no :nosuch"),
        (":finding", "How to write it: :finding ID"),
        (":cis", "has no control 9.9.9"),
        ("findings", "screens begin with a colon"),
        ("scam", "did you mean \"scan\"?"),
    ] {
        let args = if command == ":cis" { vec![":cis", "9.9.9"] } else { vec![command] };
        let output = plain(&args, &[]);
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{command}: {err}");
        assert!(err.contains(words), "{command}: {err}");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .arg("--plain")
        .env_clear()
        .env("HOME", "/nonexistent")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("No kubeconfig was found"));
}

#[test]
fn in_a_locale_without_unicode_it_is_ascii() {
    for (args, environment) in [(vec![], [("LC_ALL", "C")]), (vec!["--ascii"], [("LC_ALL", "C.UTF-8")])] {
        let output = plain(&args, &environment);
        assert!(output.stdout.is_ascii() && !output.stdout.is_empty());
    }
}
