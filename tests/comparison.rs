//! `docs/comparison.md` is true: its verdicts, the objects that it names and its commands, on a real API server that holds
//! what the samples of kube-bench and Trivy were made on, as far as that is at hand.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use support::{plimsoll, stderr, stdout};
use xtask::cluster::{Cluster, Options, load, skip};
use xtask::paths;

const PAGE: &str = include_str!("../docs/comparison.md");

/// Rows of the table whose first column has this title, as cells by title.
fn rows(first: &str) -> Vec<BTreeMap<String, String>> {
    let cells =
        |line: &str| -> Vec<String> { line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect() };
    let mut lines = PAGE.lines().skip_while(|line| !line.starts_with(&format!("| {first} |")));
    let titles = cells(lines.next().unwrap());
    let rows = lines.skip(1).take_while(|line| line.starts_with('|'));
    rows.map(|line| titles.iter().cloned().zip(cells(line)).collect()).collect()
}

/// What a sample says: lines of kube-bench's with its verdict, controls of Trivy's with the objects that fail.
fn sample(name: &str) -> Option<Value> {
    let path = paths::shared().join("samples").join(name);
    Some(serde_json::from_str(&fs::read_to_string(path).ok()?).unwrap())
}

fn each<'v>(value: &'v Value, field: &str) -> impl Iterator<Item = &'v Value> {
    value[field].as_array().into_iter().flatten()
}

#[test]
fn every_line_of_kube_benchs_sample_is_compared() {
    let Some(sample) = sample("kube-bench-policies-cis-1.12.json") else {
        return eprintln!("every_line_of_kube_benchs_sample_is_compared: skipped without ../shared/samples");
    };
    let groups = each(&sample, "Controls").flat_map(|control| each(control, "tests"));
    let expected: Vec<(String, String)> = groups
        .flat_map(|group| each(group, "results"))
        .map(|line| {
            let says = match (line["status"].as_str().unwrap(), line["type"].as_str().unwrap()) {
                ("PASS", _) => "passes",
                ("WARN", "manual") => "warns, runs nothing",
                ("WARN", _) => "warns",
                other => panic!("{other:?}"),
            };
            (line["test_number"].as_str().unwrap().to_owned(), says.to_owned())
        })
        .collect();
    let written: Vec<_> = rows("line").iter().map(|row| (row["line"].clone(), row["kube-bench"].clone())).collect();
    assert_eq!(written, expected);
    assert_eq!(written.len(), 34);
    let runs_nothing = written.iter().filter(|(_, says)| says.ends_with("runs nothing")).count();
    assert!(PAGE.contains(&format!("{runs_nothing} of its lines run nothing")), "{runs_nothing} lines run nothing");
}

#[test]
fn every_failing_control_of_trivys_sample_is_compared() {
    let Some(sample) = sample("trivy-k8s-cis-1.23.json") else {
        return eprintln!("every_failing_control_of_trivys_sample_is_compared: skipped without ../shared/samples");
    };
    let mut expected = Vec::new();
    for control in each(&sample, "Results") {
        let fails = |target: &&Value| each(target, "Misconfigurations").any(|m| m["Status"] == "FAIL");
        let objects: BTreeSet<&str> =
            each(control, "Results").filter(fails).map(|target| target["Target"].as_str().unwrap()).collect();
        if !objects.is_empty() {
            expected.push((control["ID"].as_str().unwrap().to_owned(), objects.len().to_string()));
        }
    }
    let written: Vec<_> =
        rows("Trivy's").iter().map(|row| (row["Trivy's"].clone(), row["objects by Trivy"].clone())).collect();
    assert_eq!(written, expected);
    assert_eq!(written.len(), 17);
}

/// Status by `framework/id`, and what fails or waits for review there, as `Kind namespace/name`.
fn scan(cluster: &Cluster) -> BTreeMap<String, (String, BTreeSet<String>)> {
    let output = plimsoll().args(["scan", "-o", "json"]).env("KUBECONFIG", cluster.kubeconfig()).output().unwrap();
    let report: Value =
        serde_json::from_str(&stdout(&output)).unwrap_or_else(|error| panic!("{error}: {}", stderr(&output)));
    let key = |of: &Value| format!("{}/{}", of["framework"].as_str().unwrap(), of["id"].as_str().unwrap());
    let mut found: BTreeMap<_, _> = each(&report, "controls")
        .map(|control| (key(control), (control["status"].as_str().unwrap().to_owned(), BTreeSet::new())))
        .collect();
    for finding in each(&report, "findings").filter(|f| f["status"] == "fail" || f["status"] == "manual") {
        let owner = &finding["owner"];
        let name = ["namespace", "name"].iter().filter_map(|field| owner[*field].as_str());
        let object = format!("{} {}", owner["kind"].as_str().unwrap(), name.collect::<Vec<_>>().join("/"));
        for control in each(finding, "controls") {
            found.get_mut(&key(control)).unwrap().1.insert(object.clone());
        }
    }
    found
}

#[test]
fn verdicts_objects_and_commands_are_true() {
    const NAME: &str = "verdicts_objects_and_commands_are_true";
    if skip(NAME).unwrap() {
        return;
    }
    if !paths::shared().join("corpus").is_dir() {
        return eprintln!("{NAME}: skipped without ../shared/corpus");
    }
    let cluster = Cluster::start(Options::default()).unwrap();
    load::corpus(&cluster).unwrap();
    let found = scan(&cluster);
    let mut wrong = String::new();
    let of_cis = rows("line").into_iter().map(|row| (format!("cis/{}", row["line"]), row));
    for (control, row) in of_cis.chain(rows("Trivy's").into_iter().map(|row| (row["plimsoll's"].clone(), row))) {
        let Some((status, objects)) = found.get(&control) else {
            writeln!(wrong, "{control}: no such control").unwrap();
            continue;
        };
        if *status != row["plimsoll"] {
            writeln!(wrong, "{control}: {status}, and the page says {}", row["plimsoll"]).unwrap();
        }
        let seen = &row["seen on"];
        if seen != "–" && !objects.contains(seen) || seen == "–" && !objects.is_empty() {
            writeln!(wrong, "{control}: the page says {seen}, and it is {objects:?}").unwrap();
        }
    }
    let mut lines = PAGE.lines().peekable();
    let mut commands = 0;
    while let Some(line) = lines.next() {
        let Some(command) = line.trim().strip_prefix("$ kubectl ") else { continue };
        commands += 1;
        let output = cluster.kubectl().args(command.split(' ')).output().unwrap();
        let (says, expected) = (stdout(&output), lines.next().unwrap().trim());
        if says.trim() != expected {
            writeln!(wrong, "{command}: {says}, and the page says {expected}").unwrap();
        }
    }
    assert!(commands > 0);
    assert!(wrong.is_empty(), "\n{wrong}");
}
