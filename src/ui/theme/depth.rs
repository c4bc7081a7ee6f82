//! How many colours a terminal has, and what stands for a colour that it has not.

use ratatui::style::Color;

/// Colours of a terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// None: attributes only.
    None,
    /// The 16 that every terminal has; how they look is the terminal's own.
    Ansi,
    /// The 256 of xterm.
    Indexed,
    /// All.
    #[default]
    True,
}

impl Depth {
    /// By the environment, as terminals and multiplexers set it. Not for what the user wants: `NO_COLOR` is asked elsewhere.
    pub fn of(env: impl Fn(&str) -> Option<String>) -> Self {
        let term = env("TERM").unwrap_or_default();
        let set = |name: &str| env(name).is_some_and(|value| !value.is_empty());
        if env("COLORTERM").is_some_and(|value| matches!(value.as_str(), "truecolor" | "24bit")) || set("WT_SESSION") {
            Self::True
        } else if term.contains("256") || term.contains("direct") {
            Self::Indexed
        } else {
            Self::Ansi
        }
    }

    /// What shows a colour; `ansi` is what its author would have in its place where there are 16.
    pub(super) fn shows(self, color: Color, ansi: Option<Color>) -> Option<Color> {
        let Some(rgb) = rgb(color).filter(|_| matches!(color, Color::Rgb(..) | Color::Indexed(_))) else {
            return (self > Self::None).then_some(color);
        };
        match self {
            Self::None => None,
            Self::Ansi => ansi.or_else(|| ANSI.get(nearest(rgb, 0..16)).copied()),
            Self::Indexed => Some(Color::Indexed(u8::try_from(nearest(rgb, 16..256)).unwrap_or(u8::MAX))),
            Self::True => Some(color),
        }
    }
}

/// The 16 in the order of their numbers.
const ANSI: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

/// The 16 as xterm shows them.
const XTERM: [(u8, u8, u8); 16] = [
    (0, 0, 0),
    (205, 0, 0),
    (0, 205, 0),
    (205, 205, 0),
    (0, 0, 238),
    (205, 0, 205),
    (0, 205, 205),
    (229, 229, 229),
    (127, 127, 127),
    (255, 0, 0),
    (0, 255, 0),
    (255, 255, 0),
    (92, 92, 255),
    (255, 0, 255),
    (0, 255, 255),
    (255, 255, 255),
];

/// A colour of xterm's 256 by its number.
fn indexed(number: usize) -> (u8, u8, u8) {
    let level = |step: usize| if step == 0 { 0 } else { u8::try_from(55 + 40 * step).unwrap_or(u8::MAX) };
    match number {
        0..=15 => XTERM.get(number).copied().unwrap_or_default(),
        16..=231 => (level((number - 16) / 36), level((number - 16) / 6 % 6), level((number - 16) % 6)),
        _ => {
            let grey = u8::try_from(8 + 10 * number.saturating_sub(232)).unwrap_or(u8::MAX);
            (grey, grey, grey)
        }
    }
}

/// A colour's red, green and blue, as xterm shows it where it has a number; None: the terminal's own.
pub(super) fn rgb(color: Color) -> Option<(u8, u8, u8)> {
    match color {
        Color::Reset => None,
        Color::Rgb(r, g, b) => Some((r, g, b)),
        Color::Indexed(number) => Some(indexed(usize::from(number))),
        named => Some(indexed(ANSI.iter().position(|color| *color == named)?)),
    }
}

/// The number of the colour that looks most like one; green counts most, as in the eye.
fn nearest((r, g, b): (u8, u8, u8), among: std::ops::Range<usize>) -> usize {
    let distance = |number: &usize| {
        let (x, y, z) = indexed(*number);
        let square = |a: u8, b: u8| (i32::from(a) - i32::from(b)).pow(2);
        2 * square(r, x) + 4 * square(g, y) + 3 * square(b, z)
    };
    among.min_by_key(distance).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(vars: &[(&str, &str)]) -> Depth {
        Depth::of(|name| vars.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_environment_says_how_many() {
        assert_eq!(depth(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]), Depth::True);
        assert_eq!(depth(&[("TERM", "tmux-256color"), ("COLORTERM", "yes")]), Depth::Indexed);
        assert_eq!(depth(&[("TERM", "linux")]), Depth::Ansi);
    }

    #[test]
    fn colours_are_brought_down() {
        let orange = Color::Rgb(255, 135, 0);
        assert_eq!(Depth::True.shows(orange, None), Some(orange));
        assert_eq!(Depth::Indexed.shows(orange, None), Some(Color::Indexed(208)));
        assert_eq!(Depth::Ansi.shows(orange, Some(Color::Yellow)), Some(Color::Yellow));
        assert_eq!(Depth::Ansi.shows(Color::Rgb(250, 10, 10), None), Some(Color::LightRed));
        assert_eq!(Depth::None.shows(orange, Some(Color::Yellow)), None);
        assert_eq!(Depth::Indexed.shows(Color::Red, None), Some(Color::Red), "a name stays the terminal's own");
    }
}
