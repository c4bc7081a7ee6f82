//! Layers: each may use only what stands left of it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What each layer may use, as ARCHITECTURE.md draws it.
fn allowed() -> BTreeMap<&'static str, Vec<&'static str>> {
    let chain = ["model", "inventory", "checks", "frameworks", "engine"];
    let mut allowed: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (i, layer) in chain.iter().enumerate() {
        allowed.insert(layer, chain[..i].to_vec());
    }
    let side = ["sources", "imports", "exports", "remediation", "store"];
    for layer in side {
        allowed.insert(layer, chain.to_vec());
    }
    allowed.insert("app", chain.to_vec());
    allowed.insert("ui", [&chain[..], &["app"]].concat());
    let outer = [&chain[..], &side[..], &["app", "ui"]].concat();
    allowed.insert("config", outer.clone());
    allowed.insert("runtime", [&outer[..], &["config"]].concat());
    allowed.insert("cli", [&outer[..], &["config", "runtime"]].concat());
    allowed
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

/// The layers that a line names by `crate::LAYER`.
fn named(line: &str) -> Vec<&str> {
    let code = line.split("//").next().unwrap_or_default();
    code.match_indices("crate::")
        .map(|(at, word)| {
            let rest = &code[at + word.len()..];
            &rest[..rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())]
        })
        .collect()
}

#[test]
fn each_layer_uses_only_what_stands_left_of_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let allowed = allowed();
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for (layer, may) in &allowed {
        let folder = source.join(layer);
        if !folder.is_dir() {
            continue;
        }
        let mut files = Vec::new();
        rust_files(&folder, &mut files);
        for file in files {
            let text = fs::read_to_string(&file).unwrap();
            for (number, line) in text.lines().enumerate() {
                for used in named(line).into_iter().filter(|used| allowed.contains_key(used)) {
                    seen += 1;
                    if used != *layer && !may.contains(&used) {
                        wrong.push(format!("{}:{}: {layer} uses {used}", file.display(), number + 1));
                    }
                }
            }
        }
    }
    assert!(seen > 50, "the test found only {seen} uses: it no longer reads the source");
    assert!(wrong.is_empty(), "edges that the layers forbid:\n{}", wrong.join("\n"));
}

#[test]
fn every_folder_of_the_source_is_a_layer() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(source).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(!path.is_dir() || allowed().contains_key(name.as_str()), "src/{name} stands in no layer");
    }
}
