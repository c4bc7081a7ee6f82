//! Writes the pages of `docs/` into the folder given: `cargo xtask gen` runs it.

use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("which folder?")?);
    let packs = plimsoll::frameworks::embedded()?;
    for (path, text) in plimsoll::exports::docs::pages(&packs, &rule) {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(&folder))?;
        std::fs::write(path, text)?;
    }
    Ok(())
}

/// The exact rule of a check: the comment above its `CHECK`, where it has a file of its own.
fn rule(id: &str) -> Option<String> {
    let (family, name) = id.split_once('.')?;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/checks").join(family).join(name.replace('-', "_"));
    let source = std::fs::read_to_string(file.with_extension("rs")).ok()?;
    let (before, _) = source.split_once("pub static CHECK")?;
    let mut lines: Vec<&str> = before.lines().rev().map_while(|line| line.trim().strip_prefix("///")).collect();
    lines.reverse();
    let text = lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then(|| without_pitfalls(&text.replace('`', "")))
}

/// Without `(pitfall 4)`: numbers of a list that readers do not have.
fn without_pitfalls(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(" (pitfall") {
        out.push_str(before);
        rest = after.split_once(')').map_or("", |(_, rest)| rest);
    }
    out + rest
}
