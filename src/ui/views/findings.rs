//! Lists of findings.

use super::Box;
use crate::app::frameworks;
use crate::app::{Action, Line, PaneKind, Query, RowId, State, Tone, reason_todo, reason_words, thousands};
use crate::inventory::{ObjectFacts, age};
use crate::model::{Finding, FindingStatus, Verdict};
use crate::ui::Theme;
use crate::ui::widgets::{Cell, Column, Piece, Table, piece, put};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

const CHECK: &str = "check";

pub(super) const COLUMNS: &[Column] = &[
    Column::new("", 4).named("severity"),
    Column::new("", 6).named("status"),
    Column::new("namespace", 12).grow(1),
    Column::new("resource", 22).grow(4),
    Column::new("container", 10).grow(1).drop(2),
    Column::new(CHECK, 24).grow(2).drop(1),
    Column::new("pods", 5).right().drop(3),
    Column::new("reach", 8).grow(1).drop(4),
    Column::new("team", 10).grow(1).drop(5).hidden(),
    Column::new("id", 12).drop(10).wide(),
    Column::new("age", 6).right().wide(),
    Column::new("rule", 12).grow(1).drop(1).wide(),
    Column::new("frameworks", 10).grow(1).drop(1).wide(),
];

/// How many there are, of what.
pub(super) fn summary(buffer: &mut Buffer, theme: &Theme, state: &State, area: Rect, query: &Query) {
    let mut line: Line = Vec::new();
    if let Some((check, fix)) = query.group {
        let title = crate::checks::find(check).map_or(check, |check| check.title);
        line.push((Tone::Strong, format!("{title}. ")));
        line.push((Tone::Text, fix.to_owned()));
    } else if let Some(pane) = state.pane() {
        let findings = if pane.rows.len() == 1 { "finding" } else { "findings" };
        line.push((Tone::Strong, format!("{} {findings}", thousands(pane.rows.len()))));
        line.push((Tone::Dim, format!("  {}", query.title())));
    }
    put(buffer, theme, (area.x + 1, area.y), area.width.saturating_sub(2), &line);
    if let (Some(counts), true) = (state.vulnerabilities(), area.height > 1) {
        let line = vec![(Tone::Dim, "Vulnerabilities: ".to_owned()), (Tone::Text, counts)];
        put(buffer, theme, (area.x + 1, area.y + 1), area.width.saturating_sub(2), &line);
    }
}

/// Findings by query.
pub(super) fn findings(buffer: &mut Buffer, at: &Box<'_>) -> Option<(u16, u16)> {
    at.title(buffer, "");
    if at.says_empty(buffer, "No findings here.") {
        return None;
    }
    draw(buffer, at)
}

/// Findings of a control.
pub(super) fn failing(buffer: &mut Buffer, at: &Box<'_>, framework: &Arc<str>, id: &Arc<str>) -> Option<(u16, u16)> {
    at.title(buffer, "");
    let explain = at.state.key(Action::Explain);
    let empty = match at.state.session.control(framework, id) {
        None => "This control is not in the latest results.".to_owned(),
        Some(control) => match (control.status, control.reason) {
            (Verdict::Pass, _) => format!("Nothing speaks against it. {explain} explains what was checked."),
            (Verdict::NotEvaluated, Some(reason)) => {
                format!("It could not be decided: {}. {}.", reason_words(reason), reason_todo(at.state, reason))
            }
            (Verdict::NeedsPeople, _) => format!("Only people can show this. {explain} says what to collect."),
            _ => format!("No findings are listed for it. {explain} explains."),
        },
    };
    if at.says_empty(buffer, &empty) {
        return None;
    }
    draw(buffer, at)
}

/// The columns; where all rows have one check, it is named above. As text, each row has the id that opens it.
fn columns(at: &Box<'_>) -> Vec<Column> {
    let one_check = matches!(&at.pane.kind, PaneKind::Findings(query) if query.group.is_some());
    let also = [(at.state.preferences().teams, "team"), (at.layout.plain, "id")];
    let also: Vec<&str> = also.into_iter().filter_map(|(wanted, name)| wanted.then_some(name)).collect();
    let mut columns = at.columns("findings", COLUMNS, &also);
    columns.retain(|column| !(one_check && column.name == CHECK));
    at.narrowed(columns, &["severity", "namespace", "resource"])
}

fn draw(buffer: &mut Buffer, at: &Box<'_>) -> Option<(u16, u16)> {
    let table = Table { columns: &columns(at), pane: at.pane, focus: at.focus };
    table.draw(buffer, at.theme, at.layout, at.area, |i| match at.pane.rows.get(i) {
        Some(RowId::Finding(fingerprint)) => {
            let session = &at.state.session;
            let facts = session.facts.ready();
            let row = |finding: Finding| {
                row(&finding, session.rolling(&finding).is_some(), facts.and_then(|facts| facts.get(&finding.owner)))
            };
            session.finding(fingerprint).map_or_else(|| Cell::Across(Line::new()), row)
        }
        _ => Cell::Across(Line::new()),
    })
}

fn row(finding: &Finding, rolling: bool, facts: Option<&ObjectFacts>) -> Cell {
    let pods = match (finding.instances, finding.pods) {
        (Some(pods), Some(all)) if rolling => format!("x{pods} of {all}"),
        (Some(pods), _) if pods > 0 => format!("x{pods}"),
        _ => String::new(),
    };
    let quiet = finding.status == FindingStatus::Waived;
    let text = if quiet { Tone::Waived } else { Tone::Text };
    // of a rollout the workload counts, and not which of its old pods is left
    let subject = if rolling { &finding.owner } else { &finding.resource };
    let mut resource: Line = vec![(text, subject.kind_name())];
    // In front, so that a long name does not push it off the screen.
    if finding.expired_waiver.is_some() {
        resource.insert(0, (Tone::Notice, "EXPIRED ".to_owned()));
    }
    Cell::Cells(vec![
        piece(finding.severity, finding.severity.short().to_owned()),
        if rolling {
            piece(Tone::Notice, "ROLL".to_owned())
        } else {
            piece(finding.status, finding.status.short().to_owned())
        },
        piece(text, finding.resource.namespace.as_deref().unwrap_or("-").to_owned()),
        Piece::Text(resource),
        piece(Tone::Dim, finding.container.as_deref().unwrap_or_default().to_owned()),
        piece(text, finding.check.to_owned()),
        piece(Tone::Dim, pods),
        piece(Tone::Notice, super::overview::reach_words(&finding.reach)),
        piece(Tone::Text, finding.team.as_deref().unwrap_or_default().to_owned()),
        piece(Tone::Dim, finding.fingerprint.get(..12).unwrap_or(&finding.fingerprint).to_owned()),
        piece(Tone::Dim, facts.and_then(|facts| facts.age).map(age).unwrap_or_default()),
        piece(
            Tone::Text,
            finding.controls.first().map(|rule| format!("{} {}", rule.framework, rule.id)).unwrap_or_default(),
        ),
        piece(Tone::Dim, frameworks(&finding.controls).join(" ")),
    ])
}
