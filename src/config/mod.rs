//! The user's configuration: one TOML file, for every context and for single ones. A mistake in it is said with its place
//! and ignored; it never stops the program.

mod fields;
mod read;
#[cfg(feature = "tui")]
mod terminal;
mod value;
mod write;

pub use fields::{Config, FIELDS, Field, Settings};
pub use read::{Level, Names, Problem, read};
#[cfg(feature = "tui")]
pub use terminal::configured;
pub use value::{File, Timeout, When};
pub use write::{schema, template};

use crate::store::paths::Paths;
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The configuration's files, as they were found.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// Where the settings stand, or would stand.
    pub path: PathBuf,
    /// Their text; None: there is no such file.
    pub text: Option<String>,
    /// The user's themes: names and texts.
    pub themes: BTreeMap<String, String>,
    /// Files that are there and cannot be read, and why.
    pub unreadable: Vec<Problem>,
}

impl Files {
    /// Reads them.
    pub fn find(paths: &Paths) -> Self {
        let mut files = Self { path: paths.settings(), ..Self::default() };
        files.text = files.file(&paths.settings());
        for path in theme_files(paths) {
            let Some(name) = path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned) else { continue };
            if let Some(text) = files.file(&path) {
                files.themes.insert(name, text);
            }
        }
        files
    }

    /// The text of a file; None: it is not there, or cannot be read, which is noted.
    fn file(&mut self, path: &Path) -> Option<String> {
        fs::read_to_string(path)
            .map_err(|error| {
                // a home that is no directory has no file either
                if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) {
                    self.unreadable.push(Problem::of_file(path, format!("cannot be read: {error}")));
                }
            })
            .ok()
    }

    /// The settings, and what is wrong with them.
    pub fn config(&self) -> (Config, Vec<Problem>) {
        let mut problems = self.unreadable.clone();
        let Some(text) = &self.text else { return (Config::default(), problems) };
        let (config, wrong) = read(&self.path, text, &Names::known(&self.themes));
        problems.extend(wrong);
        (config, problems)
    }
}

fn theme_files(paths: &Paths) -> Vec<PathBuf> {
    let entries = fs::read_dir(paths.themes()).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "toml")).collect();
    files.sort();
    files
}

/// When each file was written: another answer than before says that something has changed.
pub fn stamp(paths: &Paths) -> Vec<(PathBuf, Option<SystemTime>, u64)> {
    let files = [paths.settings()].into_iter().chain(theme_files(paths));
    let stamp = |path: PathBuf| {
        let meta = fs::metadata(&path).ok()?;
        Some((path, meta.modified().ok(), meta.len()))
    };
    files.filter_map(stamp).collect()
}
