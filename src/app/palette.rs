//! The palette: everything that can be done or gone to, found by a few of its letters.

use super::actions::{self, ACTIONS, Entry};
use super::commands::{self, COMMANDS};
use super::{Action, Code, Effect, Key, Load, Prompt, PromptKind, State, fuzzy};
use crate::checks;

/// What a choice does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// An action.
    Do(Action),
    /// A command.
    Run(String),
    /// A command that needs more words: it is typed so far.
    Type(String),
}

/// A choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What it is, in words.
    pub title: String,
    /// What kind of thing: `action`, `control`, `theme` …
    pub kind: &'static str,
    /// The key or the command that does the same.
    pub way: String,
    /// What it does.
    pub deed: Deed,
    /// Why it would do nothing now.
    pub why_not: Option<String>,
    /// What is searched, in lower case.
    text: String,
}

/// The open palette.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    /// Everything there is.
    all: Vec<Choice>,
    /// What answers to what is typed, the best first: positions.
    found: Vec<usize>,
    /// Position of the selected one.
    pub cursor: usize,
}

impl Palette {
    /// What answers to what is typed, the best first.
    pub fn found(&self) -> impl Iterator<Item = &Choice> {
        self.found.iter().filter_map(|i| self.all.get(*i))
    }

    /// How much answers, and how much there is.
    pub fn counts(&self) -> (usize, usize) {
        (self.found.len(), self.all.len())
    }

    fn search(&mut self, typed: &str) {
        let typed = typed.to_lowercase();
        let scored = self.all.iter().enumerate();
        let mut scored: Vec<(i32, usize)> =
            scored.filter_map(|(i, choice)| Some((fuzzy::score(&typed, &choice.text)?, i))).collect();
        // of equal ones what can be done now comes first, then what is said in fewer words
        let late = |i: usize| self.all.get(i).is_some_and(|choice| choice.why_not.is_some());
        let long = |i: usize| self.all.get(i).filter(|_| !typed.is_empty()).map_or(0, |choice| choice.text.len());
        scored.sort_by_key(|(score, i)| (std::cmp::Reverse(*score), late(*i), long(*i), *i));
        self.found = scored.into_iter().map(|(_, i)| i).collect();
        self.cursor = 0;
    }
}

fn choice(title: String, kind: &'static str, way: String, deed: Deed) -> Choice {
    let text = format!("{title} {kind} {way}").to_lowercase();
    Choice { title, kind, way, deed, why_not: None, text }
}

fn of_action(state: &State, entry: &Entry) -> Choice {
    let keys = state.preferences().keys.of(entry.action).iter().map(ToString::to_string);
    let keys: Vec<String> = keys.take(2).collect();
    let mut choice = choice(entry.help.to_owned(), "action", keys.join(" "), Deed::Do(entry.action));
    choice.text.push_str(&format!(" {} {}", entry.label, entry.action.name()));
    choice.why_not = actions::why_not(state, entry);
    choice
}

fn all(state: &State) -> Vec<Choice> {
    // the one that opened it is no choice
    let mut all: Vec<Choice> =
        ACTIONS.iter().filter(|entry| entry.action != Action::Palette).map(|entry| of_action(state, entry)).collect();
    for command in COMMANDS {
        let name = command.names.first().copied().unwrap_or_default();
        let deed = match command.arguments.is_empty() || command.arguments.starts_with('[') {
            true => Deed::Run(name.to_owned()),
            false => Deed::Type(format!("{name} ")),
        };
        all.push(choice(command.help.to_owned(), "command", format!(":{name} {}", command.arguments), deed));
    }
    let run = |title: String, kind: &'static str, command: String| {
        choice(title, kind, format!(":{command}"), Deed::Run(command))
    };
    if let Some(report) = state.session.report.as_deref() {
        for framework in &report.frameworks {
            all.push(run(framework.title.to_string(), "framework", framework.id.to_string()));
        }
        for control in &report.controls {
            let command = format!("{} {}", control.framework, control.id);
            all.push(run(format!("{} {}", control.status.short(), control.title), "control", command));
        }
    }
    for check in checks::ALL {
        all.push(run(check.title.to_owned(), "check", format!("explain {}", check.id)));
    }
    for theme in &state.themes {
        all.push(run(format!("Theme {theme}"), "theme", format!("theme {theme}")));
    }
    for context in state.contexts.ready().into_iter().flatten() {
        all.push(run(format!("Context {}", context.name), "context", format!("ctx {}", context.name)));
    }
    all
}

/// Opens it.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    let mut palette = Palette { all: all(state), ..Palette::default() };
    palette.search("");
    state.palette = palette;
    state.prompt = Some(Prompt::new(PromptKind::Palette, "", Default::default()));
    if state.contexts.is_wanted() {
        state.contexts = Load::Loading;
        return vec![Effect::ListContexts];
    }
    Vec::new()
}

/// The contexts came while it is open.
pub(super) fn again(state: &mut State) {
    let Some(prompt) = state.prompt.as_ref().filter(|prompt| prompt.kind == PromptKind::Palette) else { return };
    let typed = prompt.text().to_owned();
    let cursor = state.palette.cursor;
    state.palette.all = all(state);
    state.palette.search(&typed);
    state.palette.cursor = cursor;
}

/// A key while it is open.
pub(super) fn typed(state: &mut State, mut prompt: Prompt, key: Key) -> Vec<Effect> {
    let last = state.palette.found.len().saturating_sub(1);
    let page = usize::from(state.size.1).saturating_sub(5).max(1);
    let cursor = &mut state.palette.cursor;
    match (key.code, key.ctrl) {
        (Code::Esc, _) => return Vec::new(),
        (Code::Enter, _) => return done(state),
        (Code::Down | Code::Tab, _) | (Code::Char('n' | 'j'), true) => *cursor = (*cursor + 1).min(last),
        (Code::Up | Code::BackTab, _) | (Code::Char('p' | 'k'), true) => *cursor = cursor.saturating_sub(1),
        (Code::PageDown, _) => *cursor = (*cursor + page).min(last),
        (Code::PageUp, _) => *cursor = cursor.saturating_sub(page),
        _ => {
            let before = prompt.text().to_owned();
            prompt.edit(key);
            if prompt.text() != before {
                state.palette.search(prompt.text());
            }
        }
    }
    state.prompt = Some(prompt);
    Vec::new()
}

/// Does what is selected.
fn done(state: &mut State) -> Vec<Effect> {
    let Some(choice) = state.palette.found().nth(state.palette.cursor).cloned() else { return Vec::new() };
    state.palette = Palette::default();
    if let Some(why) = choice.why_not {
        state.say(why);
        return Vec::new();
    }
    match choice.deed {
        Deed::Do(action) => actions::run(state, action),
        Deed::Run(command) => commands::run(state, &command),
        Deed::Type(begin) => {
            state.prompt = Some(Prompt::new(PromptKind::Command, &begin, Default::default()));
            Vec::new()
        }
    }
}
