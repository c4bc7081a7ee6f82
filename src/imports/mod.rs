//! What other programs saw, and what `plimsoll node` wrote: it enters as evidence of nodes and takes the same road.

mod kube_bench;

use crate::frameworks::Pack;
use crate::inventory::kube_bench::KubeBench;
use crate::inventory::{Inventory, Kind, Object, yaml};
use serde_json::{Deserializer, Value};
use std::io::Read;
use std::path::Path;

/// A file that was named and cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {message}")]
pub struct ImportError {
    /// As given.
    pub path: String,
    /// What is wrong with it, and what was expected.
    pub message: String,
}

/// Reads what was seen on nodes: a file, a directory of them, or `-` for standard input. kube-bench's JSON does not say of
/// which node it is: that is `node`, else the file's own name.
///
/// # Errors
/// A path that cannot be read, or holds something else.
pub fn evidence(path: &Path, node: Option<&str>, packs: &[Pack]) -> Result<Vec<Object>, ImportError> {
    let fail = |path: &Path, message: String| ImportError { path: path.display().to_string(), message };
    let unread = |path: &Path, error: std::io::Error| fail(path, format!("cannot be read: {error}"));
    if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().lock().read_to_string(&mut text).map_err(|error| unread(path, error))?;
        return of_text(&text, node, &now(), packs).map_err(|message| fail(path, message));
    }
    if !std::fs::metadata(path).map_err(|error| unread(path, error))?.is_dir() {
        return of_file(path, node, packs).map_err(|message| fail(path, message));
    }
    let entries = std::fs::read_dir(path).map_err(|error| unread(path, error))?;
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(|path| is_document(path)).collect();
    files.sort();
    if files.is_empty() {
        return Err(fail(path, "holds no .json or .yaml file".to_owned()));
    }
    let mut objects = Vec::new();
    for file in files {
        objects.extend(of_file(&file, node, packs).map_err(|message| fail(&file, message))?);
    }
    Ok(objects)
}

fn is_document(path: &Path) -> bool {
    matches!(path.extension().and_then(|end| end.to_str()), Some("json" | "yaml" | "yml"))
}

fn of_file(path: &Path, node: Option<&str>, packs: &[Pack]) -> Result<Vec<Object>, String> {
    let unread = |error: std::io::Error| format!("cannot be read: {error}");
    let text = std::fs::read_to_string(path).map_err(unread)?;
    let written = std::fs::metadata(path).and_then(|about| about.modified()).ok();
    let written = written.and_then(|time| jiff::Timestamp::try_from(time).ok()).map_or_else(now, |time| second(&time));
    let own = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    of_text(&text, node.or(own.as_deref()), &written, packs)
}

/// Documents of a text: JSON one after the other, as logs of several nodes make them, or YAML.
///
/// # Errors
/// A document that is neither `plimsoll node`'s nor kube-bench's.
pub fn of_text(text: &str, node: Option<&str>, written: &str, packs: &[Pack]) -> Result<Vec<Object>, String> {
    let json: Result<Vec<Value>, _> = Deserializer::from_str(text).into_iter().collect();
    let documents = match json {
        Ok(documents) => documents,
        Err(_) => {
            let parsed = yaml::documents(text).into_iter().map(|document| Ok(document.parse()?.value));
            let parsed: Result<Vec<Value>, yaml::YamlError> = parsed.collect();
            parsed.map_err(|error| format!("neither JSON nor YAML: line {}: {}", error.line, error.message))?
        }
    };
    let documents: Vec<Value> = documents.into_iter().filter(|document| !document.is_null()).collect();
    if documents.is_empty() {
        return Err("it is empty: expected what `plimsoll node` or kube-bench --json writes".to_owned());
    }
    documents.into_iter().map(|document| of_document(document, node, written, packs)).collect()
}

fn of_document(document: Value, node: Option<&str>, written: &str, packs: &[Pack]) -> Result<Object, String> {
    let word = |field: &str| document.get(field).and_then(Value::as_str).unwrap_or_default();
    let group = word("apiVersion").split_once('/').map(|(group, _)| group);
    let kind = group.and_then(|group| Kind::of(group, word("kind")));
    match kind.filter(|kind| matches!(kind, Kind::NodeFacts | Kind::KubeBench | Kind::KubeletConfig)) {
        Some(kind) => Object::from_json(kind, document).map_err(|error| format!("{}: {error}", kind.name())),
        None if kube_bench::is(&document) => {
            let node = node.ok_or("kube-bench's JSON does not say of which node it is: give --node")?;
            Ok(Object::KubeBench(Box::new(kube_bench::read(&document, node, written, packs)?)))
        }
        None => Err("expected what `plimsoll node` or kube-bench --json writes".to_owned()),
    }
}

/// Takes what was seen on nodes into an inventory, and says what of it is of no use there.
pub fn take(inventory: &mut Inventory, objects: Vec<Object>) -> Vec<String> {
    let nodes_known = !inventory.nodes.is_empty() && inventory.gap(Kind::Node, None).is_none();
    let mut notes = Vec::new();
    for object in objects {
        let name = object.meta().name.clone();
        let key = ("".into(), name.as_str().into());
        if nodes_known && !inventory.nodes.contains_key(&key) {
            let hint = match &object {
                Object::KubeBench(_) => " (kube-bench's JSON does not say which node it is of: name it)",
                _ => "",
            };
            notes.push(format!("there is no node {name} in this cluster: what was seen on it does not count{hint}"));
        }
        match object {
            // of one node there may be several files: kube-bench is run for each of its targets
            Object::KubeBench(new) => {
                let merged = match inventory.kube_benches.get(&key) {
                    Some(known) => {
                        let mut known = KubeBench::clone(known);
                        known.merge(*new);
                        known
                    }
                    None => *new,
                };
                inventory.upsert(Object::KubeBench(Box::new(merged)));
            }
            // of two looks at a node the later counts
            Object::NodeFacts(new) => {
                let known = inventory.node_facts.get(&key);
                if known.is_none_or(|known| known.collected_at <= new.collected_at) {
                    inventory.upsert(Object::NodeFacts(new));
                }
            }
            other => inventory.upsert(other),
        }
    }
    notes
}

fn now() -> String {
    second(&jiff::Timestamp::now())
}

fn second(time: &jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
