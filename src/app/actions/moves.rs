//! Moving in lists and texts, and from box to box.

use crate::app::{Effect, Key, State, layout};

/// A list with rows has the focus.
pub fn on_list(state: &State) -> bool {
    state.pane().is_some_and(|pane| pane.kind.is_list() && pane.total > 0)
}

/// The screen has more than one box.
pub fn has_boxes(state: &State) -> bool {
    state.screen().panes.len() > 1 && (state.session.report.is_some())
}

fn page(state: &State) -> isize {
    isize::try_from(layout::layout(state).page(state.screen().focus)).unwrap_or(1).max(1)
}

/// The box with the focus, by so many rows or lines.
fn by(state: &mut State, distance: isize) -> Vec<Effect> {
    scroll(state, state.screen().focus, distance);
    Vec::new()
}

/// A box by so many rows (lists) or lines (texts); what is beyond the end stops there.
pub fn scroll(state: &mut State, pane: usize, distance: isize) {
    if super::read::move_cursor(state, pane, distance) {
        return state.follow();
    }
    if let Some(pane) = state.screen_mut().panes.get_mut(pane) {
        if pane.kind.is_list() {
            pane.settle_on(pane.cursor.saturating_add_signed(distance).min(pane.rows.len().saturating_sub(1)));
            pane.skip_heading(distance > 0);
        } else {
            pane.offset = pane.offset.saturating_add_signed(distance);
        }
    }
    state.follow();
}

/// One down.
pub fn down(state: &mut State, _: Key) -> Vec<Effect> {
    by(state, 1)
}

/// One up.
pub fn up(state: &mut State, _: Key) -> Vec<Effect> {
    by(state, -1)
}

/// A page down.
pub fn page_down(state: &mut State, _: Key) -> Vec<Effect> {
    by(state, page(state))
}

/// A page up.
pub fn page_up(state: &mut State, _: Key) -> Vec<Effect> {
    by(state, -page(state))
}

/// Half a page down.
pub fn half_down(state: &mut State, _: Key) -> Vec<Effect> {
    by(state, (page(state) / 2).max(1))
}

/// Half a page up.
pub fn half_up(state: &mut State, _: Key) -> Vec<Effect> {
    by(state, -(page(state) / 2).max(1))
}

/// To the first.
pub fn top(state: &mut State, _: Key) -> Vec<Effect> {
    by(state, isize::MIN / 2)
}

/// To the last.
pub fn bottom(state: &mut State, _: Key) -> Vec<Effect> {
    by(state, isize::MAX / 2)
}

fn turn(state: &mut State, step: usize) -> Vec<Effect> {
    let screen = state.screen_mut();
    screen.focus = (screen.focus + step) % screen.panes.len().max(1);
    state.follow();
    Vec::new()
}

/// To the next box.
pub fn next_box(state: &mut State, _: Key) -> Vec<Effect> {
    turn(state, 1)
}

/// To the box before.
pub fn last_box(state: &mut State, _: Key) -> Vec<Effect> {
    let before = state.screen().panes.len().saturating_sub(1);
    turn(state, before)
}
