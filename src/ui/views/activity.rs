//! What is being done about each kind, and the requests that were made.

use super::Box;
use super::choose::waiting;
use crate::app::{Line, RowId, State, Tone, line, size, status, thousands, words};
use crate::model::{Doing, Sums, clean};
use crate::ui::Theme;
use crate::ui::chrome::clock;
use crate::ui::widgets::{Cell, Column, Table, piece, put};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const KINDS: &[Column] = &[
    Column::new("kind", 24).grow(2),
    Column::new("state", 12).grow(4),
    Column::new("objects", 8).right(),
    Column::new("requests", 8).right().drop(1),
    Column::new("received", 8).right().drop(2),
    Column::new("errors", 6).right().drop(3),
    Column::new("pauses", 6).right().drop(4),
];

const REQUESTS: &[Column] = &[
    Column::new("at", 9),
    Column::new("status", 6),
    Column::new("ms", 6).right(),
    Column::new("received", 8).right().drop(1),
    Column::new("as kubectl", 30).grow(9),
];

/// All of it in one line, and the selected row whole.
pub(super) fn summary(buffer: &mut Buffer, theme: &Theme, state: &State, area: Rect) {
    let Some(activity) = state.session.activity.ready() else { return };
    let Sums { requests, bytes, errors, backoffs } = activity.sums;
    let live = activity.kinds.iter().filter(|kind| kind.doing == Doing::Live).count();
    let count = |count: u64| thousands(usize::try_from(count).unwrap_or(usize::MAX));
    let counted = |number: u64, thing: &str| format!("{} {thing}{}", count(number), if number == 1 { "" } else { "s" });
    let parts = [
        counted(requests, "request"),
        format!("{} received", size(bytes)),
        counted(errors, "error"),
        counted(backoffs, "pause"),
    ];
    let all = parts.join(", ");
    let mut lines: Vec<Line> =
        vec![vec![(Tone::Strong, all), (Tone::Dim, format!("  {live} of {} kinds live", activity.kinds.len()))]];
    match state.selected() {
        Some(RowId::Kind(name)) => {
            lines.extend(state.session.kind(name).map(|kind| vec![words(&kind.doing)]));
        }
        Some(RowId::Asked(number)) => {
            if let Some(asked) = state.session.asked(*number) {
                lines.push(vec![(Tone::Dim, clean(&line(asked)).into_owned())]);
                lines.push(vec![(Tone::Error, clean(&asked.problem).into_owned())]);
            }
        }
        _ => {}
    }
    for (line, y) in lines.iter().zip(area.y..area.bottom()) {
        put(buffer, theme, (area.x + 1, y), area.width.saturating_sub(2), line);
    }
}

/// A row a kind.
pub(super) fn kinds(buffer: &mut Buffer, at: &Box<'_>) -> Option<(u16, u16)> {
    at.title(buffer, "");
    if waiting(buffer, at, &at.state.session.activity) || at.says_empty(buffer, "No kind is read.") {
        return None;
    }
    let table = Table { columns: KINDS, pane: at.pane, focus: at.focus };
    table.draw(buffer, at.theme, at.layout, at.area, |i| {
        let kind = match at.pane.rows.get(i) {
            Some(RowId::Kind(name)) => at.state.session.kind(name),
            _ => None,
        };
        let Some(kind) = kind else { return Cell::Across(Line::new()) };
        let (tone, doing) = words(&kind.doing);
        let Sums { requests, bytes, errors, backoffs } = kind.sums;
        let count = |tone: Tone, count: u64| {
            piece(
                tone,
                if count == 0 { String::new() } else { thousands(usize::try_from(count).unwrap_or(usize::MAX)) },
            )
        };
        Cell::Cells(vec![
            piece(Tone::Strong, kind.kind.to_string()),
            piece(tone, doing),
            piece(Tone::Text, thousands(kind.objects)),
            count(Tone::Text, requests),
            piece(Tone::Dim, if bytes == 0 { String::new() } else { size(bytes) }),
            count(Tone::Error, errors),
            count(Tone::Notice, backoffs),
        ])
    })
}

/// A row a request, the latest first.
pub(super) fn requests(buffer: &mut Buffer, at: &Box<'_>) -> Option<(u16, u16)> {
    at.title(buffer, "");
    if waiting(buffer, at, &at.state.session.activity) || at.says_empty(buffer, "Nothing was asked yet.") {
        return None;
    }
    let table = Table { columns: REQUESTS, pane: at.pane, focus: at.focus };
    table.draw(buffer, at.theme, at.layout, at.area, |i| {
        let asked = match at.pane.rows.get(i) {
            Some(RowId::Asked(number)) => at.state.session.asked(*number),
            _ => None,
        };
        let Some(asked) = asked else { return Cell::Across(Line::new()) };
        let (tone, status) = status(asked);
        Cell::Cells(vec![
            piece(Tone::Dim, clock(&asked.at)),
            piece(tone, status),
            piece(Tone::Text, if asked.status.is_some() { asked.millis.to_string() } else { String::new() }),
            piece(Tone::Dim, if asked.bytes == 0 { String::new() } else { size(asked.bytes) }),
            piece(Tone::Text, clean(&line(asked)).into_owned()),
        ])
    })
}
