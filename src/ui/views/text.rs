//! Texts that scroll: YAML, fix, explanations, help.

use super::Box;
use crate::app::{Load, PaneKind, State, Tone, page};
use crate::ui::widgets::put;
use ratatui::buffer::Buffer;

pub(super) fn title(state: &State, kind: &PaneKind) -> String {
    match kind {
        PaneKind::Yaml(fingerprint) => match state.session.document(fingerprint) {
            Some(document) if !document.origin.is_empty() => document.origin.clone(),
            _ => "YAML".to_owned(),
        },
        PaneKind::Fix(fingerprint) => {
            let remedy = state.session.remedies.get(fingerprint).and_then(Load::ready);
            remedy.and_then(|remedy| remedy.shown(state.fix_form)).unwrap_or_default().title().to_owned()
        }
        _ => String::new(),
    }
}

/// The lines on screen, and how far down they are.
pub(super) fn text(buffer: &mut Buffer, at: &Box<'_>) -> Option<(u16, u16)> {
    at.title(buffer, &title(at.state, &at.pane.kind));
    let inner = at.inner();
    let rows = usize::from(inner.height);
    let page = page(at.state, at.pane, (usize::from(inner.width), at.focus), at.pane.offset, rows);
    for (line, y) in page.lines.iter().zip(inner.y..inner.bottom()) {
        put(buffer, at.theme, (inner.x, y), inner.width, line);
    }
    if page.total > rows && at.area.width > 30 {
        let last = (at.pane.offset + rows).min(page.total);
        let place = format!(" {last}/{} ", page.total);
        let width = u16::try_from(place.len()).unwrap_or(0);
        put(buffer, at.theme, (at.area.right() - width - 1, at.area.y), width, &vec![(Tone::Dim, place)]);
    }
    let row = page.cursor.and_then(|row| u16::try_from(row.checked_sub(at.pane.offset)?).ok()).unwrap_or(0);
    at.focus.then_some((inner.x, inner.y + row.min(inner.height.saturating_sub(1))))
}
