//! Every remedy that has a patch puts its check's own failing fixtures right: the change is computed, applied to the
//! object, and the finding is gone.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use plimsoll::checks;
use plimsoll::engine::{Engine, NoExemptions, Times};
use plimsoll::frameworks::from_texts;
use plimsoll::inventory::{Kind, Medium, ReadState, Version, yaml};
use plimsoll::model::{Finding, FindingStatus, Fix, ObjectRef, Report};
use plimsoll::remediation::{Action, Change, NoChange, plan};
use plimsoll::sources::files::Loader;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Manifests of a fixture, as objects.
fn objects(text: &str) -> Vec<Value> {
    let mut objects = Vec::new();
    for document in yaml::documents(text) {
        match document.parse().unwrap().value {
            Value::Object(mut list) if list.get("kind").is_some_and(|kind| kind == "List") => {
                objects.extend(list.remove("items").and_then(|items| items.as_array().cloned()).unwrap_or_default());
            }
            object => objects.push(object),
        }
    }
    objects
}

fn scan(check: &str, objects: &[Value], version: Version, medium: Medium) -> Report {
    let section = format!(
        "section: one\ntitle: One\ncontrols:\n  - id: one\n    title: One\n    decides: measured\n    checks: [{check}]\n    \
         why: one\n    collect: ['attach: one']\n"
    );
    let head = "id: one\ntitle: One\nsource: one\nkind: standard\nversions: [latest]\n";
    let pack = from_texts([("pack.yaml", head), ("one.yaml", section.as_str())].into_iter()).unwrap();
    let mut loader = Loader::new(medium, version, None);
    let text: String = objects.iter().map(|object| format!("---\n{}", yaml::print(object))).collect();
    loader.text(check, &text).unwrap();
    let times = Times { started: "2026-01-01T00:00:00Z".into(), finished: "2026-01-01T00:00:00Z".into() };
    let mut inventory = loader.finish().0;
    for kind in Kind::ALL.iter().filter(|_| medium == Medium::Cluster) {
        inventory.set_state(*kind, ReadState::Complete);
    }
    Engine::default().evaluate(&inventory, &[pack.edition("latest", version)], &NoExemptions, false, times)
}

fn is(object: &Value, wanted: &ObjectRef) -> bool {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
    let namespace = text("/metadata/namespace").or(wanted.namespace.as_ref().map(|_| "default"));
    text("/kind") == Some(&*wanted.kind)
        && text("/metadata/name") == Some(&*wanted.name)
        && namespace == wanted.namespace.as_deref()
}

/// The fixtures of failures, by check.
fn failures() -> Vec<(String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/checks");
    let list =
        |path: &Path| fs::read_dir(path).into_iter().flatten().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let mut found = Vec::new();
    for check in list(&folder) {
        let id = check.file_name().unwrap().to_string_lossy().into_owned();
        let fails = list(&check).into_iter().filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with("fail") || name.starts_with("manual")
        });
        found.extend(fails.map(|path| (id.clone(), path)));
    }
    found.sort();
    found
}

/// The change that a finding's remedy makes, and the manifests after it.
fn applied(finding: &Finding, before: &[Value]) -> Result<(Change, Vec<Value>), NoChange> {
    let remedy = &checks::find(finding.check).unwrap().remedy;
    let position = before.iter().position(|object| is(object, &finding.resource));
    let object = position.map_or(&Value::Null, |position| &before[position]);
    let change = plan(finding, remedy, object)?;
    let mut after = before.to_vec();
    match (change.action, position) {
        (Action::Create, _) => after.push(change.after().clone()),
        (_, Some(position)) => after[position] = change.after().clone(),
        (_, None) => panic!("{} is not in the fixture", finding.resource),
    }
    Ok((change, after))
}

#[test]
fn every_patch_puts_its_finding_right() {
    let (mut wrong, mut fixed) = (Vec::new(), 0);
    for (check, path) in failures() {
        let name = format!("{check}/{}", path.file_name().unwrap().to_string_lossy());
        let text = fs::read_to_string(&path).unwrap();
        let said = text.lines().find_map(|line| line.strip_prefix("# kubernetes: "));
        let version = said.map_or(Version::NEWEST, |version| version.parse().unwrap());
        let cluster = text.lines().any(|line| line == "# source: cluster");
        let medium = if cluster { Medium::Cluster } else { Medium::Files };
        let before = objects(&text);
        let report = scan(&check, &before, version, medium);
        let failing = |f: &Finding| matches!(f.status, FindingStatus::Fail | FindingStatus::Manual);
        for finding in report.findings.iter().filter(failing) {
            match applied(&finding, &before) {
                Ok((change, after)) => {
                    let later = scan(&check, &after, version, medium);
                    // an item of a list of words that was next takes over the index, so the value counts too
                    let same = |f: Finding| {
                        f.fingerprint == finding.fingerprint && f.paths[0].actual == finding.paths[0].actual
                    };
                    let still = later.findings.iter().filter(failing).any(same);
                    if still {
                        wrong.push(format!(
                            "{name}: {} is still there after\n{}",
                            finding.paths[0].path,
                            change.diff(&[])
                        ));
                    }
                    assert!(!change.diff(&[]).is_empty() && !change.command(None, true).is_empty(), "{name}");
                    fixed += 1;
                }
                Err(NoChange::Advice | NoChange::PodsOnly { .. } | NoChange::AlreadySo { .. }) => {}
                Err(error) => wrong.push(format!("{name}: {}: {error}", finding.paths[0].path)),
            }
        }
    }
    assert!(fixed > 60, "{fixed} patches only: are the fixtures there?");
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), wrong.len() + fixed, wrong.join("\n"));
}

#[test]
fn the_constants_of_every_remedy_are_json_and_yaml() {
    for check in checks::ALL {
        let json =
            |text: &str| serde_json::from_str::<Value>(text).map(drop).unwrap_or_else(|e| panic!("{}: {e}", check.id));
        let fixes: Vec<Fix> = match check.remedy.fix {
            Fix::ByField(choices) => choices.iter().map(|(_, fix)| *fix).collect(),
            fix => vec![fix],
        };
        for fix in fixes {
            match fix {
                Fix::Set(value) | Fix::Append(value) => json(value),
                Fix::SetAt(path, value) => {
                    assert!(!path.is_empty(), "{}", check.id);
                    json(value);
                }
                Fix::Create(template) => {
                    let object = yaml::parse(&template.replace("{namespace}", "n").replace("{name}", "n"));
                    let object = object.unwrap_or_else(|error| panic!("{}: {error}", check.id));
                    assert!(object.value["kind"].is_string() && object.warnings.is_empty(), "{}", check.id);
                }
                Fix::ByField(_) => panic!("{}: a choice inside a choice", check.id),
                Fix::Remove | Fix::Advice => {}
            }
        }
    }
}
