//! What is being done about each kind, and what was asked of the server.

use super::rows::RowId;
use super::{Action, Effect, Key, Origin, State, Tone, View};
use crate::model::{Asked, Doing};

/// What is being done, in words.
pub fn words(doing: &Doing) -> (Tone, String) {
    match doing {
        Doing::Waiting => (Tone::Dim, "waiting".to_owned()),
        Doing::Reading => (Tone::Notice, "reading".to_owned()),
        Doing::Read => (Tone::Text, "read".to_owned()),
        Doing::Live => (Tone::Pass, "live".to_owned()),
        Doing::Lost(since, why) => (Tone::Error, format!("lost since {since}: {why}")),
        Doing::Absent => (Tone::NotApplicable, "not served".to_owned()),
        Doing::Failed(why) => (Tone::Unread, why.to_string()),
        Doing::Cancelled => (Tone::Unread, "cancelled by you".to_owned()),
    }
}

/// What came of a request, in a word.
pub fn status(asked: &Asked) -> (Tone, String) {
    match (asked.status, asked.problem.is_empty()) {
        (Some(status), _) if status < 400 => (Tone::Pass, status.to_string()),
        (Some(status), _) => (Tone::Error, status.to_string()),
        (None, true) => (Tone::Notice, "…".to_owned()),
        (None, false) => (Tone::Error, "failed".to_owned()),
    }
}

/// A number of bytes as people read it.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 3] = ["kB", "MB", "GB"];
    let (mut size, mut unit) = (bytes, "B");
    let mut rest = 0;
    for next in UNITS {
        if size < 1000 {
            break;
        }
        (rest, size, unit) = (size % 1000 / 100, size / 1000, next);
    }
    if unit != "B" && size < 10 { format!("{size}.{rest} {unit}") } else { format!("{size} {unit}") }
}

/// The kind that is selected and can be stopped.
fn stoppable(state: &State) -> Option<std::sync::Arc<str>> {
    let Some(RowId::Kind(name)) = state.selected() else { return None };
    let kind = state.session.kind(name)?;
    let runs = matches!(kind.doing, Doing::Waiting | Doing::Reading | Doing::Live | Doing::Lost(..));
    runs.then(|| name.clone())
}

/// A kind is selected that is being read or watched.
pub fn can_stop(state: &State) -> bool {
    stoppable(state).is_some()
}

/// Stops reading the kind that is selected.
pub fn stop(state: &mut State, _: Key) -> Vec<Effect> {
    let Some(kind) = stoppable(state) else { return Vec::new() };
    let again = state.key(Action::Rescan);
    state.say(format!("{kind} is no longer read: what depends on it is not evaluated. {again} reads it again."));
    vec![Effect::CancelRead(state.session.target.clone(), kind)]
}

/// A cluster is looked at, and its requests are not on screen already.
pub fn can_requests(state: &State) -> bool {
    state.session.target.origin == Origin::Cluster && state.screen().view != View::Requests
}

/// The requests that were made.
pub fn requests(state: &mut State, _: Key) -> Vec<Effect> {
    state.push(View::Requests)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        let sizes = [0, 999, 1000, 1999, 12_345, 1_234_567, 5_000_000_000].map(size);
        assert_eq!(sizes, ["0 B", "999 B", "1.0 kB", "1.9 kB", "12 kB", "1.2 MB", "5.0 GB"]);
    }
}
