//! What leaves the program: the demo's report against its schema, as CSV and as a table.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use plimsoll::engine::{Decisions, Engine, NoExemptions, Selection, Times};
use plimsoll::inventory::Version;
use plimsoll::model::Report;
use plimsoll::{exports, frameworks, sources::demo, store};
use serde_json::Value;
use std::io;
use std::sync::{Arc, LazyLock};

/// What people recorded is in it: in force, expired, unused.
fn decisions() -> Arc<Decisions> {
    let waiver = |name: &str, expires: &str| {
        format!(
            "- {{check: container.privileged, resource: {{apiVersion: apps/v1, kind: Deployment, namespace: default, name: \
             {name}}}, reason: r, owner: ana, approved_by: bo, ticket: t, expires: {expires}}}\n"
        )
    };
    let waivers = [("health-check", "2999-12-31"), ("system-monitor", "2020-12-31"), ("gone", "2999-12-31")];
    let waivers: String = waivers.iter().map(|(name, day)| waiver(name, day)).collect();
    let attestations = include_str!("records/attestations/good.yaml");
    Decisions::new(store::parse("w.yaml", &waivers).unwrap(), store::parse("a.yaml", attestations).unwrap()).into()
}

static REPORT: LazyLock<Report> = LazyLock::new(|| {
    let (inventory, notes) = demo::load();
    assert!(notes.is_empty(), "{notes:?}");
    let packs = frameworks::embedded().unwrap();
    let editions = Selection::default().editions(&packs, Version::NEWEST).unwrap();
    let times = Times { started: "2026-07-21T23:41:00Z".into(), finished: "2026-07-21T23:41:07Z".into() };
    Engine::with(decisions()).evaluate(&inventory, &editions, &NoExemptions, false, times)
});

/// The part of JSON Schema that the schema uses. Beyond it: a property that the schema does not name is an error, so
/// that no field goes undescribed.
fn validate(schema: &Value, root: &Value, value: &Value, at: &str, errors: &mut Vec<String>) {
    let mut own = Vec::new();
    let mut fail = |message: String| own.push(format!("{at}: {message}"));
    for (keyword, rule) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "$schema" | "$id" | "$defs" | "title" | "description" | "format" | "properties" => {}
            "$ref" => {
                let target =
                    root.pointer(rule.as_str().unwrap().trim_start_matches('#')).expect("a $ref that resolves");
                validate(target, root, value, at, errors);
            }
            "type" => {
                let is = |name: &Value| match name.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "integer" => value.is_u64() || value.is_i64(),
                    "number" => value.is_number(),
                    "boolean" => value.is_boolean(),
                    "null" => value.is_null(),
                    other => panic!("type {other}"),
                };
                if !rule.as_array().map_or_else(|| is(rule), |names| names.iter().any(is)) {
                    fail(format!("{value} is no {rule}"));
                }
            }
            "enum" if !rule.as_array().unwrap().contains(value) => fail(format!("{value} is none of {rule}")),
            "const" if rule != value => fail(format!("{value} is not {rule}")),
            "enum" | "const" => {}
            "minimum" if value.as_f64().is_some_and(|n| n < rule.as_f64().unwrap()) => {
                fail(format!("{value} < {rule}"))
            }
            "maximum" if value.as_f64().is_some_and(|n| n > rule.as_f64().unwrap()) => {
                fail(format!("{value} > {rule}"))
            }
            "minItems" if value.as_array().is_some_and(|l| (l.len() as u64) < rule.as_u64().unwrap()) => {
                fail("too short".into())
            }
            "minimum" | "maximum" | "minItems" => {}
            "pattern" => {
                let pattern = regex::Regex::new(rule.as_str().unwrap()).unwrap();
                if value.as_str().is_some_and(|text| !pattern.is_match(text)) {
                    fail(format!("{value} does not match {rule}"));
                }
            }
            "required" => {
                for name in rule.as_array().unwrap() {
                    if value.get(name.as_str().unwrap()).is_none() {
                        fail(format!("{name} is left out"));
                    }
                }
            }
            "items" => {
                for (i, item) in value.as_array().into_iter().flatten().enumerate() {
                    validate(rule, root, item, &format!("{at}/{i}"), errors);
                }
            }
            "anyOf" => {
                let fits = |schema: &Value| {
                    let mut errors = Vec::new();
                    validate(schema, root, value, at, &mut errors);
                    errors
                };
                let tried: Vec<_> = rule.as_array().unwrap().iter().map(fits).collect();
                if !tried.iter().any(Vec::is_empty) {
                    errors.extend(tried.into_iter().flatten());
                }
            }
            other => panic!("the test does not know the keyword {other}"),
        }
    }
    errors.extend(own);
    if let (Some(properties), Some(object)) = (schema.get("properties"), value.as_object()) {
        for (name, value) in object {
            match properties.get(name) {
                Some(schema) => validate(schema, root, value, &format!("{at}/{name}"), errors),
                None => errors.push(format!("{at}: the schema does not describe {name}")),
            }
        }
    }
}

/// What an export writes.
fn text(export: &dyn Fn(&mut dyn io::Write) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    export(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Every report says when it was made, of which cluster and of which version (pitfall 65).
#[test]
fn the_json_report_is_what_its_schema_says() {
    let schema: Value = serde_json::from_str(include_str!("../assets/schema/report.schema.json")).unwrap();
    let report: Value = serde_json::from_str(&text(&|out| exports::json(&REPORT, out))).unwrap();
    let states: Vec<&str> = REPORT.waivers.iter().map(|used| used.state.as_str()).collect();
    assert_eq!(states, ["in-force", "expired", "unused"]);
    assert_eq!(REPORT.attestations.len(), 2);
    let mut errors = Vec::new();
    validate(&schema, &schema, &report, "", &mut errors);
    assert!(errors.is_empty(), "{:#?}", &errors[..errors.len().min(10)]);
    let mut broken = report.clone();
    broken["findings"][0]["status"] = "FAIL".into();
    broken["gaps"] = Value::Null;
    validate(&schema, &schema, &broken, "", &mut errors);
    assert_eq!(errors.len(), 2, "the test itself finds what is wrong: {errors:?}");
}

#[test]
fn one_row_a_finding_and_every_row_has_every_column() {
    let text = text(&|out| exports::csv(&REPORT, None, out));
    assert!(text.contains("\r\n") && !text.replace("\r\n", "").contains('\r'), "lines end with CRLF");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    for name in
        ["fingerprint", "control_ids", "correlation_id", "failing_paths", "waiver_expires", "disruption", "scope"]
    {
        assert!(header.iter().any(|column| column == name), "{name}");
    }
    let column = |name: &str| header.iter().position(|column| column == name).unwrap();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), REPORT.findings.len());
    let id = REPORT.cluster.id.as_deref().unwrap();
    for (row, finding) in rows.iter().zip(&REPORT.findings) {
        assert_eq!(row.len(), header.len());
        assert_eq!(row[column("fingerprint")], *finding.fingerprint);
        assert_eq!(row[column("correlation_id")], format!("{id}/{}", finding.fingerprint));
        for control in finding.controls.iter() {
            let name = format!("{}/{}", control.framework, control.id);
            assert!(row[column("control_ids")].split("; ").any(|id| id == name), "{name}");
        }
        assert!(row.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\n'])), "{row:?}");
    }
}

#[test]
fn the_table_fits_and_shows_every_framework() {
    let text = exports::table(&REPORT);
    for line in text.lines() {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 100, "{line:?}");
        assert!(!line.chars().any(char::is_control), "{line:?}");
    }
    for framework in &REPORT.frameworks {
        // those of other platforms are one line
        let name = if framework.is_elsewhere() { &framework.id } else { &framework.title };
        assert!(text.contains(&**name), "{name}");
    }
    assert!(text.contains(&REPORT.scope.sentence()));
    let worst = REPORT.findings.iter().find(|f| !f.platform).unwrap();
    assert!(text.contains(worst.check), "the worst finding is there");
}
