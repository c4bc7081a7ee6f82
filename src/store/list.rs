//! A list in a YAML document, changed as text: one entry is added, replaced or taken away, every other byte stays.

use crate::inventory::yaml::{Form, Node, Written};
use std::ops::Range;

/// An entry, in the two forms in which it may have to stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The mapping as lines, each with its end.
    pub block: String,
    /// On one line, in brackets.
    pub flow: String,
}

/// With an entry after the last one.
pub(super) fn add(text: &str, entry: &Entry) -> Option<String> {
    let written = Written::of(text).ok()?;
    match List::of(text, &written) {
        None => Some(insert(text, text.len(), &entry.lines(0, ends(text)))),
        Some(list) if list.flow => {
            let (at, comma) = match list.items.last() {
                Some(last) => (last.range().end, ", "),
                None => (list.range.start + 1, ""),
            };
            Some(spliced(text, at..at, &format!("{comma}{}", entry.flow)))
        }
        Some(list) => {
            let at = list.lines_of(list.items.len().checked_sub(1)?)?.end;
            Some(insert(text, at, &entry.lines(list.indent, ends(text))))
        }
    }
}

/// With an entry in the place of the one at this position.
pub(super) fn replace(text: &str, index: usize, entry: &Entry) -> Option<String> {
    let written = Written::of(text).ok()?;
    let list = List::of(text, &written)?;
    if list.flow {
        return Some(spliced(text, list.items.get(index)?.range(), &entry.flow));
    }
    let lines = list.lines_of(index)?;
    let new = entry.lines(list.indent, ends(text));
    let ended = text.get(lines.clone())?.ends_with('\n');
    Some(spliced(text, lines, if ended { &new } else { new.trim_end_matches(['\r', '\n']) }))
}

/// Without the entry at this position.
pub(super) fn remove(text: &str, index: usize) -> Option<String> {
    let written = Written::of(text).ok()?;
    let list = List::of(text, &written)?;
    if list.flow {
        let item = list.items.get(index)?.range();
        let before = index.checked_sub(1).and_then(|i| list.items.get(i));
        let gone = match (before, list.items.get(index + 1)) {
            (Some(before), _) => before.range().end..item.end,
            (None, Some(after)) => item.start..after.range().start,
            (None, None) => item,
        };
        return Some(spliced(text, gone, ""));
    }
    let mut lines = list.lines_of(index)?;
    // a last line without an end takes the end of the line before it along
    if !text.get(lines.clone())?.ends_with('\n') {
        lines.start = text.get(..lines.start)?.trim_end_matches('\n').trim_end_matches('\r').len();
    }
    Some(spliced(text, lines, ""))
}

impl Entry {
    /// As an item of a block list whose dashes stand in this column.
    fn lines(&self, indent: usize, end: &str) -> String {
        let mut lines = String::new();
        for (i, line) in self.block.lines().enumerate() {
            if !line.is_empty() {
                lines.push_str(&" ".repeat(indent));
                lines.push_str(if i == 0 { "- " } else { "  " });
            }
            lines.push_str(line);
            lines.push_str(end);
        }
        lines
    }
}

/// How the lines of a text end.
fn ends(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

fn spliced(text: &str, range: Range<usize>, new: &str) -> String {
    let mut text = text.to_owned();
    if text.get(range.clone()).is_some() {
        text.replace_range(range, new);
    }
    text
}

/// Puts lines in at the start of a line, or after a last line that has no end: then the new last line has none either.
fn insert(text: &str, at: usize, lines: &str) -> String {
    let before = text.get(..at).unwrap_or_default();
    if before.is_empty() || before.ends_with('\n') {
        return spliced(text, at..at, lines);
    }
    let bare = lines.trim_end_matches(['\r', '\n']);
    spliced(text, at..at, &format!("{}{bare}", ends(text)))
}

/// A list that is there.
struct List<'t> {
    text: &'t str,
    items: Vec<Node<'t>>,
    range: Range<usize>,
    /// In brackets.
    flow: bool,
    /// Column of the dashes, from 0.
    indent: usize,
}

impl<'t> List<'t> {
    /// None: the document holds nothing.
    fn of(text: &'t str, written: &'t Written<'_>) -> Option<Self> {
        let root = written.root()?;
        let Form::List(items) = root.form() else { return None };
        let range = root.range();
        let flow = text.get(range.start..).is_some_and(|rest| rest.starts_with('['));
        Some(Self { text, items, range, flow, indent: root.place().1 - 1 })
    }

    /// The lines of a block list's item, from its dash to its last line, comments inside it included.
    fn lines_of(&self, index: usize) -> Option<Range<usize>> {
        let item = self.items.get(index)?.range();
        let dash = |line: &str| {
            let bare = line.trim_start_matches(' ');
            line.len() - bare.len() == self.indent && bare.starts_with('-')
        };
        let mut start = line_start(self.text, item.start);
        while !dash(self.text.get(start..)?) {
            start = line_start(self.text, start.checked_sub(1)?);
        }
        let mut end = line_end(self.text, item.end.max(item.start + 1) - 1);
        loop {
            let next = self.text.get(end..)?.lines().next().unwrap_or_default();
            let bare = next.trim_start_matches(' ');
            if !bare.starts_with('#') || next.len() - bare.len() <= self.indent {
                return Some(start..end);
            }
            end = line_end(self.text, end);
        }
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

/// After the end of the line that holds this byte.
fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |newline| at + newline + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str) -> Entry {
        Entry { block: format!("a: {name}\nb: |-\n  x\n\n  y\n"), flow: format!("{{\"a\": {name:?}}}") }
    }

    #[test]
    fn other_lines_stay_as_they_are() {
        let text = "# head\n- a: 1 # one\n  b: x\n  # of one\n\n# two\n-   a: 2\n    b: y\n# foot\n";
        let three = add(text, &entry("3")).unwrap();
        assert_eq!(three, text.replace("# foot", "- a: 3\n  b: |-\n    x\n\n    y\n# foot"));
        let without = remove(text, 0).unwrap();
        assert_eq!(without, "# head\n\n# two\n-   a: 2\n    b: y\n# foot\n");
        let replaced = replace(text, 1, &entry("4")).unwrap();
        assert_eq!(replaced, text.replace("-   a: 2\n    b: y\n", "- a: 4\n  b: |-\n    x\n\n    y\n"));
    }

    /// Layouts that people write, all of them by hand.
    #[test]
    fn adding_and_removing_gives_the_same_bytes() {
        let layouts = [
            "",
            "\n",
            "# nothing yet\n",
            "# nothing yet",
            "---\n",
            "---\n# nothing\n",
            "[]\n",
            "[ ]",
            "[{a: 1}, {a: 2} ]\n",
            "[\n  {a: 1},\n  {a: 2}\n]\n",
            "- a: 1\n",
            "- a: 1",
            "- a: 1\r\n  b: 2\r\n",
            "- a: 1\r\n  b: 2",
            "  - a: 1\n    b: 2\n\n\n",
            "---\n- a: 1\n  b: |\n    x\n\n    y\n",
            "- a: 1\n  b: >-\n    x\n    # text\n# comment\n",
            "- a: 1\n  b: [x,\n  y]   # end\n\n# later\n",
            "-\n  a: 1\n-\n  # own\n  a: 2\n  # end of two\n# end of all",
            "- {a: 1, b: 2}\n- {a: 2}\n",
            "- &one\n  a: 1\n- *one\n",
            "- a: \"x\n    y\"\n  # last\n",
            "- a: 1\n  b:\n",
            "- a: 1\n...\n",
        ];
        for text in layouts {
            let count = Written::of(text).ok().and_then(|w| List::of(text, &w).map(|l| l.items.len())).unwrap_or(0);
            let added = add(text, &entry("new")).unwrap_or_else(|| panic!("{text:?}"));
            let written = Written::of(&added).unwrap_or_else(|error| panic!("{error}: {text:?} → {added:?}"));
            assert_eq!(List::of(&added, &written).unwrap().items.len(), count + 1, "{text:?} → {added:?}");
            assert_eq!(remove(&added, count).as_deref(), Some(text), "{added:?}");
            let replaced = replace(&added, count, &entry("new")).unwrap();
            assert_eq!(replaced, added, "{text:?}");
        }
    }
}
