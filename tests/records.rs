//! Files of records: what is read, what is told, and that a change leaves everything else as it is. `tests/records`
//! holds files as people write them; the snapshot beside each says what plimsoll makes of it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use plimsoll::frameworks::embedded;
use plimsoll::model::{Attestation, Date, ObjectRef, Placed, WaiverRecord, parse_day};
use plimsoll::store::{self, ChangeError, Problem, Record, change, undo};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn folder(book: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/records").join(book)
}

fn files(book: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder(book)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn day(text: &str) -> Date {
    parse_day(text).unwrap()
}

/// What plimsoll makes of a text: records and what is odd about them, or what is wrong.
fn told<T: Record + std::fmt::Debug>(text: &str, lint: impl Fn(&[Placed<T>]) -> Vec<Problem>) -> String {
    match store::parse::<T>("FILE", text) {
        Ok(records) => {
            let mut said = String::new();
            for placed in &records {
                let json = serde_json::to_string(&placed.record).unwrap();
                writeln!(said, "line {}, column {}: {json}", placed.line, placed.column).unwrap();
            }
            for problem in lint(&records) {
                writeln!(said, "warning: {problem}").unwrap();
            }
            said
        }
        Err(problems) => format!("{problems}\n"),
    }
}

#[test]
fn files_as_people_write_them() {
    let packs = embedded().unwrap();
    let today = day("2026-07-22");
    for file in files("waivers") {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let said = told::<WaiverRecord>(&fs::read_to_string(&file).unwrap(), |r| store::waivers::lint(r, today));
        insta::assert_snapshot!(format!("waivers.{name}"), said);
    }
    for file in files("attestations") {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).unwrap();
        let said = told::<Attestation>(&text, |r| store::attestations::lint(r, &packs, today));
        insta::assert_snapshot!(format!("attestations.{name}"), said);
    }
}

fn waiver(name: &str, reason: &str) -> WaiverRecord {
    WaiverRecord {
        check: "container.privileged".into(),
        resource: ObjectRef::new("apps/v1", "Deployment", Some("shop"), name),
        container: Some("app".into()),
        reason: reason.into(),
        owner: "ana@example.com".into(),
        approved_by: "bo@example.com".into(),
        ticket: "SEC-1".into(),
        expires: day("2026-12-31"),
    }
}

#[test]
fn an_entry_is_written_as_the_contract_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plimsoll/waivers.yaml");
    let record = waiver("web", "Two lines:\n\nof it.");
    change(&path, Some(&record), |_| false).unwrap();
    let cluster_wide = WaiverRecord {
        resource: ObjectRef::new("v1", "Namespace", None, "legacy"),
        container: None,
        ..waiver("x", "yes")
    };
    change(&path, Some(&cluster_wide), |_| false).unwrap();
    insta::assert_snapshot!("written.waivers", fs::read_to_string(&path).unwrap());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }
    let attestation = store::parse::<Attestation>("x", include_str!("records/attestations/good.yaml")).unwrap();
    let path = folder.path().join("attestations.yaml");
    change(&path, Some(&attestation[0].record), |_| false).unwrap();
    insta::assert_snapshot!("written.attestations", fs::read_to_string(&path).unwrap());
}

/// Texts from a small generator (xorshift, fixed seed): lists in many layouts, with comments, line ends and scalars of
/// every kind. Adding an entry and taking it away again, or replacing one and back, gives the same bytes; nothing that
/// is said of the other entries changes.
#[test]
fn a_change_and_its_opposite_give_the_same_bytes() {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut pick = |n: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % n
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("waivers.yaml");
    let mut changed = 0;
    for round in 0..100 {
        let text = layout(&mut pick);
        fs::write(&path, &text).unwrap();
        let before = store::parse::<WaiverRecord>("x", &text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let new = waiver(&format!("new-{round}"), ["short", "two\nlines", "a: b # c", "- [", "'\""][pick(5) as usize]);
        let added = change(&path, Some(&new), |_| false).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let records = store::parse::<WaiverRecord>("x", &added.after).unwrap();
        assert_eq!(records.len(), before.len() + 1);
        let removed = change(&path, None, |known: &WaiverRecord| *known == new).unwrap();
        assert_eq!(removed.after, text, "from {:?}", added.after);
        if let Some(first) = before.first() {
            let gone = change(&path, None, |known: &WaiverRecord| *known == first.record).unwrap();
            let rest: Vec<_> = store::parse::<WaiverRecord>("x", &gone.after).unwrap();
            assert_eq!(rest.len(), before.iter().filter(|known| known.record != first.record).count());
            for comment in text.lines().filter(|line| line.trim_start().starts_with("# outside")) {
                assert!(gone.after.contains(comment), "{comment:?} of {text:?} is not in {:?}", gone.after);
            }
            undo(&gone).unwrap();
            let replaced = change(&path, Some(&new), |known: &WaiverRecord| *known == first.record).unwrap();
            undo(&replaced).unwrap();
            changed += 1;
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    assert!(changed > 50, "{changed}");
}

/// A list of up to three waivers, in one of the layouts that people use.
fn layout(pick: &mut impl FnMut(u64) -> u64) -> String {
    let entry = |i: u64, pick: &mut dyn FnMut(u64) -> u64| {
        let reason = ["plain text", "'quoted # text'", "|\n    several\n\n    lines", ">-\n    folded\n    # text"];
        let reason = reason[pick(4) as usize];
        let (first, last) =
            [("check: a.b", "expires: 2026-01-01"), ("expires: 2026-01-01", "check: a.b")][pick(2) as usize];
        let comment = ["", " # why", "\n  # inside"][pick(3) as usize];
        format!(
            "- {first}{comment}\n  reason: {reason}\n  owner: ana\n  resource: {{apiVersion: v1, kind: Pod,\n    name: p-{i}}}\n  \
             approved_by: bo\n  ticket: t\n  {last}\n"
        )
    };
    let flow = |i: u64| {
        format!(
            "{{check: a.b, resource: {{apiVersion: v1, kind: Pod, name: p-{i}}}, reason: r, owner: ana, approved_by: bo, ticket: \
             t, expires: 2026-01-01}}"
        )
    };
    let count = pick(4);
    if pick(4) == 0 {
        let items: Vec<String> = (0..count).map(flow).collect();
        let joint = [", ", ",\n  ", " ,"][pick(3) as usize];
        return format!(
            "{}[{}]{}",
            ["", "# head\n", "---\n"][pick(3) as usize],
            items.join(joint),
            ["", "\n"][pick(2) as usize]
        );
    }
    let mut text = ["", "# outside: head\n", "---\n", "\n\n"][pick(4) as usize].to_owned();
    for i in 0..count {
        text.push_str(&entry(i, pick));
        text.push_str(["", "\n", "# outside: between\n", "  # indented\n"][pick(4) as usize]);
    }
    if pick(3) == 0 {
        text.push_str("# foot\n");
    }
    if pick(3) == 0 && count > 0 {
        text = text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") }).collect();
        text = text.replacen("  ---", "---", 1);
    }
    if pick(4) == 0 {
        text = text.replace('\n', "\r\n");
    }
    if pick(4) == 0 {
        text = text.trim_end().to_owned();
    }
    text
}

#[test]
fn a_file_that_is_wrong_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("waivers.yaml");
    for file in files("waivers") {
        let text = fs::read_to_string(&file).unwrap();
        if store::parse::<WaiverRecord>("x", &text).is_ok() {
            continue;
        }
        fs::write(&path, &text).unwrap();
        let error = change(&path, Some(&waiver("web", "r")), |_| false).unwrap_err();
        assert!(matches!(error, ChangeError::Wrong(_)), "{error}");
        assert!(error.to_string().contains("waivers.yaml:"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    fs::write(&path, [0x2d, 0x20, 0xff, 0xfe]).unwrap();
    assert!(matches!(store::load::<WaiverRecord>(&path), Err(ChangeError::Unreadable(..))));
    assert!(change(&path, Some(&waiver("web", "r")), |_| false).is_err());
    assert_eq!(fs::read(&path).unwrap(), [0x2d, 0x20, 0xff, 0xfe]);
}

#[test]
fn taking_back_never_undoes_what_another_one_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("waivers.yaml");
    let done = change(&path, Some(&waiver("web", "r")), |_| false).unwrap();
    let theirs = format!("{}# theirs\n", done.after);
    fs::write(&path, &theirs).unwrap();
    assert!(matches!(undo(&done), Err(ChangeError::Changed(_))));
    assert_eq!(fs::read_to_string(&path).unwrap(), theirs);
    fs::write(&path, &done.after).unwrap();
    undo(&done).unwrap();
    assert!(!path.exists(), "there was no file before");
    assert!(matches!(change(&path, None, |_: &WaiverRecord| true), Err(ChangeError::Gone(_))));
}
