//! Manifests: files, directories, standard input. What is no manifest is named and skipped, never fatal.

use crate::inventory::{Inventory, Kind, Medium, Object, Version, yaml};
use crate::model::{Finding, FindingSource, Report};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Something worth telling about a file that is no failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Path as given.
    pub file: Arc<str>,
    /// Line, where one is at fault.
    pub line: Option<usize>,
    /// One sentence.
    pub message: String,
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}

/// A path that was named and cannot be used: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {message}")]
pub struct FileError {
    /// As given.
    pub path: String,
    /// What is wrong, and what was expected.
    pub message: String,
}

/// Loads manifests into an inventory.
#[derive(Debug)]
pub struct Loader {
    inventory: Inventory,
    notes: Vec<Note>,
    /// Namespace of manifests that name none: kubectl's rule.
    namespace: String,
}

impl Loader {
    /// For a Kubernetes version; manifests that name no namespace go to `namespace`, else `default`.
    pub fn new(medium: Medium, version: Version, namespace: Option<&str>) -> Self {
        let namespace = namespace.unwrap_or("default").to_owned();
        Self { inventory: Inventory::new(medium, version), notes: Vec::new(), namespace }
    }

    /// Adds a path: a file, a directory (searched through), or `-` for standard input.
    ///
    /// # Errors
    /// A path that is missing, or a named file that is neither YAML nor JSON.
    pub fn path(&mut self, path: &Path) -> Result<(), FileError> {
        let fail = |message: String| FileError { path: path.display().to_string(), message };
        if path == Path::new("-") {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).map_err(|error| fail(format!("cannot be read: {error}")))?;
            return self.text("-", &text).map_err(fail);
        }
        let about = std::fs::metadata(path).map_err(|error| fail(format!("cannot be read: {error}")))?;
        if about.is_dir() {
            let mut files = Vec::new();
            walk(path, &mut files);
            for file in files {
                let name = file.display().to_string();
                let read = std::fs::read_to_string(&file).map_err(|error| format!("cannot be read: {error}"));
                if let Err(message) = read.and_then(|text| self.text(&name, &text)) {
                    self.note(&name, None, format!("skipped: {message}"));
                }
            }
            return Ok(());
        }
        let text = std::fs::read_to_string(path).map_err(|error| fail(format!("cannot be read: {error}")))?;
        self.text(&path.display().to_string(), &text).map_err(fail)
    }

    /// Adds the text of a file.
    ///
    /// # Errors
    /// What is wrong with it, with line and column, where no document of it is YAML or JSON.
    pub fn text(&mut self, name: &str, text: &str) -> Result<(), String> {
        let file: Arc<str> = name.into();
        let mut failure = None;
        let mut parsed = 0usize;
        for document in yaml::documents(text) {
            match document.parse() {
                Ok(value) => {
                    for warning in value.warnings {
                        self.note(name, Some(warning.line), warning.message);
                    }
                    parsed += 1;
                    let source = FindingSource { file: file.clone(), document: document.index };
                    self.document(&source, document.first_line, value.value);
                }
                Err(_) if document.text.contains("{{") => {
                    self.note(name, Some(document.first_line), "skipped: a template (Helm?), render it first".into());
                }
                Err(error) => {
                    let message = format!("line {}, column {}: {}", error.line, error.column, error.message);
                    self.note(name, Some(error.line), format!("skipped: {}", error.message));
                    failure.get_or_insert(message);
                }
            }
        }
        match failure {
            Some(message) if parsed == 0 => {
                // said once, as the error
                self.notes.retain(|note| note.file != file);
                Err(format!("neither YAML nor JSON: {message}"))
            }
            _ => Ok(()),
        }
    }

    fn note(&mut self, file: &str, line: Option<usize>, message: String) {
        self.notes.push(Note { file: file.into(), line, message });
    }

    /// An object, or a list of objects.
    fn document(&mut self, source: &FindingSource, line: usize, mut value: Value) {
        let text = |value: &Value, field: &str| value.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (api_version, kind) = (text(&value, "apiVersion"), text(&value, "kind"));
        if api_version.is_empty() || kind.is_empty() {
            if !value.is_null() {
                self.note(&source.file, Some(line), "skipped: no Kubernetes object (apiVersion and kind)".into());
            }
            return;
        }
        if let (Some(item_kind), Some(Value::Array(items))) = (kind.strip_suffix("List"), value.get_mut("items")) {
            for mut item in std::mem::take(items) {
                if let Some(fields) = item.as_object_mut() {
                    // items of a typed list may leave out what the list says
                    if !item_kind.is_empty() {
                        fields.entry("apiVersion").or_insert_with(|| api_version.clone().into());
                        fields.entry("kind").or_insert_with(|| item_kind.into());
                    }
                }
                self.document(source, line, item);
            }
            return;
        }
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        let Some(kind) = Kind::of(group, &kind) else { return };
        let name = value.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut placed = true;
        if kind.info().namespaced
            && let Some(meta) = value.get_mut("metadata").and_then(Value::as_object_mut)
            && meta.get("namespace").and_then(Value::as_str).is_none_or(str::is_empty)
        {
            meta.insert("namespace".into(), self.namespace.clone().into());
            placed = false;
        }
        let namespace = value.pointer("/metadata/namespace").and_then(Value::as_str).unwrap_or_default().to_owned();
        match Object::from_json(kind, value) {
            Ok(object) => {
                let meta = object.meta();
                let key = (Arc::from(meta.namespace.as_str()), Arc::from(meta.name.as_str()));
                self.inventory.sources.insert((kind, key.clone()), source.clone());
                if !placed {
                    self.inventory.unplaced.insert((kind, key));
                }
                self.inventory.upsert(object);
            }
            Err(error) => {
                self.inventory.note_undecodable(kind, &namespace, &name, &error.to_string());
                self.note(&source.file, Some(line), format!("{} {name} is not understood: {error}", kind.name()));
            }
        }
    }

    /// The inventory, and what there is to tell.
    pub fn finish(self) -> (Inventory, Vec<Note>) {
        (self.inventory, self.notes)
    }
}

/// Files of a directory that may hold manifests, in order of name; hidden ones and links to directories are left out.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') {
            continue;
        }
        let Ok(about) = std::fs::symlink_metadata(&path) else { continue };
        if about.is_dir() {
            walk(&path, files);
        } else if matches!(path.extension().and_then(|e| e.to_str()), Some("yaml" | "yml" | "json")) {
            files.push(path);
        }
    }
}

/// The text of one document of a file, for the YAML view and for positions.
///
/// # Errors
/// A file that is gone or has fewer documents now.
pub fn document(source: &FindingSource) -> std::io::Result<String> {
    let text = std::fs::read_to_string(&*source.file)?;
    pick(&text, source.document)
}

pub(super) fn pick(text: &str, index: usize) -> std::io::Result<String> {
    let documents = yaml::documents(text);
    let document = documents.iter().find(|document| document.index == index);
    let document = document.ok_or_else(|| std::io::Error::other("the file changed since it was read"))?;
    Ok(document.text.to_owned())
}

/// Fills in the line of each evidence: read again, only the files that have findings.
pub fn fill_lines(report: &mut Report) {
    let mut by_file: BTreeMap<Arc<str>, Vec<&mut Finding>> = BTreeMap::new();
    for finding in &mut report.findings {
        if let Some(source) = &finding.source {
            by_file.entry(source.file.clone()).or_default().push(finding);
        }
    }
    for (file, findings) in by_file {
        // standard input cannot be read again
        let Ok(text) = std::fs::read_to_string(&*file) else { continue };
        let documents = yaml::documents(&text);
        let mut known = HashMap::new();
        for finding in findings {
            let index = finding.source.as_ref().map(|source| source.document);
            let Some(document) = documents.iter().find(|document| Some(document.index) == index) else { continue };
            let Some(positions) = known.entry(index).or_insert_with(|| document.positions()) else { continue };
            let base = positions.object(&finding.resource);
            for evidence in &mut finding.paths {
                let span = positions.locate(&base.join(&evidence.path));
                evidence.line = span.map(|span| document.first_line + span.line - 1);
            }
        }
    }
}
