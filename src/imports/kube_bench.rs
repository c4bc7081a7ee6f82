//! kube-bench's JSON: with totals an object that holds `Controls`, with `--nototals` a list of the same. It names neither
//! node nor time.

use crate::checks;
use crate::frameworks::Pack;
use crate::inventory::Version;
use crate::inventory::kinds::meta::Meta;
use crate::inventory::kube_bench::{KubeBench, Status, TestResult};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What kube-bench says of one of its targets.
#[derive(Debug, Deserialize)]
struct Controls {
    version: String,
    #[serde(default)]
    node_type: String,
    #[serde(default)]
    tests: Vec<Group>,
}

#[derive(Debug, Deserialize)]
struct Group {
    #[serde(default)]
    results: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    test_number: String,
    status: Status,
    #[serde(default)]
    actual_value: String,
}

/// The lists of controls in a document; None: it is not kube-bench's.
fn controls(document: &Value) -> Option<&Vec<Value>> {
    let list = document.get("Controls").unwrap_or(document).as_array()?;
    let first = list.first()?;
    (first.get("tests").is_some() && first.get("version").is_some()).then_some(list)
}

/// Whether a document is kube-bench's.
pub(super) fn is(document: &Value) -> bool {
    controls(document).is_some()
}

/// What it says, by the checks that ask the same in that version of the benchmark.
///
/// # Errors
/// A benchmark that no pack has, with those that are known.
pub(super) fn read(document: &Value, node: &str, written: &str, packs: &[Pack]) -> Result<KubeBench, String> {
    let mut all: Option<KubeBench> = None;
    for value in controls(document).into_iter().flatten() {
        let part: Controls =
            serde_json::from_value(value.clone()).map_err(|error| format!("kube-bench's JSON: {error}"))?;
        // what it asks the API server for, plimsoll reads itself
        if matches!(part.node_type.as_str(), "policies" | "managedservices") {
            continue;
        }
        let one = KubeBench {
            meta: Meta { name: node.to_owned(), ..Meta::default() },
            collected_at: written.to_owned(),
            results: results(&part, packs)?,
            benchmark: part.version,
        };
        match &mut all {
            Some(all) => all.merge(one),
            None => all = Some(one),
        }
    }
    all.ok_or_else(|| {
        "kube-bench's JSON says nothing of nodes: only of policies, which plimsoll reads itself".to_owned()
    })
}

fn results(part: &Controls, packs: &[Pack]) -> Result<BTreeMap<String, TestResult>, String> {
    let checks_of = numbers(&part.version, packs)?;
    let mut results = BTreeMap::new();
    for entry in part.tests.iter().flat_map(|group| &group.results) {
        for check in checks_of.get(&entry.test_number).into_iter().flatten() {
            let result = TestResult {
                number: entry.test_number.clone(),
                status: entry.status,
                actual: mark(&entry.actual_value),
                looked: !entry.actual_value.trim().is_empty(),
            };
            results.insert(check.clone(), result);
        }
    }
    Ok(results)
}

/// Checks of nodes by the number of their control in a version of kube-bench's: `cis-1.12`, `eks-1.8.0`, `rke2-cis-1.8`.
fn numbers(benchmark: &str, packs: &[Pack]) -> Result<BTreeMap<String, Vec<String>>, String> {
    let (framework, version) = match benchmark.rsplit_once('-') {
        Some((provider @ ("eks" | "gke" | "aks"), version)) => (format!("cis-{provider}"), version),
        Some((_, version)) => ("cis".to_owned(), version),
        None => ("cis".to_owned(), benchmark),
    };
    let pack = packs.iter().find(|pack| *pack.id == *framework);
    // kube-bench writes eks-1.8.0 where the benchmark says 1.8
    let same = |known: &str| known == version || version.strip_suffix(".0") == Some(known);
    let found = pack.and_then(|pack| Some((pack, pack.versions.iter().find(|known| same(known))?)));
    let Some((pack, version)) = found else {
        let known: Vec<&str> = pack.into_iter().flat_map(|pack| &pack.versions).map(|version| &**version).collect();
        return Err(match known.as_slice() {
            [] => format!("kube-bench's benchmark {benchmark} is not known"),
            known => format!(
                "kube-bench's benchmark {benchmark} is not known: of {framework} there are {}",
                known.join(", ")
            ),
        });
    };
    let edition = pack.edition(version, Version::NEWEST);
    let of_nodes = |id: &str| {
        let family = id.split('.').next().unwrap_or_default();
        ["node-file", "kubelet", "apiserver", "kcm", "scheduler", "etcd", "kube-proxy"].contains(&family)
    };
    let ids = |(_, control): (_, &crate::frameworks::Control)| {
        let checks = control.checks.checks().into_iter().map(|id| id.to_string());
        let checks = checks.filter(|id| of_nodes(id) && checks::find(id).is_some());
        (control.id.to_string(), checks.collect())
    };
    Ok(edition.controls().map(ids).collect())
}

/// A mode or an owner that kube-bench saw; command lines may hold more than that, and are not carried.
fn mark(actual: &str) -> Option<String> {
    let text = actual.trim().trim_start_matches("permissions=");
    let is_mode = matches!(text.len(), 3 | 4) && text.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let is_owner = text.len() < 64 && text.split_once(':').is_some_and(|(user, group)| is_name(user) && is_name(group));
    (is_mode || is_owner).then(|| text.to_owned())
}
