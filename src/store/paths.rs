//! Where things lie: the XDG base directories on every system, as command-line tools keep it; never beside a kubeconfig.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// plimsoll's directories. None of them is made before something is written there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// Settings, themes and waivers of the user: `$PLIMSOLL_CONFIG_DIR`, else `$XDG_CONFIG_HOME/plimsoll`.
    pub config: PathBuf,
    /// What plimsoll keeps for the user: `$XDG_DATA_HOME/plimsoll`.
    pub data: PathBuf,
    /// Logs, history, exports: `$XDG_STATE_HOME/plimsoll`.
    pub state: PathBuf,
    /// What may be deleted at any time: `$XDG_CACHE_HOME/plimsoll`.
    pub cache: PathBuf,
}

impl Paths {
    /// From the environment.
    pub fn new() -> Option<Self> {
        Self::from_env(|name| env::var_os(name))
    }

    /// From any environment. None: no home directory is set, and not every directory is.
    pub fn from_env(var: impl Fn(&str) -> Option<OsString>) -> Option<Self> {
        // the specification has relative paths ignored
        let set = |name: &str| var(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let home = set("HOME").or_else(|| set("USERPROFILE"));
        let base = |name: &str, below: &str| {
            let base = set(name).or_else(|| home.as_ref().map(|home| home.join(below)));
            base.map(|base| base.join("plimsoll"))
        };
        let own = var("PLIMSOLL_CONFIG_DIR").map(PathBuf::from).filter(|path| !path.as_os_str().is_empty());
        Some(Self {
            config: own.or_else(|| base("XDG_CONFIG_HOME", ".config"))?,
            data: base("XDG_DATA_HOME", ".local/share")?,
            state: base("XDG_STATE_HOME", ".local/state")?,
            cache: base("XDG_CACHE_HOME", ".cache")?,
        })
    }

    /// The settings.
    pub fn settings(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// Themes of the user.
    pub fn themes(&self) -> PathBuf {
        self.config.join("themes")
    }

    /// Where exports go when nobody named a place; made with mode 0700.
    pub fn exports(&self) -> PathBuf {
        self.state.join("exports")
    }

    /// Packs that the user added.
    pub fn packs(&self) -> PathBuf {
        self.config.join("packs")
    }

    /// The log.
    pub fn log(&self) -> PathBuf {
        self.state.join("plimsoll.log")
    }
}

/// `~/` is the home directory, as in a shell.
pub fn expanded(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), env::var_os("HOME")) {
        (Ok(rest), Some(home)) => Path::new(&home).join(rest),
        _ => path.to_path_buf(),
    }
}

/// Every path, by name, for `plimsoll info`; empty where there is no home directory.
pub fn all() -> Vec<(&'static str, PathBuf)> {
    Paths::new().map_or_else(Vec::new, |paths| {
        let (settings, exports, log) = (paths.settings(), paths.exports(), paths.log());
        vec![
            ("config", paths.config),
            ("settings", settings),
            ("data", paths.data),
            ("state", paths.state),
            ("cache", paths.cache),
            ("exports", exports),
            ("log", log),
        ]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(vars: &[(&str, &str)]) -> Option<Paths> {
        Paths::from_env(|name| vars.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).into()))
    }

    #[test]
    fn the_base_directories_decide() {
        let home = paths(&[("HOME", "/home/u"), ("XDG_STATE_HOME", "relative")]).unwrap();
        assert_eq!(home.config, PathBuf::from("/home/u/.config/plimsoll"));
        assert_eq!(
            home.exports(),
            PathBuf::from("/home/u/.local/state/plimsoll/exports"),
            "a relative path is ignored"
        );
        let set = paths(&[("HOME", "/home/u"), ("XDG_CACHE_HOME", "/c"), ("PLIMSOLL_CONFIG_DIR", "/etc/p")]).unwrap();
        assert_eq!((set.config, set.cache), (PathBuf::from("/etc/p"), PathBuf::from("/c/plimsoll")));
        assert_eq!(paths(&[]), None);
    }
}
