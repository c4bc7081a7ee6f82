//! Reading a file strictly: all that is wrong with it, each with its place and what was expected.

use crate::inventory::yaml::{Form, Node};
use crate::model::nearest;
use crate::model::{Date, parse_day};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::sync::Arc;

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, as it was named.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What was found, and what was expected.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}

/// Everything that is wrong with a file, a line each.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(Problem::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

/// A file under the reader, and what was wrong with it so far.
#[derive(Debug)]
pub(super) struct Reader {
    file: Arc<str>,
    wrong: RefCell<Vec<Problem>>,
}

impl Reader {
    pub(super) fn new(file: &str) -> Self {
        Self { file: file.into(), wrong: RefCell::default() }
    }

    pub(super) fn complain(&self, (line, column): (usize, usize), message: impl Into<String>) {
        self.wrong.borrow_mut().push(Problem { file: self.file.clone(), line, column, message: message.into() });
    }

    /// What was wrong, from top to bottom.
    pub(super) fn problems(self) -> Problems {
        let mut wrong = self.wrong.into_inner();
        wrong.sort_by_key(|problem| (problem.line, problem.column));
        Problems(wrong)
    }
}

/// A mapping: each key is asked for by name, and [`Fields::done`] complains of those that nobody asked for.
#[derive(Debug)]
pub struct Fields<'a> {
    reader: &'a Reader,
    place: (usize, usize),
    pairs: Vec<(&'a str, Node<'a>, Node<'a>)>,
    asked: RefCell<Vec<&'static str>>,
    whole: Cell<bool>,
}

impl<'a> Fields<'a> {
    /// Of a node that should be a mapping.
    pub(super) fn of(reader: &'a Reader, node: Node<'a>, what: &str) -> Option<Self> {
        let Form::Map(pairs) = node.form() else {
            reader.complain(node.place(), format!("{what}: expected keys and values, found {}", shown(node)));
            return None;
        };
        let mut fields =
            Self { reader, place: node.place(), pairs: Vec::new(), asked: RefCell::default(), whole: Cell::new(true) };
        for (key, value) in pairs {
            match key.form() {
                Form::Text(name) if fields.pairs.iter().any(|(known, ..)| *known == name) => {
                    fields.complain(key.place(), format!("`{name}` is given twice"));
                }
                Form::Text(name) => fields.pairs.push((name, key, value)),
                _ => fields.complain(key.place(), format!("expected a key, found {}", shown(key))),
            }
        }
        Some(fields)
    }

    /// Line and column of the mapping.
    pub(super) fn place(&self) -> (usize, usize) {
        self.place
    }

    fn complain(&self, place: (usize, usize), message: impl Into<String>) {
        self.whole.set(false);
        self.reader.complain(place, message);
    }

    fn get(&self, key: &'static str) -> Option<Node<'a>> {
        self.asked.borrow_mut().push(key);
        let value = self.pairs.iter().find(|(name, ..)| *name == key).map(|(_, _, value)| *value)?;
        (!matches!(value.form(), Form::Nothing)).then_some(value)
    }

    fn missing(&self, key: &str, expected: &str) {
        let at = self.pairs.iter().find(|(name, ..)| *name == key).map_or(self.place, |(_, key, _)| key.place());
        self.complain(at, format!("`{key}` is missing: expected {expected}"));
    }

    /// A text, without blanks around it; None where it is not there or says nothing.
    pub fn text(&self, key: &'static str) -> Option<Arc<str>> {
        let value = self.get(key)?;
        match value.form() {
            Form::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()).map(Into::into),
            _ => {
                self.complain(value.place(), format!("`{key}`: expected text, found {}", shown(value)));
                None
            }
        }
    }

    /// A text that must say something.
    pub fn required(&self, key: &'static str, expected: &str) -> Option<Arc<str>> {
        let before = self.whole.get();
        self.whole.set(true);
        let text = self.text(key);
        if text.is_none() && self.whole.get() {
            self.missing(key, expected);
        }
        self.whole.set(before && self.whole.get());
        text
    }

    /// A day that must be there.
    pub fn day(&self, key: &'static str, expected: &str) -> Option<Date> {
        let text = self.required(key, &format!("{expected}, as YYYY-MM-DD"))?;
        let day = parse_day(&text);
        if day.is_none() {
            let place = self.get(key).map_or(self.place, Node::place);
            self.complain(place, format!("`{key}`: expected a day as YYYY-MM-DD, found {text:?}"));
        }
        day
    }

    /// A mapping that must be there.
    pub fn map(&self, key: &'static str, expected: &str) -> Option<Fields<'a>> {
        let Some(value) = self.get(key) else {
            self.missing(key, expected);
            return None;
        };
        let fields = Fields::of(self.reader, value, &format!("`{key}`"));
        self.whole.set(self.whole.get() && fields.is_some());
        fields
    }

    fn list(&self, key: &'static str) -> Vec<Node<'a>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        match value.form() {
            Form::List(items) => items,
            _ => {
                self.complain(value.place(), format!("`{key}`: expected a list, found {}", shown(value)));
                Vec::new()
            }
        }
    }

    /// A list of texts; empty where it is not there.
    pub fn texts(&self, key: &'static str) -> Vec<Arc<str>> {
        let text = |node: Node<'a>| match node.form() {
            Form::Text(text) => Some(text.trim().into()),
            _ => {
                self.complain(node.place(), format!("`{key}`: expected text, found {}", shown(node)));
                None
            }
        };
        self.list(key).into_iter().filter_map(text).collect()
    }

    /// A list of mappings; empty where it is not there.
    pub fn maps(&self, key: &'static str) -> Vec<Fields<'a>> {
        let items = self.list(key);
        let fields = items.into_iter().map(|node| Fields::of(self.reader, node, &format!("`{key}`")));
        fields
            .filter_map(|fields| {
                self.whole.set(self.whole.get() && fields.is_some());
                fields
            })
            .collect()
    }

    /// Complains of every key that nobody asked for, with the nearest that there is. None: something was wrong.
    pub fn done(&self) -> Option<()> {
        let asked = self.asked.borrow();
        for (name, key, _) in self.pairs.iter().filter(|(name, ..)| !asked.contains(name)) {
            let near = nearest(name, asked.iter().copied());
            let near = near.map(|near| format!(": did you mean `{near}`?"));
            let known = || format!(": expected {}", asked.join(", "));
            self.complain(key.place(), format!("unknown key `{name}`{}", near.unwrap_or_else(known)));
        }
        self.whole.get().then_some(())
    }
}

/// What stands there, in a few words.
fn shown(node: Node<'_>) -> String {
    match node.form() {
        Form::Nothing => "nothing".to_owned(),
        Form::Text(text) => format!("the text {text:?}"),
        Form::List(_) => "a list".to_owned(),
        Form::Map(_) => "keys and values".to_owned(),
    }
}
