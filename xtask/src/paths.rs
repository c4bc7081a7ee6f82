//! Where things lie.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The root of the checkout that this program was built from.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// What outlives a clone: `$PLIMSOLL_CACHE`, else `plimsoll` in the user's cache directory.
pub fn cache() -> Result<PathBuf> {
    if let Some(cache) = set("PLIMSOLL_CACHE") {
        return Ok(cache);
    }
    let caches = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")));
    Ok(caches.context("no cache directory: set HOME, XDG_CACHE_HOME or PLIMSOLL_CACHE")?.join("plimsoll"))
}

/// Third-party manifests that are read from beside the checkout and never copied into it: `$PLIMSOLL_SHARED`, else
/// `../shared`.
pub fn shared() -> PathBuf {
    set("PLIMSOLL_SHARED").unwrap_or_else(|| root().join("../shared"))
}

fn set(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}
