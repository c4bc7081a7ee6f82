//! Commands that were carried out: `[` and `]` go through those that led somewhere, `-` to the one before and back again, as in
//! k9s; up and down recall what was typed.

/// The history.
#[derive(Clone, Debug)]
pub struct History {
    /// Commands that led to a screen, the overview first.
    places: Vec<String>,
    /// Which of them one is at.
    at: usize,
    /// Which of them one was at before.
    before: usize,
    /// What was typed, the latest last.
    typed: Vec<String>,
}

impl Default for History {
    fn default() -> Self {
        Self { places: vec!["overview".to_owned()], at: 0, before: 0, typed: Vec::new() }
    }
}

/// As many are kept.
const MOST: usize = 100;

impl History {
    /// A command was carried out; `leads`: to another screen. What lay ahead is gone.
    pub(super) fn note(&mut self, line: &str, leads: bool) {
        self.typed.retain(|known| known != line);
        self.typed.push(line.to_owned());
        if self.typed.len() > MOST {
            self.typed.remove(0);
        }
        if leads && self.places.get(self.at).is_none_or(|here| here != line) {
            self.places.truncate(self.at + 1);
            self.places.push(line.to_owned());
            if self.places.len() > MOST {
                self.places.remove(0);
            }
            (self.before, self.at) = (self.at.min(self.places.len().saturating_sub(2)), self.places.len() - 1);
        }
    }

    /// The place before (-1) or after (1) this one.
    pub(super) fn step(&self, step: isize) -> Option<usize> {
        self.at.checked_add_signed(step).filter(|at| *at < self.places.len())
    }

    /// The place that one was at before.
    pub(super) fn last(&self) -> Option<usize> {
        Some(self.before).filter(|before| *before != self.at && *before < self.places.len())
    }

    /// Goes to a place: its command.
    pub(super) fn go(&mut self, place: usize) -> Option<String> {
        let command = self.places.get(place)?.clone();
        (self.before, self.at) = (self.at, place);
        Some(command)
    }

    /// What was typed before (`back`) or after what stands in the prompt now.
    pub(super) fn recall(&self, now: &str, back: bool) -> Option<&str> {
        let at = self.typed.iter().position(|line| line == now);
        let place = match (at, back) {
            (Some(at), true) => at.checked_sub(1)?,
            (Some(at), false) => at + 1,
            (None, true) => self.typed.len().checked_sub(1)?,
            (None, false) => return None,
        };
        self.typed.get(place).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_forward_and_to_and_fro() {
        let mut history = History::default();
        history.note("cis", true);
        history.note("theme light", false);
        history.note("findings", true);
        let mut go = |place: fn(&History) -> Option<usize>| place(&history).and_then(|place| history.go(place));
        assert_eq!(go(|h| h.step(1)), None);
        assert_eq!(go(|h| h.step(-1)).as_deref(), Some("cis"));
        assert_eq!(go(|h| h.step(-1)).as_deref(), Some("overview"));
        assert_eq!(go(|h| h.step(-1)), None);
        assert_eq!(go(History::last).as_deref(), Some("cis"));
        assert_eq!(go(History::last).as_deref(), Some("overview"));
        assert_eq!(go(|h| h.step(1)).as_deref(), Some("cis"));
        history.note("gaps", true);
        assert_eq!(history.step(1), None, "what lay ahead is gone");
    }

    #[test]
    fn what_was_typed_is_recalled() {
        let mut history = History::default();
        for line in ["cis", "theme light", "cis"] {
            history.note(line, false);
        }
        assert_eq!(history.recall("", true), Some("cis"));
        assert_eq!(history.recall("cis", true), Some("theme light"));
        assert_eq!(history.recall("theme light", true), None);
        assert_eq!(history.recall("theme light", false), Some("cis"));
        assert_eq!(history.recall("something", false), None);
    }
}
