//! Records of one kind in a file: read, added, replaced, taken away, and a change taken back.

use super::file::write_private;
use super::list::{self, Entry};
use super::strict::{Fields, Problem, Problems, Reader};
use crate::inventory::yaml::{self, Form, Written};
use crate::model::Placed;
use serde::Serialize;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// What a file can hold a list of.
pub trait Record: Clone + PartialEq + Serialize {
    /// What they are, in the plural.
    const WHAT: &'static str;
    /// Keys whose values are days: written without quotes.
    const DAYS: &'static [&'static str];

    /// Reads one; None: something was wrong, and was complained of.
    fn read(fields: &Fields<'_>) -> Option<Self>;
}

/// The records in the text of a file.
///
/// # Errors
/// All that is wrong with it, each with line and column.
pub fn parse<T: Record>(file: &str, text: &str) -> Result<Vec<Placed<T>>, Problems> {
    let at = |line, column, message| Problems(vec![Problem { file: file.into(), line, column, message }]);
    let written = Written::of(text).map_err(|error| at(error.line, error.column, error.message))?;
    let Some(root) = written.root() else { return Ok(Vec::new()) };
    let items = match root.form() {
        Form::Nothing => return Ok(Vec::new()),
        Form::List(items) => items,
        Form::Text(_) | Form::Map(_) => {
            let (line, column) = root.place();
            return Err(at(line, column, format!("expected a list of {}, each entry after a dash", T::WHAT)));
        }
    };
    let reader = Reader::new(file);
    let mut records = Vec::new();
    for fields in items.into_iter().filter_map(|node| Fields::of(&reader, node, T::WHAT)) {
        let (line, column) = fields.place();
        records.extend(T::read(&fields).map(|record| Placed { source: file.into(), line, column, record }));
    }
    let problems = reader.problems();
    if problems.0.is_empty() { Ok(records) } else { Err(problems) }
}

/// The records of a file; none where it is not there.
///
/// # Errors
/// A file that cannot be read, or all that is wrong with it.
pub fn load<T: Record>(path: &Path) -> Result<Vec<Placed<T>>, ChangeError> {
    match read(path)? {
        Some(text) => Ok(parse(&path.display().to_string(), &text)?),
        None => Ok(Vec::new()),
    }
}

/// None: there is no such file.
fn read(path: &Path) -> Result<Option<String>, ChangeError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ChangeError::Unreadable(path.display().to_string(), error)),
    }
}

/// Why a file was left as it is.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// It cannot be read.
    #[error("{0}: cannot be read: {1}")]
    Unreadable(String, #[source] io::Error),
    /// It is not what it should be: a change could lose what stands in it.
    #[error("{0}")]
    Wrong(#[from] Problems),
    /// It is written in a way that cannot be changed in place.
    #[error("{0}: cannot be changed without writing it anew: change it by hand")]
    Rigid(String),
    /// There is no such entry in it any more.
    #[error("{0}: the entry is not there any more")]
    Gone(String),
    /// Somebody else changed it meanwhile.
    #[error("{0}: changed since by somebody else: nothing was taken back")]
    Changed(String),
    /// It cannot be written.
    #[error("{0}: cannot be written: {1}")]
    Unwritable(String, #[source] io::Error),
}

/// What a change did: enough to take it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The file.
    pub path: PathBuf,
    /// Its text before; None: it was not there.
    pub before: Option<String>,
    /// Its text now.
    pub after: String,
}

/// Puts a record into a file: in the place of the first for which `replaces` says so, else at the end. None takes all
/// of them away. Nothing is written unless the result reads back as what was meant.
///
/// # Errors
/// Why the file was left as it is.
pub fn change<T: Record>(
    path: &Path,
    record: Option<&T>,
    replaces: impl Fn(&T) -> bool,
) -> Result<Changed, ChangeError> {
    let name = path.display().to_string();
    let before = read(path)?;
    let text = before.as_deref().unwrap_or_default();
    let mut records: Vec<T> = parse(&name, text)?.into_iter().map(|placed| placed.record).collect();
    let found: Vec<usize> = (0..records.len()).filter(|i| records.get(*i).is_some_and(&replaces)).collect();
    let edited = match (record, found.first()) {
        (Some(record), Some(first)) => {
            if let Some(known) = records.get_mut(*first) {
                known.clone_from(record);
            }
            list::replace(text, *first, &entry(record))
        }
        (Some(record), None) => {
            records.push(record.clone());
            list::add(text, &entry(record))
        }
        (None, None) => return Err(ChangeError::Gone(name)),
        (None, Some(_)) => found.iter().rev().try_fold(text.to_owned(), |text, i| {
            records.remove(*i);
            list::remove(&text, *i)
        }),
    };
    let reads_back = |text: &String| {
        parse::<T>(&name, text).is_ok_and(|now| now.iter().map(|placed| &placed.record).eq(records.iter()))
    };
    let after = edited.filter(reads_back).ok_or_else(|| ChangeError::Rigid(name.clone()))?;
    write_private(path, after.as_bytes()).map_err(|error| ChangeError::Unwritable(name, error))?;
    Ok(Changed { path: path.to_path_buf(), before, after })
}

/// Takes a change back, where nobody changed the file since.
///
/// # Errors
/// Why the file was left as it is.
pub fn undo(changed: &Changed) -> Result<(), ChangeError> {
    let name = changed.path.display().to_string();
    if read(&changed.path)?.as_ref() != Some(&changed.after) {
        return Err(ChangeError::Changed(name));
    }
    let done = match &changed.before {
        Some(text) => write_private(&changed.path, text.as_bytes()),
        None => fs::remove_file(fs::canonicalize(&changed.path).unwrap_or_else(|_| changed.path.clone())),
    };
    done.map_err(|error| ChangeError::Unwritable(name, error))
}

/// A record as text; what has no value is left out.
fn entry<T: Record>(record: &T) -> Entry {
    let Ok(Value::Object(map)) = serde_json::to_value(record).map(stripped) else {
        return Entry { block: String::new(), flow: String::new() };
    };
    let mut block = String::new();
    for (key, value) in &map {
        let line = yaml::print(&Value::Object(Map::from_iter([(key.clone(), value.clone())])));
        match value.as_str().filter(|_| T::DAYS.contains(&key.as_str())) {
            Some(day) => block.push_str(&line.replace(&format!("{day:?}"), day)),
            None => block.push_str(&line),
        }
    }
    Entry { block, flow: Value::Object(map).to_string() }
}

fn stripped(value: Value) -> Value {
    let empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    match value {
        Value::Object(map) => {
            Value::Object(map.into_iter().filter(|(_, value)| !empty(value)).map(|(k, v)| (k, stripped(v))).collect())
        }
        other => other,
    }
}
