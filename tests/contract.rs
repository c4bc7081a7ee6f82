//! What the command line promises: flags, exit codes, JSON. On the demo, so that it always runs.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use support::{plimsoll, stderr, stdout};

fn run(args: &[&str]) -> Output {
    plimsoll().args(args).output().unwrap()
}

#[track_caller]
fn json_of(args: &[&str]) -> Value {
    let output = run(args);
    serde_json::from_str(&stdout(&output)).unwrap_or_else(|error| panic!("{args:?}: {error}: {}", stderr(&output)))
}

static DEMO: LazyLock<Value> = LazyLock::new(|| json_of(&["scan", "--demo", "-o", "json"]));

fn rows<'v>(report: &'v Value, list: &str) -> impl Iterator<Item = &'v Value> {
    report[list].as_array().unwrap().iter()
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_else(|| panic!("{field} in {value}"))
}

/// The order of `contract.md`.
fn rank(status: &str) -> usize {
    let order = ["not-applicable", "pass", "waived", "attested", "manual", "not-evaluated", "fail"];
    order.iter().position(|s| *s == status).unwrap()
}

/// One control counts once, however many objects fail it, and manual ones stand beside the score (pitfall 61).
#[test]
fn every_figure_follows_from_the_controls() {
    for framework in rows(&DEMO, "frameworks") {
        let controls: Vec<&Value> =
            rows(&DEMO, "controls").filter(|c| c["framework"] == framework["id"] && c["criterion"].is_null()).collect();
        let count = |status: &str| controls.iter().filter(|c| c["status"] == status).count();
        let counts = json!({
            "pass": count("pass"), "fail": count("fail"), "waived": count("waived"), "attested": count("attested"),
            "manual": count("manual"), "not_evaluated": count("not-evaluated"), "not_applicable": count("not-applicable"),
        });
        assert_eq!(framework["counts"], counts, "{}", framework["id"]);
        if controls.is_empty() {
            let words = ["contradicted", "supported-in-part", "no-technical-evidence", "needs-people"];
            assert!(words.contains(&text(framework, "status")), "criteria only: {framework}");
            assert!(framework["score"]["worst"].is_null() && framework["coverage"].is_null(), "{framework}");
            continue;
        }
        let worst = controls.iter().map(|c| text(c, "status")).max_by_key(|s| rank(s)).unwrap();
        assert_eq!(framework["status"], worst, "{}", framework["id"]);
        let (pass, waived, unread) = (count("pass") as f64, count("waived") as f64, count("not-evaluated") as f64);
        let n = pass + waived + unread + count("fail") as f64;
        if n == 0.0 {
            assert!(framework["score"]["best"].is_null() && framework["coverage"].is_null(), "{framework}");
            continue;
        }
        let close = |value: &Value, wanted: f64| (value.as_f64().unwrap() - wanted).abs() < 1e-9;
        assert!(close(&framework["score"]["worst"], pass / n), "{framework}");
        assert!(close(&framework["score"]["best"], (pass + waived + unread) / n), "{framework}");
        let decided = pass + waived + count("fail") as f64;
        let all = n + (count("manual") + count("attested")) as f64;
        assert!(close(&framework["coverage"], decided / all), "{framework}");
    }
}

#[test]
fn criteria_stand_outside_every_score_and_say_their_own_words() {
    let words = ["contradicted", "supported-in-part", "no-technical-evidence", "needs-people"];
    let criteria: Vec<&Value> = rows(&DEMO, "controls").filter(|c| !c["criterion"].is_null()).collect();
    assert!(criteria.len() >= 24, "the seed's SOC2 rows: {}", criteria.len());
    for row in criteria {
        assert!(words.contains(&text(row, "status")), "{row}");
        assert!(row["decides"].is_null());
    }
}

#[test]
fn a_field_without_a_value_is_null_and_never_left_out() {
    let finding = [
        "fingerprint",
        "check",
        "status",
        "severity",
        "resource",
        "owner",
        "container",
        "seen_in",
        "instances",
        "paths",
        "message",
        "remediation",
        "disruption",
        "controls",
        "source",
        "waiver",
    ];
    for row in rows(&DEMO, "findings") {
        for field in finding {
            assert!(row.get(field).is_some(), "{field} in {row}");
        }
        for field in ["apiVersion", "kind", "namespace", "name"] {
            assert!(row["resource"].get(field).is_some() && row["owner"].get(field).is_some(), "{field} in {row}");
        }
        assert!(["fail", "waived", "manual", "not-evaluated"].contains(&text(row, "status")));
        assert_eq!(text(row, "fingerprint").len(), 64);
        assert!(!row["paths"].as_array().unwrap().is_empty(), "{row}");
        assert!(!text(row, "message").is_empty() && !text(row, "remediation").is_empty());
        assert_eq!(row["waiver"].is_null(), row["status"] != "waived");
    }
    for gap in rows(&DEMO, "gaps") {
        for field in ["kind", "namespace", "reason", "message", "checks"] {
            assert!(gap.get(field).is_some(), "{field} in {gap}");
        }
    }
    for field in ["schema_version", "scope", "cluster", "started", "finished"] {
        assert!(DEMO.get(field).is_some(), "{field}");
    }
    assert_eq!(DEMO["cluster"]["context"], "demo");
    assert!(!DEMO["cluster"]["id"].is_null());
}

#[test]
fn fingerprints_are_stable_and_unique() {
    let again = json_of(&["scan", "--demo", "-o", "json"]);
    let prints = |report: &Value| -> Vec<String> {
        rows(report, "findings").map(|f| text(f, "fingerprint").to_owned()).collect()
    };
    assert_eq!(prints(&DEMO), prints(&again), "two scans of the same cluster run equal");
    let mut seen: BTreeMap<&str, &Value> = BTreeMap::new();
    for finding in rows(&DEMO, "findings") {
        let other = seen.insert(text(finding, "fingerprint"), finding);
        assert!(other.is_none(), "two findings with one fingerprint:\n{finding}\n{}", other.unwrap());
    }
}

#[test]
fn exit_codes() {
    let code = |args: &[&str]| run(args).status.code().unwrap();
    assert_eq!(code(&["scan", "--demo"]), 0, "findings alone do not change the code");
    assert_eq!(code(&["scan", "--demo", "--fail-on", "critical"]), 1);
    assert_eq!(code(&["scan", "--demo", "--framework", "pss-baseline", "--min-coverage", "100"]), 0);
    assert_eq!(code(&["scan", "--demo", "--framework", "seed", "--min-coverage", "100"]), 4, "what is not built yet");
    assert_eq!(code(&["scan", "--demo", "--fail-on", "critical", "--min-coverage", "100"]), 1, "1 before 4");
    assert_eq!(code(&["scan", "--demo", "--fail-on", "terrible"]), 2);
    assert_eq!(code(&["scan", "--demo", "-f", "x.yaml"]), 2);
    assert_eq!(
        code(&["scan", "--demo", "--allowed-registry", "*.azurecr.io", "--allowed-registry", "ghcr.io/acme"]),
        0
    );
    assert_eq!(code(&["scan", "--demo", "--allowed-registry", "https://ghcr.io"]), 2);
    assert_eq!(code(&["nonsense"]), 2);
    assert_eq!(code(&["--help"]), 0);
    let unknown = run(&["scan", "--demo", "--framework", "pss-restrictd"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("did you mean \"pss-restricted\"?"), "{}", stderr(&unknown));
}

#[test]
fn selection_takes_commas_and_repeats() {
    let ids = |args: &[&str]| -> BTreeSet<String> {
        let mut all = vec!["scan", "--demo", "-o", "json"];
        all.extend(args);
        rows(&json_of(&all), "controls").map(|c| format!("{}/{}", text(c, "framework"), text(c, "id"))).collect()
    };
    let two: BTreeSet<String> = ["cis/5.2.2", "seed/5.2.4"].map(str::to_owned).into();
    assert_eq!(ids(&["--control", "5.2.2,seed/5.2.4"]), two);
    assert_eq!(ids(&["--control", "5.2.2", "--control", "seed/5.2.4"]), two);
    assert_eq!(ids(&["--section", "cis/5.3"]), ["cis/5.3.1", "cis/5.3.2"].map(str::to_owned).into());
    assert!(ids(&["--framework", "pss-baseline,pss-restricted"]).iter().all(|id| id.starts_with("pss-")));
    assert!(!ids(&["--framework", "cis", "--level", "1"]).contains("cis/5.4.1"), "5.4.1 is level 2");
}

#[test]
fn the_kubernetes_version_chooses_the_benchmark() {
    let version = |server: &str| {
        let report = json_of(&["scan", "--demo", "-o", "json", "--framework", "cis", "--kubernetes-version", server]);
        text(&report["frameworks"][0], "version").to_owned()
    };
    let expected = [
        ("v1.36", "2.0.1"),
        ("1.34.1", "2.0.1"),
        ("1.33", "1.12"),
        ("1.29", "1.11"),
        ("1.24", "1.24"),
        ("1.25", "1.7"),
    ];
    for (server, benchmark) in expected {
        assert_eq!(version(server), benchmark, "{server}");
    }
}

#[test]
fn lists_are_arrays_with_what_the_contract_names() {
    let checks = json_of(&["list", "checks", "-o", "json"]);
    for check in checks.as_array().unwrap() {
        for field in ["id", "title", "severity", "aliases", "controls"] {
            assert!(check.get(field).is_some(), "{field} in {check}");
        }
        assert!(check["aliases"].as_array().unwrap().iter().all(|a| a.as_str().unwrap().contains(':')), "{check}");
    }
    let frameworks = json_of(&["list", "frameworks", "-o", "json"]);
    let ids: Vec<&str> = frameworks.as_array().unwrap().iter().map(|f| text(f, "id")).collect();
    let contract = [
        "cis",
        "cis-eks",
        "cis-gke",
        "cis-aks",
        "soc2",
        "nsa-cisa",
        "mitre-attack",
        "mitre-k8s",
        "pss-baseline",
        "pss-restricted",
        "owasp-2022",
        "owasp-2025",
        "seed",
        "audit-50",
        "hygiene",
    ];
    assert_eq!(ids.iter().copied().collect::<BTreeSet<_>>(), contract.into());
    for what in ["checks", "controls", "frameworks", "crosswalk"] {
        assert!(stdout(&run(&["list", what])).lines().count() > 3);
    }
}

#[test]
fn controls_are_listed_in_any_version_with_their_siblings() {
    let list = |args: &[&str]| {
        let mut all = vec!["list", "controls", "-o", "json"];
        all.extend(args);
        json_of(&all).as_array().unwrap().clone()
    };
    assert!(list(&[]).len() > 600);
    let old = list(&["--framework", "cis", "--framework-version", "cis=1.20"]);
    assert_eq!((old.len(), text(&old[0], "version")), (123, "1.20"), "ids of 1.20");
    let privileged = old.iter().find(|c| c["id"] == "5.2.1").unwrap();
    let siblings: Vec<&str> = privileged["siblings"].as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
    assert!(siblings.contains(&"pss-baseline/privileged") && siblings.contains(&"soc2/CC6.8"), "{siblings:?}");
    assert_eq!(run(&["list", "controls", "--framework-version", "cis=0.1"]).status.code(), Some(2));
    let pairs = json_of(&["list", "crosswalk", "--framework", "seed", "-o", "json"]);
    let official = json!({"from": "cis/5.2.6", "to": "seed/5.2.5", "checks": ["container.allow-privilege-escalation"]});
    assert!(pairs.as_array().unwrap().contains(&official));
}

#[test]
fn a_version_can_be_pinned_for_a_scan() {
    let pinned = ["scan", "--demo", "-o", "json", "--framework", "cis", "--framework-version", "cis=1.7"];
    assert_eq!(text(&json_of(&pinned)["frameworks"][0], "version"), "1.7");
}

#[test]
fn benchmarks_of_other_platforms_do_not_apply_unless_they_are_named() {
    let of = |report: &Value| -> BTreeSet<String> {
        rows(report, "controls").filter(|c| c["framework"] == "cis-eks").map(|c| text(c, "status").to_owned()).collect()
    };
    assert_eq!(of(&DEMO), ["not-applicable".to_owned()].into(), "the demo is no EKS");
    let eks = rows(&DEMO, "controls").find(|c| c["framework"] == "cis-eks").unwrap();
    assert!(
        text(eks, "message").starts_with("written for Amazon EKS; this cluster does not show itself as one"),
        "{eks}"
    );
    assert!(
        !rows(&DEMO, "findings").flat_map(|f| f["controls"].as_array().unwrap()).any(|c| c["framework"] == "cis-eks")
    );
    let named = json_of(&["scan", "--demo", "-o", "json", "--framework", "cis-eks"]);
    assert!(of(&named).contains("fail"), "named, it is judged");
    // nodes of the platform make its benchmark the first, and the one that a bare id means
    let node = |name: &str| {
        json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": {"eks.amazonaws.com/nodegroup": "a"}},
               "spec": {"providerID": "aws:///a/i-1"}, "status": {"nodeInfo": {"kubeletVersion": "v1.33.1-eks-ab"}}})
    };
    let list = json!({"apiVersion": "v1", "kind": "List", "items": [node("a"), node("b")]}).to_string();
    let on_eks = |args: &[&str]| {
        let mut command = plimsoll();
        command.args(["scan", "-f", "-", "-o", "json"]).args(args);
        with_input(&mut command, &list)
    };
    let report = on_eks(&[]);
    assert_eq!((text(&report["frameworks"][0], "id"), text(&report["frameworks"][1], "id")), ("cis-eks", "cis"));
    let bare = on_eks(&["--control", "4.1.1"]);
    assert_eq!(text(&bare["controls"][0], "framework"), "cis-eks");
}

#[test]
fn gaps_say_who_answers_each_control() {
    let report = json_of(&["gaps", "cis", "-o", "json"]);
    let controls = report["controls"].as_array().unwrap();
    assert_eq!(controls.len(), 131);
    let sum: u64 = report["totals"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(sum, 131);
    let class = |id: &str| text(controls.iter().find(|c| c["id"] == id).unwrap(), "class").to_owned();
    assert_eq!((class("5.2.2").as_str(), class("5.3.2").as_str()), ("checked", "checked"));
    assert!(stdout(&run(&["gaps", "cis-eks"])).contains("provider: aws eks describe-cluster"));
    assert!(stdout(&run(&["gaps", "soc2", "-o", "markdown"])).contains("| CC6.1 |"));
    let csv = stdout(&run(&["gaps", "audit-50", "-o", "csv"]));
    assert_eq!(csv::Reader::from_reader(csv.as_bytes()).records().count(), 50);
    assert_eq!(run(&["gaps", "ciss"]).status.code(), Some(2));
}

#[test]
fn explain_knows_checks_and_controls() {
    let check = stdout(&run(&["explain", "container.privileged"]));
    assert!(check.contains("cis/5.2.2") && check.contains("kubectl get pods"), "{check}");
    let control = stdout(&run(&["explain", "seed/5.2.4"]));
    assert!(control.contains("container.read-only-root-fs"), "{control}");
    let elsewhere = stdout(&run(&["explain", "cis/5.2.2"]));
    assert!(elsewhere.contains("Elsewhere") && elsewhere.contains("pss-baseline: privileged"), "{elsewhere}");
    let unknown = run(&["explain", "container.priviliged"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("did you mean \"container.privileged\"?"), "{}", stderr(&unknown));
}

#[test]
fn the_role_names_what_it_reads() {
    let role = stdout(&run(&["role"]));
    assert!(!role.contains('*') && !role.contains("\"secrets\"") && !role.contains("nodes/proxy"), "{role}");
    let one = stdout(&run(&["role", "--framework", "pss-baseline"]));
    assert!(one.contains("\"pods\"") && !one.contains("clusterroles"), "only what the chosen packs read: {one}");
    let more = stdout(&run(&["role", "--with-secrets", "--with-configmaps", "--with-kubelet-config"]));
    assert!(more.contains("every Secret's value") && more.contains("nodes/proxy"), "{more}");
}

#[test]
fn an_output_file_is_private_and_complete() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.json");
    let output = plimsoll().args(["scan", "--demo", "-o", "json", "--output-file"]).arg(&file).output().unwrap();
    assert!(output.status.success() && stdout(&output).is_empty(), "{}", stderr(&output));
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let report: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(report["findings"], DEMO["findings"]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
}

#[test]
fn csv_has_one_row_a_finding() {
    let text = stdout(&run(&["scan", "--demo", "-o", "csv"]));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    for column in ["fingerprint", "correlation_id", "control_ids", "status", "severity", "namespace", "kind", "name"] {
        assert!(headers.iter().any(|h| h == column), "{column} in {headers:?}");
    }
    let found: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(found.len(), DEMO["findings"].as_array().unwrap().len());
    let dangerous = |cell: &str| cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    assert!(!found.iter().any(|row| row.iter().any(dangerous)), "a cell that a spreadsheet would run");
}

#[test]
fn standard_input_and_typed_lists() {
    let list = json!({
        "apiVersion": "v1", "kind": "PodList", "items": [
            {"metadata": {"name": "a"}, "spec": {"containers": [{"name": "c", "securityContext": {"privileged": true}}]}}
        ],
    });
    let mut command = plimsoll();
    command.args(["scan", "-f", "-", "--framework", "pss-baseline", "-o", "json"]);
    let report = with_input(&mut command, &list.to_string());
    assert_eq!(report["frameworks"][0]["status"], "fail");
    assert_eq!(report["findings"][0]["resource"]["kind"], "Pod");
}

fn with_input(command: &mut Command, input: &str) -> Value {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), input.as_bytes()).unwrap();
    serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap()
}

#[test]
fn lines_point_into_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pod.yaml");
    let manifest = "# a comment\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n    - name: c\n      \
                    image: x\n      securityContext:\n        privileged: true\n";
    std::fs::write(&file, manifest).unwrap();
    let file = file.to_str().unwrap();
    let report = json_of(&["scan", "-o", "json", "--framework", "pss-baseline", "-f", file]);
    let finding = rows(&report, "findings").find(|f| f["check"] == "container.privileged").unwrap();
    assert_eq!(finding["paths"][0]["line"], 10);
    assert_eq!(finding["source"], json!({"file": file, "document": 0}));
}

#[test]
fn the_kubectl_plugin_is_the_same_program() {
    let plugin = Command::new(env!("CARGO_BIN_EXE_kubectl-plimsoll")).args(["list", "frameworks"]).output().unwrap();
    assert_eq!(stdout(&plugin), stdout(&run(&["list", "frameworks"])));
}

#[test]
fn completions_and_the_manual_come_from_the_flags() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(stdout(&run(&["completions", shell])).contains("min-coverage"), "{shell}");
    }
    assert!(stdout(&run(&["man"])).contains("plimsoll"));
}
