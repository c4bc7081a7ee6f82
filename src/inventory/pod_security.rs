//! Pod Security admission: what a namespace's labels say.

use super::Version;
use super::kinds::meta::Map;
use std::fmt;

/// The label of the level below which pods are refused.
pub const ENFORCE: &str = "pod-security.kubernetes.io/enforce";
/// The label of the version whose rules are enforced.
pub const ENFORCE_VERSION: &str = "pod-security.kubernetes.io/enforce-version";

/// A level of the Pod Security Standards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Allows everything.
    Privileged,
    /// Forbids what is known to lead out of a container.
    Baseline,
    /// Asks for hardening.
    Restricted,
}

impl Level {
    /// The word of labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }

    /// By its word.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Privileged, Self::Baseline, Self::Restricted].into_iter().find(|level| level.as_str() == word)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The level that a namespace enforces: the label's value, never its presence (pitfall 40). None: nothing is refused, for
/// want of the label, because its value is no level, or because the version does not act on it.
pub fn enforced(labels: &Map, server: Version) -> Option<Level> {
    // Pod Security admission is on from 1.23
    if !server.at_least(23) {
        return None;
    }
    labels.get(ENFORCE).and_then(|word| Level::of(word)).filter(|level| *level > Level::Privileged)
}

/// The version whose rules a namespace enforces: the label's, no newer than the server; else the server's.
pub fn enforced_version(labels: &Map, server: Version) -> Version {
    let pinned = labels.get(ENFORCE_VERSION).and_then(|version| version.parse().ok());
    pinned.map_or(server, |version: Version| version.min(server))
}
