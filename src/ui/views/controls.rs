//! Sections and controls of a framework, and the lines above a control's findings.

use super::Box;
use super::overview::{coverage, criteria_words};
use crate::app::{
    Action, Line, RowId, State, Tone, attestations, basis, is_criterion, observed, reason_words, status_words, wrap,
};
use crate::model::{AttestationState, ControlResult, Counts, Verdict};
use crate::ui::Theme;
use crate::ui::widgets::{Cell, Column, Piece, Table, bar, interval, piece, put};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

pub(super) const COLUMNS: &[Column] = &[
    Column::new("", 6).named("status"),
    Column::new("", 7).named("id"),
    Column::new("", 20).named("title").grow(1),
    Column::new("fail", 4).right(),
    Column::new("review", 6).right().drop(3),
    Column::new("unread", 6).right().drop(2),
    Column::new("level", 5).right().drop(4),
    Column::new("decides", 8).drop(5).wide(),
    Column::new("checks", 24).grow(1).drop(6).wide(),
];

const CRITERIA: &[Column] = &[
    Column::new("", 21).named("status"),
    Column::new("", 9).named("id").drop(1),
    Column::new("", 44).named("title").grow(1),
    Column::new("against", 7).named("fail").right(),
];

/// Score and coverage of a framework; counts of its criteria.
pub(super) fn framework_summary(
    buffer: &mut Buffer,
    theme: &Theme,
    state: &State,
    area: Rect,
    id: &Arc<str>,
    criteria: bool,
) {
    let Some(framework) = state.session.framework(id) else { return };
    let mut lines: Vec<Line> = Vec::new();
    if criteria {
        lines.push(vec![(Tone::Strong, criteria_words(state, id))]);
        lines.push(vec![(Tone::Notice, observed(state))]);
    } else {
        let mut line = vec![(Tone::Strong, format!("{}  ", framework.title))];
        line.extend(bar(framework.score, 16));
        line.push((Tone::Strong, format!("  {}", interval(framework.score))));
        line.push((Tone::Dim, format!("  coverage {}  ", coverage(framework))));
        line.push((Tone::Text, counts_words(&framework.counts)));
        lines.push(line);
        if framework.is_elsewhere() {
            let first = state.session.report.iter().flat_map(|r| &r.controls).find(|c| c.framework == *id);
            lines.extend(first.map(|control| vec![(Tone::Notice, control.message.to_string())]));
        }
        // The note says the range as well.
        let range =
            framework.benchmark_range.as_deref().map(|range| (Tone::Dim, format!("written for Kubernetes {range}")));
        lines.extend(
            framework.note.as_deref().map(|note| (Tone::Notice, note.to_owned())).or(range).map(|said| vec![said]),
        );
    }
    for (line, y) in lines.iter().zip(area.y..area.bottom()) {
        put(buffer, theme, (area.x + 1, y), area.width.saturating_sub(2), line);
    }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Counts by verdict, in words; what is zero is left out.
pub(super) fn counts_words(counts: &Counts) -> String {
    let parts = [
        (counts.fail, "fail"),
        (counts.pass, "pass"),
        (counts.waived, "waived"),
        (counts.manual, "manual"),
        (counts.attested, "attested"),
        (counts.not_evaluated, "not evaluated"),
        (counts.not_applicable, "n/a"),
    ];
    let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    parts.join(" · ")
}

/// What a control is, what its status rests on and why it is so.
pub(super) fn control_summary(
    buffer: &mut Buffer,
    theme: &Theme,
    state: &State,
    area: Rect,
    framework: &Arc<str>,
    id: &Arc<str>,
) {
    let Some(control) = state.session.control(framework, id) else { return };
    let width = usize::from(area.width.saturating_sub(2));
    let word = if is_criterion(control) { status_words(control.status) } else { control.status.short().to_owned() };
    let mut lines: Vec<Line> =
        vec![vec![(control.status.into(), word), (Tone::Strong, format!("  {id} {}", control.title))]];
    let basis = basis(control);
    if is_criterion(control) {
        lines.push(vec![(Tone::Notice, observed(state))]);
    }
    if !basis.is_empty() {
        lines.push(vec![(Tone::Dim, basis)]);
    }
    let counts = counts_words(&control.counts);
    let said = if counts.is_empty() { control.message.to_string() } else { format!("{} ({counts})", control.message) };
    lines.extend(wrap(&crate::model::clean(&said), width).into_iter().map(|part| vec![(Tone::Text, part)]));
    for (line, y) in lines.iter().zip(area.y..area.bottom()) {
        put(buffer, theme, (area.x + 1, y), area.width.saturating_sub(2), line);
    }
}

/// Sections and controls.
pub(super) fn controls(buffer: &mut Buffer, at: &Box<'_>, framework: &Arc<str>) -> Option<(u16, u16)> {
    let criteria = at.pane.rows.iter().any(|row| match row {
        RowId::Control(framework, id) => at.state.session.control(framework, id).is_some_and(is_criterion),
        _ => false,
    });
    at.title(buffer, if criteria { "Criteria" } else { "Controls" });
    if at.says_empty(buffer, "This framework has no controls for this version.") {
        return None;
    }
    let columns = if criteria { CRITERIA.to_vec() } else { at.columns("controls", COLUMNS, &[]) };
    let columns = at.narrowed(columns, if criteria { &["id", "title"] } else { &["status", "id", "title"] });
    let table = Table { columns: &columns, pane: at.pane, focus: at.focus };
    table.draw(buffer, at.theme, at.layout, at.area, |i| match at.pane.rows.get(i) {
        Some(RowId::Section(framework, section)) => section_row(at.state, framework, section),
        Some(RowId::Control(framework, id)) => {
            let control = at.state.session.control(framework, id);
            let row = |control| if criteria { criterion_row(control) } else { control_row(at.state, control) };
            control.map_or_else(|| Cell::Across(Line::new()), row)
        }
        Some(RowId::LevelTwo(_)) => level_two(at.state, framework),
        _ => Cell::Across(Line::new()),
    })
}

fn section_row(state: &State, framework: &Arc<str>, section: &Arc<str>) -> Cell {
    let controls = || {
        let all = state.session.report.iter().flat_map(|r| &r.controls);
        all.filter(|c| c.framework == *framework && c.section == *section)
    };
    let failing = controls().filter(|c| matches!(c.status, Verdict::Fail | Verdict::Contradicted)).count();
    let word = if controls().any(is_criterion) { "contradicted" } else { "fail" };
    let counts = if failing > 0 { format!("  {failing} of {} {word}", controls().count()) } else { String::new() };
    let title = controls().next().map_or("", |control| state.catalog.section(control));
    let name = if title.is_empty() || title == &**section {
        section.to_string()
    } else if title.starts_with(&**section) {
        title.to_owned()
    } else {
        format!("{section} {title}")
    };
    Cell::Across(vec![(Tone::Title, name), (Tone::Dim, counts)])
}

fn control_row(state: &State, control: &ControlResult) -> Cell {
    let figure = |count: usize, tone: Tone| piece(tone, if count > 0 { count.to_string() } else { String::new() });
    let counts = &control.counts;
    let why = control.reason.map(|reason| format!("  {}", reason_words(reason))).unwrap_or_default();
    let mut title = vec![(Tone::Text, control.title.to_string()), (Tone::Dim, why)];
    let over = |state| matches!(state, AttestationState::Expired | AttestationState::Reopened);
    if control.status == Verdict::Manual
        && let Some(used) = attestations(state, control).filter(|used| over(used.state)).last()
    {
        title.insert(0, (Tone::Notice, format!("{} ", used.state.as_str().to_uppercase())));
    }
    Cell::Cells(vec![
        piece(control.status, control.status.short().to_owned()),
        piece(Tone::Text, control.id.to_string()),
        Piece::Text(title),
        figure(counts.fail, Tone::Fail),
        figure(counts.manual, Tone::Manual),
        figure(counts.not_evaluated, Tone::Unread),
        piece(Tone::Dim, control.level.map(|level| format!("L{level}")).unwrap_or_default()),
        piece(Tone::Dim, control.decides.as_deref().unwrap_or_default().to_owned()),
        piece(Tone::Dim, control.checks.join(" ")),
    ])
}

fn criterion_row(control: &ControlResult) -> Cell {
    let against = control.counts.fail;
    Cell::Cells(vec![
        piece(control.status, status_words(control.status)),
        piece(Tone::Text, control.criterion.as_deref().unwrap_or(&control.id).to_owned()),
        piece(Tone::Text, control.title.to_string()),
        piece(Tone::Fail, if against > 0 { against.to_string() } else { String::new() }),
    ])
}

fn level_two(state: &State, framework: &Arc<str>) -> Cell {
    let controls = || {
        let all = state.session.report.iter().flat_map(|r| &r.controls);
        all.filter(|c| c.framework == *framework && c.level.is_some_and(|level| level > 1))
    };
    let failing = controls().filter(|c| c.status == Verdict::Fail).count();
    let verb = if state.level_two.contains(framework) { "folds" } else { "unfolds" };
    Cell::Across(vec![
        (Tone::Title, format!("Level 2: {}", counted(controls().count(), "control"))),
        (Tone::Dim, format!("  {failing} fail, {} {verb} them", state.key(Action::Open))),
    ])
}
