//! The second line: where one is, and what is being read or filtered. Pure, so that a click finds what it hit.

use super::summary::thousands;
use super::{Line, Link, Origin, Pane, Phase, State, Subject, Tone};
use unicode_width::UnicodeWidthStr;

/// A piece of the way here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crumb {
    /// The screen that it names, counted from the first.
    pub screen: Option<usize>,
    /// What it means.
    pub tone: Tone,
    /// Its text.
    pub text: String,
}

/// The second line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crumbs {
    /// The way here, from the left edge.
    pub way: Vec<Crumb>,
    /// What stands at the right.
    pub right: Line,
}

impl Crumbs {
    /// The screen whose name stands in a column.
    pub fn at(&self, column: usize) -> Option<usize> {
        let mut end = 0;
        let hit = self.way.iter().find(|crumb| {
            end += crumb.text.width();
            column < end
        });
        hit.and_then(|crumb| crumb.screen)
    }
}

/// The second line in a window of this width.
pub fn crumbs(state: &State, width: usize) -> Crumbs {
    let plain = |tone, text: &str| Crumb { screen: None, tone, text: text.to_owned() };
    let mut way = vec![plain(Tone::Text, " ")];
    let screens = state.screens();
    for (i, screen) in screens.iter().enumerate() {
        if i > 0 {
            way.push(plain(Tone::Dim, " › "));
        }
        let tone = if i + 1 == screens.len() { Tone::Strong } else { Tone::Dim };
        way.push(Crumb { screen: Some(i), tone, text: screen.view.crumb(state) });
    }
    if let Some(form) = &state.form {
        let word = match form.subject {
            Subject::Waive { .. } => "Waive",
            Subject::WaiveMarked { .. } => "Waive marked",
            Subject::Attest { .. } => "Attest",
        };
        way.extend([plain(Tone::Dim, " › "), plain(Tone::Strong, word)]);
    }
    let mut right = right(state);
    // Where the way is too long for the line, its end is what counts.
    let taken: usize = right.iter().map(|(_, text)| text.width()).sum();
    let most = width.saturating_sub(taken + 1).max(width / 3);
    let mut shortened = false;
    while way.iter().map(|crumb| crumb.text.width()).sum::<usize>() > most && way.len() > 2 {
        way.drain(1..3);
        shortened = true;
    }
    if shortened {
        way.insert(1, plain(Tone::Dim, "… › "));
    }
    if !right.is_empty() {
        right.push((Tone::Text, " ".to_owned()));
    }
    Crumbs { way, right }
}

fn right(state: &State) -> Line {
    let mut line = Line::new();
    if state.failures_only {
        line.push((Tone::Notice, "failures only  ".to_owned()));
    }
    if let Some(pane) = state.pane().filter(|pane| !pane.filter.is_empty()) {
        line.push((Tone::Notice, format!("/{}", pane.filter.text())));
        line.push((Tone::Dim, format!("  {} of {}", thousands(pane.shown), thousands(pane.total))));
    } else if let Some(said) = state.pane().and_then(searched) {
        line.extend(said);
    } else if let (Phase::Failed(failure), true) = (&state.session.phase, state.session.report.is_some()) {
        line.push((Tone::Error, failure.what.clone()));
    } else if let Link::Lost { why, .. } = &state.session.link {
        line.push((Tone::Error, format!("trying again: {why}")));
    } else if let Link::Partly { why, .. } = &state.session.link {
        line.push((Tone::Notice, why.to_string()));
    } else if state.session.is_reading() {
        line.push((Tone::Notice, progress(state)));
    }
    line
}

/// `/image  3 of 17`.
fn searched(pane: &Pane) -> Option<Line> {
    let reading = &pane.reading;
    if pane.kind.is_list() || reading.search.is_empty() {
        return None;
    }
    let (at, all) = super::actions::found_at(pane);
    let count = match (at, all) {
        (_, 0) => "  not in it".to_owned(),
        (Some(at), all) => format!("  {} of {}", thousands(at + 1), thousands(all)),
        (None, 1) => "  1 line".to_owned(),
        (None, all) => format!("  {} lines", thousands(all)),
    };
    Some(vec![(Tone::Notice, format!("/{}", reading.search)), (Tone::Dim, count)])
}

/// `reading pods 12,400 · services done · 3 of 27 kinds`.
fn progress(state: &State) -> String {
    let session = &state.session;
    if session.progress.is_empty() {
        return match session.target.origin {
            Origin::Cluster => "asking the cluster what it serves".to_owned(),
            Origin::Files => "reading the files".to_owned(),
            Origin::Demo => "reading the demo".to_owned(),
        };
    }
    let done = session.progress.iter().filter(|p| p.done).count();
    let open =
        session.progress.iter().filter(|p| !p.done).take(2).map(|p| format!("{} {}", p.kind, thousands(p.count)));
    let last = session.progress.iter().rev().find(|p| p.done).map(|p| format!("{} done", p.kind));
    let kinds = match session.planned {
        0 => format!("{done} kinds"),
        planned => format!("{done} of {planned} kinds"),
    };
    let parts: Vec<String> = open.chain(last).chain([kinds]).collect();
    format!("reading {}", parts.join(" · "))
}
