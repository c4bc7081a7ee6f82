//! Reading a file: what is right is taken, what is wrong is said with its place.

use super::fields::{Config, FIELDS, Settings};
use crate::model::nearest;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// A value with its place in the file.
pub(super) type Node<'i> = Spanned<DeValue<'i>>;

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Something was ignored.
    Error,
    /// All is in force, and this is worth knowing.
    Note,
}

/// Something in a file that somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub file: PathBuf,
    /// Line and column, from 1; None: the file as a whole.
    pub place: Option<(usize, usize)>,
    /// How much it matters.
    pub level: Level,
    /// What it is.
    pub message: String,
}

impl Problem {
    /// Of a file as a whole.
    pub(super) fn of_file(file: &Path, message: String) -> Self {
        Self { file: file.to_owned(), place: None, level: Level::Error, message }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file.display())?;
        if let Some((line, column)) = self.place {
            write!(f, "{line}:{column}:")?;
        }
        let level = if self.level == Level::Note { " note:" } else { "" };
        write!(f, "{level} {}", self.message)
    }
}

/// Names that values may have.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Themes.
    pub(super) themes: Vec<String>,
    /// Actions, with their keys and what they do.
    pub(super) actions: Vec<(String, Vec<String>, String)>,
    /// Tables, with their columns.
    pub(super) tables: Vec<(String, Vec<String>)>,
}

impl Names {
    /// Those of this program, with themes of the user.
    pub fn known(themes: &BTreeMap<String, String>) -> Self {
        let mut names = Self::default();
        names.of_the_terminal(themes);
        names
    }

    #[cfg(feature = "tui")]
    fn of_the_terminal(&mut self, themes: &BTreeMap<String, String>) {
        use crate::{app, ui};
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        self.themes = ui::Themes::new(themes.clone()).names();
        let entry = |entry: &app::Entry| (entry.action.name(), owned(entry.keys), entry.help.to_owned());
        self.actions = app::ACTIONS.iter().map(entry).collect();
        self.tables = ui::tables().into_iter().map(|(name, columns)| (name.to_owned(), owned(&columns))).collect();
    }

    #[cfg(not(feature = "tui"))]
    fn of_the_terminal(&mut self, _: &BTreeMap<String, String>) {}
}

/// A key as it is written back, where it may be bound to the action (empty: to a command).
#[cfg(feature = "tui")]
pub(super) fn key(action: &str, name: &str) -> Result<String, String> {
    use crate::app::{Action, Key, Keymap};
    let key: Key = name.parse().map_err(|_| {
        format!("unknown key {name:?}: expected a character, a name (enter, esc, tab, space, f1, pgup …), ctrl- or alt- before it")
    })?;
    let action = Action::named(action).unwrap_or(Action::Command);
    Keymap::may_bind(action, key).map_err(|why| format!("{key} {why}"))?;
    Ok(key.to_string())
}

/// Without the terminal no key is bound to anything.
#[cfg(not(feature = "tui"))]
pub(super) fn key(_: &str, name: &str) -> Result<String, String> {
    Ok(name.to_owned())
}

/// Takes what values complain of.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub(super) file: &'a Path,
    text: &'a str,
    pub(super) names: &'a Names,
    /// Keys that were given a meaning so far, and which.
    keys: BTreeMap<String, String>,
    problems: Vec<(usize, Problem)>,
}

impl Reader<'_> {
    fn say(&mut self, span: Range<usize>, level: Level, message: String) {
        let before = self.text.get(..span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let problem = Problem { file: self.file.to_owned(), place: Some((line, column)), level, message };
        self.problems.push((span.start, problem));
    }

    /// Something is wrong at a place, and ignored.
    pub(super) fn wrong(&mut self, span: Range<usize>, message: String) {
        self.say(span, Level::Error, message);
    }

    /// Something is worth knowing.
    pub(super) fn note(&mut self, span: Range<usize>, message: String) {
        self.say(span, Level::Note, message);
    }

    /// Gives a key a meaning; false: it has one already, which is said.
    pub(super) fn claim(&mut self, key: &str, meaning: &str, span: Range<usize>) -> bool {
        // some keys have a meaning in lists and one in texts
        let has = |action: &str| {
            let known = self.names.actions.iter().find(|(name, ..)| name == action);
            known.is_some_and(|(_, keys, _)| keys.iter().any(|known| known == key))
        };
        if let Some(other) = self.keys.get(key).cloned().filter(|other| !(has(other) && has(meaning))) {
            self.wrong(span, format!("{key} is the key of {other} already"));
            return false;
        }
        self.keys.insert(key.to_owned(), meaning.to_owned());
        true
    }

    /// A value is of another type than it should be.
    pub(super) fn expected<T>(&mut self, node: &Node<'_>, what: &str) -> Option<T> {
        let is = match node.get_ref() {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.wrong(node.span(), format!("expected {what}, not {is}"));
        None
    }

    /// A name that is none of these.
    pub(super) fn unknown<'n>(
        &mut self,
        what: &str,
        name: &str,
        span: Range<usize>,
        names: impl IntoIterator<Item = &'n str>,
    ) {
        let near = nearest(name, names.into_iter()).map(|near| format!(": did you mean {near:?}?"));
        self.wrong(span, format!("unknown {what} {name:?}{}", near.unwrap_or_default()));
    }

    /// The entries of a table, in the order of the file.
    pub(super) fn table<'t, 'i>(
        &mut self,
        node: &'t Node<'i>,
        what: &str,
    ) -> Option<Vec<(&'t Spanned<DeString<'i>>, &'t Node<'i>)>> {
        match node.get_ref() {
            DeValue::Table(table) => Some(in_order(table)),
            _ => self.expected(node, what),
        }
    }
}

fn in_order<'t, 'i>(table: &'t DeTable<'i>) -> Vec<(&'t Spanned<DeString<'i>>, &'t Node<'i>)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    entries
}

/// The name of the table that holds those of contexts.
const CONTEXTS: &str = "contexts";

/// Reads a file's text: what it says, and what is wrong with it, in the order of the file.
pub fn read(file: &Path, text: &str, names: &Names) -> (Config, Vec<Problem>) {
    let mut reader = Reader { file, text, names, keys: BTreeMap::new(), problems: Vec::new() };
    let (table, errors) = DeTable::parse_recoverable(text);
    // after one mistake in the form the rest may only look wrong
    if let Some(error) = errors.first() {
        let said = error.message().lines().collect::<Vec<_>>().join(", ");
        reader.wrong(error.span().unwrap_or_default(), format!("this is no TOML: {said}"));
    }
    let mut config = Config::default();
    for (name, node) in in_order(table.get_ref()) {
        if name.get_ref() == CONTEXTS {
            let expected = "a table of contexts: [contexts.\"NAME\"]";
            for (name, node) in reader.table(node, expected).unwrap_or_default() {
                let mut settings = Settings::default();
                // a context may give a key another meaning
                let keys = std::mem::take(&mut reader.keys);
                for (setting, node) in reader.table(node, "a table of settings").unwrap_or_default() {
                    setting_of(&mut settings, setting, node, &mut reader);
                }
                reader.keys = keys;
                config.contexts.insert(name.get_ref().to_string(), settings);
            }
        } else {
            setting_of(&mut config.everywhere, name, node, &mut reader);
        }
    }
    reader.problems.sort_by_key(|(at, _)| *at);
    (config, reader.problems.into_iter().map(|(_, problem)| problem).collect())
}

fn setting_of(settings: &mut Settings, name: &Spanned<DeString<'_>>, node: &Node<'_>, reader: &mut Reader<'_>) {
    if !settings.read(name.get_ref(), node, reader) {
        let known = FIELDS.iter().map(|field| field.name).chain([CONTEXTS]);
        reader.unknown("setting", name.get_ref(), name.span(), known);
    }
}
