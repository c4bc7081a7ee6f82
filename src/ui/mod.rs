//! Draws the state: pure, one frame from one state and one theme.

mod ascii;
mod chrome;
mod plain;
mod theme;
mod views;
mod widgets;

pub use plain::plain;
pub use theme::{Depth, Theme, ThemeError, Themes};
pub use views::tables;

use crate::app::{PromptKind, State, Tone, layout, too_small};
use ratatui::Frame;
use ratatui::layout::Position;

/// Draws the whole window. The hardware cursor goes to what has the focus, for screen readers and magnifiers.
pub fn view(state: &State, theme: &Theme, frame: &mut Frame<'_>) {
    let area = frame.area();
    // The background that a theme paints, if it paints one.
    frame.buffer_mut().set_style(area, theme.style(Tone::Text));
    if too_small((area.width, area.height)) {
        let text = format!("plimsoll needs {} x {} cells", crate::app::SMALLEST.0, crate::app::SMALLEST.1);
        widgets::sentence(frame.buffer_mut(), theme, area, Tone::Text, &text);
        return;
    }
    let layout = layout(state);
    let buffer = frame.buffer_mut();
    chrome::header(buffer, theme, state, layout.header);
    chrome::crumbs(buffer, theme, state, layout.crumbs);
    let choosing = state.prompt.as_ref().is_some_and(|prompt| prompt.kind == PromptKind::Palette);
    let focus = match &state.form {
        Some(form) => views::form(buffer, theme, state, &layout, form),
        None if choosing => {
            views::palette(buffer, theme, state, &layout);
            None
        }
        None => views::body(buffer, theme, state, &layout),
    };
    chrome::tour(buffer, theme, state, &layout);
    let typing = chrome::footer(buffer, theme, state, layout.footer);
    if theme.ascii {
        ascii::plain(buffer);
    }
    if let Some((x, y)) = typing.or(focus) {
        frame.set_cursor_position(Position { x, y });
    }
}
