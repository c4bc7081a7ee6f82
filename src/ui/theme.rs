//! Themes: TOML files with a palette and a style for each role; one may inherit another.

use crate::app::Tone;
use include_dir::{Dir, include_dir};
use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;
use std::collections::BTreeMap;

static THEMES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/themes");

/// Why a theme cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    /// No theme of this name.
    #[error("There is no theme {0:?}; there are {1}.")]
    Unknown(String, String),
    /// The file does not say what it should.
    #[error("The theme {0:?} cannot be read: {1}.")]
    Invalid(String, String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    inherits: Option<String>,
    #[serde(default)]
    palette: BTreeMap<String, String>,
    #[serde(default)]
    roles: BTreeMap<String, String>,
}

/// How every tone looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Its name.
    pub name: String,
    styles: Vec<Style>,
}

impl Theme {
    /// A built-in theme.
    pub fn load(name: &str) -> Result<Self, ThemeError> {
        let (mut palette, mut roles) = (BTreeMap::new(), BTreeMap::new());
        collect(name, 0, &mut palette, &mut roles)?;
        let invalid = |why: String| ThemeError::Invalid(name.to_owned(), why);
        if let Some(role) = roles.keys().find(|role| Tone::ALL.iter().all(|tone| tone.name() != **role)) {
            return Err(invalid(format!("there is no role {role}")));
        }
        let style = |tone: &Tone| {
            let words =
                roles.get(tone.name()).ok_or_else(|| invalid(format!("the role {} is missing", tone.name())))?;
            style(words, &palette).map_err(invalid)
        };
        Ok(Self { name: name.to_owned(), styles: Tone::ALL.iter().map(style).collect::<Result<_, _>>()? })
    }

    /// Names of the built-in themes.
    pub fn names() -> Vec<String> {
        let stem = |file: &include_dir::File<'_>| Some(file.path().file_stem()?.to_str()?.to_owned());
        let mut names: Vec<String> = THEMES.files().filter_map(stem).collect();
        names.sort();
        names
    }

    /// How a tone looks.
    pub fn style(&self, tone: Tone) -> Style {
        self.styles.get(tone as usize).copied().unwrap_or_default()
    }
}

impl Default for Theme {
    /// Without any style; `Theme::load` gives a real one.
    fn default() -> Self {
        Self { name: "plain".to_owned(), styles: Vec::new() }
    }
}

/// Ancestors first, so that a theme's own words win.
fn collect(
    name: &str,
    depth: usize,
    palette: &mut BTreeMap<String, String>,
    roles: &mut BTreeMap<String, String>,
) -> Result<(), ThemeError> {
    let text = THEMES
        .get_file(format!("{name}.toml"))
        .and_then(|file| file.contents_utf8())
        .ok_or_else(|| ThemeError::Unknown(name.to_owned(), Theme::names().join(", ")))?;
    let invalid = |why: String| ThemeError::Invalid(name.to_owned(), why);
    let file: File = toml::from_str(text).map_err(|e| invalid(e.to_string()))?;
    if file.name != name {
        return Err(invalid(format!("it calls itself {:?}", file.name)));
    }
    if let Some(parent) = file.inherits {
        if depth > 8 {
            return Err(invalid("it inherits itself".to_owned()));
        }
        collect(&parent, depth + 1, palette, roles)?;
    }
    palette.extend(file.palette);
    roles.extend(file.roles);
    Ok(())
}

fn style(words: &str, palette: &BTreeMap<String, String>) -> Result<Style, String> {
    let mut style = Style::new();
    let mut background = false;
    for word in words.split_whitespace() {
        let modifier = match word {
            "bold" => Modifier::BOLD,
            "dim" => Modifier::DIM,
            "italic" => Modifier::ITALIC,
            "underlined" => Modifier::UNDERLINED,
            "reversed" => Modifier::REVERSED,
            "on" => {
                background = true;
                continue;
            }
            colour => {
                let colour = palette.get(colour).map_or(colour, String::as_str);
                let colour: Color =
                    colour.parse().map_err(|_| format!("{colour:?} is neither a colour nor an attribute"))?;
                style = if background { style.bg(colour) } else { style.fg(colour) };
                continue;
            }
        };
        style = style.add_modifier(modifier);
    }
    Ok(style)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_theme_loads_and_tells_every_role() {
        assert!(Theme::names().len() >= 3);
        for name in Theme::names() {
            Theme::load(&name).unwrap();
        }
        assert!(matches!(Theme::load("nosuch"), Err(ThemeError::Unknown(..))));
    }

    #[test]
    fn mono_uses_no_colour_and_keeps_failure_apart_from_pass() {
        let mono = Theme::load("mono").unwrap();
        for tone in Tone::ALL {
            assert_eq!((mono.style(*tone).fg, mono.style(*tone).bg), (None, None), "{tone:?}");
        }
        assert_ne!(mono.style(Tone::Fail), mono.style(Tone::Pass));
    }

    #[test]
    fn styles_are_words() {
        let palette = BTreeMap::from([("bad".to_owned(), "red".to_owned())]);
        assert_eq!(style("bad on #000001 bold", &palette).unwrap(), Style::new().red().bg(Color::Rgb(0, 0, 1)).bold());
        assert!(style("nosuch", &palette).is_err());
    }
}
