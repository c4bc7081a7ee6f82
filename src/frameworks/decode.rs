//! Reading a pack file's YAML into words and lists: what is wrong is collected, all of it, and told with its place.

use super::PackError;
use crate::inventory::yaml::{self, Positions};
use crate::model::{FieldPath, nearest};
use serde_json::Value;
use std::cell::RefCell;
use std::sync::Arc;

/// A file under the reader, and what was wrong with it so far.
#[derive(Debug)]
pub(super) struct Source<'t> {
    file: &'t str,
    text: &'t str,
    value: Value,
    wrong: RefCell<Vec<(FieldPath, String)>>,
}

impl<'t> Source<'t> {
    /// Parses a file; keys given twice are wrong from the start.
    pub(super) fn parse(file: &'t str, text: &'t str) -> Result<Self, Vec<PackError>> {
        let error = |e: &yaml::YamlError| PackError::at(file, e.line, e.column, e.message.clone());
        let parsed = yaml::parse(text).map_err(|e| vec![error(&e)])?;
        if parsed.warnings.is_empty() {
            return Ok(Self { file, text, value: parsed.value, wrong: RefCell::default() });
        }
        Err(parsed.warnings.iter().map(error).collect())
    }

    /// The file's mapping.
    pub(super) fn root(&self) -> Fields<'_> {
        static EMPTY: std::sync::LazyLock<serde_json::Map<String, Value>> = std::sync::LazyLock::new(Default::default);
        let map = self.value.as_object().unwrap_or_else(|| {
            self.complain(FieldPath::root(), "expected keys and values");
            &EMPTY
        });
        Fields { source: self, path: FieldPath::root(), map, asked: RefCell::default() }
    }

    /// Notes that something at a place is wrong.
    pub(super) fn complain(&self, path: FieldPath, what: impl Into<String>) {
        self.wrong.borrow_mut().push((path, what.into()));
    }

    /// What was wrong, each with line and column, from top to bottom.
    pub(super) fn errors(&self) -> Vec<PackError> {
        let wrong = self.wrong.borrow();
        if wrong.is_empty() {
            return Vec::new();
        }
        let positions = Positions::of(self.text);
        let place = |path: &FieldPath| positions.as_ref().and_then(|positions| positions.locate(path));
        let error = |(path, what): &(FieldPath, String)| {
            let (line, column) = place(path).map_or((1, 1), |span| (span.line, span.column));
            PackError::at(self.file, line, column, what.clone())
        };
        let mut errors: Vec<PackError> = wrong.iter().map(error).collect();
        errors.sort_by_key(|error| error.place);
        errors
    }
}

/// A mapping: each key is asked for by name, and [`Fields::done`] complains of those that nobody asked for.
#[derive(Debug)]
pub(super) struct Fields<'s> {
    source: &'s Source<'s>,
    path: FieldPath,
    map: &'s serde_json::Map<String, Value>,
    asked: RefCell<Vec<&'static str>>,
}

impl<'s> Fields<'s> {
    fn get(&self, key: &'static str) -> Option<&'s Value> {
        self.asked.borrow_mut().push(key);
        self.map.get(key).filter(|value| !value.is_null())
    }

    /// Where a key of it stands.
    pub(super) fn at(&self, key: &str) -> FieldPath {
        self.path.clone().key(key)
    }

    /// Notes that the value of a key is wrong, or missing.
    pub(super) fn complain(&self, key: &str, what: impl Into<String>) {
        self.source.complain(self.at(key), what);
    }

    /// Whether the key is there, if only as null.
    pub(super) fn has(&self, key: &str) -> bool {
        self.map.contains_key(key)
    }

    /// A text.
    pub(super) fn text(&self, key: &'static str) -> Option<Arc<str>> {
        let value = self.get(key)?;
        let text = value.as_str().map(str::trim);
        if text.is_none() {
            self.complain(key, format!("{key}: expected text, found {}", shown(value)));
        }
        text.map(Into::into)
    }

    /// A text that must say something.
    pub(super) fn required(&self, key: &'static str) -> Arc<str> {
        match self.text(key) {
            Some(text) if !text.is_empty() => text,
            Some(_) => self.missing(key),
            // a value that is no text was complained of already
            None if self.map.get(key).is_some_and(|value| !value.is_null()) => "".into(),
            None => self.missing(key),
        }
    }

    fn missing(&self, key: &str) -> Arc<str> {
        self.complain(key, format!("`{key}` is missing"));
        "".into()
    }

    /// A list of texts; empty where the key is not there.
    pub(super) fn texts(&self, key: &'static str) -> Vec<Arc<str>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let Some(items) = value.as_array() else {
            self.complain(key, format!("{key}: expected a list, found {}", shown(value)));
            return Vec::new();
        };
        let text = |(i, item): (usize, &Value)| {
            let text = item.as_str().map(|text| text.trim().into());
            if text.is_none() {
                self.source.complain(self.at(key).index(i), format!("expected text, found {}", shown(item)));
            }
            text
        };
        items.iter().enumerate().filter_map(text).collect()
    }

    /// A mapping of names to texts.
    pub(super) fn pairs(&self, key: &'static str) -> Vec<(Arc<str>, Arc<str>)> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let Some(map) = value.as_object() else {
            self.complain(key, format!("{key}: expected keys and values, found {}", shown(value)));
            return Vec::new();
        };
        let pair = |(name, item): (&String, &Value)| {
            let text = item.as_str().map(|text| (name.as_str().into(), text.trim().into()));
            if text.is_none() {
                self.source.complain(self.at(key).key(name), format!("expected text, found {}", shown(item)));
            }
            text
        };
        map.iter().filter_map(pair).collect()
    }

    /// A whole number within a range.
    pub(super) fn number(&self, key: &'static str, range: std::ops::RangeInclusive<u8>) -> Option<u8> {
        let value = self.get(key)?;
        let number = value.as_u64().and_then(|n| u8::try_from(n).ok()).filter(|n| range.contains(n));
        if number.is_none() {
            self.complain(
                key,
                format!("{key}: expected a number from {} to {}, found {}", range.start(), range.end(), shown(value)),
            );
        }
        number
    }

    /// `true` or `false`; false where the key is not there.
    pub(super) fn flag(&self, key: &'static str) -> bool {
        let Some(value) = self.get(key) else { return false };
        value.as_bool().unwrap_or_else(|| {
            self.complain(key, format!("{key}: expected true or false, found {}", shown(value)));
            false
        })
    }

    /// One of these words.
    pub(super) fn word<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let known = words.iter().find(|(word, _)| *word == &*text).map(|(_, meaning)| *meaning);
        if known.is_none() {
            let list: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.complain(key, format!("{key}: expected {}, found {text:?}", list.join(" or ")));
        }
        known
    }

    /// A value of any form, with its place.
    pub(super) fn any(&self, key: &'static str) -> Option<(&'s Value, FieldPath)> {
        self.get(key).map(|value| (value, self.at(key)))
    }

    /// A list of mappings.
    pub(super) fn maps(&self, key: &'static str) -> Vec<Fields<'s>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let Some(items) = value.as_array() else {
            self.complain(key, format!("{key}: expected a list, found {}", shown(value)));
            return Vec::new();
        };
        let fields = |(i, item): (usize, &'s Value)| self.fields(self.at(key).index(i), item);
        items.iter().enumerate().filter_map(fields).collect()
    }

    /// A mapping of mappings.
    pub(super) fn entries(&self, key: &'static str) -> Vec<(&'s str, Fields<'s>)> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let Some(map) = value.as_object() else {
            self.complain(key, format!("{key}: expected keys and values, found {}", shown(value)));
            return Vec::new();
        };
        let entry = |(name, item): (&'s String, &'s Value)| {
            self.fields(self.at(key).key(name), item).map(|fields| (name.as_str(), fields))
        };
        map.iter().filter_map(entry).collect()
    }

    fn fields(&self, path: FieldPath, value: &'s Value) -> Option<Fields<'s>> {
        let Some(map) = value.as_object() else {
            self.source.complain(path, format!("expected keys and values, found {}", shown(value)));
            return None;
        };
        Some(Fields { source: self.source, path, map, asked: RefCell::default() })
    }

    /// Complains of every key that nobody asked for, with the nearest that there is.
    pub(super) fn done(&self) {
        let asked = self.asked.borrow();
        for key in self.map.keys().filter(|key| !asked.contains(&key.as_str())) {
            let near = did_you_mean(key, asked.iter().copied());
            self.complain(key, format!("unknown key {key:?}{near}"));
        }
    }
}

/// `: did you mean "x"?`, or nothing.
pub(super) fn did_you_mean<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> String {
    nearest(name, names).map(|near| format!(": did you mean {near:?}?")).unwrap_or_default()
}

/// What stands there, in a few words.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(value) => format!("{value} (in quotes it is text)"),
        Value::Number(number) => format!("the number {number} (in quotes it is text)"),
        Value::String(text) => format!("the text {text:?}"),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "keys and values".to_owned(),
    }
}
