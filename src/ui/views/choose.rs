//! Contexts and namespaces to choose from.

use super::Box;
use crate::app::{Failure, Line, Load, RowId, Tone};
use crate::ui::widgets::{Cell, Column, Table, piece, sentence};
use ratatui::buffer::Buffer;

const CONTEXTS: &[Column] = &[
    Column::new("context", 20).grow(2),
    Column::new("cluster", 16).grow(2).drop(2),
    Column::new("namespace", 12).grow(1).drop(1),
    Column::new("", 7),
];

/// Says that a list is on its way, or that it cannot be had.
pub(super) fn waiting<T>(buffer: &mut Buffer, at: &Box<'_>, list: &Load<T>) -> bool {
    let (tone, text) = match list {
        Load::Ready(_) => return false,
        Load::Failed(Failure { what, todo, .. }) => (Tone::Error, format!("{what} {todo}")),
        Load::Idle | Load::Loading => (Tone::Dim, "Asking …".to_owned()),
    };
    sentence(buffer, at.theme, at.inner(), tone, &text);
    true
}

/// The contexts of the kubeconfig.
pub(super) fn contexts(buffer: &mut Buffer, at: &Box<'_>) -> Option<(u16, u16)> {
    at.title(buffer, "");
    let contexts = &at.state.contexts;
    if waiting(buffer, at, contexts) || at.says_empty(buffer, "The kubeconfig names no context. :demo shows the demo.")
    {
        return None;
    }
    let table = Table { columns: CONTEXTS, pane: at.pane, focus: at.focus };
    table.draw(buffer, at.theme, at.layout, at.area, |i| {
        let Some(RowId::Context(name)) = at.pane.rows.get(i) else { return Cell::Across(Line::new()) };
        let Some(context) = contexts.ready().into_iter().flatten().find(|c| c.name == *name) else {
            return Cell::Across(Line::new());
        };
        let current = if context.current { "current" } else { "" };
        Cell::Cells(vec![
            piece(Tone::Strong, context.name.to_string()),
            piece(Tone::Text, context.cluster.to_string()),
            piece(Tone::Text, context.namespace.as_deref().unwrap_or_default().to_owned()),
            piece(Tone::Dim, current.to_owned()),
        ])
    })
}

pub(super) const NAMESPACES: &[Column] = &[
    Column::new("key", 3),
    Column::new("namespace", 24).grow(3),
    Column::new("failing findings", 16).named("failing").right().drop(1),
    Column::new("", 10).named("scope").grow(1).drop(2),
];

/// Namespaces, with the digits that switch to them. Those known from findings are there while the list is asked for.
pub(super) fn namespaces(buffer: &mut Buffer, at: &Box<'_>) -> Option<(u16, u16)> {
    at.title(buffer, "");
    if at.says_empty(buffer, "No namespaces are known.") {
        return None;
    }
    let numbered = at.state.numbered();
    let here = &at.state.session.target.namespaces;
    let table = Table { columns: &at.columns("namespaces", NAMESPACES, &[]), pane: at.pane, focus: at.focus };
    table.draw(buffer, at.theme, at.layout, at.area, |i| {
        let Some(RowId::Namespace(name)) = at.pane.rows.get(i) else { return Cell::Across(Line::new()) };
        let key = match name {
            None => "0".to_owned(),
            Some(name) => numbered.iter().position(|n| n == name).map(|i| (i + 1).to_string()).unwrap_or_default(),
        };
        let count = at.state.session.summary.failing_in(name.as_ref());
        let scope = if name.as_slice() == here.as_slice() { "in scope" } else { "" };
        Cell::Cells(vec![
            piece(Tone::Key, key),
            piece(Tone::Strong, name.as_deref().unwrap_or("all namespaces").to_owned()),
            piece(Tone::Fail, if count > 0 { count.to_string() } else { String::new() }),
            piece(Tone::Dim, scope.to_owned()),
        ])
    })
}
