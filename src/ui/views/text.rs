//! Texts that scroll: YAML, fix, explanations, help.

use super::Box;
use crate::app::{PaneKind, State, Tone, lines};
use crate::ui::widgets::put;
use ratatui::buffer::Buffer;

pub(super) fn title(state: &State, kind: &PaneKind) -> String {
    match kind {
        PaneKind::Yaml(fingerprint) => match state.session.document(fingerprint) {
            Some(document) if !document.origin.is_empty() => document.origin.clone(),
            _ => "YAML".to_owned(),
        },
        PaneKind::Fix(_) => if state.fix_as_yaml { "Fix, as YAML" } else { "Fix" }.to_owned(),
        _ => String::new(),
    }
}

/// The lines on screen, and how far down they are.
pub(super) fn text(buffer: &mut Buffer, at: &Box<'_>) -> Option<(u16, u16)> {
    at.title(buffer, &title(at.state, &at.pane.kind));
    let inner = at.inner();
    let lines = lines(at.state, &at.pane.kind, usize::from(inner.width));
    for (line, y) in lines.iter().skip(at.pane.offset).zip(inner.y..inner.bottom()) {
        put(buffer, at.theme, (inner.x, y), inner.width, line);
    }
    let page = usize::from(inner.height);
    if lines.len() > page && at.area.width > 30 {
        let last = (at.pane.offset + page).min(lines.len());
        let place = format!(" {last}/{} ", lines.len());
        let width = u16::try_from(place.len()).unwrap_or(0);
        put(buffer, at.theme, (at.area.right() - width - 1, at.area.y), width, &vec![(Tone::Dim, place)]);
    }
    at.focus.then_some((inner.x, inner.y))
}
