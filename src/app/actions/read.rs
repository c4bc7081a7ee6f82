//! Reading texts: looking for words, folding what is in the way.

use crate::app::rows::PaneKind;
use crate::app::sheet::position;
use crate::app::{Effect, Key, Pane, Prompt, PromptKind, State, layout, text};
use std::collections::BTreeSet;

/// A text has the focus.
pub fn on_text(state: &State) -> bool {
    state.pane().is_some_and(|pane| !pane.kind.is_list())
}

/// Opens the line in which one types what is looked for.
pub fn search(state: &mut State, _: Key) -> Vec<Effect> {
    let mut before = String::new();
    if let Some(pane) = state.screen_mut().pane_mut() {
        pane.reading.from = (pane.reading.line, pane.offset);
        before.clone_from(&pane.reading.search);
    }
    state.prompt = Some(Prompt::new(PromptKind::Search, &before, Default::default()));
    Vec::new()
}

/// Something is looked for in the text with the focus.
pub fn is_searching(state: &State) -> bool {
    on_text(state) && state.pane().is_some_and(|pane| !pane.reading.search.is_empty())
}

/// Looks for a text from where the search began; empty: no longer.
pub fn look_for(state: &mut State, needle: &str) {
    let focus = state.screen().focus;
    let Some(pane) = state.pane() else { return };
    let found = match &pane.kind {
        PaneKind::Yaml(fingerprint) if !needle.is_empty() => {
            state.session.sheet(fingerprint).map(|sheet| sheet.find(needle, state.managed_fields)).unwrap_or_default()
        }
        PaneKind::Yaml(_) => Vec::new(),
        kind => {
            let lines = text::lines(state, kind, layout::layout(state).width(focus));
            let plain = |line: &crate::app::Line| line.iter().map(|(_, text)| text.as_str()).collect::<String>();
            let holds = |line: &crate::app::Line| position(&plain(line), needle, 0).is_some();
            lines.iter().enumerate().filter(|(_, line)| holds(line)).map(|(i, _)| i).collect()
        }
    };
    let Some(pane) = state.screen_mut().pane_mut() else { return };
    let (line, offset) = pane.reading.from;
    (pane.reading.found, pane.reading.search) = (found, needle.to_owned());
    (pane.reading.line, pane.reading.row, pane.offset) = (line, 0, offset);
    let here = place(pane);
    let next = pane.reading.found.iter().find(|at| **at >= here).or(pane.reading.found.first()).copied();
    match next {
        Some(at) => go_to(state, at),
        None => state.follow(),
    }
}

/// The line where one is: with the cursor, else the first on screen.
fn place(pane: &Pane) -> usize {
    if matches!(pane.kind, PaneKind::Yaml(_)) { pane.reading.line } else { pane.offset }
}

/// Which of the places found one is at, and how many there are.
pub fn found_at(pane: &Pane) -> (Option<usize>, usize) {
    let found = &pane.reading.found;
    (found.iter().position(|at| *at == place(pane)), found.len())
}

/// Goes to a line that was found: what hides it opens.
fn go_to(state: &mut State, line: usize) {
    let focus = state.screen().focus;
    let page = layout::layout(state).page(focus);
    let Some(pane) = state.pane() else { return };
    let mut fresh = pane.clone();
    if let PaneKind::Yaml(fingerprint) = &pane.kind {
        if let Some(sheet) = state.session.sheet(fingerprint) {
            sheet.reveal(&mut fresh.reading, line);
        }
        (fresh.reading.line, fresh.reading.row) = (line, 0);
        let width = layout::layout(state).width(focus);
        let row = text::shape(state, &fresh, width).map_or(0, |shape| shape.row_of(line, 0));
        // what is out of sight comes to the upper third
        if row < fresh.offset || row >= fresh.offset + page {
            fresh.offset = row.saturating_sub(page / 3);
        }
    } else {
        fresh.offset = line;
    }
    if let Some(pane) = state.screen_mut().pane_mut() {
        *pane = fresh;
    }
    state.follow();
}

fn step(state: &mut State, forward: bool) -> Vec<Effect> {
    let Some(pane) = state.pane() else { return Vec::new() };
    let (here, found) = (place(pane), &pane.reading.found);
    let (next, turned) = if forward {
        (found.iter().find(|at| **at > here), found.first())
    } else {
        (found.iter().rev().find(|at| **at < here), found.last())
    };
    match (next.copied(), turned.copied()) {
        (Some(at), _) => go_to(state, at),
        (None, Some(at)) => {
            go_to(state, at);
            state.say(if forward { "From the top again." } else { "From the end again." });
        }
        (None, None) => {
            let said = format!("{:?} is not in it.", pane.reading.search);
            state.say(said);
        }
    }
    Vec::new()
}

/// To the next place where it stands.
pub fn next_match(state: &mut State, _: Key) -> Vec<Effect> {
    step(state, true)
}

/// To the place before.
pub fn last_match(state: &mut State, _: Key) -> Vec<Effect> {
    step(state, false)
}

/// The document that has the focus and is there.
fn document(state: &State) -> Option<(&crate::app::Sheet, &Pane)> {
    let pane = state.pane()?;
    let PaneKind::Yaml(fingerprint) = &pane.kind else { return None };
    Some((state.session.sheet(fingerprint)?, pane))
}

/// The cursor is in a block.
pub fn can_fold(state: &State) -> bool {
    document(state).is_some_and(|(sheet, pane)| sheet.block(pane.reading.line).is_some())
}

/// Folds the block at the cursor, or opens it.
pub fn fold(state: &mut State, key: Key) -> Vec<Effect> {
    let found = document(state).and_then(|(sheet, pane)| {
        let block = sheet.block(pane.reading.line)?;
        Some((block, sheet.is_managed(block)))
    });
    match found {
        Some((_, true)) => return managed(state, key),
        Some((block, false)) => {
            if let Some(pane) = state.screen_mut().pane_mut() {
                if !pane.reading.folded.remove(&block) {
                    pane.reading.folded.insert(block);
                }
                (pane.reading.line, pane.reading.row) = (block, 0);
            }
        }
        None => {}
    }
    state.follow();
    Vec::new()
}

/// There is something to fold.
pub fn has_document(state: &State) -> bool {
    document(state).is_some_and(|(sheet, _)| !sheet.is_empty())
}

/// Folds all but the way to the field at fault; again: opens everything.
pub fn outline(state: &mut State, _: Key) -> Vec<Effect> {
    let outline = document(state).map(|(sheet, pane)| {
        let marks: Vec<usize> = sheet.document.marks.iter().map(|mark| mark.first).collect();
        if pane.reading.folded.is_empty() { sheet.outline(&marks) } else { BTreeSet::new() }
    });
    if let (Some(outline), Some(pane)) = (outline, state.screen_mut().pane_mut()) {
        pane.reading.folded = outline;
    }
    settle(state);
    Vec::new()
}

/// A cursor in what is folded goes to the line that stands for it.
fn settle(state: &mut State) {
    let focus = state.screen().focus;
    let width = layout::layout(state).width(focus);
    let at = state.pane().and_then(|pane| {
        let shape = text::shape(state, pane, width)?;
        Some(shape.line_at(shape.row_of(pane.reading.line, pane.reading.row)))
    });
    if let (Some(at), Some(pane)) = (at, state.screen_mut().pane_mut()) {
        (pane.reading.line, pane.reading.row) = at;
    }
    state.follow();
}

/// The document has managed fields.
pub fn has_managed(state: &State) -> bool {
    document(state).is_some_and(|(sheet, _)| sheet.has_managed())
}

/// Shows managed fields, or hides them.
pub fn managed(state: &mut State, _: Key) -> Vec<Effect> {
    state.managed_fields = !state.managed_fields;
    let found = document(state).map(|(sheet, pane)| sheet.find(&pane.reading.search, state.managed_fields));
    if let (Some(found), Some(pane)) = (found, state.screen_mut().pane_mut()) {
        pane.reading.found = found;
    }
    settle(state);
    Vec::new()
}

/// The cursor of a text by so many rows; false: it has none.
pub fn move_cursor(state: &mut State, pane: usize, distance: isize) -> bool {
    let width = layout::layout(state).width(pane);
    let Some(of) = state.screen().panes.get(pane) else { return false };
    let Some(shape) = text::shape(state, of, width) else { return false };
    let row = shape.row_of(of.reading.line, of.reading.row).saturating_add_signed(distance);
    let at = shape.line_at(row);
    if let Some(pane) = state.screen_mut().panes.get_mut(pane) {
        (pane.reading.line, pane.reading.row) = at;
        // a page moves what is on screen with it
        if distance.unsigned_abs() > 1 {
            pane.offset = pane.offset.saturating_add_signed(distance);
        }
    }
    true
}
