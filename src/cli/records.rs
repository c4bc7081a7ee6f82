//! `plimsoll waivers` and `plimsoll attestations`; the records that a scan goes by.

use super::args::{ListOutput, RecordArgs, RecordsArgs, RecordsVerb};
use super::packs::installed;
use super::{Exit, Failure, print};
use crate::config::{File, Settings};
use crate::engine::Decisions;
use crate::model::{Attestation, Date, Placed, WaiverRecord, clean};
use crate::store::{self, ChangeError, Problem, Record, RecordPaths};
use serde::Serialize;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

impl RecordArgs {
    /// With what the settings say where these say nothing.
    pub fn with(&self, settings: &Settings) -> Self {
        let or = |own: &Option<PathBuf>, laid_down: &Option<File>| {
            own.clone().or_else(|| laid_down.clone().map(|File(path)| path))
        };
        Self {
            waivers: or(&self.waivers, &settings.waivers),
            attestations: or(&self.attestations, &settings.attestations),
        }
    }

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

pub(super) fn waivers(args: &RecordArgs, asked: &RecordsArgs, packs: &[PathBuf]) -> Result<Exit, Failure> {
    // a record may name a check of a user's pack
    installed(packs)?;
    let today = today();
    let columns = ["expires", "check", "resource", "container", "owner", "approved_by", "ticket", "reason"];
    let book = Book {
        path: args.paths().waivers,
        named: args.waivers.is_some(),
        columns: &columns,
        expired: |record: &WaiverRecord| record.is_expired(today),
        lint: |records: &[Placed<WaiverRecord>]| Ok(store::waivers::lint(records, today)),
    };
    book.run(asked)
}

pub(super) fn attestations(args: &RecordArgs, asked: &RecordsArgs, packs: &[PathBuf]) -> Result<Exit, Failure> {
    let packs = installed(packs)?.packs;
    let today = today();
    let columns = ["valid_until", "framework", "version", "control", "by", "on", "ticket", "statement"];
    let book = Book {
        path: args.paths().attestations,
        named: args.attestations.is_some(),
        columns: &columns,
        expired: |record: &Attestation| record.is_expired(today),
        lint: |records: &[Placed<Attestation>]| Ok(store::attestations::lint(records, &packs, today)),
    };
    book.run(asked)
}

/// A file of records, and what is asked of it.
struct Book<'a, E, L> {
    path: Option<PathBuf>,
    named: bool,
    columns: &'a [&'a str],
    expired: E,
    lint: L,
}

/// A record as it is listed.
#[derive(Serialize)]
struct Row<'r, T> {
    #[serde(flatten)]
    record: &'r T,
    expired: bool,
    source: &'r str,
    line: usize,
}

impl<E, L> Book<'_, E, L> {
    fn run<T: Record>(&self, asked: &RecordsArgs) -> Result<Exit, Failure>
    where
        E: Fn(&T) -> bool,
        L: Fn(&[Placed<T>]) -> Result<Vec<Problem>, Failure>,
    {
        let records = load::<T>(self.path.as_deref(), self.named);
        let what = T::WHAT;
        let name = self.path.as_ref().map_or_else(|| "no home directory".to_owned(), |path| path.display().to_string());
        match (asked.verb, records) {
            (RecordsVerb::Lint, Err(ChangeError::Wrong(problems))) => {
                print(&told(&problems.0, "error", asked.output)?)?;
                Ok(Exit::Usage)
            }
            (_, Err(error)) => Err(Failure::new(Exit::Usage, error)),
            (RecordsVerb::Lint, Ok(records)) => {
                let problems = (self.lint)(&records)?;
                let clean = problems.is_empty();
                let text = match asked.output {
                    ListOutput::Table if clean => {
                        let entries = if records.len() == 1 { "entry" } else { "entries" };
                        format!("{name}: {} {entries}, nothing wrong\n", records.len())
                    }
                    output => told(&problems, "warning", output)?,
                };
                print(&text)?;
                Ok(if clean { Exit::Ok } else { Exit::Findings })
            }
            (RecordsVerb::List, Ok(records)) => {
                let row = |placed: &Placed<T>| {
                    let Placed { source, line, record, .. } = placed;
                    json!(Row { record, expired: (self.expired)(record), source, line: *line })
                };
                let rows: Vec<Value> = records.iter().map(row).collect();
                let text = match asked.output {
                    ListOutput::Json => pretty(&rows)?,
                    ListOutput::Table if rows.is_empty() => format!("{name}: no {what}\n"),
                    ListOutput::Table => table(self.columns, &rows),
                };
                print(&text)?;
                Ok(Exit::Ok)
            }
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
