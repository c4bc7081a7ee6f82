//! How well a text answers what was typed: its letters in their order, best where they begin words or stand together.

/// What a letter is worth.
const LETTER: i32 = 16;
/// More, where it begins a word.
const BEGINS: i32 = 24;
/// More, where it follows the one before.
const FOLLOWS: i32 = 20;
/// More, where it ends a word that it began.
const WHOLE: i32 = 12;
/// Less, for each letter that is passed over.
const PASSED: i32 = 3;

/// The worth of a text for what was typed, a word at a time; None: not all of it occurs. Both in lower case.
pub(super) fn score(typed: &str, text: &str) -> Option<i32> {
    let text: Vec<char> = text.chars().collect();
    typed.split_whitespace().try_fold(0, |sum, word| Some(sum + word_in(word, &text)?))
}

/// The best place of a word: begun at each place where its first letter stands, then taken as it comes.
fn word_in(word: &str, text: &[char]) -> Option<i32> {
    let first = word.chars().next()?;
    let starts = text.iter().enumerate().filter(|(_, c)| **c == first).map(|(at, _)| at);
    starts.filter_map(|start| from(word, text, start)).max()
}

/// Letters that may be passed over at once.
const FAR: usize = 12;

fn from(word: &str, text: &[char], start: usize) -> Option<i32> {
    let (mut at, mut sum, mut last) = (start, 0, None);
    for wanted in word.chars() {
        let found = at + text.get(at..)?.iter().position(|c| *c == wanted)?;
        let before = found.checked_sub(1).and_then(|i| text.get(i));
        sum += LETTER;
        if before.is_none_or(|c| !c.is_alphanumeric()) {
            sum += BEGINS;
        }
        match last {
            Some(last) if found == last + 1 => sum += FOLLOWS,
            // letters that are far apart are there by chance
            Some(last) if found - last > FAR => return None,
            Some(last) => sum -= PASSED * i32::try_from(found - last).unwrap_or(0),
            None => {}
        }
        (last, at) = (Some(found), found + 1);
    }
    let ends = text.get(at).is_none_or(|c| !c.is_alphanumeric());
    let run = last.is_some_and(|last| last - start + 1 == word.chars().count());
    Some(sum + if ends && run { WHOLE } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_and_runs_win() {
        let best = |typed: &str, texts: &[&'static str]| {
            texts.iter().copied().filter_map(|text| Some((score(typed, text)?, text))).max().map(|(_, text)| text)
        };
        assert_eq!(best("cf", &["copy the fix", "scan of", "clear filter x"]), Some("clear filter x"));
        assert_eq!(
            best("priv", &["platform reveals", "5.2.2 privileged containers"]),
            Some("5.2.2 privileged containers")
        );
        assert_eq!(best("5.2.2", &["cis 5.2.12", "cis 5.2.2"]), Some("cis 5.2.2"));
        assert_eq!(score("xyz", "copy"), None);
        assert_eq!(score("", "copy"), Some(0));
        assert!(score("fix copy", "copy the fix").is_some(), "words in any order");
    }
}
