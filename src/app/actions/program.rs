//! The program itself: prompts, leaving.

use crate::app::{Effect, Key, Prompt, PromptKind, State, commands};

/// Always.
pub fn always(_: &State) -> bool {
    true
}

/// Opens the filter of the list with the focus.
pub fn filter(state: &mut State, _: Key) -> Vec<Effect> {
    let before = state.pane().map(|pane| pane.filter.clone()).unwrap_or_default();
    let prompt = Prompt::new(PromptKind::Filter, before.text(), before.clone());
    state.prompt = Some(Prompt { selected: state.selected().cloned(), ..prompt });
    Vec::new()
}

/// Opens the command line.
pub fn command(state: &mut State, _: Key) -> Vec<Effect> {
    state.prompt = Some(Prompt::new(PromptKind::Command, "", Default::default()));
    Vec::new()
}

/// Opens the palette.
pub fn palette(state: &mut State, _: Key) -> Vec<Effect> {
    crate::app::palette::open(state)
}

/// Leaves.
pub fn quit(_: &mut State, _: Key) -> Vec<Effect> {
    vec![Effect::Quit]
}

/// Goes to a place of the history, from the overview.
fn go(state: &mut State, place: Option<usize>) -> Vec<Effect> {
    let Some(command) = place.and_then(|place| state.history.go(place)) else { return Vec::new() };
    state.home();
    commands::carry_out(state, &command)
}

/// There is a command before.
pub fn has_history_back(state: &State) -> bool {
    state.history.step(-1).is_some()
}

/// The command before.
pub fn history_back(state: &mut State, _: Key) -> Vec<Effect> {
    let place = state.history.step(-1);
    go(state, place)
}

/// There is a command after it.
pub fn has_history_on(state: &State) -> bool {
    state.history.step(1).is_some()
}

/// The command after it.
pub fn history_on(state: &mut State, _: Key) -> Vec<Effect> {
    let place = state.history.step(1);
    go(state, place)
}

/// There is a place where one was before.
pub fn has_last_place(state: &State) -> bool {
    state.history.last().is_some()
}

/// The last command, and back again.
pub fn last_place(state: &mut State, _: Key) -> Vec<Effect> {
    let place = state.history.last();
    go(state, place)
}
