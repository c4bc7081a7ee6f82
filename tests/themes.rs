//! Themes: what can be read on which background, what eyes that see fewer colours can tell apart, and every screen in every theme.

#![cfg(feature = "tui")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

#[path = "screens/report.rs"]
#[allow(dead_code)]
mod report;
#[path = "screens/stage.rs"]
#[allow(dead_code)]
mod stage;

use plimsoll::app::Tone;
use plimsoll::ui::{Depth, Theme, Themes};
use ratatui::style::Color;
use report::{decided, report};
use stage::Stage;
use std::collections::BTreeSet;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 35), (200, 60)];

/// Screens by name, and how to get there from the overview.
const SCREENS: [(&str, &str); 9] = [
    ("overview", ""),
    ("framework", "enter"),
    ("criteria", "G enter"),
    ("control", "enter j j enter"),
    ("findings", "H"),
    ("finding", "H enter"),
    ("explain", "H enter d"),
    ("gaps", "tab tab enter"),
    ("help", "?"),
];

fn themes(depth: Depth) -> Vec<Theme> {
    let themes = Themes::default();
    themes.names().iter().map(|name| themes.load(name, depth).unwrap()).collect()
}

type Rgb = (u8, u8, u8);

/// Red, green and blue as light, from 0 to 1.
fn linear((r, g, b): Rgb) -> [f64; 3] {
    [r, g, b].map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    })
}

/// Contrast as WCAG 2 defines it.
fn contrast(one: Rgb, other: Rgb) -> f64 {
    let luminance = |color| {
        let [r, g, b] = linear(color);
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn ink(theme: &Theme, tone: Tone) -> Option<Rgb> {
    match theme.style(tone).fg {
        Some(Color::Rgb(r, g, b)) => Some((r, g, b)),
        _ => None,
    }
}

/// Text has the contrast of WCAG AA on every background that its theme is made for, lines between boxes are in sight.
#[test]
fn what_is_written_can_be_read() {
    for theme in themes(Depth::True) {
        for tone in Tone::ALL {
            let Some(ink) = ink(&theme, *tone) else { continue };
            let least = if *tone == Tone::Border { 2.5 } else { 4.5 };
            for paper in &theme.papers {
                let found = contrast(ink, *paper);
                assert!(found >= least, "{} {tone:?} on {paper:?}: {found:.2}", theme.name);
            }
        }
    }
}

/// Eyes without one kind of cone, after Machado, Oliveira and Fernandes (2009).
const DEUTERANOPIA: [[f64; 3]; 3] =
    [[0.367_322, 0.860_646, -0.227_968], [0.280_085, 0.672_501, 0.047_413], [-0.011_820, 0.042_940, 0.968_881]];
const TRITANOPIA: [[f64; 3]; 3] =
    [[1.255_528, -0.076_749, -0.178_779], [-0.078_411, 0.930_809, 0.147_602], [0.004_733, 0.691_367, 0.303_900]];

fn seen(color: Rgb, eyes: &[[f64; 3]; 3]) -> [f64; 3] {
    let light = linear(color);
    let row = |row: &[f64; 3]| (row[0] * light[0] + row[1] * light[1] + row[2] * light[2]).clamp(0.0, 1.0);
    [row(&eyes[0]), row(&eyes[1]), row(&eyes[2])]
}

/// How different two lights look: the distance in CIELAB.
fn difference(one: [f64; 3], other: [f64; 3]) -> f64 {
    let lab = |[r, g, b]: [f64; 3]| {
        let f = |t: f64| if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
        let x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
        let y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
        let z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    };
    let (one, other) = (lab(one), lab(other));
    one.iter().zip(&other).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

#[test]
fn eyes_without_one_cone_tell_a_failure_from_a_pass() {
    let themes = Themes::default();
    for (name, eyes) in [("deuteranopia", DEUTERANOPIA), ("tritanopia", TRITANOPIA)] {
        for name in [format!("{name}-dark"), format!("{name}-light")] {
            let theme = themes.load(&name, Depth::True).unwrap();
            for (one, other) in [(Tone::Fail, Tone::Pass), (Tone::Fail, Tone::Manual), (Tone::BarSure, Tone::BarRest)] {
                let look = |tone| seen(ink(&theme, tone).unwrap(), &eyes);
                let found = difference(look(one), look(other));
                assert!(found > 20.0, "{name}: {one:?} and {other:?} differ by {found:.1}");
            }
        }
    }
}

/// Whatever the colours, a status has a word, and an attribute that no other has.
#[test]
fn a_status_is_known_without_its_colour() {
    let statuses = [Tone::Fail, Tone::Pass, Tone::Manual, Tone::Waived, Tone::Unread, Tone::NotApplicable];
    for theme in themes(Depth::None) {
        let attributes: BTreeSet<_> = statuses.iter().map(|tone| theme.style(*tone).add_modifier.bits()).collect();
        assert_eq!(attributes.len(), statuses.len(), "{}", theme.name);
    }
}

/// A theme changes how a screen looks and not one letter of it; how each looks is a snapshot a theme and size.
#[test]
fn every_screen_in_every_theme() {
    for (width, height) in SIZES {
        let mut stages = Vec::new();
        for (name, keys) in SCREENS {
            let mut stage = Stage::with(width, height, report());
            stage.keys(keys);
            stages.push((name, stage));
        }
        for (name, keys) in [("waived", "H"), ("waive", "H W")] {
            let mut stage = Stage::with(width, height, decided());
            stage.keys(keys);
            stages.push((name, stage));
        }
        let mut texts: Vec<String> = Vec::new();
        for theme in themes(Depth::True) {
            let mut looks = String::new();
            for (i, (name, stage)) in stages.iter_mut().enumerate() {
                stage.theme = theme.clone();
                let text = stage.screen();
                match texts.get(i) {
                    Some(first) => assert_eq!(*first, text, "{name} in {}", theme.name),
                    None => texts.push(text),
                }
                looks.push_str(&format!("# {name}\n{}", stage.looks()));
            }
            insta::assert_snapshot!(format!("{}-{width}x{height}", theme.name), looks);
        }
    }
}

/// What stands for a colour on terminals of 256, of 16 and of none.
#[test]
fn roles_by_depth() {
    for name in Themes::default().names() {
        let mut said = String::new();
        for tone in Tone::ALL {
            let look = |depth| stage::plainly(&Themes::default().load(&name, depth).unwrap().style(*tone));
            let looks = [Depth::True, Depth::Indexed, Depth::Ansi, Depth::None].map(look);
            said.push_str(format!("{:<15}{}", tone.name(), looks.join(" | ")).trim_end());
            said.push('\n');
        }
        insta::assert_snapshot!(format!("roles-{name}"), said);
    }
}

#[test]
fn ascii_is_nothing_but_ascii_and_moves_nothing() {
    for (name, keys) in SCREENS {
        let mut stage = Stage::with(120, 35, report());
        stage.keys(keys);
        let width = |screen: &str| screen.lines().map(|line| line.chars().count()).collect::<Vec<_>>();
        let before = width(&stage.screen());
        stage.theme = stage.theme.clone().ascii(true);
        let screen = stage.screen();
        assert!(screen.is_ascii(), "{name}:\n{screen}");
        assert_eq!(width(&screen), before, "{name}");
    }
}
