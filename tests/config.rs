//! The settings: the file that `init` writes, what `check` says of files that people write, the schema.

#![cfg(feature = "tui")]
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use plimsoll::config::{FIELDS, Files, Level, Names, configured, read, schema, template};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn said(text: &str) -> Vec<String> {
    let (_, problems) = read(Path::new("config.toml"), text, &Names::known(&BTreeMap::new()));
    problems.iter().map(ToString::to_string).collect()
}

/// Every file under `tests/settings`, and what is said of it.
#[test]
fn what_is_wrong_is_said_with_its_place_and_the_nearest_name() {
    for entry in fs::read_dir("tests/settings").unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        insta::assert_snapshot!(name, said(&text).join("\n"));
    }
}

/// What `init` writes is no setting; without its `#`, every line is one that holds.
#[test]
fn the_new_file_is_right_and_complete() {
    let text = template();
    assert_eq!(said(&text), Vec::<String>::new());
    let set = |line: &str| match line.strip_prefix('#') {
        Some(rest) if !rest.is_empty() && !rest.starts_with(' ') => rest.to_owned(),
        _ => line.to_owned(),
    };
    let set: String = text.lines().map(|line| set(line) + "\n").collect();
    // tables end the part that is about everything, so they stand last
    let (config, problems) = read(Path::new("config.toml"), &set, &Names::known(&BTreeMap::new()));
    let errors: Vec<String> =
        problems.iter().filter(|problem| problem.level == Level::Error).map(ToString::to_string).collect();
    assert_eq!(errors, Vec::<String>::new(), "{set}");
    assert!(config.contexts.contains_key("prod-eu-1"));
    for field in FIELDS {
        assert!(
            text.contains(&format!("#{}", field.name)) || text.contains(&format!("#[{}]", field.name)),
            "{}",
            field.name
        );
    }
}

#[test]
fn the_schema_names_every_setting() {
    let schema = schema();
    let properties = schema["properties"].as_object().unwrap();
    for field in FIELDS {
        assert!(properties[field.name]["description"].is_string(), "{}", field.name);
    }
    assert!(properties["contexts"]["additionalProperties"]["properties"]["theme"].is_object());
}

#[test]
fn a_context_is_laid_over_the_rest() {
    let text = "theme = \"light\"\nnamespaces = [\"a\"]\n[keys]\nyaml = \"Y\"\nrole = \"ctrl-o\"\n\
                [contexts.prod]\nnamespaces = [\"b\"]\n[contexts.prod.keys]\nyaml = \"z\"\n";
    let files = Files { path: "config.toml".into(), text: Some(text.into()), ..Files::default() };
    let (config, configured) = configured(&files, |_| None);
    assert_eq!(configured.ignored, Vec::<String>::new());
    let (all, prod) = (config.of(None), config.of(Some("prod")));
    assert_eq!((all.namespaces.unwrap(), prod.namespaces.unwrap()), (vec!["a".to_owned()], vec!["b".to_owned()]));
    assert_eq!(all.theme, prod.theme, "what the context does not say is as it is everywhere");
    let keys = |context: Option<&str>, name: &str| {
        let preferences = config.of(context).preferences();
        let action = plimsoll::app::Action::named(name).unwrap();
        preferences.keys.of(action).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!((keys(None, "yaml"), keys(Some("prod"), "yaml")), (vec!["Y".to_owned()], vec!["z".to_owned()]));
    assert_eq!(keys(Some("prod"), "role"), ["ctrl-o"]);
}

fn plimsoll(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.args(args).env_clear().env("HOME", folder).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn init_writes_once_check_says_what_is_wrong() {
    let home = tempfile::tempdir().unwrap();
    let none = plimsoll(home.path(), &["config", "check"]);
    assert!(none.status.success() && out(&none).contains("there is none, and none is needed"));
    let made = plimsoll(home.path(), &["config", "init"]);
    let path = home.path().join(".config/plimsoll/config.toml");
    assert_eq!(out(&made), format!("{}\n", path.display()));
    assert!(out(&plimsoll(home.path(), &["config", "check"])).ends_with("nothing is wrong\n"));
    let again = plimsoll(home.path(), &["config", "init"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(err(&again).contains("is there already, and stays as it is"), "{}", err(&again));
    fs::write(&path, "theme = \"drak\"\n").unwrap();
    let wrong = plimsoll(home.path(), &["config", "check"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(out(&wrong).contains(":1:9: unknown theme \"drak\": did you mean \"dark\"?"), "{}", out(&wrong));
    // a mistake never stops the program
    let scan = plimsoll(home.path(), &["scan", "--demo", "--framework", "pss-baseline"]);
    assert!(scan.status.success() && err(&scan).contains("did you mean \"dark\"? (ignored)"), "{}", err(&scan));
    let themes = home.path().join(".config/plimsoll/themes");
    fs::create_dir(&themes).unwrap();
    fs::write(&path, "theme = \"mine\"\n").unwrap();
    fs::write(themes.join("mine.toml"), "inherits = \"dark\"\n[roles]\nfial = \"red\"\n").unwrap();
    let wrong = plimsoll(home.path(), &["config", "check"]);
    assert!(
        out(&wrong).contains("themes/mine.toml:3:1: there is no role \"fial\": did you mean \"fail\"?"),
        "{}",
        out(&wrong)
    );
}

#[test]
fn teams_platform_and_records_reach_the_exports() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".config/plimsoll");
    fs::create_dir_all(&folder).unwrap();
    let settings = "cluster-id = \"demo-1\"\nwaivers = \"shared/waivers.yaml\"\nplatform = { namespaces = [\"default\"] }\n\
                    teams = { base = { namespaces = [\"def*\"] } }\n";
    fs::write(folder.join("config.toml"), settings).unwrap();
    let args = ["scan", "--demo", "--framework", "pss-baseline", "-o", "json"];
    let missing = plimsoll(home.path(), &args);
    assert_eq!(missing.status.code(), Some(2), "a file that was named has to be there");
    fs::create_dir(folder.join("shared")).unwrap();
    let record = "- check: container.privileged\n  resource: {apiVersion: apps/v1, kind: Deployment, namespace: default, \
                  name: health-check}\n  reason: r\n  owner: ana\n  approved_by: bo\n  ticket: t\n  expires: 2999-12-31\n";
    fs::write(folder.join("shared/waivers.yaml"), record).unwrap();
    let report: serde_json::Value = serde_json::from_str(&out(&plimsoll(home.path(), &args))).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let inside: Vec<_> = findings.iter().filter(|finding| finding["resource"]["namespace"] == "default").collect();
    assert!(!inside.is_empty());
    assert!(inside.iter().all(|finding| finding["team"] == "base" && finding["platform"] == true));
    assert!(inside.iter().any(|finding| finding["waiver"]["owner"] == "ana"));
    let csv = out(&plimsoll(home.path(), &["scan", "--demo", "--framework", "pss-baseline", "-o", "csv"]));
    assert!(csv.contains(",base,") && csv.contains("demo-1"), "{csv}");
    let lint = plimsoll(home.path(), &["waivers", "lint"]);
    assert!(out(&lint).contains("shared/waivers.yaml: 1 entry, nothing wrong"), "{}{}", out(&lint), err(&lint));
}
