//! What the command line promises of records: `waivers`, `attestations`, `scan --waivers`, `scan --attestations`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use support::{plimsoll, stderr, stdout};
use tempfile::TempDir;

const PRIVILEGED: &str = "\
- check: container.privileged
  resource: {apiVersion: apps/v1, kind: Deployment, namespace: default, name: health-check}
  reason: it is being replaced
  owner: ana@example.com
  approved_by: bo@example.com
  ticket: SEC-1
  expires: 2999-12-31
";

/// A folder of the user's own, and the program in it.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn run(&self, args: &[&str]) -> Output {
        plimsoll().env("PLIMSOLL_CONFIG_DIR", self.0.path()).current_dir(self.0.path()).args(args).output().unwrap()
    }

    #[track_caller]
    fn json(&self, args: &[&str]) -> Value {
        let output = self.run(args);
        serde_json::from_str(&stdout(&output)).unwrap_or_else(|error| panic!("{args:?}: {error}: {}", stderr(&output)))
    }

    fn code(&self, args: &[&str]) -> i32 {
        self.run(args).status.code().unwrap()
    }
}

/// The finding that `PRIVILEGED` names.
fn finding(report: &Value) -> &Value {
    let mut findings = report["findings"].as_array().unwrap().iter();
    let named = |f: &&Value| f["check"] == "container.privileged" && f["owner"]["name"] == "health-check";
    findings.find(named).unwrap()
}

#[test]
fn a_scan_goes_by_the_users_own_file_and_by_one_that_is_named_alone() {
    let desk = Desk::new();
    let own = desk.write("waivers.yaml", PRIVILEGED);
    let none = desk.write("none.yaml", "");
    let scan = ["scan", "--demo", "-o", "json", "--framework", "pss-baseline"];
    let report = desk.json(&scan);
    assert_eq!(finding(&report)["status"], "waived");
    let expected = json!({
        "source": own.to_str().unwrap(), "reason": "it is being replaced", "owner": "ana@example.com",
        "approved_by": "bo@example.com", "ticket": "SEC-1", "expires": "2999-12-31",
    });
    assert_eq!(finding(&report)["waiver"], expected);
    assert_eq!((&report["waivers"][0]["state"], &report["waivers"][0]["line"]), (&json!("in-force"), &json!(1)));
    let report = desk.json(&[&scan[..], &["--waivers", none.to_str().unwrap()]].concat());
    assert_eq!((&finding(&report)["status"], &report["waivers"]), (&json!("fail"), &json!([])));
    // relative, as it was named
    desk.write("team.yaml", PRIVILEGED);
    let report = desk.json(&[&scan[..], &["--waivers", "team.yaml"]].concat());
    assert_eq!(finding(&report)["waiver"]["source"], "team.yaml");
}

#[test]
fn what_is_wrong_is_told_before_anything_is_read() {
    let desk = Desk::new();
    let scan = ["scan", "--demo", "--framework", "pss-baseline"];
    let missing = desk.run(&[&scan[..], &["--waivers", "nosuch.yaml"]].concat());
    assert_eq!(missing.status.code(), Some(2));
    assert!(stderr(&missing).contains("nosuch.yaml: cannot be read"), "{}", stderr(&missing));
    desk.write("bad.yaml", &PRIVILEGED.replace("reason", "raeson"));
    for flag in ["--waivers", "--attestations"] {
        let bad = desk.run(&[&scan[..], &[flag, "bad.yaml"]].concat());
        assert_eq!((bad.status.code(), stdout(&bad).as_str()), (Some(2), ""));
        assert!(stderr(&bad).contains("bad.yaml:"), "{}", stderr(&bad));
    }
    let bad = desk.run(&[&scan[..], &["--waivers", "bad.yaml"]].concat());
    assert!(stderr(&bad).contains("bad.yaml:3:3: unknown key `raeson`: did you mean `reason`?"), "{}", stderr(&bad));
}

#[test]
fn a_scan_tells_of_what_is_over_and_of_no_use() {
    let desk = Desk::new();
    let second = PRIVILEGED.replace("health-check", "gone");
    let expired = PRIVILEGED.replace("2999-12-31", "2020-12-31");
    desk.write("waivers.yaml", &format!("{expired}{second}"));
    let output = desk.run(&["scan", "--demo", "--framework", "pss-baseline", "-o", "json"]);
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!((&finding(&report)["status"], &finding(&report)["waiver"]), (&json!("fail"), &Value::Null));
    assert_eq!(finding(&report)["expired_waiver"]["expires"], "2020-12-31");
    let said = stderr(&output);
    let name = "container.privileged on Deployment default";
    assert!(
        said.contains(&format!("waivers.yaml:1: waiver expired: {name}/health-check (expired on 2020-12-31")),
        "{said}"
    );
    assert!(
        said.contains(&format!("waivers.yaml:8: waiver unused: {name}/gone (its object does not exist)")),
        "{said}"
    );
    let table = stdout(&desk.run(&["scan", "--demo", "--framework", "pss-baseline"]));
    assert!(table.contains("1 of the findings fail again: their waiver is over"), "{table}");
    let rows = stdout(&desk.run(&["scan", "--demo", "--framework", "pss-baseline", "-o", "csv"]));
    let row = rows.lines().find(|line| line.contains("health-check") && line.contains("container.privileged")).unwrap();
    assert!(row.contains("SEC-1,2020-12-31") && row.ends_with("waiver expired on 2020-12-31"), "{row}");
    // what is waived does not count against the pipeline, what is expired does
    let scan = ["scan", "--demo", "--control", "5.2.2", "--fail-on", "critical", "--waivers"];
    let all: String = desk.json(&["scan", "--demo", "--control", "5.2.2", "-o", "json"])["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["status"] == "fail")
        .map(|finding| {
            let owner = &finding["owner"];
            let part = |key: &str| owner[key].as_str().unwrap();
            let (kind, namespace, name) = (part("kind"), part("namespace"), part("name"));
            let named =
                format!("{{apiVersion: {}, kind: {kind}, namespace: {namespace}, name: {name}}}", part("apiVersion"));
            let from = "{apiVersion: apps/v1, kind: Deployment, namespace: default, name: health-check}";
            PRIVILEGED.replace(from, &named)
        })
        .collect();
    desk.write("all.yaml", &all);
    desk.write("over.yaml", &all.replace("2999", "2020"));
    assert_eq!(desk.code(&[&scan[..], &["all.yaml"]].concat()), 0);
    assert_eq!(desk.code(&[&scan[..], &["over.yaml"]].concat()), 1);
    let report = desk.json(&["scan", "--demo", "--control", "5.2.2", "-o", "json", "--waivers", "all.yaml"]);
    assert_eq!(
        (&report["controls"][0]["status"], &report["frameworks"][0]["score"]),
        (&json!("waived"), &json!({"worst": 0.0, "best": 1.0}))
    );
}

#[test]
fn lint_says_where_and_its_code_says_whether() {
    let desk = Desk::new();
    assert_eq!(desk.code(&["waivers", "lint"]), 0, "no file of one's own is nothing wrong");
    assert_eq!(desk.code(&["waivers", "lint", "--waivers", "nosuch.yaml"]), 2);
    desk.write("waivers.yaml", PRIVILEGED);
    let good = desk.run(&["waivers", "lint"]);
    assert_eq!(good.status.code(), Some(0));
    assert!(stdout(&good).ends_with("waivers.yaml: 1 entry, nothing wrong\n"), "{}", stdout(&good));
    assert_eq!(desk.json(&["waivers", "lint", "-o", "json"]), json!([]));
    desk.write("odd.yaml", &PRIVILEGED.replace("container.privileged", "container.priviledged").replace("bo@", "ana@"));
    let odd = desk.run(&["waivers", "lint", "--waivers", "odd.yaml"]);
    assert_eq!(odd.status.code(), Some(1));
    let lines: Vec<String> = stdout(&odd).lines().map(str::to_owned).collect();
    assert_eq!(
        lines[0],
        "odd.yaml:1:3: unknown check \"container.priviledged\": did you mean \"container.privileged\"?"
    );
    assert!(lines[1].starts_with("odd.yaml:1:3: approved by its own owner, ana@example.com"), "{lines:?}");
    desk.write("bad.yaml", &PRIVILEGED.replace("  owner: ana@example.com\n", ""));
    assert_eq!(desk.code(&["waivers", "lint", "--waivers", "bad.yaml"]), 2);
    let told = desk.json(&["waivers", "lint", "--waivers", "bad.yaml", "-o", "json"]);
    let expected = json!([{
        "file": "bad.yaml", "line": 1, "column": 3, "level": "error",
        "message": "`owner` is missing: expected who answers for it",
    }]);
    assert_eq!(told, expected);
    assert_eq!(desk.code(&["waivers", "mend"]), 2);
}

#[test]
fn lists_are_arrays_with_every_field() {
    let desk = Desk::new();
    assert_eq!(desk.json(&["waivers", "list", "-o", "json"]), json!([]));
    assert!(stdout(&desk.run(&["waivers", "list"])).ends_with("waivers.yaml: no waivers\n"));
    desk.write("waivers.yaml", &format!("{PRIVILEGED}{}", PRIVILEGED.replace("2999", "2020")));
    let listed = desk.json(&["waivers", "list", "-o", "json"]);
    let rows = listed.as_array().unwrap();
    for field in [
        "check",
        "resource",
        "container",
        "reason",
        "owner",
        "approved_by",
        "ticket",
        "expires",
        "expired",
        "source",
        "line",
    ] {
        assert!(rows.iter().all(|row| row.get(field).is_some()), "{field} in {listed}");
    }
    assert_eq!((&rows[0]["expired"], &rows[1]["expired"]), (&json!(false), &json!(true)));
    let table = stdout(&desk.run(&["waivers", "list"]));
    assert!(table.contains("2020-12-31 EXPIRED") && table.contains("Deployment default/health-check"), "{table}");
    desk.write("bad.yaml", "x: 1\n");
    assert_eq!(desk.code(&["waivers", "list", "--waivers", "bad.yaml"]), 2);
}

#[test]
fn attestations_are_listed_linted_and_applied() {
    let desk = Desk::new();
    let report = desk.json(&["scan", "--demo", "-o", "json", "--framework", "cis"]);
    let controls = report["controls"].as_array().unwrap().iter();
    let open = controls.clone().find(|c| c["status"] == "manual" && c["counts"]["manual"].as_u64() > Some(0)).unwrap();
    let prints: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|f| f["status"] == "manual" && open["checks"].as_array().unwrap().contains(&f["check"]))
        .map(|f| f["fingerprint"].as_str().unwrap())
        .collect();
    let (id, version) = (open["id"].as_str().unwrap(), open["version"].as_str().unwrap());
    let record = |reviewed: &[&str]| {
        format!(
            "- framework: cis\n  version: {version}\n  control: {id}\n  statement: looked at\n  by: ana@example.com\n  on: \
             2026-01-01\n  valid_until: 2999-12-31\n  reviewed: [{}]\n",
            reviewed.join(", ")
        )
    };
    let file: &Path = &desk.write("attestations.yaml", &record(&prints));
    assert_eq!(desk.code(&["attestations", "lint"]), 0);
    assert_eq!(desk.json(&["attestations", "list", "-o", "json"])[0]["source"], file.to_str().unwrap());
    assert!(stdout(&desk.run(&["attestations", "list"])).contains(id));
    let after = desk.json(&["scan", "--demo", "-o", "json", "--framework", "cis"]);
    let of = |report: &Value| report["controls"].as_array().unwrap().iter().find(|c| c["id"] == id).unwrap().clone();
    assert_eq!(of(&after)["status"], "attested");
    assert_eq!(after["frameworks"][0]["score"], report["frameworks"][0]["score"]);
    assert_eq!(after["frameworks"][0]["coverage"], report["frameworks"][0]["coverage"]);
    assert_eq!(after["attestations"][0]["state"], "holds");
    let fewer = desk.write("fewer.yaml", &record(&prints[1..]));
    let output = desk.run(&["scan", "--demo", "-o", "json", "--framework", "cis", "--attestations", "fewer.yaml"]);
    let again: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(of(&again)["status"], "manual");
    assert!(
        stderr(&output).contains(&format!("fewer.yaml:1: attestation reopened: cis {version} {id} (")),
        "{}",
        stderr(&output)
    );
    fs::write(fewer, record(&[]).replace("cis", "ciss").replace("2999", "2020")).unwrap();
    let odd = desk.run(&["attestations", "lint", "--attestations", "fewer.yaml"]);
    assert_eq!(odd.status.code(), Some(1));
    assert!(
        stdout(&odd).contains("fewer.yaml:1:3: unknown framework \"ciss\": did you mean \"cis\"?"),
        "{}",
        stdout(&odd)
    );
    assert!(stdout(&odd).contains("expired on 2020-12-31"), "{}", stdout(&odd));
}
