//! `/`: what is typed there, and whether a row stays.

use crate::model::Severity;

/// What a row must have.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    /// This text, in lower case.
    Text(String),
    /// These characters, in this order, in one word.
    Fuzzy(String),
    /// One of these words.
    Any(Vec<String>),
}

/// A filter over rows: case-insensitive, every word must occur; one with `!` in front must not. `-f` in front of the whole
/// is fuzzy, as in k9s; `>=high` stands for that severity and those above; `ns=`, `team=` and `level=` are part of what
/// a row says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    text: String,
    words: Vec<(bool, Word)>,
}

impl Filter {
    /// From what was typed.
    pub fn parse(text: &str) -> Self {
        let fuzzy = text.trim_start().strip_prefix("-f").filter(|rest| rest.is_empty() || rest.starts_with(' '));
        let words = fuzzy
            .unwrap_or(text)
            .split_whitespace()
            .filter_map(|word| {
                let (wanted, word) = word.strip_prefix('!').map_or((true, word), |rest| (false, rest));
                let lower = word.to_lowercase();
                let least = ["severity>=", "sev>=", ">="].iter().find_map(|sign| lower.strip_prefix(sign));
                let word = match (least.map(str::parse::<Severity>), fuzzy) {
                    (Some(Ok(least)), _) => {
                        let names = Severity::ALL.into_iter().filter(|severity| *severity >= least);
                        Word::Any(names.map(|severity| severity.to_string()).collect())
                    }
                    (_, Some(_)) => Word::Fuzzy(lower),
                    (_, None) => Word::Text(lower),
                };
                (word != Word::Text(String::new()) && word != Word::Fuzzy(String::new())).then_some((wanted, word))
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
        self.words.iter().all(|(wanted, word)| word.is_in(&haystack) == *wanted)
    }
}

impl Word {
    fn is_in(&self, haystack: &str) -> bool {
        match self {
            Self::Text(text) => haystack.contains(text),
            Self::Any(words) => haystack.split(' ').any(|part| words.iter().any(|word| word == part)),
            Self::Fuzzy(characters) => {
                let has = |part: &str| {
                    let mut rest = part.chars();
                    characters.chars().all(|wanted| rest.any(|c| c == wanted))
                };
                haystack.split(' ').any(has)
            }
        }
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

    #[test]
    fn severities_and_fuzzy_words() {
        let least = Filter::parse(">=high web");
        assert!(least.keeps("CRIT critical FAIL web") && least.keeps("HIGH high FAIL web"));
        assert!(!least.keeps("MED medium FAIL web") && !least.keeps("MED medium FAIL web highest"));
        assert!(Filter::parse("!sev>=medium").keeps("LOW low FAIL web"));
        let fuzzy = Filter::parse("-f dpwb");
        assert!(fuzzy.keeps("Deployment/web") && !fuzzy.keeps("DaemonSet/proxy"));
        assert!(Filter::parse("-f").is_empty() && !Filter::parse("-fx").is_empty());
    }
}
