//! `/`: what is typed there, and whether a row stays.

use super::rows::write_finding;
use crate::inventory::{LabelSelector, ObjectFacts};
use crate::model::findings::Row;
use crate::model::{ObjectRef, Severity};

/// What a row must have.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    /// This text, in lower case.
    Text(String),
    /// These characters, in this order, in one word.
    Fuzzy(String),
    /// One of these words.
    Any(Vec<String>),
    /// Labels of the object.
    Labels(LabelSelector),
}

/// A filter over rows: case-insensitive, every word must occur; one with `!` in front must not. `-f` in front of the whole
/// is fuzzy, as in k9s; `>=high` stands for that severity and those above; `ns=`, `team=` and `level=` are part of what
/// a row says. `-l` and a selector goes by the object's labels, and so does `app=web` without it, as in k9s.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    text: String,
    words: Vec<(bool, Word)>,
}

/// Keys of what a row says itself: no labels.
const OWN_KEYS: &[&str] = &["ns", "team", "level", "severity", "sev"];

/// `app=web`, `tier!=db`: a selector, by its looks.
fn labels(word: &str) -> Option<LabelSelector> {
    let key = word.split(['=', '!']).next()?;
    let is_key = key.starts_with(|c: char| c.is_ascii_alphanumeric())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
    (is_key && word.contains('=') && !OWN_KEYS.contains(&key)).then(|| word.parse().ok())?
}

impl Filter {
    /// From what was typed.
    pub fn parse(text: &str) -> Self {
        let fuzzy = text.trim_start().strip_prefix("-f").filter(|rest| rest.is_empty() || rest.starts_with(' '));
        let (mut words, mut selector) = (Vec::new(), false);
        for word in fuzzy.unwrap_or(text).split_whitespace() {
            if std::mem::take(&mut selector) {
                words.extend(word.parse().ok().map(|labels| (true, Word::Labels(labels))));
                continue;
            }
            if word == "-l" {
                selector = true;
                continue;
            }
            let (wanted, word) = word.strip_prefix('!').map_or((true, word), |rest| (false, rest));
            let lower = word.to_lowercase();
            let least = ["severity>=", "sev>=", ">="].iter().find_map(|sign| lower.strip_prefix(sign));
            let word = match (least.map(str::parse::<Severity>), fuzzy, labels(word)) {
                (Some(Ok(least)), ..) => {
                    let names = Severity::ALL.into_iter().filter(|severity| *severity >= least);
                    Word::Any(names.map(|severity| severity.to_string()).collect())
                }
                (_, Some(_), _) => Word::Fuzzy(lower),
                (_, None, Some(labels)) => Word::Labels(labels),
                (_, None, None) => Word::Text(lower),
            };
            if word != Word::Text(String::new()) && word != Word::Fuzzy(String::new()) {
                words.push((wanted, word));
            }
        }
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

    /// Whether it goes by labels.
    pub fn needs_labels(&self) -> bool {
        self.words.iter().any(|(_, word)| matches!(word, Word::Labels(_)))
    }

    /// Whether a row with this text stays; it has no labels.
    pub fn keeps(&self, haystack: &str) -> bool {
        self.is_empty() || self.keeps_lower(&haystack.to_lowercase(), None)
    }

    /// Looks at many findings: what they share is looked at once.
    pub(super) fn over_findings(&self) -> Sieve<'_> {
        Sieve { words: self.words.iter().map(|(wanted, word)| (*wanted, word, Known::default())).collect() }
    }

    /// Looks at many groups of findings: what an owner is named is looked at once.
    pub(super) fn over_groups(&self) -> GroupSieve<'_> {
        GroupSieve { words: self.words.iter().map(|(wanted, word)| (*wanted, word, Vec::new())).collect() }
    }

    /// Whether a row stays, by its text in lower case and what is known of its object; of unknown labels none is there.
    pub(super) fn keeps_lower(&self, haystack: &str, facts: Option<&ObjectFacts>) -> bool {
        self.words.iter().all(|(wanted, word)| match word {
            Word::Labels(selector) => facts.is_some_and(|facts| selector.selects(|key| facts.label(key)) == *wanted),
            word => word.is_in(haystack) == *wanted,
        })
    }
}

/// A filter at work on the findings of a report.
pub(super) struct Sieve<'f> {
    words: Vec<(bool, &'f Word, Known)>,
}

/// A filter at work on groups of findings.
pub(super) struct GroupSieve<'f> {
    /// Each with what is known of owners' names, by their numbers.
    words: Vec<(bool, &'f Word, Vec<Option<bool>>)>,
}

impl GroupSieve<'_> {
    /// Whether a group stays: by its own words in lower case, or by the name of an object in it.
    pub(super) fn keeps<'r>(&mut self, own: &str, findings: impl Iterator<Item = Row<'r>> + Clone) -> bool {
        self.words.iter_mut().all(|(wanted, word, owners)| {
            let names = |finding: Row<'r>| {
                let named = || word.is_in(&finding.resource().to_string().to_lowercase());
                match std::ptr::eq(finding.owner(), finding.resource()) {
                    true => known(owners, finding.owner_number(), named).unwrap_or_default(),
                    false => named(),
                }
            };
            // of labels nothing is known here
            let by_labels = matches!(word, Word::Labels(_));
            !by_labels && (word.is_in(own) || findings.clone().any(names)) == *wanted
        })
    }
}

/// What is known of a word: where it occurs, by the numbers of what findings share.
#[derive(Default)]
struct Known {
    said: Vec<Option<bool>>,
    owner: Vec<Option<(bool, bool)>>,
}

/// What is known under a number, or what comes of working it out.
fn known<T: Copy>(all: &mut Vec<Option<T>>, number: usize, work: impl FnOnce() -> T) -> Option<T> {
    if all.len() <= number {
        all.resize(number + 1, None);
    }
    all.get_mut(number).map(|place| *place.get_or_insert_with(work))
}

impl Sieve<'_> {
    /// Whether a finding's row stays. What is known of its object is asked for only where a word goes by it.
    pub(super) fn keeps<'o>(&mut self, finding: &Row<'_>, facts: impl Fn() -> Option<&'o ObjectFacts>) -> bool {
        // written out only where a word may span several of its parts
        let mut text: Option<String> = None;
        self.words.iter_mut().all(|(wanted, word, known)| match word {
            Word::Labels(selector) => facts().is_some_and(|facts| selector.selects(|key| facts.label(key)) == *wanted),
            Word::Text(word) if !word.contains(['=', '/']) => known.occurs(finding, word) == *wanted,
            word => {
                let text = text.get_or_insert_with(|| {
                    let mut text = String::new();
                    write_finding(finding, &mut text);
                    text.to_lowercase()
                });
                word.is_in(text) == *wanted
            }
        })
    }
}

impl Known {
    /// Whether one of a finding's words holds this text, which has no blank in it.
    fn occurs(&mut self, finding: &Row<'_>, text: &str) -> bool {
        let holds = |part: &str| holds(part, text);
        let object = |object: &ObjectRef| {
            holds(&object.name) || holds(&object.kind) || object.namespace.as_deref().is_some_and(holds)
        };
        let said = known(&mut self.said, finding.said_number(), || {
            holds(finding.message())
                || holds(finding.check())
                || finding.container().is_some_and(|container| holds(container))
                || holds(finding.severity().as_str())
                || holds(finding.severity().short())
        });
        let owner = known(&mut self.owner, finding.owner_number(), || {
            let rest = finding.team().is_some_and(|team| holds(team)) || finding.reach().iter().any(|part| holds(part));
            (object(finding.owner()), rest)
        });
        let (of_owner, rest) = owner.unwrap_or_default();
        // a pod stands for its owner where only it is at fault
        let is_owner = std::ptr::eq(finding.owner(), finding.resource());
        said.unwrap_or_default()
            || rest
            || if is_owner { of_owner } else { object(finding.resource()) }
            || holds(finding.status().short())
            || (finding.expired_waiver().is_some() && holds("expired"))
    }
}

/// Whether a text holds another one, which is in lower case, whatever its own case.
fn holds(text: &str, lower: &str) -> bool {
    if !(text.is_ascii() && lower.is_ascii()) {
        return text.to_lowercase().contains(lower);
    }
    let (text, lower) = (text.as_bytes(), lower.as_bytes());
    let Some(first) = lower.first() else { return true };
    let starts = memchr::memchr2_iter(*first, first.to_ascii_uppercase(), text);
    let is_here = |at: usize| text.get(at..at + lower.len()).is_some_and(|part| part.eq_ignore_ascii_case(lower));
    starts.into_iter().any(is_here)
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
            Self::Labels(_) => false,
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

    #[test]
    fn a_text_holds_another_whatever_its_case() {
        assert!(holds("Deployment", "ploy") && holds("PRIVILEGED", "privileged") && holds("x", ""));
        assert!(!holds("Deploy", "deployment") && holds("ÄRGER", "ärger") && !holds("", "a"));
    }

    #[test]
    fn labels_by_a_selector_or_by_their_looks() {
        let labels = [("app", "web"), ("tier", "front")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        let facts = ObjectFacts { labels: labels.into(), age: None };
        let keeps = |text: &str| Filter::parse(text).keeps_lower("fail shop ns=shop", Some(&facts));
        assert!(keeps("-l app=web,tier!=db") && keeps("app=web") && keeps("fail app=web") && keeps("!app=db"));
        assert!(!keeps("-l app=db") && !keeps("app!=web") && !keeps("-l owner") && !keeps("pass app=web"));
        assert!(keeps("ns=shop") && !Filter::parse("ns=shop team=pay level=1 >=high --a=b").needs_labels());
        assert!(!Filter::parse("app=web").keeps_lower("fail", None), "of unknown labels none is there");
        assert!(Filter::parse("-l").is_empty());
    }
}
