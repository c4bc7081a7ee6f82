//! Marked rows as a Markdown table, for the incident channel. What a cluster says stays text there: no markup, no mention,
//! no second cell.

use super::rows::{RowId, haystack};
use super::{State, activity, kubectl};
use crate::model::clean;

/// A cell: one line, and nothing in it that Markdown or HTML would take for more than text.
fn cell(text: &str) -> String {
    let mut safe = String::new();
    for c in clean(&text.replace(['\n', '\t', '\r'], " ")).chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '@' => safe.push_str("&#64;"),
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '~' | '#' => safe.extend(['\\', c]),
            c => safe.push(c),
        }
    }
    safe.trim().to_owned()
}

/// Columns of a row's table, and its cells in them.
fn cells(state: &State, row: &RowId) -> Option<(Vec<&'static str>, Vec<String>)> {
    let session = &state.session;
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Some(match row {
        RowId::Finding(fingerprint) => {
            let finding = session.row(fingerprint)?;
            let resource = finding.resource();
            (
                vec!["severity", "status", "namespace", "resource", "container", "check", "what"],
                owned(&[
                    finding.severity().as_str(),
                    finding.status().short(),
                    resource.namespace.as_deref().unwrap_or_default(),
                    &resource.kind_name(),
                    finding.container().map(|container| &**container).unwrap_or_default(),
                    finding.check(),
                    finding.message(),
                ]),
            )
        }
        RowId::Control(framework, id) | RowId::Answer(framework, id) => {
            let control = session.control(framework, id)?;
            (
                vec!["framework", "control", "status", "title", "why"],
                owned(&[framework, id, control.status.as_str(), &control.title, &control.message]),
            )
        }
        RowId::Found(cells) => {
            let super::View::Found(question) = &state.screen().view else { return None };
            let columns = session.found.get(question)?.ready()?.columns;
            (columns.to_vec(), cells.to_vec())
        }
        RowId::Kind(name) => {
            let kind = session.kind(name)?;
            (
                vec!["kind", "state", "objects"],
                vec![name.to_string(), activity::words(&kind.doing).1, kind.objects.to_string()],
            )
        }
        RowId::Asked(number) => {
            let asked = session.asked(*number)?;
            (
                vec!["at", "status", "ms", "as kubectl"],
                vec![asked.at.to_string(), activity::status(asked).1, asked.millis.to_string(), kubectl::line(asked)],
            )
        }
        row => (vec!["row"], vec![haystack(state, row)]),
    })
}

/// The rows as tables, one for each kind of row; empty: none of them is there any more.
pub(super) fn table(state: &State, rows: &[&RowId]) -> String {
    let mut text = String::new();
    let mut head: Option<Vec<&str>> = None;
    for row in rows {
        let Some((columns, cells)) = cells(state, row) else { continue };
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        if head.as_ref() != Some(&columns) {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&line(columns.iter().map(|column| cell(column)).collect()));
            text.push_str(&line(columns.iter().map(|_| "---".to_owned()).collect()));
            head = Some(columns);
        }
        text.push_str(&line(cells.iter().map(|text| cell(text)).collect()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_cell_is_more_than_text() {
        assert_eq!(cell("a|b\nc\u{1b}[31m"), "a\\|b c\u{fffd}\\[31m");
        assert_eq!(
            cell("<img src=x> @here [x](http://y) `z` *b* a_b"),
            "&lt;img src=x&gt; &#64;here \\[x\\](http://y) \\`z\\` \\*b\\* a\\_b"
        );
        assert_eq!(cell("\u{202e}gnp.exe"), "\u{fffd}gnp.exe");
    }
}
