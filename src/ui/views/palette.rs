//! The palette in place of the screen: what answers to what is typed below.

use crate::app::{Choice, Layout, Line, State, Tone, thousands};
use crate::ui::Theme;
use crate::ui::widgets::{block, fit, put};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

/// Columns of the word that says what kind of thing it is.
const KIND: u16 = 10;

/// Draws the list.
pub(in crate::ui) fn palette(buffer: &mut Buffer, theme: &Theme, state: &State, layout: &Layout) {
    let top = layout.crumbs.bottom();
    let height = layout.footer.y.saturating_sub(top + layout.tour.height);
    let area = Rect { y: top, height, ..layout.footer };
    let palette = &state.palette;
    let (found, all) = palette.counts();
    let flat = Layout { boxed: false, ..layout.clone() };
    let title = format!("Do, or go to: {} of {}", thousands(found), thousands(all));
    block(buffer, theme, &flat, area, &title, true);
    let inner = flat.inner(area);
    if found == 0 {
        let said = "Nothing answers to these letters. Fewer letters find more.".to_owned();
        put(buffer, theme, (inner.x + 1, inner.y), inner.width.saturating_sub(1), &vec![(Tone::Dim, said)]);
        return;
    }
    let height = usize::from(inner.height).max(1);
    let offset = (palette.cursor + 1).saturating_sub(height);
    for ((i, choice), y) in palette.found().enumerate().skip(offset).zip(inner.y..inner.bottom()) {
        row(buffer, theme, Rect { y, height: 1, ..inner }, choice);
        if i == palette.cursor {
            put(buffer, theme, (inner.x, y), 1, &vec![(Tone::Key, ">".to_owned())]);
            buffer.set_style(Rect { y, height: 1, ..inner }, theme.style(Tone::Selected));
        }
    }
}

/// What it is, why it does nothing now, and the key or command that does the same.
fn row(buffer: &mut Buffer, theme: &Theme, area: Rect, choice: &Choice) {
    let (x, width) = (area.x + 2, area.width.saturating_sub(3));
    let way = fit(&choice.way, usize::from(width) / 2);
    let long = u16::try_from(way.width()).unwrap_or(width);
    put(buffer, theme, (x + width.saturating_sub(long), area.y), long, &vec![(Tone::Key, way)]);
    let kind = if width >= 60 { KIND } else { 0 };
    put(buffer, theme, (x, area.y), kind.saturating_sub(1), &vec![(Tone::Dim, choice.kind.to_owned())]);
    let room = width.saturating_sub(long + kind + 1);
    let mut line: Line = vec![(Tone::Text, choice.title.clone())];
    if let Some(why) = &choice.why_not {
        // why it does nothing is what one wants to know
        let title = fit(&choice.title, usize::from(room).saturating_sub(why.width() + 2));
        line = vec![(Tone::Dim, title), (Tone::Notice, format!("  {why}"))];
    }
    put(buffer, theme, (x + kind, area.y), room, &line);
}
