//! Themes: TOML files with a palette and a style for each role; one may inherit another.

mod depth;
mod file;

pub use depth::Depth;
pub use file::{ThemeError, Themes};

use crate::app::Tone;
use ratatui::style::Style;

/// How every tone looks on one terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Theme {
    /// Its name.
    pub name: String,
    /// Only ASCII characters are drawn.
    pub ascii: bool,
    /// Backgrounds that it is made for: its contrast is measured against them.
    pub papers: Vec<(u8, u8, u8)>,
    styles: Vec<Style>,
}

impl Theme {
    /// A theme of the program's own, in the 16 colours that every terminal has.
    ///
    /// # Errors
    /// There is none of this name.
    pub fn load(name: &str) -> Result<Self, ThemeError> {
        Themes::default().load(name, Depth::Ansi)
    }

    /// How a tone looks.
    pub fn style(&self, tone: Tone) -> Style {
        self.styles.get(tone as usize).copied().unwrap_or_default()
    }

    /// The theme, drawn in ASCII or not.
    pub fn ascii(self, ascii: bool) -> Self {
        Self { ascii, ..self }
    }
}
