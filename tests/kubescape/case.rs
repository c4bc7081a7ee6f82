//! A case of kubescape's: what its rule is given, and what it says.

use super::alerts::{Alert, alerts};
use super::{entries, name, sensor};
use plimsoll::inventory::{AllowedRegistry, yaml};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A case.
pub struct Case {
    /// Its folder's name.
    pub name: String,
    /// Documents as they stand, with the files' names.
    pub texts: Vec<(String, String)>,
    /// What it says.
    pub alerts: Vec<Alert>,
    /// Registries that it allows.
    pub allowed: Vec<AllowedRegistry>,
}

impl Case {
    /// Reads a case; None where it has no input, which kubescape does not read either.
    pub fn read(folder: &Path) -> Option<Self> {
        let input = folder.join("input");
        let files: Vec<PathBuf> = if input.is_dir() {
            entries(&input)
        } else {
            // two cases have theirs beside what is expected
            let is_input = |path: &PathBuf| path.extension().is_some_and(|end| end == "yaml");
            entries(folder).into_iter().filter(is_input).collect()
        };
        let text = |path: PathBuf| (path.display().to_string(), fs::read_to_string(&path).unwrap());
        let texts: Vec<_> = files.into_iter().map(text).collect();
        let expected: Value = serde_json::from_str(&fs::read_to_string(folder.join("expected.json")).unwrap()).unwrap();
        let case = Self {
            name: name(folder),
            texts,
            alerts: alerts(&expected),
            allowed: allowed_registries(&folder.join("data.json")),
        };
        (!case.texts.is_empty()).then_some(case)
    }

    /// Its objects, one by one.
    pub fn objects(&self) -> Vec<Value> {
        let documents = self.texts.iter().flat_map(|(_, text)| yaml::documents(text));
        documents.filter_map(|document| Some(document.parse().ok()?.value)).filter(|value| !value.is_null()).collect()
    }

    /// Whether its objects are looked at one by one: what kubescape's sensor saw of a node, and objects of one name.
    pub fn is_alone(&self) -> bool {
        let objects = self.objects();
        let key = |object: &Value| {
            let meta = &object["metadata"];
            (object["kind"].to_string(), meta["namespace"].to_string(), meta["name"].to_string())
        };
        let distinct: BTreeSet<_> = objects.iter().map(key).collect();
        distinct.len() < objects.len() || objects.iter().any(sensor::is_of_node)
    }
}

fn allowed_registries(file: &Path) -> Vec<AllowedRegistry> {
    let Ok(text) = fs::read_to_string(file) else { return Vec::new() };
    let data: Value = serde_json::from_str(&text).unwrap();
    let hosts = data["postureControlInputs"]["imageRepositoryAllowList"].as_array().cloned().unwrap_or_default();
    hosts.iter().map(|host| host.as_str().unwrap().parse().unwrap()).collect()
}
