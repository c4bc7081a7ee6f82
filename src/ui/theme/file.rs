//! Theme files, the program's own and the user's.

use super::{Depth, Theme, depth};
use crate::app::Tone;
use crate::model::nearest;
use include_dir::{Dir, include_dir};
use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/themes");

/// Why a theme cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    /// No theme of this name.
    #[error("There is no theme {0:?}; there are {1}.")]
    Unknown(String, String),
    /// The file does not say what it should: its name, the place in it, what is wrong there.
    #[error("themes/{0}.toml:{1}: {2}")]
    Invalid(String, String, String),
}

/// A file, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// The theme whose words hold where this one has none.
    inherits: Option<Spanned<String>>,
    /// Backgrounds that it is made for.
    papers: Option<Vec<Spanned<String>>>,
    /// Names for colours: one, and what stands for it where there are only 16.
    #[serde(default)]
    palette: BTreeMap<String, Spanned<String>>,
    /// A style for each role.
    #[serde(default)]
    roles: BTreeMap<Spanned<String>, Spanned<String>>,
}

/// Words with where they stand, so that what is wrong with them can be said there.
struct Words {
    theme: String,
    place: String,
    words: String,
}

impl Words {
    fn wrong(&self, what: impl Into<String>) -> ThemeError {
        ThemeError::Invalid(self.theme.clone(), self.place.clone(), what.into())
    }
}

/// What a theme and its ancestors say; the theme's own words win.
#[derive(Default)]
struct Gathered {
    papers: Vec<Words>,
    palette: BTreeMap<String, Words>,
    roles: BTreeMap<String, Words>,
}

/// The themes that there are: the program's own, and the user's before them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Themes {
    /// Texts of the user's files, by name.
    files: BTreeMap<String, String>,
}

impl Themes {
    /// With files of the user: names and texts.
    pub fn new(files: BTreeMap<String, String>) -> Self {
        Self { files }
    }

    /// Their names.
    pub fn names(&self) -> Vec<String> {
        let stem = |file: &include_dir::File<'_>| Some(file.path().file_stem()?.to_str()?.to_owned());
        let mut names: Vec<String> = BUILT_IN.files().filter_map(stem).chain(self.files.keys().cloned()).collect();
        names.sort();
        names.dedup();
        names
    }

    /// A theme as a terminal of so many colours shows it.
    ///
    /// # Errors
    /// There is none of this name, or its file is wrong.
    pub fn load(&self, name: &str, depth: Depth) -> Result<Theme, ThemeError> {
        let mut gathered = Gathered::default();
        self.gather(name, &mut Vec::new(), &mut gathered)?;
        let Gathered { papers, palette, roles } = gathered;
        for (role, words) in &roles {
            if Tone::ALL.iter().all(|tone| tone.name() != *role) {
                let near = nearest(role, Tone::ALL.iter().map(|tone| tone.name()));
                let near = near.map(|near| format!(": did you mean {near:?}?")).unwrap_or_default();
                return Err(words.wrong(format!("there is no role {role:?}{near}")));
            }
        }
        let style = |tone: &Tone| match roles.get(tone.name()) {
            Some(words) => style(words, &palette, depth),
            None => {
                let what = format!("the role {:?} is missing: inherit a theme, or say it", tone.name());
                Err(ThemeError::Invalid(name.to_owned(), "1:1".to_owned(), what))
            }
        };
        let paper = |words: &Words| {
            let color = color(words, &words.words, &palette)?.0;
            depth::rgb(color).ok_or_else(|| words.wrong(format!("{:?} is no colour of its own", words.words)))
        };
        Ok(Theme {
            name: name.to_owned(),
            ascii: false,
            papers: papers.iter().map(paper).collect::<Result<_, _>>()?,
            styles: Tone::ALL.iter().map(style).collect::<Result<_, _>>()?,
        })
    }

    /// Ancestors first. `above` holds those that lead here: a user's theme may inherit the program's of the same name.
    fn gather(&self, name: &str, above: &mut Vec<String>, into: &mut Gathered) -> Result<(), ThemeError> {
        let own = || self.files.get(name).filter(|_| !above.iter().any(|n| n == name));
        let built_in = || BUILT_IN.get_file(format!("{name}.toml")).and_then(|file| file.contents_utf8());
        let text = own().map(String::as_str).or_else(built_in);
        let text = text.ok_or_else(|| ThemeError::Unknown(name.to_owned(), self.names().join(", ")))?;
        let words = |span: std::ops::Range<usize>, words: &str| Words {
            theme: name.to_owned(),
            place: place(text, span.start),
            words: words.to_owned(),
        };
        let file: File = toml::from_str(text)
            .map_err(|error| words(error.span().unwrap_or_default(), "").wrong(error.message().trim()))?;
        if let Some(parent) = file.inherits {
            above.push(name.to_owned());
            self.gather(parent.get_ref(), above, into).map_err(|error| match error {
                ThemeError::Unknown(..) => words(parent.span(), "").wrong(error.to_string()),
                wrong => wrong,
            })?;
        }
        if let Some(papers) = file.papers {
            into.papers = papers.iter().map(|paper| words(paper.span(), paper.get_ref())).collect();
        }
        into.palette.extend(file.palette.into_iter().map(|(name, said)| (name, words(said.span(), said.get_ref()))));
        let role = |(name, said): (Spanned<String>, Spanned<String>)| {
            let place =
                if Tone::ALL.iter().any(|tone| tone.name() == name.get_ref()) { said.span() } else { name.span() };
            (name.into_inner(), words(place, said.get_ref()))
        };
        into.roles.extend(file.roles.into_iter().map(role));
        Ok(())
    }
}

/// `line:column` of a byte.
fn place(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    format!("{line}:{}", before.rsplit('\n').next().unwrap_or_default().chars().count() + 1)
}

/// A colour of the palette, or one by name or number; and what stands for it where there are 16.
fn color(at: &Words, word: &str, palette: &BTreeMap<String, Words>) -> Result<(Color, Option<Color>), ThemeError> {
    let (at, text) = palette.get(word).map_or((at, word), |words| (words, words.words.as_str()));
    let parse = |word: &str| {
        word.parse::<Color>().map_err(|_| at.wrong(format!("{word:?} is neither a colour nor an attribute")))
    };
    let mut words = text.split_whitespace();
    let color = parse(words.next().unwrap_or_default())?;
    Ok((color, words.next().map(parse).transpose()?))
}

fn style(at: &Words, palette: &BTreeMap<String, Words>, depth: Depth) -> Result<Style, ThemeError> {
    let mut style = Style::new();
    let mut background = false;
    for word in at.words.split_whitespace() {
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
            word => {
                let (color, ansi) = color(at, word, palette)?;
                if let Some(color) = depth.shows(color, ansi) {
                    style = if background { style.bg(color) } else { style.fg(color) };
                }
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

    fn user(name: &str, text: &str) -> Themes {
        Themes::new(BTreeMap::from([(name.to_owned(), text.to_owned())]))
    }

    #[test]
    fn every_theme_loads_and_tells_every_role() {
        let themes = Themes::default();
        assert!(themes.names().len() >= 6);
        for name in themes.names() {
            themes.load(&name, Depth::True).unwrap();
        }
        assert!(matches!(themes.load("nosuch", Depth::True), Err(ThemeError::Unknown(..))));
    }

    #[test]
    fn a_theme_of_the_user_inherits_even_what_it_replaces() {
        let themes =
            user("dark", "inherits = \"dark\"\n[palette]\nbad = \"#010203 magenta\"\n[roles]\nfail = \"bad\"\n");
        let theme = themes.load("dark", Depth::True).unwrap();
        assert_eq!(theme.style(Tone::Fail), Style::new().fg(Color::Rgb(1, 2, 3)));
        assert_eq!(themes.load("dark", Depth::Ansi).unwrap().style(Tone::Fail), Style::new().magenta());
        assert_eq!(theme.style(Tone::Pass), Themes::default().load("dark", Depth::True).unwrap().style(Tone::Pass));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let said = |text: &str| user("mine", text).load("mine", Depth::True).unwrap_err().to_string();
        assert_eq!(
            said("inherits = \"dark\"\n[roles]\nfial = \"red\"\n"),
            "themes/mine.toml:3:1: there is no role \"fial\": did you mean \"fail\"?"
        );
        assert_eq!(
            said("inherits = \"dark\"\n[roles]\nfail = \"redd bold\"\n"),
            "themes/mine.toml:3:8: \"redd\" is neither a colour nor an attribute"
        );
        assert!(said("inherits = \"drak\"\n").starts_with("themes/mine.toml:1:12: There is no theme \"drak\""));
        assert!(said("[roles]\n").contains("is missing"));
        assert!(
            said("inherits = \"mine\"\n").starts_with("themes/mine.toml:1:12: There is no theme"),
            "nothing is above it"
        );
        assert!(said("colour = 1\n").starts_with("themes/mine.toml:1:1: unknown field"));
    }

    #[test]
    fn mono_uses_no_colour() {
        let mono = Themes::default().load("mono", Depth::True).unwrap();
        for tone in Tone::ALL {
            assert_eq!((mono.style(*tone).fg, mono.style(*tone).bg), (None, None), "{tone:?}");
        }
    }

    #[test]
    fn without_colours_attributes_stay() {
        let theme = Themes::default().load("dark", Depth::None).unwrap();
        assert_eq!((theme.style(Tone::Fail).fg, theme.style(Tone::Fail).bg), (None, None));
        assert!(theme.style(Tone::Fail).add_modifier.contains(Modifier::BOLD));
    }
}
