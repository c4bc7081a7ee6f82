//! `plimsoll list`.

use super::args::{ListArgs, ListOutput, What};
use super::{Exit, Failure, print};
use crate::checks;
use crate::engine::Selection;
use crate::frameworks::{self, Crosswalk, Edition, Pack};
use crate::inventory::Version;
use crate::model::ControlRef;
use serde_json::{Value, json};

pub(super) fn run(args: &ListArgs) -> Result<Exit, Failure> {
    let packs = frameworks::embedded().map_err(|error| Failure::new(Exit::Internal, error))?;
    let all = newest(&packs, &[], &args.versions)?;
    let chosen = newest(&packs, &args.frameworks, &args.versions)?;
    let rows: Vec<Value> = match args.what {
        What::Frameworks => packs.iter().filter_map(|pack| framework(pack, &chosen)).collect(),
        What::Controls => controls(&all, &chosen),
        What::Checks => checks::ALL
            .iter()
            .map(|check| {
                json!({
                    "id": check.id, "title": check.title, "severity": check.severity, "aliases": check.aliases,
                    "controls": controls_of(check.id, &chosen),
                })
            })
            .collect(),
        What::Crosswalk => crosswalk(&all, &chosen),
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

/// These frameworks (none: all) in the versions that were pinned, else in their newest.
pub(super) fn newest(
    packs: &[Pack],
    frameworks: &[String],
    pinned: &[(String, String)],
) -> Result<Vec<Edition>, Failure> {
    let newest = packs.iter().map(|pack| (pack.id.to_string(), pack.newest().to_string()));
    let versions = newest.chain(pinned.iter().cloned()).collect();
    let selection = Selection { frameworks: frameworks.to_vec(), versions, ..Selection::default() };
    selection.editions(packs, Version::NEWEST).map_err(|error| Failure::new(Exit::Usage, error))
}

fn framework(pack: &Pack, chosen: &[Edition]) -> Option<Value> {
    let edition = chosen.iter().find(|edition| edition.framework == pack.id)?;
    let platforms: Vec<&str> = pack.platforms.iter().map(|platform| platform.as_str()).collect();
    Some(json!({
        "id": pack.id, "title": pack.title, "source": pack.source, "versions": pack.versions,
        "version": edition.version, "benchmark_range": edition.range, "platforms": platforms,
        "controls": edition.controls().count(),
    }))
}

fn controls(all: &[Edition], chosen: &[Edition]) -> Vec<Value> {
    let walk = Crosswalk::new(all);
    let of = |edition: &Edition| -> Vec<Value> {
        let row = |(section, control): (std::sync::Arc<str>, &frameworks::Control)| {
            let siblings = walk.siblings(&edition.framework, &control.id);
            let siblings = siblings.iter().map(|s| format!("{}/{}", s.edition.framework, s.control.id));
            json!({
                "framework": edition.framework, "version": edition.version, "section": section,
                "id": control.id, "title": control.title, "level": control.level,
                "assessment": control.assessment, "criterion": control.criterion,
                "decides": control.criterion.is_none().then(|| control.decides.as_str()),
                "checks": control.checks.checks(), "evidence": control.evidence, "collect": control.collect,
                "relates": control.relates, "siblings": siblings.collect::<Vec<_>>(),
            })
        };
        edition.controls().map(row).collect()
    };
    chosen.iter().flat_map(of).collect()
}

/// A row a pair of which either is of a chosen framework.
fn crosswalk(all: &[Edition], chosen: &[Edition]) -> Vec<Value> {
    let is_chosen = |edition: &Edition| chosen.iter().any(|chosen| chosen.framework == edition.framework);
    let walk = Crosswalk::new(all);
    let pairs = walk.pairs().filter(|(edition, _, sibling)| is_chosen(edition) || is_chosen(sibling.edition));
    pairs
        .map(|(edition, control, sibling)| {
            json!({
                "from": format!("{}/{}", edition.framework, control.id),
                "to": format!("{}/{}", sibling.edition.framework, sibling.control.id),
                "checks": sibling.shared,
            })
        })
        .collect()
}

/// Controls that a check decides, in the newest versions.
pub(super) fn controls_of(check: &str, editions: &[Edition]) -> Vec<ControlRef> {
    let of = |edition: &Edition| -> Vec<ControlRef> {
        let controls = edition.controls().filter(|(_, control)| control.all_checks().iter().any(|id| **id == *check));
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
        What::Crosswalk => &["from", "to", "checks"],
    };
    let cell = |row: &Value, column: &str| match row.get(column) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) if items.is_empty() => "relates".to_owned(),
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
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
