//! What could not be read, each with its reason.

use super::Box;
use crate::app::{Action, Line, RowId, Tone, reason_words};
use crate::ui::widgets::{Cell, Column, Table, piece};
use ratatui::buffer::Buffer;

pub(super) const COLUMNS: &[Column] = &[
    Column::new("kind", 14).grow(1),
    Column::new("namespace", 10).drop(2),
    Column::new("why", 16).grow(1),
    Column::new("what happened", 16).grow(4).drop(1),
    Column::new("checks", 6).right().drop(3),
];

/// The gaps.
pub(super) fn gaps(buffer: &mut Buffer, at: &Box<'_>) -> Option<(u16, u16)> {
    at.title(buffer, "");
    let explain = at.state.key(Action::Explain);
    let empty = format!("No kind is missing for this reason; the controls in question say more ({explain}).");
    if at.says_empty(buffer, &empty) {
        return None;
    }
    let table = Table { columns: &at.columns("gaps", COLUMNS, &[]), pane: at.pane, focus: at.focus };
    table.draw(buffer, at.theme, at.layout, at.area, |i| {
        if let Some(RowId::Control(framework, id)) = at.pane.rows.get(i) {
            let control = at.state.session.control(framework, id);
            let title = control.map(|c| c.title.to_string()).unwrap_or_default();
            return Cell::Across(vec![
                (Tone::Unread, format!("UNREAD {framework} {id}")),
                (Tone::Text, format!("  {title}")),
            ]);
        }
        let gap = match at.pane.rows.get(i) {
            Some(RowId::Gap(i)) => at.state.session.report.as_deref().and_then(|r| r.gaps.get(*i)),
            _ => None,
        };
        let Some(gap) = gap else { return Cell::Across(Line::new()) };
        Cell::Cells(vec![
            piece(Tone::Text, gap.kind.to_string()),
            piece(Tone::Text, gap.namespace.as_deref().unwrap_or("all").to_owned()),
            piece(Tone::Unread, reason_words(gap.reason).to_owned()),
            piece(Tone::Text, gap.message.to_string()),
            piece(Tone::Dim, gap.checks.len().to_string()),
        ])
    })
}
