//! Where the records lie, and whether others see them there.

use super::paths;
use std::path::{Path, PathBuf};

/// The files of records: those that were named, else those of the user's own folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths {
    /// `waivers.yaml`; None: there is no home directory.
    pub waivers: Option<PathBuf>,
    /// `attestations.yaml`; None: there is no home directory.
    pub attestations: Option<PathBuf>,
}

impl Paths {
    /// From the flags.
    pub fn new(waivers: Option<&Path>, attestations: Option<&Path>) -> Self {
        let own = paths::Paths::new().map(|paths| paths.config);
        let place = |named: Option<&Path>, name: &str| {
            named.map(Path::to_path_buf).or_else(|| own.as_ref().map(|folder| folder.join(name)))
        };
        Self { waivers: place(waivers, "waivers.yaml"), attestations: place(attestations, "attestations.yaml") }
    }
}

/// Whether a file lies, or would lie, in a git repository: a link is followed, folders need not exist.
pub fn is_in_repository(path: &Path) -> bool {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let real = whole.ancestors().find_map(|place| place.canonicalize().ok());
    real.is_some_and(|place| place.ancestors().any(|folder| folder.join(".git").exists()))
}

/// A path as people write it: `~` for the home directory.
pub fn shortened(path: &Path) -> String {
    let home = std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
    match home.and_then(|home| path.strip_prefix(home).map(Path::to_path_buf).ok()) {
        Some(rest) => format!("~/{}", rest.display()),
        None => path.display().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_repository_is_found_through_links_and_above_folders_that_are_not_there_yet() {
        let folder = tempfile::tempdir().unwrap();
        let (inside, outside) = (folder.path().join("repository"), folder.path().join("config"));
        fs::create_dir_all(inside.join(".git")).unwrap();
        fs::create_dir_all(&outside).unwrap();
        assert!(is_in_repository(&inside.join("deep/down/waivers.yaml")));
        assert!(!is_in_repository(&outside.join("waivers.yaml")));
        fs::write(inside.join("waivers.yaml"), "").unwrap();
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(inside.join("waivers.yaml"), outside.join("waivers.yaml")).unwrap();
            assert!(is_in_repository(&outside.join("waivers.yaml")));
        }
    }
}
