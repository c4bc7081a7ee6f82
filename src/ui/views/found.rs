//! Answers to what an alert raises: pods, images, nodes, accounts, who may do what, what is new.

use super::Box;
use super::choose::waiting;
use crate::app::{Line, Load, RowId, State, Tone, nothing, thousands};
use crate::inventory::Question;
use crate::model::clean;
use crate::ui::Theme;
use crate::ui::widgets::{Cell, Column, Table, piece, put};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// The column of a title.
fn column(title: &'static str) -> Column {
    let column = Column::new(title, 10);
    match title {
        "namespace" => Column { width: 12, ..column.grow(1) },
        "pod" | "image" | "who" => Column { width: 26, ..column.grow(5) },
        "what" => Column { width: 24, ..column.grow(5) },
        "how" => Column { width: 24, ..column.grow(6) },
        "critical" | "high" | "medium" | "low" | "unknown" => Column { width: 8, ..column.right() },
        "resource" | "owner" => Column { width: 20, ..column.grow(3) },
        "through" => Column { width: 20, ..column.grow(4).drop(2) },
        "where" => Column { width: 12, ..column.grow(1) },
        "node" | "by" => Column { width: 12, ..column.grow(2).drop(2) },
        "service account" => Column { width: 15, ..column.drop(3) },
        "container" => column.grow(1).drop(3),
        "pods" | "age" | "ago" => Column { width: 5, ..column.right() },
        _ => Column { width: 7, ..column.drop(4) },
    }
}

/// How many there are, what has to be known to read it rightly, and the selected row whole.
pub(super) fn summary(buffer: &mut Buffer, theme: &Theme, state: &State, area: Rect, question: &Question) {
    let Some(found) = state.session.found.get(question).and_then(Load::ready) else { return };
    let shown = state.pane().map_or(0, |pane| pane.rows.len());
    let rows = if shown == 1 { "1 row".to_owned() } else { format!("{} rows", thousands(shown)) };
    let mut lines: Vec<Line> = vec![vec![(Tone::Strong, rows)]];
    for (i, note) in found.notes.iter().enumerate() {
        let tone = if note.starts_with("Not all") || note.starts_with("Of ") { Tone::Unread } else { Tone::Dim };
        let piece = (tone, note.clone());
        match lines.first_mut() {
            Some(line) if i == 0 => line.extend([(Tone::Text, "  ".to_owned()), piece]),
            _ => lines.push(vec![piece]),
        }
    }
    // the selected row whole, whatever its columns cut off
    if let (1, Some(RowId::Found(cells))) = (lines.len(), state.selected()) {
        let cells: Vec<&str> = cells.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
        lines.push(vec![(Tone::Dim, clean(&cells.join("  ")).into_owned())]);
    }
    for (line, y) in lines.iter().zip(area.y..area.bottom()) {
        put(buffer, theme, (area.x + 1, y), area.width.saturating_sub(2), line);
    }
}

/// The rows.
pub(super) fn found(buffer: &mut Buffer, at: &Box<'_>, question: &Question) -> Option<(u16, u16)> {
    at.title(buffer, "");
    let idle = Load::Idle;
    let load = at.state.session.found.get(question).unwrap_or(&idle);
    if waiting(buffer, at, load) {
        return None;
    }
    let found = load.ready()?;
    if at.says_empty(buffer, nothing(question)) {
        return None;
    }
    let mut columns: Vec<Column> = found.columns.iter().map(|title| column(title)).collect();
    if found.rows.iter().any(|row| row.fails.is_some()) && !matches!(question, Question::Pods(_)) {
        columns.push(Column::new("fails", 9).drop(1));
    }
    let table = Table { columns: &columns, pane: at.pane, focus: at.focus };
    table.draw(buffer, at.theme, at.layout, at.area, |i| {
        let Some(RowId::Found(id)) = at.pane.rows.get(i) else { return Cell::Across(Line::new()) };
        let mut cells: Vec<_> = id.iter().map(|cell| piece(Tone::Text, clean(cell).into_owned())).collect();
        cells.push(match found.row(id).and_then(|row| row.fails) {
            Some((worst, count)) => piece(Tone::from(worst), format!("{} {count}", worst.short())),
            None => piece(Tone::Dim, String::new()),
        });
        Cell::Cells(cells)
    })
}
