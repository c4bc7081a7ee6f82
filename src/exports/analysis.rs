//! The gap analysis of a framework as table, CSV, Markdown and JSON.

use super::csv::guarded;
use super::table::wrapped;
use crate::frameworks::analysis::{Analysis, Class, analyse, totals};
use crate::frameworks::{Control, Edition};
use crate::model::versioned;
use serde_json::{Value, json};
use std::fmt::Write;
use std::sync::Arc;

type Row<'e> = (Arc<str>, &'e Control, Analysis);

/// `93 checked, 12 evidence only`: classes that have controls.
fn counted(rows: &[Row<'_>]) -> String {
    let totals = totals(rows.iter().map(|(_, _, analysis)| analysis));
    let words = Class::ALL.into_iter().filter_map(|class| match totals.get(&class) {
        Some(0) | None => None,
        Some(n) => Some(format!("{n} {}", class.words())),
    });
    words.collect::<Vec<_>>().join(", ")
}

fn name(edition: &Edition) -> String {
    versioned(&edition.title, &edition.version)
}

/// For people: totals, then a control each with what is left to do.
pub fn table(edition: &Edition) -> String {
    let rows = analyse(edition);
    let mut out = String::new();
    wrapped(&mut out, 0, &format!("{}: {} controls", name(edition), rows.len()));
    wrapped(&mut out, 0, &counted(&rows));
    let ids = rows.iter().map(|(_, control, _)| control.id.len()).max().unwrap_or_default();
    let indent = 2 + ids + 2;
    let mut section: Option<&str> = None;
    for (id, control, analysis) in &rows {
        if section != Some(id) {
            section = Some(id);
            let _ = writeln!(out, "\n{id}");
        }
        let how = analysis.words();
        wrapped(&mut out, indent, &format!("  {:<ids$}  {}", control.id, control.title));
        wrapped(&mut out, indent + 2, &format!("{:indent$}{how}", ""));
        if !analysis.unbuilt.is_empty() {
            wrapped(&mut out, indent + 2, &format!("{:indent$}not built yet: {}", "", analysis.unbuilt.join(", ")));
        }
        for line in &analysis.remaining {
            wrapped(&mut out, indent + 2, &format!("{:indent$}{line}", ""));
        }
    }
    let lines: usize = rows.iter().map(|(_, _, analysis)| analysis.collect.len()).sum();
    if lines > 0 {
        let said = format!(
            "{lines} lines for a shell collect evidence: plimsoll explain {}/ID, or all of them with -o csv.",
            edition.framework
        );
        out.push('\n');
        wrapped(&mut out, 0, &said);
    }
    out
}

/// What plimsoll collects by itself: lines for a shell, and evidence of checks.
fn collected(analysis: &Analysis) -> Vec<Arc<str>> {
    analysis.evidence.iter().chain(&analysis.collect).cloned().collect()
}

/// One row a control, RFC 4180 with CRLF; text that a spreadsheet would run gets a leading quote.
///
/// # Errors
/// A failure of the writer.
pub fn csv(edition: &Edition) -> Result<String, String> {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
    let fail = |error: ::csv::Error| error.to_string();
    let columns = [
        "framework",
        "version",
        "section",
        "control",
        "title",
        "level",
        "class",
        "decided",
        "checks",
        "evidence_checks",
        "opt_ins",
        "not_built",
        "collect",
        "remaining",
    ];
    writer.write_record(columns).map_err(fail)?;
    for (section, control, analysis) in analyse(edition) {
        let join = |items: &[Arc<str>], with: &str| items.iter().map(|i| &**i).collect::<Vec<_>>().join(with);
        let cells = [
            edition.framework.to_string(),
            edition.version.to_string(),
            section.to_string(),
            control.id.to_string(),
            control.title.to_string(),
            control.level.map_or(String::new(), |level| level.to_string()),
            analysis.class.as_str().to_owned(),
            analysis.decided.to_owned(),
            join(&analysis.checks, "; "),
            join(&analysis.evidence, "; "),
            analysis.opt_ins.join("; "),
            join(&analysis.unbuilt, "; "),
            join(&analysis.collect, "\n"),
            join(&analysis.remaining, "\n"),
        ];
        writer.write_record(cells.iter().map(|cell| guarded(cell).into_owned())).map_err(fail)?;
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

/// One object: totals, and what is known of each control.
///
/// # Errors
/// A failure of the writer.
pub fn json(edition: &Edition) -> Result<String, String> {
    let rows = analyse(edition);
    let totals: serde_json::Map<String, Value> = totals(rows.iter().map(|(_, _, analysis)| analysis))
        .into_iter()
        .map(|(class, n)| (class.as_str().to_owned(), n.into()))
        .collect();
    let controls = rows.iter().map(|(section, control, analysis)| {
        json!({
            "section": section, "id": control.id, "title": control.title, "level": control.level,
            "class": analysis.class.as_str(), "decided": analysis.decided, "checks": analysis.checks,
            "evidence": analysis.evidence, "opt_ins": analysis.opt_ins, "not_built": analysis.unbuilt,
            "collect": analysis.collect, "remaining": analysis.remaining,
        })
    });
    let report = json!({
        "framework": edition.framework, "version": edition.version, "title": edition.title, "controls_total": rows.len(),
        "totals": totals, "controls": controls.collect::<Vec<_>>(),
    });
    serde_json::to_string_pretty(&report).map(|text| text + "\n").map_err(|error| error.to_string())
}

/// A page: totals, and a table a section.
pub fn markdown(edition: &Edition) -> String {
    let rows = analyse(edition);
    let mut out = format!("# Gap analysis: {}\n\n{} controls: {}.\n", cell(&name(edition)), rows.len(), counted(&rows));
    let mut section: Option<&str> = None;
    for (id, control, analysis) in &rows {
        if section != Some(id) {
            section = Some(id);
            let title = edition.sections.iter().find(|s| s.id == *id).map_or("", |s| &*s.title);
            let _ = write!(
                out,
                "\n## {} {}\n\n| control | what is asked | how plimsoll answers it | collected | left to do |\n| --- | --- | \
                 --- | --- | --- |\n",
                cell(id),
                cell(title)
            );
        }
        let list = |lines: &[Arc<str>], code: bool| {
            let line = |line: &Arc<str>| if code { self::code(line) } else { cell(line) };
            lines.iter().map(line).collect::<Vec<_>>().join("<br>")
        };
        let unbuilt = match analysis.unbuilt.as_slice() {
            [] => String::new(),
            ids => format!("<br>not built yet: {}", list(ids, true)),
        };
        let _ = writeln!(
            out,
            "| {} | {} | {}{unbuilt} | {} | {} |",
            cell(&control.id),
            cell(&control.title),
            cell(&analysis.words()),
            list(&collected(analysis), true),
            list(&analysis.remaining, false)
        );
    }
    out
}

/// Text in a cell of a Markdown table: nothing of it is markup, and nothing ends the cell.
pub fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in crate::model::clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '|' | '[' | ']' | '~' | '#' | '!' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

/// Code in a cell: between backticks more than it holds; a bar is written so that it ends no cell.
pub fn code(text: &str) -> String {
    let text = crate::model::clean(text).replace('|', "\\|");
    let runs = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(runs + 1);
    if runs > 0 { format!("{fence} {text} {fence}") } else { format!("{fence}{text}{fence}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frameworks::embedded;
    use crate::inventory::Version;

    fn edition(id: &str) -> Edition {
        let packs = embedded().unwrap();
        let pack = packs.iter().find(|pack| *pack.id == *id).unwrap();
        pack.edition(&pack.newest(), Version::NEWEST)
    }

    #[test]
    fn every_form_has_every_control() {
        for id in ["cis", "cis-eks", "soc2", "seed"] {
            let edition = edition(id);
            let count = edition.controls().count();
            let csv = csv(&edition).unwrap();
            let rows = ::csv::Reader::from_reader(csv.as_bytes()).records().map(Result::unwrap).collect::<Vec<_>>();
            assert_eq!(rows.len(), count);
            assert!(!rows.iter().flatten().any(|cell| cell.starts_with(['=', '+', '-', '@'])), "{id}");
            let json: Value = serde_json::from_str(&json(&edition).unwrap()).unwrap();
            assert_eq!(json["controls"].as_array().unwrap().len(), count);
            let totals = json["totals"].as_object().unwrap();
            assert_eq!(totals.values().map(|n| n.as_u64().unwrap()).sum::<u64>(), count as u64);
            let lines = markdown(&edition).lines().filter(|line| line.starts_with("| ")).count();
            let sections = markdown(&edition).lines().filter(|line| line.starts_with("## ")).count();
            assert_eq!(lines, count + 2 * sections);
            let table = table(&edition);
            assert!(edition.controls().all(|(_, control)| table.contains(&*control.id)));
            assert!(table.lines().all(|line| line.chars().count() <= 100), "{table}");
        }
    }

    #[test]
    fn markdown_is_escaped() {
        assert_eq!(cell("a|b *c* <d> _e_ [f](g)"), "a\\|b \\*c\\* &lt;d&gt; \\_e\\_ \\[f\\](g)");
        assert_eq!(code("a | b"), "`a \\| b`");
        assert_eq!(code("a `b` c"), "`` a `b` c ``");
    }
}
