//! `cargo xtask new-check FAMILY.NAME`: a check's file, its fixtures and the registry.

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

use crate::{generate, paths};

/// Writes them and says what is next.
pub fn run(id: &str) -> Result<()> {
    let root = paths::root();
    for file in scaffold(&root, id)? {
        println!("wrote {}", file.strip_prefix(&root).unwrap_or(&file).display());
    }
    generate::sources(false)?;
    println!(
        "\nNext:\n  1. tests/checks/{id}/fail.yaml: put in what is wrong\n  2. cargo test --test checks      (it fails)\n  \
         3. write the rule, then the texts and the remedy\n  4. name {id} in `checks:` of a control in controls/\n  \
         5. INSTA_UPDATE=always cargo test --test checks --test remedies\n\nCONTRIBUTING.md goes through it with an example."
    );
    Ok(())
}

/// Writes the check and its fixtures below a root; nothing is overwritten.
fn scaffold(root: &Path, id: &str) -> Result<Vec<PathBuf>> {
    let word = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            && !text.ends_with('-')
    };
    let Some((family, name)) = id.split_once('.').filter(|(family, name)| word(family) && word(name)) else {
        bail!("{id:?} is no id: expected FAMILY.NAME in lower case, like container.host-port");
    };
    // the family says what the rule is given
    let (rule, fixture) = match family {
        "container" => (include_str!("new_check/container.rs.in"), include_str!("new_check/workload.yaml.in")),
        "pod" => (include_str!("new_check/pod.rs.in"), include_str!("new_check/workload.yaml.in")),
        _ => (include_str!("new_check/object.rs.in"), include_str!("new_check/object.yaml.in")),
    };
    let fixtures = root.join("tests/checks").join(id);
    let check = root.join("src/checks").join(family.replace('-', "_")).join(format!("{}.rs", name.replace('-', "_")));
    let files = [
        (check, rule.replace("@ID@", id)),
        (fixtures.join("pass.yaml"), fixture.to_owned()),
        (fixtures.join("fail.yaml"), fixture.to_owned()),
    ];
    if let Some((there, _)) = files.iter().find(|(path, _)| path.exists()) {
        bail!("{} exists: choose another name", there.strip_prefix(root).unwrap_or(there).display());
    }
    for (path, text) in &files {
        let folder = path.parent().context("a file has a folder")?;
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        fs::write(path, text).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn writes_a_check_once() {
        let root = std::env::temp_dir().join(format!("plimsoll-new-check-{}", std::process::id()));
        for (id, file, run) in [
            ("container.some-thing", "src/checks/container/some_thing.rs", "EachContainer"),
            ("pod.other", "src/checks/pod/other.rs", "EachSpec"),
            ("rbac.third", "src/checks/rbac/third.rs", "Objects"),
        ] {
            assert_eq!(scaffold(&root, id).unwrap().len(), 3);
            let text = fs::read_to_string(root.join(file)).unwrap();
            assert!(text.contains(&format!("id: \"{id}\"")) && text.contains(run) && !text.contains('@'), "{text}");
            assert!(root.join("tests/checks").join(id).join("fail.yaml").is_file());
            assert!(scaffold(&root, id).is_err(), "what is there is not overwritten");
        }
        for wrong in ["container", "Container.x", "container.", "container.x y", "../x.y", "a.b.c"] {
            assert!(scaffold(&root, wrong).is_err(), "{wrong}");
        }
        fs::remove_dir_all(&root).unwrap();
    }
}
