//! What is looked at.

use crate::app::{Code, Effect, Key, Link, Origin, Phase, State, Target};
use std::sync::Arc;

/// A scan has ended, well or not.
pub fn can_rescan(state: &State) -> bool {
    !state.session.is_reading()
}

/// Reads everything again. What is on screen stays until the new results are complete.
pub fn rescan(state: &mut State, _: Key) -> Vec<Effect> {
    state.session.documents.clear();
    state.session.remedies.clear();
    let mut effects = state.scan();
    effects.extend(state.wanted());
    effects
}

/// Results may change by themselves.
pub fn can_freeze(state: &State) -> bool {
    state.session.frozen || state.session.link != Link::None
}

/// Holds the screen as it is; again: shows what came in between.
pub fn freeze(state: &mut State, _: Key) -> Vec<Effect> {
    let session = &mut state.session;
    session.frozen = !session.frozen;
    if session.frozen {
        state.say("Held as it is; what changes meanwhile is shown when F lets it go on.");
        return Vec::new();
    }
    if let Some(report) = session.next.take() {
        state.show(report);
    }
    state.refresh();
    state.wanted_by_finding()
}

/// The scan failed, so that the demo is worth offering.
pub fn can_demo(state: &State) -> bool {
    matches!(state.session.phase, Phase::Failed(_)) && state.session.report.is_none()
}

/// The scan failed for want of credentials, and the context's user has a login program.
pub fn can_login(state: &State) -> bool {
    matches!(&state.session.phase, Phase::Failed(failure) if failure.login)
}

/// Runs the login program, which may ask in the terminal, and reads everything again.
pub fn login(state: &mut State, _: Key) -> Vec<Effect> {
    vec![Effect::Login(state.session.target.clone())]
}

/// Looks at the demo cluster.
pub fn demo(state: &mut State, _: Key) -> Vec<Effect> {
    state.retarget(Target { origin: Origin::Demo, ..Target::default() }, false)
}

/// There are namespaces to choose from.
pub fn has_namespaces(state: &State) -> bool {
    !state.numbered().is_empty()
}

/// 0: all namespaces; 1–9: a favourite.
pub fn numbered(state: &mut State, key: Key) -> Vec<Effect> {
    let Code::Char(digit) = key.code else { return Vec::new() };
    match digit.to_digit(10) {
        Some(0) => switch_namespace(state, None),
        Some(number) => match state.numbered().get(number as usize - 1).cloned() {
            Some(name) => switch_namespace(state, Some(name)),
            None => {
                state.say(format!("No favourite namespace on {number}; :ns lists them."));
                Vec::new()
            }
        },
        None => Vec::new(),
    }
}

/// Looks at one namespace, or (None) at all.
pub fn switch_namespace(state: &mut State, namespace: Option<Arc<str>>) -> Vec<Effect> {
    let namespaces: Vec<Arc<str>> = namespace.into_iter().collect();
    if state.session.target.namespaces == namespaces {
        return Vec::new();
    }
    // The order of the numbers stays as it is on screen.
    state.favourites = state.numbered();
    if let Some(name) = namespaces.first() {
        state.favour(name);
    }
    state.retarget(Target { namespaces, ..state.session.target.clone() }, true)
}
