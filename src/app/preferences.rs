//! What the user laid down for the terminal, for every context or for one.

use super::{Key, Keymap, Origin, Target};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Which theme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ThemeChoice {
    /// By the terminal's background: the first on a dark one, the second on a light one.
    Background(String, String),
    /// This one.
    Named(String),
}

impl Default for ThemeChoice {
    fn default() -> Self {
        Self::Background("dark".to_owned(), "light".to_owned())
    }
}

/// What was laid down; by default nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// The theme.
    pub theme: ThemeChoice,
    /// Framework that is listed first.
    pub framework: Option<Arc<str>>,
    /// What is looked at in a cluster where nobody named a namespace.
    pub namespaces: Vec<Arc<str>>,
    /// Namespaces on the keys 1–9.
    pub favourites: Vec<Arc<str>>,
    /// Columns by table, where they are not the table's own.
    pub columns: BTreeMap<String, Vec<String>>,
    /// Whether somebody said whose things are.
    pub teams: bool,
    /// What keys do.
    pub keys: Keymap,
    /// Keys that run a command.
    pub hotkeys: Vec<(Key, String)>,
    /// Whether the mouse is heeded.
    pub mouse: bool,
}

/// Preferences by context.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profiles {
    /// Where a context has none of its own.
    pub everywhere: Preferences,
    /// Those of contexts, by name.
    pub contexts: BTreeMap<String, Preferences>,
    /// The kubeconfig's current context.
    pub current: Option<String>,
}

impl Profiles {
    /// Those that hold for a target.
    pub fn of(&self, target: &Target) -> &Preferences {
        let context = match target.origin {
            Origin::Cluster => target.context.as_deref().or(self.current.as_deref()),
            Origin::Files | Origin::Demo => None,
        };
        context.and_then(|name| self.contexts.get(name)).unwrap_or(&self.everywhere)
    }
}
