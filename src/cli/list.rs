//! `plimsoll list`.

use super::args::{ListArgs, ListOutput, What};
use super::{Exit, Failure, print};
use crate::checks;
use crate::frameworks::{self, Edition};
use crate::inventory::Version;
use crate::model::ControlRef;
use serde_json::{Value, json};

pub(super) fn run(args: &ListArgs) -> Result<Exit, Failure> {
    let packs = frameworks::embedded().map_err(|error| Failure::new(Exit::Internal, error))?;
    let editions: Vec<Edition> = packs.iter().map(|pack| pack.edition(&pack.newest(), Version::NEWEST)).collect();
    let rows: Vec<Value> = match args.what {
        What::Frameworks => packs
            .iter()
            .zip(&editions)
            .map(|(pack, edition)| {
                json!({
                    "id": pack.id, "title": pack.title, "source": pack.source, "versions": pack.versions,
                    "version": edition.version, "benchmark_range": edition.range,
                    "controls": edition.controls().count(),
                })
            })
            .collect(),
        What::Controls => editions
            .iter()
            .flat_map(|edition| {
                edition.controls().map(|(section, control)| {
                    json!({
                        "framework": edition.framework, "version": edition.version, "section": section,
                        "id": control.id, "title": control.title, "level": control.level,
                        "assessment": control.assessment, "criterion": control.criterion,
                        "decides": control.criterion.is_none().then(|| control.decides.as_str()),
                        "checks": control.checks.checks(),
                    })
                })
            })
            .collect(),
        What::Checks => checks::ALL
            .iter()
            .map(|check| {
                json!({
                    "id": check.id, "title": check.title, "severity": check.severity, "aliases": check.aliases,
                    "controls": controls_of(check.id, &editions),
                })
            })
            .collect(),
    };
    let text = match args.output {
        ListOutput::Json => {
            let text = serde_json::to_string_pretty(&rows).map_err(|error| Failure::new(Exit::Internal, error))?;
            format!("{text}\n")
        }
        ListOutput::Table => table(args.what, &rows),
    };
    print(&text)?;
    Ok(Exit::Ok)
}

/// Controls that a check counts for, in the newest versions.
pub(super) fn controls_of(check: &str, editions: &[Edition]) -> Vec<ControlRef> {
    let of = |edition: &Edition| -> Vec<ControlRef> {
        let controls =
            edition.controls().filter(|(_, control)| control.checks.checks().iter().any(|id| **id == *check));
        controls
            .map(|(_, control)| ControlRef {
                framework: edition.framework.clone(),
                version: edition.version.clone(),
                id: control.id.clone(),
            })
            .collect()
    };
    editions.iter().flat_map(of).collect()
}

fn table(what: What, rows: &[Value]) -> String {
    let columns: &[&str] = match what {
        What::Frameworks => &["id", "version", "controls", "title"],
        What::Controls => &["framework", "id", "level", "title"],
        What::Checks => &["id", "severity", "title"],
    };
    let cell = |row: &Value, column: &str| match row.get(column) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => "-".to_owned(),
        Some(other) => other.to_string(),
    };
    let width = |column: &str| {
        rows.iter().map(|row| cell(row, column).chars().count()).chain([column.len()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = columns.iter().map(|column| width(column)).collect();
    let line = |cells: Vec<String>| {
        let padded: Vec<String> = cells.iter().zip(&widths).map(|(c, w)| format!("{c:<w$}")).collect();
        format!("{}\n", padded.join("  ").trim_end())
    };
    let head = line(columns.iter().map(|c| c.to_uppercase()).collect());
    rows.iter().fold(head, |text, row| text + &line(columns.iter().map(|c| cell(row, c)).collect()))
}
