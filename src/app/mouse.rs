//! The mouse, where it is heeded: a click selects, on the selected row it opens, on the way here it goes back.

use super::actions::{self, Action};
use super::crumbs::crumbs;
use super::{Effect, State, layout};
use ratatui::layout::{Position, Rect};

/// What the mouse did, at a column and a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mouse {
    /// The left button went down.
    Click(u16, u16),
    /// The wheel turned: away from the user is up.
    Up(u16, u16),
    /// The wheel turned towards the user.
    Down(u16, u16),
}

/// Rows that the wheel moves by.
const WHEEL: isize = 3;

/// Does what the mouse says; nothing while something is typed.
pub fn mouse(state: &mut State, event: Mouse) -> Vec<Effect> {
    if !state.mouse || state.prompt.is_some() || state.form.is_some() {
        return Vec::new();
    }
    match event {
        Mouse::Click(x, y) => click(state, Position { x, y }),
        Mouse::Up(x, y) => wheel(state, Position { x, y }, -WHEEL),
        Mouse::Down(x, y) => wheel(state, Position { x, y }, WHEEL),
    }
}

/// The box at a place, and its inside.
fn pane_at(state: &State, at: Position) -> Option<(usize, Rect)> {
    let layout = layout::layout(state);
    let (i, rect) = layout.panes.iter().enumerate().find(|(_, rect)| rect.contains(at))?;
    Some((i, layout.inner(*rect)))
}

fn wheel(state: &mut State, at: Position, rows: isize) -> Vec<Effect> {
    if let Some((pane, _)) = pane_at(state, at) {
        actions::scroll(state, pane, rows);
    }
    Vec::new()
}

fn click(state: &mut State, at: Position) -> Vec<Effect> {
    let line = layout::layout(state).crumbs;
    if line.contains(at) {
        if let Some(screen) = crumbs(state, usize::from(line.width)).at(usize::from(at.x - line.x)) {
            state.back_to(screen);
        }
        return Vec::new();
    }
    let Some((i, inner)) = pane_at(state, at) else { return Vec::new() };
    let had_focus = state.screen().focus == i;
    state.screen_mut().focus = i;
    let Some(pane) = state.screen_mut().pane_mut().filter(|pane| pane.kind.is_list() && inner.contains(at)) else {
        return Vec::new();
    };
    let row = pane.offset + usize::from(at.y - inner.y);
    if row >= pane.rows.len() {
        return Vec::new();
    }
    if had_focus && row == pane.cursor {
        return actions::run(state, Action::Open);
    }
    pane.settle_on(row);
    pane.skip_heading(true);
    state.follow();
    Vec::new()
}
