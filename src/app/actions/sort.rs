//! Sorting by a column, and further columns.

use crate::app::order::{self, Order, largest_first};
use crate::app::{Action, Effect, Key, State};

/// A list with columns has the focus.
pub fn can_sort(state: &State) -> bool {
    super::moves::on_list(state) && state.pane().is_some_and(|pane| order::columns(state, &pane.kind).is_some())
}

/// Chooses the column so many further on; at the end it begins anew.
fn step(state: &mut State, by: isize) -> Vec<Effect> {
    let Some(pane) = state.pane() else { return Vec::new() };
    let Some((_, columns)) = order::columns(state, &pane.kind) else { return Vec::new() };
    let now = pane.column.or(pane.order.map(|order| order.column));
    let at = now.and_then(|now| columns.iter().position(|column| *column == now));
    let last = columns.len().saturating_sub(1);
    let next = match (at, by > 0) {
        (None, true) => 0,
        (None, false) => last,
        (Some(at), true) => {
            if at == last {
                0
            } else {
                at + 1
            }
        }
        (Some(at), false) => at.checked_sub(1).unwrap_or(last),
    };
    let column = columns.get(next).copied();
    if let Some(pane) = state.screen_mut().pane_mut() {
        pane.column = column;
    }
    state.say(format!("{} sorts by {}.", state.key(Action::Sort), column.unwrap_or_default()));
    Vec::new()
}

/// The next column.
pub fn column_on(state: &mut State, _: Key) -> Vec<Effect> {
    step(state, 1)
}

/// The column before.
pub fn column_back(state: &mut State, _: Key) -> Vec<Effect> {
    step(state, -1)
}

/// Sorts by the chosen column: as one looks for it first, then the other way round, then as it was.
pub fn sort(state: &mut State, _: Key) -> Vec<Effect> {
    let Some(pane) = state.pane() else { return Vec::new() };
    let Some((table, columns)) = order::columns(state, &pane.kind) else { return Vec::new() };
    let Some(column) = pane.column.or(pane.order.map(|order| order.column)).or(columns.first().copied()) else {
        return Vec::new();
    };
    let first = Order { column, descending: largest_first(column) };
    let flipped = Order { column, descending: !first.descending };
    let next = match state.orders.get(table) {
        Some(order) if *order == first => Some(flipped),
        Some(order) if *order == flipped => None,
        _ => Some(first),
    };
    if let Some(pane) = state.screen_mut().pane_mut() {
        pane.column = Some(column);
    }
    match next {
        Some(order) => {
            state.orders.insert(table, order);
            let way = if order.descending { "the largest first" } else { "the smallest first" };
            state.say(format!("Sorted by {column}, {way}."));
        }
        None => {
            state.orders.remove(table);
            state.say("In the list's own order again.");
        }
    }
    state.refresh();
    Vec::new()
}

/// Further columns, or as many as before.
pub fn wide(state: &mut State, _: Key) -> Vec<Effect> {
    state.wide = !state.wide;
    state.refresh();
    state.say(if state.wide { "Further columns are shown." } else { "Further columns are left out again." });
    Vec::new()
}
