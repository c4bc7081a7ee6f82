//! Gap analysis: of each control of a framework, who answers it, and how it stands now.

use super::Box;
use crate::app::{Line, RowId, State, Tone, reason_words, wrap};
use crate::frameworks::Class;
use crate::frameworks::analysis::totals;
use crate::model::{ControlResult, GapReason, Verdict};
use crate::ui::Theme;
use crate::ui::widgets::{Cell, Column, Table, piece, put};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

const COLUMNS: &[Column] = &[
    Column::new("", 10),
    Column::new("what is asked", 20).grow(2),
    Column::new("who answers", 20).grow(2),
    Column::new("now", 12),
    Column::new("", 24).drop(1),
];

/// How many controls each answers, and what of the checked ones is unread now.
pub(super) fn summary(buffer: &mut Buffer, theme: &Theme, state: &State, area: Rect, framework: &Arc<str>) {
    let controls = || {
        let all = state.session.report.iter().flat_map(|report| &report.controls);
        all.filter(|control| control.framework == *framework)
    };
    let facts = controls().filter_map(|control| state.catalog.control(control));
    let totals = totals(facts.map(|facts| &facts.analysis));
    let mut words = vec![format!("{} controls", controls().count())];
    words.extend(Class::ALL.into_iter().filter_map(|class| {
        let count = totals.get(&class).copied().unwrap_or_default();
        (count > 0).then(|| format!("{count} {}", class.words()))
    }));
    let mut lines: Vec<Line> = wrap(&words.join(" · "), usize::from(area.width.saturating_sub(2)))
        .into_iter()
        .map(|part| vec![(Tone::Strong, part)])
        .collect();
    lines.extend(unread(state, controls()));
    for (line, y) in lines.iter().zip(area.y..area.bottom()) {
        put(buffer, theme, (area.x + 1, y), area.width.saturating_sub(2), line);
    }
}

/// `12 of the checked ones are unread now: no right to read, read only on request`.
fn unread<'r>(state: &State, controls: impl Iterator<Item = &'r ControlResult>) -> Option<Line> {
    let checked = |control: &&ControlResult| {
        let class = state.catalog.control(control).map(|facts| facts.analysis.class);
        matches!(class, Some(Class::Checked | Class::CheckedWithOptIn))
    };
    let unread: Vec<&ControlResult> =
        controls.filter(checked).filter(|control| control.status == Verdict::NotEvaluated).collect();
    if unread.is_empty() {
        return None;
    }
    let mut reasons: Vec<&str> = unread.iter().filter_map(|control| control.reason.map(reason_words)).collect();
    reasons.sort_unstable();
    reasons.dedup();
    let verb = if unread.len() == 1 { "is" } else { "are" };
    let words = format!("{} of the checked ones {verb} unread now: {}", unread.len(), reasons.join(", "));
    Some(vec![(Tone::Unread, words)])
}

/// The controls, by section.
pub(super) fn analysis(buffer: &mut Buffer, at: &Box<'_>) -> Option<(u16, u16)> {
    at.title(buffer, "");
    if at.says_empty(buffer, "This framework has no controls for this version.") {
        return None;
    }
    let table = Table { columns: COLUMNS, pane: at.pane, focus: at.focus };
    table.draw(buffer, at.theme, at.layout, at.area, |i| match at.pane.rows.get(i) {
        Some(RowId::Section(framework, section)) => {
            let controls = at.state.session.report.iter().flat_map(|report| &report.controls);
            let mut first = controls.filter(|c| c.framework == *framework && c.section == *section);
            let title = first.next().map_or("", |control| at.state.catalog.section(control));
            Cell::Across(vec![(Tone::Title, format!("{section} {title}"))])
        }
        Some(RowId::Answer(framework, id)) => answer(at.state, framework, id),
        _ => Cell::Across(Line::new()),
    })
}

fn answer(state: &State, framework: &Arc<str>, id: &Arc<str>) -> Cell {
    let Some(control) = state.session.control(framework, id) else { return Cell::Across(Line::new()) };
    let Some(facts) = state.catalog.control(control) else { return Cell::Across(Line::new()) };
    let analysis = &facts.analysis;
    let tone = match analysis.class {
        Class::Checked => Tone::Text,
        Class::CheckedWithOptIn => Tone::Notice,
        _ => Tone::Manual,
    };
    let words = if analysis.unbuilt.is_empty() || !analysis.checks.is_empty() {
        analysis.words()
    } else {
        format!("{}; its check is not built yet", analysis.words())
    };
    let now = match control.status {
        Verdict::Contradicted => "contradicted",
        Verdict::SupportedInPart => "in part",
        Verdict::NoTechnicalEvidence => "no evidence",
        Verdict::NeedsPeople => "people",
        status => status.short(),
    };
    // that its check is not built is said beside it
    let why = control.reason.filter(|reason| *reason != GapReason::NotImplemented).map_or("", reason_words);
    Cell::Cells(vec![
        piece(Tone::Text, id.to_string()),
        piece(Tone::Text, control.title.to_string()),
        piece(tone, words),
        piece(control.status, now),
        piece(Tone::Unread, why),
    ])
}
