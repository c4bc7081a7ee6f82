//! `/`: what is typed there, and whether a row stays.

/// A filter over rows: case-insensitive, every word must occur; a word with `!` in front must not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    text: String,
    words: Vec<(bool, String)>,
}

impl Filter {
    /// From what was typed. `!` in front of the whole turns every word round.
    pub fn parse(text: &str) -> Self {
        let words = text
            .split_whitespace()
            .filter_map(|word| {
                let (wanted, word) = word.strip_prefix('!').map_or((true, word), |rest| (false, rest));
                (!word.is_empty()).then(|| (wanted, word.to_lowercase()))
            })
            .collect();
        Self { text: text.to_owned(), words }
    }

    /// As typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether a row with this text stays.
    pub fn keeps(&self, haystack: &str) -> bool {
        if self.is_empty() {
            return true;
        }
        let haystack = haystack.to_lowercase();
        self.words.iter().all(|(wanted, word)| haystack.contains(word) == *wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_joined_by_and_and_may_be_inverse() {
        let filter = Filter::parse("Shop !HIGH");
        assert!(filter.keeps("CRIT shop Deployment/web"));
        assert!(!filter.keeps("HIGH shop Deployment/web"));
        assert!(!filter.keeps("CRIT pay Deployment/web"));
        assert!(Filter::parse("!").keeps("anything"));
    }
}
