//! Lines, boxes and sentences.

use crate::app::{Layout, Line, Tone, wrap};
use crate::model::clean;
use crate::ui::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Writes pieces at a place, cut at `width` columns; what is cut ends in `…`. Returns the columns used.
pub(crate) fn put(buffer: &mut Buffer, theme: &Theme, (x, y): (u16, u16), width: u16, line: &Line) -> u16 {
    let mut used = 0;
    for (tone, text) in line {
        let text = clean(text);
        let room = usize::from(width - used);
        let text = fit(&text, room);
        buffer.set_stringn(x + used, y, &text, room, theme.style(*tone));
        used = (used + u16::try_from(text.width()).unwrap_or(u16::MAX)).min(width);
    }
    used
}

/// A text in so many columns; one that is too long ends in `…`.
pub(crate) fn fit(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let (mut kept, mut used) = (String::new(), 0);
    for c in text.chars() {
        let columns = c.width().unwrap_or(0);
        if used + columns + 1 > room {
            break;
        }
        kept.push(c);
        used += columns;
    }
    if room > 0 {
        kept.push('…');
    }
    kept
}

/// Draws the border of a box with its title: all around, or a rule above where there is little room.
pub(crate) fn block(buffer: &mut Buffer, theme: &Theme, layout: &Layout, area: Rect, title: &str, focus: bool) {
    if area.is_empty() {
        return;
    }
    let style = theme.style(if focus { Tone::Focus } else { Tone::Border });
    if layout.plain {
        put(buffer, theme, (area.x, area.y), area.width, &vec![(Tone::Title, title.to_owned())]);
        return;
    }
    if layout.boxed {
        frame(buffer, area, style);
    } else {
        buffer.set_string(area.x, area.y, "─".repeat(usize::from(area.width)), style);
    }
    if !title.is_empty() {
        let tone = if focus { Tone::Strong } else { Tone::Title };
        put(buffer, theme, (area.x + 1, area.y), area.width.saturating_sub(2), &vec![(tone, format!(" {title} "))]);
    }
}

fn frame(buffer: &mut Buffer, area: Rect, style: Style) {
    use ratatui::symbols::border;
    use ratatui::widgets::{Block, Widget};
    Block::bordered().border_set(border::PLAIN).border_style(style).render(area, buffer);
}

/// A sentence in an empty box: never a frame without one.
pub(crate) fn sentence(buffer: &mut Buffer, theme: &Theme, area: Rect, tone: Tone, text: &str) {
    for (y, part) in (area.y..area.bottom()).zip(wrap(text, usize::from(area.width.saturating_sub(2)))) {
        put(buffer, theme, (area.x + 1.min(area.width), y), area.width.saturating_sub(1), &vec![(tone, part)]);
    }
}
