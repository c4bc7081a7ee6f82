//! How the screens look on this terminal: by flags first, then settings, then the environment.

use crate::app::ThemeChoice;
use crate::config::When;
use crate::ui::{Depth, Theme, ThemeError, Themes};

/// What was asked for on the command line and in the settings.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// Colours.
    pub color: When,
    /// ASCII only.
    pub ascii: bool,
    /// A theme that goes before the settings' own.
    pub theme: Option<String>,
}

pub(super) type Env<'e> = &'e dyn Fn(&str) -> Option<String>;

impl Look {
    /// How many colours are shown.
    pub(super) fn depth(&self, env: Env<'_>) -> Depth {
        let set = |name: &str| env(name).filter(|value| !value.is_empty());
        let off = match self.color {
            When::Never => true,
            When::Always => false,
            When::Auto => {
                let forced = set("CLICOLOR_FORCE").is_some_and(|value| value != "0");
                set("NO_COLOR").is_some() || (!forced && set("CLICOLOR").is_some_and(|value| value == "0"))
            }
        };
        if off { Depth::None } else { Depth::of(env) }
    }

    /// Whether only ASCII is drawn: asked for, or the locale says that it is not UTF-8. Where nothing is said (containers,
    /// bare ssh), terminals take UTF-8.
    pub fn is_ascii(&self, env: Env<'_>) -> bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| env(name).filter(|v| !v.is_empty()));
        let utf8 = |locale: String| locale.to_ascii_lowercase().replace('-', "").contains("utf8");
        self.ascii || locale.is_some_and(|locale| !utf8(locale))
    }
}

/// The theme in use, and what decides on the next.
#[derive(Debug)]
pub(super) struct Wardrobe {
    /// The themes that there are.
    pub(super) themes: Themes,
    /// How many colours are shown.
    depth: Depth,
    ascii: bool,
    /// Whether the background is light, where the terminal told.
    pub(super) light: Option<bool>,
    /// What was laid down.
    pub(super) choice: ThemeChoice,
}

impl Wardrobe {
    pub(super) fn new(look: &Look, choice: ThemeChoice, themes: Themes, env: Env<'_>) -> Self {
        let choice = look.theme.clone().map_or(choice, ThemeChoice::Named);
        let light = super::background::told(env);
        Self { themes, depth: look.depth(env), ascii: look.is_ascii(env), light, choice }
    }

    /// Whether the terminal's background decides, and is not known.
    pub(super) fn wonders(&self) -> bool {
        self.depth > Depth::None && self.light.is_none() && matches!(self.choice, ThemeChoice::Background(..))
    }

    /// Whether colours are shown.
    pub(super) fn is_coloured(&self) -> bool {
        self.depth > Depth::None
    }

    /// The theme of this name.
    pub(super) fn named(&self, name: &str) -> Result<Theme, ThemeError> {
        Ok(self.themes.load(name, self.depth)?.ascii(self.ascii))
    }

    /// The theme that was laid down.
    pub(super) fn chosen(&self) -> Result<Theme, ThemeError> {
        self.named(match &self.choice {
            _ if self.depth == Depth::None => "mono",
            ThemeChoice::Named(name) => name,
            ThemeChoice::Background(_, light) if self.light == Some(true) => light,
            ThemeChoice::Background(dark, _) => dark,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(color: When) -> Look {
        Look { color, ..Look::default() }
    }

    fn env(vars: &'static [(&'static str, &'static str)]) -> impl Fn(&str) -> Option<String> {
        move |name| vars.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn flags_go_before_the_environment() {
        let no_color = env(&[("NO_COLOR", "1"), ("COLORTERM", "truecolor")]);
        assert_eq!(look(When::Auto).depth(&no_color), Depth::None);
        assert_eq!(look(When::Always).depth(&no_color), Depth::True);
        let empty = env(&[("NO_COLOR", ""), ("TERM", "xterm-256color")]);
        assert_eq!(look(When::Auto).depth(&empty), Depth::Indexed, "an empty value is not set");
        assert_eq!(look(When::Never).depth(&empty), Depth::None);
        assert_eq!(look(When::Auto).depth(&env(&[("CLICOLOR", "0")])), Depth::None);
        assert_eq!(look(When::Auto).depth(&env(&[("CLICOLOR", "0"), ("CLICOLOR_FORCE", "1")])), Depth::Ansi);
    }

    #[test]
    fn a_locale_that_is_not_utf8_means_ascii() {
        let is_ascii = |env: Env<'_>| Look::default().is_ascii(env);
        assert!(is_ascii(&env(&[("LANG", "C")])) && is_ascii(&env(&[("LC_ALL", "POSIX"), ("LANG", "en_GB.UTF-8")])));
        assert!(!is_ascii(&env(&[("LANG", "C.UTF-8")])) && !is_ascii(&env(&[("LC_CTYPE", "de_DE.utf8")])));
        assert!(!is_ascii(&env(&[])), "nothing is said");
        assert!(Look { ascii: true, ..Look::default() }.is_ascii(&env(&[("LANG", "C.UTF-8")])));
    }

    #[test]
    fn the_background_decides_only_where_no_theme_is_named() {
        let themes = Themes::default;
        let truecolor = env(&[("COLORTERM", "truecolor")]);
        let mut wardrobe = Wardrobe::new(&look(When::Auto), ThemeChoice::default(), themes(), &truecolor);
        assert!(wardrobe.wonders());
        assert_eq!(wardrobe.chosen().unwrap().name, "dark");
        wardrobe.light = Some(true);
        assert_eq!(wardrobe.chosen().unwrap().name, "light");
        let named = Look { theme: Some("gruvbox".to_owned()), ..Look::default() };
        let wardrobe = Wardrobe::new(&named, ThemeChoice::default(), themes(), &truecolor);
        assert!(!wardrobe.wonders());
        assert_eq!(wardrobe.chosen().unwrap().name, "gruvbox");
        let mono = Wardrobe::new(&named, ThemeChoice::default(), themes(), &env(&[("NO_COLOR", "1")]));
        assert_eq!(mono.chosen().unwrap().name, "mono");
    }
}
