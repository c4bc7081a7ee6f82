//! A score is an interval: a bar with a sure and an undecided part, and both ends in figures.

use crate::app::{Line, Tone};
use crate::model::Score;

/// `48–69 %`, one number where both ends meet, `–` where no control applies. Worst is rounded down, best up: an
/// interval never looks better or surer than it is.
pub(crate) fn interval(score: Score) -> String {
    let (Some(worst), Some(best)) = (score.worst, score.best) else { return "–".to_owned() };
    let (low, high) = ((worst * 100.0 + 1e-9).floor(), (best * 100.0 - 1e-9).ceil());
    if (best - worst).abs() < 1e-9 { format!("{low} %") } else { format!("{low}–{high} %") }
}

/// The bar, `width` columns wide.
pub(crate) fn bar(score: Score, width: usize) -> Line {
    let (Some(worst), Some(best)) = (score.worst, score.best) else {
        return vec![(Tone::BarRest, "░".repeat(width))];
    };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)] // 0–1 times columns
    let columns = |share: f64| ((share.clamp(0.0, 1.0) * width as f64).round() as usize).min(width);
    let (sure, possible) = (columns(worst), columns(best));
    // An interval that is open shows it, however narrow.
    let possible = if best - worst > 1e-9 { possible.max(sure + 1).min(width) } else { sure };
    vec![
        (Tone::BarSure, "█".repeat(sure.min(possible))),
        (Tone::BarOpen, "▒".repeat(possible.saturating_sub(sure))),
        (Tone::BarRest, "░".repeat(width - possible)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(worst: f64, best: f64) -> Score {
        Score { worst: Some(worst), best: Some(best) }
    }

    #[test]
    fn both_ends_are_shown_unless_they_meet() {
        assert_eq!(interval(score(0.4839, 0.689)), "48–69 %");
        assert_eq!(interval(score(0.68, 0.68)), "68 %");
        assert_eq!(interval(score(1.0, 1.0)), "100 %");
        assert_eq!(interval(score(0.999, 0.999)), "99 %", "never 100 before everything passes");
        assert_eq!(interval(Score::default()), "–");
    }

    #[test]
    fn bars_keep_their_width_and_show_what_is_open() {
        for (worst, best) in [(0.0, 0.0), (0.0, 1.0), (0.5, 0.501), (1.0, 1.0), (0.999, 1.0)] {
            let bar = bar(score(worst, best), 10);
            assert_eq!(bar.iter().map(|(_, text)| text.chars().count()).sum::<usize>(), 10);
        }
        assert!(bar(score(0.5, 0.501), 10).iter().any(|(tone, text)| *tone == Tone::BarOpen && text == "▒"));
    }
}
