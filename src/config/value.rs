//! What a setting can be: how it is read, what is expected of it, and how it stands in the JSON Schema.

use super::read::{Node, Reader};
use crate::inventory::{AllowedRegistry, LabelSelector, Selector};
use crate::model::nearest;
use crate::store::paths;
use serde_json::{Value as Json, json};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;
use toml::de::DeValue;

/// A type of a setting.
pub(super) trait Value: Sized {
    /// Its JSON Schema.
    fn schema() -> Json;

    /// Reads it; what is wrong is said to the reader, and left out.
    fn read(node: &Node<'_>, reader: &mut Reader<'_>) -> Option<Self>;

    /// What a context says, over what is said for all: a table is laid over a table.
    fn over(self, _base: &Self) -> Self {
        self
    }
}

impl Value for bool {
    fn schema() -> Json {
        json!({"type": "boolean"})
    }

    fn read(node: &Node<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        node.get_ref().as_bool().or_else(|| reader.expected(node, "true or false"))
    }
}

impl Value for String {
    fn schema() -> Json {
        json!({"type": "string"})
    }

    fn read(node: &Node<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        node.get_ref().as_str().map(str::to_owned).or_else(|| reader.expected(node, "a text in quotes"))
    }
}

impl<T: Value> Value for Vec<T> {
    fn schema() -> Json {
        json!({"type": "array", "items": T::schema()})
    }

    fn read(node: &Node<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let Some(list) = node.get_ref().as_array() else { return reader.expected(node, "a list in brackets: [ … ]") };
        Some(list.iter().filter_map(|item| T::read(item, reader)).collect())
    }
}

/// Reads what is written as text and has a form.
fn parsed<T>(node: &Node<'_>, reader: &mut Reader<'_>, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
    let text = String::read(node, reader)?;
    parse(&text).map_err(|what| reader.wrong(node.span(), what)).ok()
}

macro_rules! by_text {
    ($($type:ty: $schema:tt;)*) => {
        $(impl Value for $type {
            fn schema() -> Json {
                json!($schema)
            }

            fn read(node: &Node<'_>, reader: &mut Reader<'_>) -> Option<Self> {
                parsed(node, reader, |text| text.parse::<Self>().map_err(|what| what.to_string()))
            }
        })*
    };
}

by_text! {
    AllowedRegistry: {"type": "string"};
    LabelSelector: {"type": "string"};
    Timeout: {"type": "string", "pattern": "^[0-9]+(ms|s|m|h)?$"};
    When: {"enum": ["auto", "always", "never"]};
}

/// When something is done: colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum When {
    /// As the environment and the terminal say.
    #[default]
    Auto,
    /// In any case.
    Always,
    /// In no case.
    Never,
}

impl FromStr for When {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "auto" => Self::Auto,
            "always" => Self::Always,
            "never" => Self::Never,
            _ => return Err(format!("expected auto, always or never, not {text:?}")),
        })
    }
}

/// How long to wait: `30`, `30s`, `2m`, `1h`, `500ms`, as kubectl reads them; 0 is the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeout(pub Duration);

impl FromStr for Timeout {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(split);
        let number: u64 = number.parse().map_err(|_| format!("{text:?}: expected a duration such as 30s or 2m"))?;
        let duration = match unit {
            "" | "s" => Duration::from_secs(number),
            "ms" => Duration::from_millis(number),
            "m" => Duration::from_secs(number.saturating_mul(60)),
            "h" => Duration::from_secs(number.saturating_mul(3600)),
            _ => return Err(format!("{text:?}: unit {unit:?}: expected ms, s, m or h")),
        };
        Ok(Self(if duration.is_zero() { Duration::from_secs(20) } else { duration }))
    }
}

/// One of several names; else the sentence that says which is nearest.
fn one_of(what: &str, name: &str, names: &[String]) -> Result<String, String> {
    if names.iter().any(|n| n == name) {
        return Ok(name.to_owned());
    }
    let near = nearest(name, names.iter().map(String::as_str));
    Err(match near {
        Some(near) => format!("unknown {what} {name:?}: did you mean {near:?}?"),
        None if names.len() <= 20 => format!("unknown {what} {name:?}: expected one of {}", names.join(", ")),
        None => format!("unknown {what} {name:?}"),
    })
}

/// A file: `~/` is the home directory, anything else but a whole path begins in the folder of the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File(pub PathBuf);

impl Value for File {
    fn schema() -> Json {
        json!({"type": "string", "minLength": 1})
    }

    fn read(node: &Node<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let text = String::read(node, reader)?;
        if text.is_empty() {
            reader.wrong(node.span(), "expected the path of a file".to_owned());
            return None;
        }
        let folder = reader.file.parent().unwrap_or(Path::new(""));
        Some(Self(folder.join(paths::expanded(Path::new(&text)))))
    }
}

/// The name of a theme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThemeName(pub String);

impl Value for ThemeName {
    fn schema() -> Json {
        String::schema()
    }

    fn read(node: &Node<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let themes = reader.names.themes.clone();
        // a build without the terminal knows no themes
        parsed(
            node,
            reader,
            |name| if themes.is_empty() { Ok(name.to_owned()) } else { one_of("theme", name, &themes) },
        )
        .map(Self)
    }
}

/// The name of a theme, or `auto`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThemeOrAuto(pub Option<String>);

impl Value for ThemeOrAuto {
    fn schema() -> Json {
        String::schema()
    }

    fn read(node: &Node<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        match node.get_ref().as_str() {
            Some("auto") => Some(Self(None)),
            _ => ThemeName::read(node, reader).map(|ThemeName(name)| Self(Some(name))),
        }
    }
}

/// The id of a framework.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameworkId(pub String);

impl Value for FrameworkId {
    fn schema() -> Json {
        String::schema()
    }

    fn read(node: &Node<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let packs = crate::frameworks::embedded().unwrap_or_default();
        let frameworks: Vec<String> = packs.iter().map(|pack| pack.id.to_string()).collect();
        parsed(node, reader, |name| one_of("framework", name, &frameworks)).map(Self)
    }
}

/// What is always so in this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Always;

impl Value for Always {
    fn schema() -> Json {
        json!({"const": true})
    }

    fn read(node: &Node<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        if bool::read(node, reader)? {
            return Some(Self);
        }
        reader.wrong(node.span(), "expected true: this version never writes to a cluster".to_owned());
        None
    }
}

/// What objects something applies to: one selector, or several of which one has to select.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selectors(pub Vec<Selector>);

impl Value for Selectors {
    fn schema() -> Json {
        let one = json!({
            "type": "object", "additionalProperties": false,
            "properties": {"namespaces": Vec::<String>::schema(), "labels": LabelSelector::schema()},
        });
        json!({"anyOf": [one, {"type": "array", "items": one}]})
    }

    fn read(node: &Node<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        if let Some(list) = node.get_ref().as_array() {
            return Some(Self(list.iter().filter_map(|one| selector(one, reader)).collect()));
        }
        selector(node, reader).map(|one| Self(vec![one]))
    }
}

/// A selector of which a part is wrong selects nothing: by the rest alone it would select more than was meant.
fn selector(node: &Node<'_>, reader: &mut Reader<'_>) -> Option<Selector> {
    let mut selector = Selector::default();
    let entries = reader.table(node, "a table with namespaces, labels or both")?;
    let mut whole = true;
    for (name, value) in &entries {
        match name.get_ref().as_ref() {
            "namespaces" => match Vec::read(value, reader) {
                Some(namespaces) if !namespaces.is_empty() => selector.namespaces = namespaces,
                _ => whole = false,
            },
            "labels" => match LabelSelector::read(value, reader) {
                Some(labels) => selector.labels = Some(labels),
                None => whole = false,
            },
            other => {
                reader.unknown("setting of a selector", other, name.span(), ["namespaces", "labels"]);
                whole = false;
            }
        }
    }
    if entries.is_empty() {
        reader.wrong(node.span(), "it selects nothing: expected namespaces, labels or both".to_owned());
    }
    (whole && !entries.is_empty()).then_some(selector)
}

/// Names with a value each, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<T>(pub Vec<(String, T)>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Own entries first, then those of the base under other names.
fn laid_over<T: Clone>(mut own: Vec<(String, T)>, base: &[(String, T)]) -> Vec<(String, T)> {
    let more: Vec<_> = base.iter().filter(|(name, _)| own.iter().all(|(n, _)| n != name)).cloned().collect();
    own.extend(more);
    own
}

impl<T: Value + Clone> Value for Named<T> {
    fn schema() -> Json {
        json!({"type": "object", "additionalProperties": T::schema()})
    }

    fn read(node: &Node<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let entries = reader.table(node, "a table of names")?;
        let read = |(name, value): (&toml::Spanned<_>, _)| {
            let name: &std::borrow::Cow<'_, str> = name.get_ref();
            T::read(value, reader).map(|value| (name.to_string(), value))
        };
        Some(Self(entries.into_iter().filter_map(read).collect()))
    }

    fn over(self, base: &Self) -> Self {
        Self(laid_over(self.0, &base.0))
    }
}

/// Columns of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns(pub Vec<(String, Vec<String>)>);

impl Value for Columns {
    fn schema() -> Json {
        let names = super::Names::known(&Default::default());
        let table = |(name, columns): &(String, Vec<String>)| {
            (name.clone(), json!({"type": "array", "minItems": 1, "items": {"enum": columns}}))
        };
        let properties: serde_json::Map<String, Json> = names.tables.iter().map(table).collect();
        json!({"type": "object", "additionalProperties": false, "properties": properties})
    }

    fn read(node: &Node<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let tables = reader.names.tables.clone();
        let mut read = Vec::new();
        for (name, value) in reader.table(node, "a table of lists of columns")? {
            let known = tables.iter().find(|(table, _)| *table == *name.get_ref());
            let Some((table, columns)) = known else {
                reader.unknown("table", name.get_ref(), name.span(), tables.iter().map(|(table, _)| table.as_str()));
                continue;
            };
            let Some(list) = value.get_ref().as_array() else {
                reader.expected::<()>(value, "a list of columns");
                continue;
            };
            let column = |node: &Node<'_>| parsed(node, reader, |name| one_of("column", name, columns));
            let chosen: Vec<String> = list.iter().filter_map(column).collect();
            if list.is_empty() {
                reader.wrong(value.span(), format!("a table needs a column: {}", columns.join(", ")));
            } else if !chosen.is_empty() {
                read.push((table.clone(), chosen));
            }
        }
        Some(Self(read))
    }

    fn over(self, base: &Self) -> Self {
        Self(laid_over(self.0, &base.0))
    }
}

/// Keys of actions, by the action's name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys(pub Vec<(String, Vec<String>)>);

impl Value for Keys {
    fn schema() -> Json {
        let names = super::Names::known(&Default::default());
        let action = |(name, _, help): &(String, Vec<String>, String)| {
            let keys = json!({
                "description": help,
                "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
            });
            (name.clone(), keys)
        };
        let properties: serde_json::Map<String, Json> = names.actions.iter().map(action).collect();
        json!({"type": "object", "additionalProperties": false, "properties": properties})
    }

    fn read(node: &Node<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let actions = reader.names.actions.clone();
        let known = || actions.iter().map(|(name, _, _)| name.as_str());
        let entries = reader.table(node, "a table of actions and their keys")?;
        let bound: Vec<String> = entries.iter().map(|(name, _)| name.get_ref().to_string()).collect();
        let mut read: Vec<(String, Vec<String>)> = Vec::new();
        for (name, value) in entries {
            let action = name.get_ref().to_string();
            if !known().any(|known| known == action) {
                reader.unknown("action", &action, name.span(), known());
                continue;
            }
            let nodes: Vec<&Node<'_>> = match value.get_ref() {
                DeValue::String(_) => vec![value],
                DeValue::Array(list) => list.iter().collect(),
                _ => {
                    reader.expected::<()>(value, "a key or a list of keys");
                    continue;
                }
            };
            let mut keys = Vec::new();
            for node in nodes {
                let Some(key) = parsed(node, reader, |key| super::read::key(&action, key)) else { continue };
                if reader.claim(&key, &action, node.span()) {
                    keys.push(key);
                }
            }
            read.push((action, keys));
        }
        // what loses its keys to another action is worth a word
        for (action, keys, _) in actions.iter().filter(|(action, ..)| !bound.contains(action)) {
            let taken = |key: &String| read.iter().find(|(_, keys)| keys.contains(key)).map(|(by, _)| by);
            let by: Vec<&String> = keys.iter().filter_map(taken).collect();
            if let (Some(first), true) = (by.first(), by.len() == keys.len()) {
                reader.note(node.span(), format!("{action} is left without a key: {first} took it"));
            }
        }
        Some(Self(read))
    }

    fn over(self, base: &Self) -> Self {
        Self(laid_over(self.0, &base.0))
    }
}

/// Keys that run a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hotkeys(pub Vec<(String, String)>);

impl Value for Hotkeys {
    fn schema() -> Json {
        json!({"type": "object", "additionalProperties": String::schema()})
    }

    fn read(node: &Node<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let mut read = Vec::new();
        for (name, value) in reader.table(node, "a table of keys and commands")? {
            let Some(command) = String::read(value, reader) else { continue };
            let command = command.trim_start_matches(':').trim();
            match super::read::key("", name.get_ref()) {
                Err(what) => reader.wrong(name.span(), what),
                Ok(_) if command.is_empty() => {
                    reader.wrong(value.span(), "expected a command, such as \"findings critical\"".to_owned());
                }
                Ok(key) if reader.claim(&key, &format!(":{command}"), name.span()) => {
                    read.push((key, command.to_owned()))
                }
                Ok(_) => {}
            }
        }
        Some(Self(read))
    }

    fn over(self, base: &Self) -> Self {
        Self(laid_over(self.0, &base.0))
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        })
    }
}
