//! `plimsoll waivers` and `plimsoll attestations`; the records that a scan goes by.

use super::args::{ListOutput, RecordArgs, RecordsArgs, RecordsVerb};
use super::{Exit, Failure, print};
use crate::engine::Decisions;
use crate::frameworks;
use crate::model::{Attestation, Date, Placed, WaiverRecord, clean};
use crate::store::{self, ChangeError, Problem, Record, RecordPaths};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

impl RecordArgs {
    /// Where the files lie.
    pub fn paths(&self) -> RecordPaths {
        RecordPaths::new(self.waivers.as_deref(), self.attestations.as_deref())
    }
}

/// The records that a scan goes by: those of the files named, else those of the user's own.
pub(super) fn decisions(args: &RecordArgs) -> Result<Decisions, Failure> {
    let RecordPaths { waivers, attestations } = args.paths();
    let waivers = load::<WaiverRecord>(waivers.as_deref(), args.waivers.is_some());
    let attestations = load::<Attestation>(attestations.as_deref(), args.attestations.is_some());
    let usage = |error: ChangeError| Failure::new(Exit::Usage, error);
    Ok(Decisions::new(waivers.map_err(usage)?, attestations.map_err(usage)?))
}

/// The records of a file; one that was named has to be there.
fn load<T: Record>(path: Option<&Path>, named: bool) -> Result<Vec<Placed<T>>, ChangeError> {
    let Some(path) = path else { return Ok(Vec::new()) };
    if named && let Err(error) = std::fs::metadata(path) {
        return Err(ChangeError::Unreadable(path.display().to_string(), error));
    }
    store::load(path)
}

fn today() -> Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

pub(super) fn waivers(args: &RecordArgs, asked: &RecordsArgs) -> Result<Exit, Failure> {
    let today = today();
    let row = |placed: &Placed<WaiverRecord>| {
        let mut row = json!(placed.record);
        row["expired"] = placed.record.is_expired(today).into();
        row
    };
    let columns = ["expires", "check", "resource", "container", "owner", "approved_by", "ticket", "reason"];
    let lint = |records: &[Placed<WaiverRecord>]| Ok(store::waivers::lint(records, today));
    run(args.paths().waivers, args.waivers.is_some(), asked, lint, row, &columns)
}

pub(super) fn attestations(args: &RecordArgs, asked: &RecordsArgs) -> Result<Exit, Failure> {
    let today = today();
    let row = |placed: &Placed<Attestation>| {
        let mut row = json!(placed.record);
        row["expired"] = placed.record.is_expired(today).into();
        row
    };
    let columns = ["valid_until", "framework", "version", "control", "by", "on", "ticket", "statement"];
    let lint = |records: &[Placed<Attestation>]| {
        let packs = frameworks::embedded().map_err(|error| Failure::new(Exit::Internal, error))?;
        Ok(store::attestations::lint(records, &packs, today))
    };
    run(args.paths().attestations, args.attestations.is_some(), asked, lint, row, &columns)
}

fn run<T: Record>(
    path: Option<PathBuf>,
    named: bool,
    asked: &RecordsArgs,
    lint: impl Fn(&[Placed<T>]) -> Result<Vec<Problem>, Failure>,
    row: impl Fn(&Placed<T>) -> Value,
    columns: &[&str],
) -> Result<Exit, Failure> {
    let records = load::<T>(path.as_deref(), named);
    let name = path.map_or_else(|| format!("no file of {}", T::WHAT), |path| path.display().to_string());
    match (asked.verb, records) {
        (RecordsVerb::Lint, Err(ChangeError::Wrong(problems))) => {
            print(&told(&problems.0, "error", asked.output)?)?;
            Ok(Exit::Usage)
        }
        (_, Err(error)) => Err(Failure::new(Exit::Usage, error)),
        (RecordsVerb::Lint, Ok(records)) => {
            let problems = lint(&records)?;
            if problems.is_empty() && asked.output == ListOutput::Table {
                print(&format!("{name}: {} {}, nothing wrong\n", records.len(), T::WHAT))?;
                return Ok(Exit::Ok);
            }
            print(&told(&problems, "warning", asked.output)?)?;
            Ok(if problems.is_empty() { Exit::Ok } else { Exit::Findings })
        }
        (RecordsVerb::List, Ok(records)) => {
            let with_place = |placed: &Placed<T>| {
                let mut row = row(placed);
                row["source"] = json!(placed.source);
                row["line"] = placed.line.into();
                row
            };
            let rows: Vec<Value> = records.iter().map(with_place).collect();
            let text = match asked.output {
                ListOutput::Json => pretty(&rows)?,
                ListOutput::Table if rows.is_empty() => format!("{name}: no {}\n", T::WHAT),
                ListOutput::Table => table(columns, &rows),
            };
            print(&text)?;
            Ok(Exit::Ok)
        }
    }
}

/// Problems as lines, or as JSON: an error keeps the file from being used, a warning does not.
fn told(problems: &[Problem], level: &str, output: ListOutput) -> Result<String, Failure> {
    if output == ListOutput::Table {
        return Ok(problems.iter().map(|problem| format!("{}\n", clean(&problem.to_string()))).collect());
    }
    let row = |problem: &Problem| {
        let Problem { file, line, column, message } = problem;
        json!({"file": file, "line": line, "column": column, "level": level, "message": message})
    };
    pretty(&problems.iter().map(row).collect::<Vec<_>>())
}

fn pretty(rows: &[Value]) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(rows).map_err(|error| Failure::new(Exit::Internal, error))?;
    Ok(format!("{text}\n"))
}

/// A line a record: columns that say something, the last one open.
fn table(columns: &[&str], rows: &[Value]) -> String {
    let cell = |row: &Value, column: &str| {
        let value = row.get(column).unwrap_or(&Value::Null);
        let text = match value {
            Value::Null => "-".to_owned(),
            Value::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
            Value::Object(object) => {
                let part = |key: &str| object.get(key).and_then(Value::as_str);
                let namespace = part("namespace").map(|namespace| format!("{namespace}/")).unwrap_or_default();
                format!("{} {namespace}{}", part("kind").unwrap_or_default(), part("name").unwrap_or_default())
            }
            other => other.to_string(),
        };
        let expired = row.get("expired") == Some(&Value::Bool(true)) && columns.first() == Some(&column);
        clean(&if expired { format!("{text} EXPIRED") } else { text }).into_owned()
    };
    let used: Vec<&str> =
        columns.iter().copied().filter(|column| rows.iter().any(|row| cell(row, column) != "-")).collect();
    let width = |column: &str| {
        rows.iter().map(|row| cell(row, column).chars().count()).chain([column.len()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = used.iter().map(|column| width(column)).collect();
    let line = |cells: Vec<String>| {
        let padded: Vec<String> = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    let head = line(used.iter().map(|column| column.to_uppercase()).collect());
    rows.iter().fold(head, |text, row| text + &line(used.iter().map(|column| cell(row, column)).collect()))
}
