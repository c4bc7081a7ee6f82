//! `cargo xtask gen`: what is derived from the tree and committed, so that nobody edits a table by hand.

use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Writes every generated file, or with `check` fails where one differs from what would be written.
pub fn run(check: bool) -> Result<()> {
    // the docs are written by the program, which has to know every check first
    sources(check)?;
    let root = crate::paths::root();
    let pages = pages(&root)?;
    let mut stale = settle(&pages, check)?;
    // a page of a framework that is gone
    for path in sorted(&root.join("docs/frameworks"))?.into_iter().filter(|path| !pages.contains_key(path)) {
        if !check {
            fs::remove_file(&path)?;
        }
        stale.push(path);
    }
    report(&stale, check)
}

/// The generated sources alone: what a build needs.
pub fn sources(check: bool) -> Result<()> {
    let files = registry(&crate::paths::root().join("src/checks"))?;
    report(&settle(&files, check)?, check)
}

/// Writes the files that differ, or with `check` only names them.
fn settle(files: &BTreeMap<PathBuf, String>, check: bool) -> Result<Vec<PathBuf>> {
    let mut stale = Vec::new();
    for (path, text) in files {
        if fs::read_to_string(path).ok().as_deref() == Some(text) {
            continue;
        }
        if !check {
            fs::create_dir_all(path.parent().unwrap_or(path))?;
            fs::write(path, text)?;
        }
        stale.push(path.clone());
    }
    Ok(stale)
}

fn report(stale: &[PathBuf], check: bool) -> Result<()> {
    let root = crate::paths::root();
    for path in stale {
        println!("{} {}", if check { "stale:" } else { "wrote" }, path.strip_prefix(&root).unwrap_or(path).display());
    }
    if check && !stale.is_empty() {
        bail!("generated files are stale: run `cargo xtask gen` and commit what it writes");
    }
    Ok(())
}

/// The pages of `docs/`, as the program writes them.
fn pages(root: &Path) -> Result<BTreeMap<PathBuf, String>> {
    let folder = std::env::temp_dir().join(format!("plimsoll-docs-{}", std::process::id()));
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root).args(["run", "--quiet", "--package", "plimsoll", "--example", "docs", "--"]).arg(&folder);
    let status = command.status().context("cannot run cargo")?;
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    let mut pages = BTreeMap::new();
    for path in [sorted(&folder)?, sorted(&folder.join("frameworks"))?].concat() {
        if path.is_file() {
            let place = path.strip_prefix(&folder)?;
            pages.insert(root.join("docs").join(place), fs::read_to_string(&path)?);
        }
    }
    fs::remove_dir_all(&folder)?;
    Ok(pages)
}

/// `src/checks/registry.rs` and a `mod.rs` a family: one line a check.
fn registry(checks: &Path) -> Result<BTreeMap<PathBuf, String>> {
    let mut families: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for family in sorted(checks)?.into_iter().filter(|path| path.is_dir()) {
        let names = families.entry(stem(&family)).or_default();
        names.extend(sorted(&family)?.iter().map(|path| stem(path)).filter(|name| name != "mod"));
    }
    families.retain(|_, names| !names.is_empty());
    let mut files = BTreeMap::new();
    // by id: what a check is called in Rust
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for (family, names) in &families {
        let prefix = family.replace('_', "-");
        let mut text = format!("//! `{prefix}.*`; written by `cargo xtask gen`.\n\n");
        for name in names {
            let source = fs::read_to_string(checks.join(family).join(format!("{name}.rs")))?;
            if source.contains("pub static CHECK: Check") {
                let id = format!("{prefix}.{}", name.replace('_', "-"));
                text += &format!("/// `{id}`.\npub mod {name};\n");
                all.insert(id, format!("super::{family}::{name}::CHECK"));
            } else if source.contains("pub static TABLE: &[Check]") {
                text += &format!("/// Checks of `{prefix}` that are rows.\npub mod {name};\n");
                for (row, id) in rows(&source).into_iter().enumerate() {
                    all.insert(id.to_owned(), format!("super::{family}::{name}::TABLE[{row}]"));
                }
            } else {
                // a file without a check is what its siblings share
                text += &format!("mod {name};\n");
            }
        }
        files.insert(checks.join(family).join("mod.rs"), text);
    }
    let all: String = all.values().map(|path| format!("    &{path},\n")).collect();
    let text = format!(
        "//! Every check; written by `cargo xtask gen`.\n\nuse super::Check;\n\n/// Every check, in order of id.\n#[allow(clippy::indexing_slicing)] // rows of tables, when this is compiled\npub static ALL: &[&Check] = &[\n{all}];\n"
    );
    files.insert(checks.join("registry.rs"), text);
    let mods: String = families.keys().map(|family| format!("pub mod {family};\n")).collect();
    let path = checks.join("mod.rs");
    let current = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    const MARKS: (&str, &str) = ("// families: written by `cargo xtask gen`\n", "// end of families\n");
    let (Some((before, rest)), true) = (current.split_once(MARKS.0), current.contains(MARKS.1)) else {
        bail!("{}: the lines {:?} and {:?} are missing", path.display(), MARKS.0.trim(), MARKS.1.trim());
    };
    let after = rest.split_once(MARKS.1).map_or("", |(_, after)| after);
    files.insert(path, format!("{before}{}{mods}{}{after}", MARKS.0, MARKS.1));
    Ok(files)
}

/// Ids of a table's rows, in their order.
fn rows(source: &str) -> Vec<&str> {
    source.lines().filter_map(|line| line.trim().strip_prefix("id: \"")?.strip_suffix("\",")).collect()
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.map(|e| e.path())).collect::<std::io::Result<_>>()?;
    paths.sort();
    Ok(paths)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
