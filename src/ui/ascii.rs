//! ASCII, for terminals and fonts that have nothing else.

use ratatui::buffer::Buffer;
use std::borrow::Cow;
use unicode_width::UnicodeWidthChar;

/// What stands for the characters that the screens draw.
const STANDS_FOR: &[(char, &str)] = &[
    ('─', "-"),
    ('│', "|"),
    ('┌', "+"),
    ('┐', "+"),
    ('└', "+"),
    ('┘', "+"),
    ('›', ">"),
    ('…', "~"),
    ('↑', "^"),
    ('↓', "v"),
    ('·', "*"),
    ('–', "-"),
    ('█', "#"),
    ('▒', "="),
    ('░', "."),
];

/// A character as ASCII, as wide as it was: what has no likeness is a question mark.
fn character(c: char) -> Cow<'static, str> {
    match STANDS_FOR.iter().find(|(from, _)| *from == c) {
        Some((_, to)) => Cow::Borrowed(to),
        None if c.is_ascii() => Cow::Owned(c.to_string()),
        None => Cow::Owned("?".repeat(c.width().unwrap_or(0))),
    }
}

/// A text as ASCII.
pub(super) fn text(text: &str) -> String {
    text.chars().map(character).collect()
}

/// A drawn screen as ASCII.
pub(super) fn plain(buffer: &mut Buffer) {
    for cell in buffer.content.iter_mut().filter(|cell| !cell.symbol().is_ascii()) {
        let first = cell.symbol().chars().next().map(character).unwrap_or_default();
        // What is wide had the next cell as well, which is blank.
        let one = first.get(..1).unwrap_or(" ").to_owned();
        cell.set_symbol(&one);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_ascii_is_left_and_nothing_moves() {
        assert_eq!(text("a › b · 48–69 % ██▒░ 名é"), "a > b * 48-69 % ##=. ???");
        let mut buffer = Buffer::with_lines(["┌ 名 é…", "plain"]);
        plain(&mut buffer);
        assert_eq!(buffer, Buffer::with_lines(["+ ?  ?~", "plain"]));
    }
}
