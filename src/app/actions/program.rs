//! The program itself: prompts, leaving.

use crate::app::{Effect, Key, Prompt, PromptKind, State};

/// Always.
pub fn always(_: &State) -> bool {
    true
}

/// Opens the filter of the list with the focus.
pub fn filter(state: &mut State, _: Key) -> Vec<Effect> {
    let before = state.pane().map(|pane| pane.filter.clone()).unwrap_or_default();
    state.prompt = Some(Prompt::new(PromptKind::Filter, before.text(), before.clone()));
    Vec::new()
}

/// Opens the command line.
pub fn command(state: &mut State, _: Key) -> Vec<Effect> {
    state.prompt = Some(Prompt::new(PromptKind::Command, "", Default::default()));
    Vec::new()
}

/// Leaves.
pub fn quit(_: &mut State, _: Key) -> Vec<Effect> {
    vec![Effect::Quit]
}
