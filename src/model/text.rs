//! Cluster text is hostile: nothing of it reaches a terminal before it went through here.

use std::borrow::Cow;

/// Bidirectional controls, zero-width and line separators: they reorder or hide text.
fn is_trickery(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether a character may act on a terminal, or hide or reorder text: controls, bidirectional and invisible ones.
pub fn is_hostile(c: char) -> bool {
    c.is_control() || is_trickery(c)
}

fn filter(text: &str, keep: fn(char) -> bool) -> Cow<'_, str> {
    if text.chars().all(|c| keep(c) || !is_hostile(c)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if !keep(c) && is_hostile(c) { '\u{fffd}' } else { c }).collect())
}

/// One line of text without control and bidi characters; each is shown as U+FFFD.
pub fn clean(text: &str) -> Cow<'_, str> {
    filter(text, |_| false)
}

/// The same for text of several lines: newlines stay, tabs stay.
pub fn clean_lines(text: &str) -> Cow<'_, str> {
    filter(text, |c| c == '\n' || c == '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_bidi_are_replaced() {
        assert_eq!(clean("a\u{1b}[31mb\u{202e}c\nd"), "a\u{fffd}[31mb\u{fffd}c\u{fffd}d");
        assert_eq!(clean_lines("a\n\tb\r"), "a\n\tb\u{fffd}");
        assert!(matches!(clean("plain — ünïcode 名"), Cow::Borrowed(_)));
    }
}
