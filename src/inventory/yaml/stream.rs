use super::{Parsed, Positions, YamlError, parse};
use serde::de::IgnoredAny;
use std::ops::Range;

/// One document of a stream that is not empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document<'t> {
    /// Its text.
    pub text: &'t str,
    /// Where the text stands in the stream, in bytes.
    pub range: Range<usize>,
    /// Position in the stream, from 0; empty documents count, as they do for YAML.
    pub index: usize,
    /// Line of the stream on which the text begins, from 1.
    pub first_line: usize,
}

impl Document<'_> {
    /// Reads it; lines of warnings and errors are those of the stream.
    pub fn parse(&self) -> Result<Parsed, YamlError> {
        let shift = |error: YamlError| YamlError { line: error.line + self.first_line - 1, ..error };
        let mut parsed = parse(self.text).map_err(shift)?;
        parsed.warnings = parsed.warnings.into_iter().map(shift).collect();
        Ok(parsed)
    }

    /// Where things stand in it; lines are those of its text.
    pub fn positions(&self) -> Option<Positions<'_>> {
        Positions::of(self.text)
    }
}

/// Splits a stream at its `---` and `...` lines, and JSON values written one after the other. Nothing is parsed: a
/// marker at the start of a line is one wherever it stands, inside a block scalar too (YAML 1.2.2, 9.1.2), so that
/// lines are all there is to look at.
pub fn documents(stream: &str) -> Vec<Document<'_>> {
    let found = split(stream).0;
    match found.as_slice() {
        [only] if only.text.trim_start().starts_with(['{', '[']) => json_values(only).unwrap_or(found),
        _ => found,
    }
}

/// How many documents a stream of YAML has, empty ones included: the index of what would follow.
pub fn count_documents(stream: &str) -> usize {
    split(stream).1
}

fn split(stream: &str) -> (Vec<Document<'_>>, usize) {
    let mut splitter =
        Splitter { stream, found: Vec::new(), index: 0, start: 0, first_line: 1, content: false, named: false };
    let (mut at, mut number) = (0, 1);
    if stream.starts_with('\u{feff}') {
        at = '\u{feff}'.len_utf8();
        splitter.start = at;
    }
    for line in stream.get(at..).unwrap_or_default().split_inclusive('\n') {
        let next = at + line.len();
        if let Some(rest) = marker(line, "---") {
            // what a directive before it says belongs to this document
            let directives = !splitter.named
                && !splitter.content
                && stream.get(splitter.start..at).is_some_and(|t| t.starts_with('%') || t.contains("\n%"));
            if !directives {
                splitter.close(at);
                let inline = !blank(rest);
                (splitter.start, splitter.first_line) = if inline { (at, number) } else { (next, number + 1) };
                splitter.content = inline;
            }
            splitter.named = true;
        } else if marker(line, "...").is_some() {
            splitter.close(at);
            (splitter.start, splitter.first_line) = (next, number + 1);
        } else if !blank(line) && (splitter.content || !line.starts_with('%')) {
            splitter.content = true;
        }
        (at, number) = (next, number + 1);
    }
    splitter.close(stream.len());
    (splitter.found, splitter.index)
}

struct Splitter<'t> {
    stream: &'t str,
    found: Vec<Document<'t>>,
    index: usize,
    start: usize,
    first_line: usize,
    /// Something beside comments was seen since `start`.
    content: bool,
    /// A `---` opened it: it counts even where it is empty.
    named: bool,
}

impl Splitter<'_> {
    fn close(&mut self, end: usize) {
        if self.content {
            let range = self.start..end;
            let text = self.stream.get(range.clone()).unwrap_or_default();
            self.found.push(Document { text, range, index: self.index, first_line: self.first_line });
        }
        self.index += usize::from(self.content || self.named);
        (self.content, self.named) = (false, false);
    }
}

/// What follows a document marker on its line. None: it is no marker.
fn marker<'l>(line: &'l str, mark: &str) -> Option<&'l str> {
    let rest = line.strip_prefix(mark)?;
    (rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n'])).then_some(rest)
}

/// Nothing but a comment.
fn blank(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

/// JSON values written one after the other; None where it is one value, or YAML after all.
fn json_values<'t>(document: &Document<'t>) -> Option<Vec<Document<'t>>> {
    let mut values = serde_json::Deserializer::from_str(document.text).into_iter::<IgnoredAny>();
    let mut found: Vec<Document<'t>> = Vec::new();
    let (mut at, mut line) = (0, document.first_line);
    while let Some(value) = values.next() {
        value.ok()?;
        let end = values.byte_offset();
        let gap = document.text.get(at..end)?;
        let start = at + gap.len() - gap.trim_start().len();
        line += newlines(document.text.get(at..start)?);
        let range = document.range.start + start..document.range.start + end;
        let text = document.text.get(start..end)?;
        found.push(Document { text, range, index: found.len(), first_line: line });
        line += newlines(text);
        at = end;
    }
    (found.len() > 1).then_some(found)
}

fn newlines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(stream: &str) -> Vec<(usize, usize, &str)> {
        let found = documents(stream);
        for document in &found {
            assert_eq!(stream.get(document.range.clone()), Some(document.text), "the range is that of the text");
        }
        found.into_iter().map(|d| (d.index, d.first_line, d.text)).collect()
    }

    #[test]
    fn markers_split_and_empty_documents_are_left_out_but_counted() {
        assert_eq!(split("a: 1\n---\nb: 2\n"), [(0, 1, "a: 1\n"), (1, 3, "b: 2\n")]);
        assert_eq!(split("---\na: 1\n"), [(0, 2, "a: 1\n")], "a leading marker opens the first document");
        assert_eq!(split("# head\n--- # first\na: 1\n"), [(0, 3, "a: 1\n")], "a comment is no document");
        assert_eq!(split("a: 1\n---\n# Source: x\n\n---\nb: 2"), [(0, 1, "a: 1\n"), (2, 6, "b: 2")]);
        assert_eq!(split("a: 1\n...\n# no\n...\n---\nb: 2\n"), [(0, 1, "a: 1\n"), (1, 6, "b: 2\n")]);
        assert_eq!(split("--- {a: 1}\n---\n"), [(0, 1, "--- {a: 1}\n")], "content may stand on the marker's line");
        assert_eq!(split("%YAML 1.1\n---\na: 1\n"), [(0, 1, "%YAML 1.1\n---\na: 1\n")], "directives are part of it");
        assert_eq!(split("# x\n%YAML 1.1\n---\na: 1\n---\nb: 2\n").len(), 2);
        assert_eq!(split("a: \"x\n%y\"\n---\nb: 2\n").len(), 2, "a line of text is no directive");
        assert_eq!(split(""), []);
        assert_eq!(split("\n# only a comment\n---\n"), []);
    }

    #[test]
    fn dashes_inside_text_are_text() {
        assert_eq!(split("a: |\n  ---\n  x\nb: 1\n").len(), 1);
        assert_eq!(split("a: ----\n----: 1\n---x: 1\n").len(), 1);
    }

    #[test]
    fn carriage_returns_and_byte_order_marks() {
        assert_eq!(split("\u{feff}a: 1\r\n---\r\nb: 2\r\n"), [(0, 1, "a: 1\r\n"), (1, 3, "b: 2\r\n")]);
        assert_eq!(split("\u{feff}---\na: 1"), [(0, 2, "a: 1")]);
    }

    #[test]
    fn json_values_follow_each_other() {
        assert_eq!(split("{\"a\": 1}\n{\n\"b\": 2}\n"), [(0, 1, "{\"a\": 1}"), (1, 2, "{\n\"b\": 2}")]);
        assert_eq!(split("{a: 1}\n"), [(0, 1, "{a: 1}\n")], "one flow mapping is YAML");
    }

    #[test]
    fn errors_are_placed_in_the_stream() {
        let documents = documents("a: 1\n---\nb: [1\nc: 2\n");
        let error = documents[1].parse().unwrap_err();
        assert!(error.line >= 3, "{error}");
        let stream = "a: 1\n---\nb: 1\nb: 2\n";
        let warnings = super::documents(stream)[1].parse().unwrap().warnings;
        assert_eq!((warnings[0].line, warnings[0].column), (4, 1));
    }
}
