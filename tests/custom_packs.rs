//! Packs of a user: frameworks, severities and checks in CEL, on files and on the demo.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use support::{plimsoll, stderr, stdout};
use tempfile::TempDir;

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/examples/pack");

/// A folder with files in it.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn run(args: &[&str]) -> Output {
    plimsoll().args(args).output().unwrap()
}

#[track_caller]
fn report(args: &[&str]) -> Value {
    let output = run(args);
    serde_json::from_str(&stdout(&output)).unwrap_or_else(|error| panic!("{args:?}: {error}: {}", stderr(&output)))
}

#[track_caller]
fn control<'r>(report: &'r Value, name: &str) -> &'r Value {
    let (framework, id) = name.split_once('/').unwrap();
    let mut rows = report["controls"].as_array().unwrap().iter();
    rows.find(|row| row["framework"] == framework && row["id"] == id).unwrap_or_else(|| panic!("{name}"))
}

fn findings<'r>(report: &'r Value, check: &str) -> Vec<&'r Value> {
    report["findings"].as_array().unwrap().iter().filter(|finding| finding["check"] == check).collect()
}

fn arg(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A pack of one check on Deployments, and one control that asks for it.
fn pack(id: &str, validation: &str) -> String {
    format!(
        "id: {id}\ntitle: The pack {id}\nsource: a test\nchecks:\n  - id: {id}.rule\n    title: The rule of {id} holds\n    \
         severity: high\n    why: w\n    match: {{apiVersion: apps/v1, kind: Deployment}}\n    validations:\n      {validation}\n\
         sections:\n  - section: s\n    title: S\n    controls:\n      - {{id: \"1\", title: t, why: w., decides: measured, \
         checks: [{id}.rule]}}\n"
    )
}

const DEPLOYMENTS: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: one, namespace: shop, labels: {tier: customers}}
spec: {replicas: 1, template: {spec: {containers: [{name: c, image: a:1}]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: two, namespace: shop}
spec: {replicas: 2, template: {spec: {containers: [{name: c, image: a:1}]}}}
";

#[test]
fn the_example_is_sound_and_scans() {
    let output = run(&["packs", "lint", EXAMPLE]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let text = stdout(&output).replace(EXAMPLE, "PACK");
    insta::assert_snapshot!("lint_example", text);
    let manifest = format!("{EXAMPLE}/tests/acme.replicas/fail.yaml");
    let report = report(&["scan", "-o", "json", "--pack", EXAMPLE, "--framework", "acme", "-f", &manifest]);
    assert_eq!(control(&report, "acme/OWN-1")["status"], "fail");
    assert_eq!(control(&report, "acme/RUN-1")["status"], "fail");
    assert_eq!(control(&report, "acme/RUN-2")["status"], "not-evaluated", "no Certificate in the file");
    let replicas = &findings(&report, "acme.replicas")[0];
    assert_eq!(replicas["message"], "It runs 1 times");
    assert_eq!(replicas["severity"], "high");
    assert_eq!((&replicas["paths"][0]["path"], &replicas["paths"][0]["actual"]), (&"spec.replicas".into(), &1.into()));
    assert_eq!(replicas["paths"][0]["line"], 7, "{replicas}");
    // every finding of a check that the pack grades, in every framework
    let graded = findings(&report, "container.image-digest");
    assert!(graded.iter().all(|finding| finding["severity"] == "low"), "{graded:?}");
}

#[test]
fn the_example_of_the_page_is_sound() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/custom-packs.md")).unwrap();
    let example = page.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let place = folder(&[("acme.yaml", example)]);
    let output = run(&["packs", "lint", arg(&place.path().join("acme.yaml"))]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert!(!stdout(&output).contains("no control asks"), "{}", stdout(&output));
}

#[test]
fn packs_are_part_of_every_list() {
    let json = |args: &[&str]| -> Vec<Value> {
        let output = run(&[args, &["--pack", EXAMPLE, "-o", "json"]].concat());
        serde_json::from_str(&stdout(&output)).unwrap_or_else(|error| panic!("{error}: {}", stderr(&output)))
    };
    let ids = |rows: &[Value]| rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert!(ids(&json(&["list", "frameworks"])).contains(&"acme".to_owned()));
    let checks = json(&["list", "checks"]);
    let label = checks.iter().find(|check| check["id"] == "acme.team-label").unwrap();
    assert_eq!(label["controls"][0]["framework"], "acme");
    let digest = checks.iter().find(|check| check["id"] == "container.image-digest").unwrap();
    assert_eq!(digest["severity"], "low", "graded");
    let controls = json(&["list", "controls", "--framework", "acme"]);
    assert_eq!(ids(&controls), ["OWN-1", "RUN-1", "RUN-2", "RUN-3"], "in the order of the file");
    for (args, wanted) in [
        (&["explain", "acme.team-label"][..], "Every workload says which team owns it"),
        (&["explain", "acme/RUN-1"], "acme.replicas: Deployments for customers run at least twice"),
        (&["gaps", "acme"], "OWN-1"),
        (&["packs", "list"], "acme"),
        (&["role", "--framework", "acme"], "certificates"),
    ] {
        let output = run(&[args, &["--pack", EXAMPLE]].concat());
        assert!(stdout(&output).contains(wanted), "{args:?}: {}{}", stdout(&output), stderr(&output));
    }
    // from the configuration's folder, without a flag
    let home = folder(&[("packs/mine.yaml", &pack("mine", "- expression: object.spec.replicas >= 2"))]);
    let output = plimsoll().args(["packs", "list"]).env("PLIMSOLL_CONFIG_DIR", home.path()).output().unwrap();
    assert!(stdout(&output).lines().any(|line| line.starts_with("mine ")), "{}", stdout(&output));
}

#[test]
fn lint_says_everything_at_once_with_places_and_nearest_names() {
    let text = "\
id: acme
titel: Acme
source: ours
grades: {container.priviledged: low}
checks:
  - id: container.privileged
    title: T
    severity: high
    why: w
    match: {apiVersion: v1, kind: Pod}
    validations: [{expression: 'true'}]
  - id: acme.one
    title: T
    severity: high
    why: w
    match: {apiVersion: apps/v1, kind: Deploymnt}
    validations:
      - expression: |
          has(object.spec.replicas) &&
          object.spec.replicas > > 1
      - {expression: object.metadata.name.startWith('a'), mesage: m}
  - id: acme.one
    title: T
    severity: high
    why: w
    match: {apiVersion: v1, kind: Secret}
    validations: [{expression: request.operation == 'CREATE'}]
sections:
  - section: s
    title: S
    controls:
      - {id: A1, title: t, why: w., decides: measured, checks: [container.privilegd, acme.one]}
      - {id: A1, title: t, why: w., decides: measured, checks: [acme.one]}
      - {id: A2, like: cis/5.2.99}
";
    let place = folder(&[
        ("acme.yaml", text),
        ("broken.yaml", "id: [\n"),
        ("tests/acme.tow/pass.yaml", "{}"),
        ("tests/acme.one/psas.yaml", "{}"),
    ]);
    let output = run(&["packs", "lint", arg(place.path())]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    insta::assert_snapshot!("lint_errors", stdout(&output).replace(arg(place.path()), "PATH"));
    let missing = run(&["packs", "lint", "/nonexistent/pack.yaml"]);
    assert_eq!(missing.status.code(), Some(2));
}

#[test]
fn fixtures_are_held_to_their_names() {
    let good = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 3}\n";
    let place = folder(&[
        ("acme.yaml", &pack("acme", "- expression: object.spec.replicas >= 2")),
        ("tests/acme.rule/pass.yaml", good),
        ("tests/acme.rule/fail.yaml", good),
        (
            "tests/acme.rule/unread.no-replicas.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {}\n",
        ),
        (
            "tests/acme.rule/unread.another-version.yaml",
            "apiVersion: apps/v1beta1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 3}\n",
        ),
        ("tests/acme.rule/pass.none.yaml", "# source: cluster\napiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"),
    ]);
    let output = run(&["packs", "lint", arg(&place.path().join("acme.yaml"))]);
    let text = stdout(&output).replace(arg(place.path()), "PATH");
    assert_eq!(output.status.code(), Some(1));
    let wanted = "PATH/tests/acme.rule/fail.yaml: expected fail, found pass (1 checked, none fails)";
    assert!(text.contains(wanted) && text.contains("4 fixtures as expected"), "{text}");
}

/// A bad pack beside a good one: the scan goes on, exits as without it, and nothing that was skipped looks well.
#[test]
fn a_bad_pack_never_stops_a_scan() {
    let manifests = folder(&[("all.yaml", DEPLOYMENTS)]);
    let manifests = manifests.path().join("all.yaml");
    let good = pack("good", "- {expression: object.spec.replicas >= 2, path: spec.replicas, message: One replica}");
    let bad = pack("bad", "- expression: object.spec.replicas >=");
    let typo =
        good.replace("id: good", "id: typo").replace("checks: [good.rule]", "checks: [good.rul, container.privileged]");
    let typo = typo.replace("good.rule", "typo.rule").replace("severity: high", "severity: hgih");
    let place = folder(&[("good.yaml", &good), ("bad.yaml", &bad), ("no.yaml", "id: [\n"), ("typo.yaml", &typo)]);
    let args = ["scan", "-o", "json", "--fail-on", "critical", "-f", arg(&manifests)];
    let without = run(&args);
    let output = run(&[&args[..], &["--pack", arg(place.path())]].concat());
    assert_eq!(output.status.code(), without.status.code());
    let said = stderr(&output).replace(arg(place.path()), "PATH");
    insta::assert_snapshot!("scan_bad_pack", said);
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(control(&report, "good/1")["status"], "fail");
    let bad = control(&report, "bad/1");
    assert_eq!((&bad["status"], &bad["reason"]), (&"not-evaluated".into(), &"undecodable".into()), "{bad}");
    assert!(bad["message"].as_str().unwrap().contains("bad.yaml:11:44: expression:"), "{bad}");
    let typo = control(&report, "typo/1");
    assert_eq!(typo["status"], "not-evaluated", "{typo}");
    assert!(
        typo["message"].as_str().unwrap().contains("unknown check \"good.rul\": did you mean \"good.rule\"?"),
        "{typo}"
    );
    let gaps: Vec<&Value> = report["gaps"].as_array().unwrap().iter().filter(|gap| gap["kind"] == "Pack").collect();
    assert!(gaps.len() >= 4 && gaps.iter().all(|gap| gap["reason"] == "undecodable"), "{gaps:?}");
    // a path that is not there is a slip on the command line
    let missing = run(&["scan", "--demo", "--pack", "/nonexistent"]);
    assert_eq!(missing.status.code(), Some(2));
}

#[test]
fn an_expression_that_fails_on_an_object_decides_nothing_for_it() {
    let text = DEPLOYMENTS.replace("spec: {replicas: 2, ", "spec: {");
    let manifests = folder(&[("all.yaml", &text)]);
    let manifests = manifests.path().join("all.yaml");
    for (expression, first) in [("object.spec.replicas >= 1", "not-evaluated"), ("object.spec.replicas >= 2", "fail")] {
        let place =
            folder(&[("p.yaml", &pack("acme", &format!("- {{expression: {expression}, path: spec.replicas}}")))]);
        let pack = place.path().join("p.yaml");
        let report =
            report(&["scan", "-o", "json", "--pack", arg(&pack), "--framework", "acme", "-f", arg(&manifests)]);
        let row = control(&report, "acme/1");
        assert_eq!(row["status"], first, "a counter-example counts, an error is no pass: {row}");
        let unread: Vec<_> =
            findings(&report, "acme.rule").into_iter().filter(|finding| finding["status"] == "not-evaluated").collect();
        assert_eq!(unread.len(), 1);
        assert_eq!(unread[0]["message"], "not decided: no such key: replicas");
        assert_eq!(unread[0]["resource"]["name"], "two");
        if first == "not-evaluated" {
            assert_eq!(row["message"], "Deployment shop/two: not decided: no such key: replicas");
        }
    }
}

/// The finding is of the top owner, once; what may not be shown is in no message and no value.
#[test]
fn pods_are_reported_under_their_owner_and_credentials_nowhere() {
    let pod = |name: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\n  namespace: shop\n  ownerReferences:\n    - {{apiVersion: \
             apps/v1, kind: ReplicaSet, name: web-1, uid: u, controller: true}}\nspec:\n  containers:\n    - name: c\n      \
             image: a:1\n      env: [{{name: DB_PASSWORD, value: correct-horse-battery-9}}]\n---\n"
        )
    };
    let set = "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata:\n  name: web-1\n  namespace: shop\n  ownerReferences:\n    \
               - {apiVersion: apps/v1, kind: Deployment, name: web, uid: d, controller: true}\n---\n";
    let manifests = folder(&[("all.yaml", &format!("{}{}{set}", pod("web-1-a"), pod("web-1-b")))]);
    let manifests = manifests.path().join("all.yaml");
    let text = pack(
        "acme",
        "- {expression: \"!has(object.spec.containers[0].env)\", path: 'spec.containers[name=c].env', messageExpression: \"'env is ' + object.spec.containers[0].env[0].value\"}",
    );
    let place =
        folder(&[("p.yaml", &text.replace("apiVersion: apps/v1, kind: Deployment", "apiVersion: v1, kind: Pod"))]);
    let pack = place.path().join("p.yaml");
    let output = run(&["scan", "-o", "json", "--pack", arg(&pack), "--framework", "acme", "-f", arg(&manifests)]);
    let all = stdout(&output);
    assert!(!all.contains("correct-horse"), "{all}");
    let report: Value = serde_json::from_str(&all).unwrap();
    let found = findings(&report, "acme.rule");
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((&found[0]["owner"]["kind"], &found[0]["owner"]["name"]), (&"Deployment".into(), &"web".into()));
    assert_eq!(found[0]["message"], "env is (hidden by plimsoll) (2 objects of this owner)");
    assert_eq!(control(&report, "acme/1")["counts"]["fail"], 1);
}

#[test]
fn on_the_demo_a_pack_is_judged_like_any_other() {
    let place = folder(&[("p.yaml", &pack("acme", "- expression: object.spec.replicas >= 0"))]);
    let path: PathBuf = place.path().join("p.yaml");
    let report = report(&["scan", "--demo", "-o", "json", "--pack", arg(&path), "--framework", "acme"]);
    assert_eq!(control(&report, "acme/1")["status"], "pass", "{}", control(&report, "acme/1"));
    let widgets =
        pack("acme", "- expression: 'true'").replace("apps/v1, kind: Deployment", "acme.dev/v1, kind: Widget");
    let place = folder(&[("p.yaml", &widgets)]);
    let path: PathBuf = place.path().join("p.yaml");
    let output = run(&["scan", "--demo", "-o", "json", "--pack", arg(&path), "--framework", "acme"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}
