//! The files of users' packs: a file is a pack; a folder with a `pack.yaml` is one; any other folder holds packs.

use crate::frameworks::PackError;
use crate::frameworks::custom::Files;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Reads the packs of a path. What cannot be read within a folder is told and skipped.
///
/// # Errors
/// The path itself cannot be read.
pub fn read(path: &Path, errors: &mut Vec<PackError>) -> io::Result<Vec<Files>> {
    if !fs::metadata(path)?.is_dir() {
        return Ok(vec![Files { name: name(path), texts: vec![(name(path), fs::read_to_string(path)?)] }]);
    }
    let entries = sorted(path)?;
    if entries.iter().any(|entry| entry.ends_with("pack.yaml")) {
        let texts = entries.iter().filter(|entry| is_yaml(entry)).filter_map(|file| text(file, errors)).collect();
        return Ok(vec![Files { name: name(path), texts }]);
    }
    let mut packs = Vec::new();
    for entry in &entries {
        if is_yaml(entry) {
            packs.extend(text(entry, errors).map(|text| Files { name: name(entry), texts: vec![text] }));
        } else if entry.join("pack.yaml").is_file() {
            match read(entry, errors) {
                Ok(more) => packs.extend(more),
                Err(error) => errors.push(unreadable(entry, &error)),
            }
        }
    }
    Ok(packs)
}

/// Where the fixtures of a pack's checks are: `tests` beside its file, or in its folder.
pub fn fixtures(pack: &Files) -> PathBuf {
    let path = Path::new(&pack.name);
    if path.is_dir() { path.join("tests") } else { path.with_file_name("tests") }
}

/// The entries of a folder, in order of name, without hidden ones.
///
/// # Errors
/// The folder cannot be read.
pub fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

fn is_yaml(path: &Path) -> bool {
    path.is_file() && matches!(path.extension().and_then(|e| e.to_str()), Some("yaml" | "yml"))
}

fn text(file: &Path, errors: &mut Vec<PackError>) -> Option<(String, String)> {
    match fs::read_to_string(file) {
        Ok(text) => Some((name(file), text)),
        Err(error) => {
            errors.push(unreadable(file, &error));
            None
        }
    }
}

fn unreadable(path: &Path, error: &io::Error) -> PackError {
    PackError::of(&name(path), format!("cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_folders_are_packs() {
        let folder = tempfile::tempdir().unwrap();
        let write = |file: &str| {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "a: 1\n").unwrap();
        };
        for file in
            ["b.yaml", "a.yml", "notes.txt", ".hidden.yaml", "tests/acme.a/pass.yaml", "f/pack.yaml", "f/1.yaml"]
        {
            write(file);
        }
        let mut errors = Vec::new();
        let packs = read(folder.path(), &mut errors).unwrap();
        let named = |files: &Files| (files.name.rsplit('/').next().unwrap().to_owned(), files.texts.len());
        assert_eq!(
            packs.iter().map(named).collect::<Vec<_>>(),
            [("a.yml".into(), 1), ("b.yaml".into(), 1), ("f".into(), 2)]
        );
        assert_eq!(fixtures(&packs[1]), folder.path().join("tests"));
        assert_eq!(fixtures(&packs[2]), folder.path().join("f/tests"));
        assert!(errors.is_empty() && read(&folder.path().join("none"), &mut errors).is_err());
    }
}
