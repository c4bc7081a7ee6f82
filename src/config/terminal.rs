//! What the settings mean for the terminal.

use super::value::{Columns, FrameworkId, Hotkeys, Keys, ThemeName, ThemeOrAuto};
use super::{Config, Files, Level, Settings};
use crate::app::{Action, Configured, Key, Keymap, Preferences, Profiles, ThemeChoice};
use crate::ui::Themes;
use std::sync::Arc;

/// Files as the terminal takes them; `current` tells the kubeconfig's current context.
pub fn configured(files: &Files, current: impl FnOnce(&Config) -> Option<String>) -> (Config, Configured) {
    let (config, problems) = files.config();
    let current = current(&config);
    let everywhere = config.everywhere.preferences();
    let contexts = config.contexts.keys().map(|name| (name.clone(), config.of(Some(name)).preferences())).collect();
    let errors = problems.iter().filter(|problem| problem.level == Level::Error);
    let configured = Configured {
        profiles: Profiles { everywhere, contexts, current },
        themes: Themes::new(files.themes.clone()).names(),
        ignored: errors.map(|problem| problem.to_string()).collect(),
    };
    (config, configured)
}

fn names(list: &Option<Vec<String>>) -> Vec<Arc<str>> {
    list.iter().flatten().map(|name| name.as_str().into()).collect()
}

impl Settings {
    /// The theme.
    pub fn theme(&self) -> ThemeChoice {
        let or = |name: &Option<ThemeName>, default: &str| match name {
            Some(ThemeName(name)) => name.clone(),
            None => default.to_owned(),
        };
        match &self.theme {
            Some(ThemeOrAuto(Some(name))) => ThemeChoice::Named(name.clone()),
            _ => ThemeChoice::Background(or(&self.theme_dark, "dark"), or(&self.theme_light, "light")),
        }
    }

    /// All that the screens follow.
    pub fn preferences(&self) -> Preferences {
        let key = |name: &String| name.parse::<Key>().ok();
        let bound = self.keys.iter().flat_map(|Keys(keys)| keys);
        let bound: Vec<(Action, Vec<Key>)> = bound
            .filter_map(|(action, keys)| Some((Action::named(action)?, keys.iter().filter_map(key).collect())))
            .collect();
        let hotkeys = self.hotkeys.iter().flat_map(|Hotkeys(hotkeys)| hotkeys);
        let hotkeys: Vec<(Key, String)> =
            hotkeys.filter_map(|(name, command)| Some((key(name)?, command.clone()))).collect();
        let taken: Vec<Key> = hotkeys.iter().map(|(key, _)| *key).collect();
        let columns = self.columns.iter().flat_map(|Columns(columns)| columns);
        Preferences {
            theme: self.theme(),
            framework: self.framework.as_ref().map(|FrameworkId(id)| id.as_str().into()),
            namespaces: names(&self.namespaces),
            favourites: names(&self.favourites),
            columns: columns.cloned().collect(),
            teams: self.teams.is_some() || self.team_labels.is_some(),
            keys: Keymap::with(&bound, &taken),
            hotkeys,
            mouse: self.mouse.unwrap_or(false),
        }
    }
}
