//! A table of rows with a cursor; columns that do not fit are left out, the least important first.

use super::frame::{fit, put};
use super::score::bar;
use crate::app::{Layout, Line, Pane, Tone};
use crate::model::Score;
use crate::ui::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

/// A column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// Its title, shown in the border above.
    pub(crate) title: &'static str,
    /// Its name in the configuration.
    pub(crate) name: &'static str,
    /// The position of its cell in a row; None: its own.
    pub(crate) cell: Option<usize>,
    /// Left out unless somebody asks for it.
    pub(crate) hidden: bool,
    /// Among the further ones that one key shows.
    pub(crate) wide: bool,
    /// Columns that it needs.
    pub(crate) width: u16,
    /// Share of the room that is left; 0: none.
    pub(crate) grow: u16,
    /// 0: always there; the highest is left out first.
    pub(crate) drop: u8,
    /// Figures stand at the right.
    pub(crate) right: bool,
}

impl Column {
    /// Of this width, always there.
    pub(crate) const fn new(title: &'static str, width: u16) -> Self {
        Self { title, name: title, cell: None, hidden: false, wide: false, width, grow: 0, drop: 0, right: false }
    }

    /// Takes a share of the room that is left.
    pub(crate) const fn grow(self, grow: u16) -> Self {
        Self { grow, ..self }
    }

    /// May be left out; the highest first.
    pub(crate) const fn drop(self, drop: u8) -> Self {
        Self { drop, ..self }
    }

    /// The name in the configuration of one whose title says it differently, or that has none.
    pub(crate) const fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// Left out unless somebody asks for it.
    pub(crate) const fn hidden(self) -> Self {
        Self { hidden: true, ..self }
    }

    /// Left out unless further columns are asked for.
    pub(crate) const fn wide(self) -> Self {
        Self { hidden: true, wide: true, ..self }
    }

    /// Right-aligned.
    pub(crate) const fn right(self) -> Self {
        Self { right: true, ..self }
    }
}

/// The columns that are shown: those that were asked for, in that order and never left out for want of room; else all
/// but the hidden ones, of which `also` names some. `wide` adds the further ones.
pub(crate) fn chosen(all: &[Column], asked: Option<&Vec<String>>, also: &[&str], wide: bool) -> Vec<Column> {
    let placed = all.iter().enumerate().map(|(i, column)| Column { cell: Some(i), ..*column });
    match asked {
        Some(names) if wide => {
            let further = placed.filter(|column| column.wide && !names.iter().any(|name| name == column.name));
            chosen(all, asked, also, false).into_iter().chain(further).collect()
        }
        Some(names) => {
            let placed: Vec<Column> = placed.collect();
            let named = |name: &String| placed.iter().find(|column| column.name == name.as_str());
            names.iter().filter_map(named).map(|column| Column { drop: 0, ..*column }).collect()
        }
        None => {
            let kept = placed.filter(|c| !c.hidden || (wide && c.wide) || also.contains(&c.name));
            // what was asked for goes last
            let later = |c: Column| if wide && !c.wide && c.drop > 0 { Column { drop: c.drop + 5, ..c } } else { c };
            kept.map(later).collect()
        }
    }
}

/// What stands in a cell.
pub(crate) enum Piece {
    /// Text, cut where it is too long.
    Text(Line),
    /// A score's bar, as wide as the column.
    Bar(Score),
}

/// A text of one tone.
pub(crate) fn piece(tone: impl Into<Tone>, text: impl Into<String>) -> Piece {
    Piece::Text(vec![(tone.into(), text.into())])
}

/// What stands in a row.
pub(crate) enum Cell {
    /// A cell for each column.
    Cells(Vec<Piece>),
    /// One line across all columns.
    Across(Line),
    /// The first cell, and one line across the others.
    After(Line, Line),
}

/// A table, drawn into the box of a pane.
pub(crate) struct Table<'a> {
    pub(crate) columns: &'a [Column],
    pub(crate) pane: &'a Pane,
    pub(crate) focus: bool,
}

impl Table<'_> {
    /// Widths that take each column whole; one that says nothing is left out, and so are bars: their figures stand beside.
    fn natural(&self, rows: &[Cell]) -> Vec<Option<u16>> {
        let width = |row: &Cell, i: usize| match row {
            Cell::Cells(cells) => match cells.get(i) {
                Some(Piece::Text(line)) => line.iter().map(|(_, text)| text.width()).sum(),
                _ => 0,
            },
            Cell::After(first, _) if i == 0 => first.iter().map(|(_, text)| text.width()).sum(),
            _ => 0,
        };
        let columns = self.columns.iter().enumerate();
        columns
            .map(|(i, column)| {
                let widest = rows.iter().map(|row| width(row, column.cell.unwrap_or(i))).max().unwrap_or(0);
                (widest > 0).then(|| u16::try_from(widest.max(column.title.width())).unwrap_or(u16::MAX))
            })
            .collect()
    }

    /// Widths of the columns that fit, in their order; None: left out.
    fn widths(&self, width: u16) -> Vec<Option<u16>> {
        let mut kept: Vec<bool> = vec![true; self.columns.len()];
        let needed = |kept: &[bool]| -> u16 {
            let widths = self.columns.iter().zip(kept).filter(|(_, kept)| **kept).map(|(column, _)| column.width + 1);
            widths.sum::<u16>()
        };
        while needed(&kept) > width + 1 {
            let droppable =
                self.columns.iter().enumerate().filter(|(i, column)| column.drop > 0 && kept.get(*i) == Some(&true));
            let Some((worst, _)) = droppable.max_by_key(|(_, column)| column.drop) else { break };
            if let Some(kept) = kept.get_mut(worst) {
                *kept = false;
            }
        }
        let left = (width + 1).saturating_sub(needed(&kept));
        let shares: u16 =
            self.columns.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(column, _)| column.grow).sum();
        let mut given = 0;
        let mut seen = 0;
        let grown = |column: &Column, seen: &mut u16, given: &mut u16| {
            if shares == 0 || column.grow == 0 {
                return column.width;
            }
            *seen += column.grow;
            let upto = u32::from(left) * u32::from(*seen) / u32::from(shares);
            let extra = u16::try_from(upto).unwrap_or(u16::MAX) - *given;
            *given += extra;
            column.width + extra
        };
        let columns = self.columns.iter().zip(kept);
        columns.map(|(column, kept)| kept.then(|| grown(column, &mut seen, &mut given))).collect()
    }

    /// Draws the rows on screen; `row` says what stands in the one at a position. Returns where the cursor is.
    pub(crate) fn draw(
        &self,
        buffer: &mut Buffer,
        theme: &Theme,
        layout: &Layout,
        area: Rect,
        row: impl Fn(usize) -> Cell,
    ) -> Option<(u16, u16)> {
        let inner = layout.inner(area);
        if inner.is_empty() {
            return None;
        }
        if layout.plain {
            self.plain(buffer, theme, area, inner, row);
            return None;
        }
        // A mark in front of the selected row, so that it is not known by its style alone.
        let (x, width) = (inner.x + 2, inner.width.saturating_sub(2 + u16::from(layout.boxed)));
        let widths = self.widths(width);
        if !self.titles(buffer, theme, (x, area.y), &widths) {
            self.order(buffer, theme, area);
        }
        let mut cursor = None;
        for (y, i) in (inner.y..inner.bottom()).zip(self.pane.offset..self.pane.rows.len()) {
            self.row(buffer, theme, Rect { x, y, width, height: 1 }, &widths, &row(i));
            // A sign beside it and an attribute over it: known without colours as well.
            if self.pane.rows.get(i).is_some_and(|row| self.pane.is_marked(row)) {
                put(buffer, theme, (inner.x + 1, y), 1, &vec![(Tone::Picked, "*".to_owned())]);
                let area = Rect { x: inner.x + 1, y, width: inner.width.saturating_sub(1), height: 1 };
                buffer.set_style(area, theme.style(Tone::Picked));
            }
            if i == self.pane.cursor {
                let mark = if self.focus { ">" } else { "·" };
                put(buffer, theme, (inner.x, y), 1, &vec![(Tone::Key, mark.to_owned())]);
                if self.focus {
                    buffer
                        .set_style(Rect { x: inner.x, y, width: inner.width, height: 1 }, theme.style(Tone::Selected));
                    cursor = Some((inner.x, y));
                }
            }
        }
        cursor
    }

    /// Whole cells under a line of titles.
    fn plain(&self, buffer: &mut Buffer, theme: &Theme, area: Rect, inner: Rect, row: impl Fn(usize) -> Cell) {
        let rows: Vec<Cell> =
            (self.pane.offset..self.pane.rows.len()).take(usize::from(inner.height)).map(row).collect();
        let widths = self.natural(&rows);
        let title = |column: &Column| Piece::Text(vec![(Tone::Title, column.title.to_owned())]);
        let own: Vec<Column> = self.columns.iter().map(|column| Column { cell: None, ..*column }).collect();
        let titles = Cell::Cells(own.iter().map(title).collect());
        let head = Rect { y: area.y + 1, height: 1, ..area };
        Table { columns: &own, pane: self.pane, focus: false }.row(buffer, theme, head, &widths, &titles);
        for (y, cell) in (inner.y..inner.bottom()).zip(&rows) {
            self.row(buffer, theme, Rect { y, height: 1, ..area }, &widths, cell);
        }
    }

    /// By what it is sorted, at the end of the border: where that column has no title there.
    fn order(&self, buffer: &mut Buffer, theme: &Theme, area: Rect) {
        let Some(order) = self.pane.order else { return };
        let text = format!(" by {} {} ", order.column, order.arrow());
        let long = u16::try_from(text.width()).unwrap_or(0).min(area.width.saturating_sub(1));
        put(buffer, theme, (area.right().saturating_sub(long + 1), area.y), long, &vec![(Tone::Title, text)]);
    }

    /// Titles stand in the border, where nothing else does. Whether the one that the rows are sorted by is among them.
    fn titles(&self, buffer: &mut Buffer, theme: &Theme, (x, y): (u16, u16), widths: &[Option<u16>]) -> bool {
        let mut told = false;
        let free = |buffer: &Buffer, x: u16, edge: bool| {
            // beyond the edge of the screen nothing stands
            buffer.cell((x, y)).is_none_or(|cell| cell.symbol() == "─" || (edge && cell.symbol() == " "))
        };
        let mut at = x;
        for (column, width) in self.columns.iter().zip(widths).filter_map(|(column, width)| width.map(|w| (column, w)))
        {
            let sorted = self.pane.order.filter(|order| order.column == column.name).map(|order| order.arrow());
            let chosen = self.focus && self.pane.column == Some(column.name);
            let name = if column.title.is_empty() && (sorted.is_some() || chosen) { column.name } else { column.title };
            let arrow = sorted.unwrap_or_default();
            let room = usize::from(width).saturating_sub(arrow.width());
            // beside the arrow a name is known by its first letters
            let name = if arrow.is_empty() { fit(name, room) } else { name.chars().take(room).collect() };
            let title = format!("{name}{arrow}");
            let long = u16::try_from(title.width()).unwrap_or(0);
            let start = if column.right { at + width - long } else { at };
            let (left, right) = (start.saturating_sub(1), start + long);
            if long > 0 && (left..=right).all(|x| free(buffer, x, x == left || x == right)) {
                put(buffer, theme, (start, y), long, &vec![(Tone::Title, title)]);
                told |= sorted.is_some();
                if chosen {
                    let title = Rect { x: start, y, width: long, height: 1 };
                    buffer.set_style(title, theme.style(Tone::Selected));
                }
                // A blank on either side lifts it off the rule.
                for x in [left, right] {
                    buffer.set_string(x, y, " ", theme.style(Tone::Text));
                }
            }
            at += width + 1;
        }
        told
    }

    fn row(&self, buffer: &mut Buffer, theme: &Theme, area: Rect, widths: &[Option<u16>], cell: &Cell) {
        match cell {
            Cell::Across(line) => {
                put(buffer, theme, (area.x, area.y), area.width, line);
            }
            Cell::After(first, rest) => {
                let width = widths.first().copied().flatten().unwrap_or(0).min(area.width);
                put(buffer, theme, (area.x, area.y), width, first);
                let at = (width + 1).min(area.width);
                put(buffer, theme, (area.x + at, area.y), area.width - at, rest);
            }
            Cell::Cells(cells) => {
                let mut at = area.x;
                for (i, (column, width)) in self.columns.iter().zip(widths).enumerate() {
                    let (Some(width), Some(piece)) = (*width, cells.get(column.cell.unwrap_or(i))) else { continue };
                    let width = width.min(area.right().saturating_sub(at));
                    let line = match piece {
                        Piece::Text(line) => line,
                        Piece::Bar(score) => &bar(*score, usize::from(width)),
                    };
                    let long: usize = line.iter().map(|(_, text)| text.width()).sum();
                    let shift = if column.right { usize::from(width).saturating_sub(long) } else { 0 };
                    let shift = u16::try_from(shift).unwrap_or(0);
                    put(buffer, theme, (at + shift, area.y), width - shift, line);
                    at += width + 1;
                }
            }
        }
    }
}
