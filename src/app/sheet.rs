//! A document as it is read on screen: folded, searched, wrapped. A frame costs one pass over the numbers of its lines and the
//! text of those in sight, so that ten megabytes scroll as ten lines do.

use super::text::{cut, wrap};
use super::{Document, Line, Tone};
use crate::model::clean;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use unicode_width::UnicodeWidthStr;

/// What is known of a line without looking at it again.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: usize,
    end: usize,
    /// Columns that it takes.
    columns: usize,
    /// One byte a column: it can be cut anywhere.
    plain: bool,
    /// Last line of the block that begins here: itself where none does.
    last: usize,
}

/// A document and where its lines and blocks are.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// The document.
    pub document: Document,
    spans: Vec<Span>,
    /// Lines at which managed fields begin.
    managed: Vec<usize>,
}

/// How a reader holds a document: where the cursor is, what is folded, what is looked for.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Line with the cursor, from 0.
    pub line: usize,
    /// Row of that line, where it takes several.
    pub row: usize,
    /// Lines whose blocks are folded.
    pub folded: BTreeSet<usize>,
    /// What is looked for; empty: nothing.
    pub search: String,
    /// Lines of the document that hold it, in order.
    pub found: Vec<usize>,
    /// Where the search began: line and offset.
    pub from: (usize, usize),
}

/// As it is shown: without control characters and tabs.
fn shown(text: &str) -> Cow<'_, str> {
    if text.contains('\t') { clean(&text.replace('\t', "    ")).into_owned().into() } else { clean(text) }
}

/// How deep a line stands: items of a list belong to the key above them, though they begin in its column.
fn level(text: &str) -> Option<usize> {
    let inner = text.trim_start_matches(' ');
    let item = inner.starts_with("- ") || inner == "-";
    (!inner.trim().is_empty()).then(|| 2 * (text.len() - inner.len()) + usize::from(item))
}

impl Sheet {
    /// Looks at a document once.
    pub fn new(document: Document) -> Self {
        let text = document.text.clone();
        let mut spans: Vec<Span> = Vec::new();
        let mut managed = Vec::new();
        // lines whose blocks are open, and how deep they stand
        let mut open: Vec<(usize, usize)> = Vec::new();
        // blank lines after a block are none of it
        let mut filled = 0;
        let mut start = 0;
        for (number, line) in text.split_inclusive('\n').enumerate() {
            let whole = line;
            let line = line.strip_suffix('\n').unwrap_or(line);
            let line = line.strip_suffix('\r').unwrap_or(line);
            let plain = line.bytes().all(|byte| (b' '..=b'~').contains(&byte));
            let columns = if plain { line.len() } else { shown(line).width() };
            if let Some(level) = level(line) {
                while open.last().is_some_and(|(_, above)| *above >= level) {
                    let Some(done) = open.pop().and_then(|(line, _)| spans.get_mut(line)) else { break };
                    done.last = filled;
                }
                let parent = open.last().and_then(|(line, _)| spans.get(*line)).and_then(|s| text.get(s.start..s.end));
                let is = |text: &str, key: &str| text.trim_start_matches([' ', '-']) == key;
                if is(line, "managedFields:") && parent.is_some_and(|parent| is(parent, "metadata:")) {
                    managed.push(number);
                }
                open.push((number, level));
                filled = number;
            }
            spans.push(Span { start, end: start + line.len(), columns, plain, last: number });
            start += whole.len();
        }
        for (line, _) in open {
            if let Some(span) = spans.get_mut(line) {
                span.last = filled;
            }
        }
        Self { document, spans, managed }
    }

    /// A line's own text.
    fn text(&self, line: usize) -> &str {
        self.spans.get(line).and_then(|span| self.document.text.get(span.start..span.end)).unwrap_or_default()
    }

    /// How many lines it has.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Whether managed fields begin at a line.
    pub fn is_managed(&self, line: usize) -> bool {
        self.managed.contains(&line)
    }

    /// Whether there are managed fields.
    pub fn has_managed(&self) -> bool {
        !self.managed.is_empty()
    }

    /// The line whose block can be folded at a line: its own, else the one that it is in.
    pub fn block(&self, line: usize) -> Option<usize> {
        let own = |at: usize| self.spans.get(at).filter(|span| span.last > at).map(|span| (at, span.last));
        let (at, _) = own(line).or_else(|| (0..line).rev().filter_map(own).find(|(_, last)| *last >= line))?;
        Some(at)
    }

    /// Lines of blocks that hold a line, other than one that begins there.
    fn around(&self, line: usize) -> impl Iterator<Item = usize> + '_ {
        (0..line).filter(move |at| self.spans.get(*at).is_some_and(|span| span.last >= line))
    }

    /// Opens what hides a line.
    pub fn reveal(&self, reading: &mut Reading, line: usize) {
        let hides = |at: &usize| *at < line && self.spans.get(*at).is_some_and(|span| span.last >= line);
        reading.folded.retain(|at| !hides(at));
    }

    /// Every block but those that lead to these lines.
    pub fn outline(&self, keep: &[usize]) -> BTreeSet<usize> {
        let way: BTreeSet<usize> = keep.iter().flat_map(|line| self.around(*line)).collect();
        let blocks = self.spans.iter().enumerate().filter(|(at, span)| span.last > *at);
        blocks.map(|(at, _)| at).filter(|at| !way.contains(at)).collect()
    }

    /// Lines that hold a text, other than managed fields that are hidden.
    pub fn find(&self, needle: &str, managed: bool) -> Vec<usize> {
        let hidden = |line: usize| {
            let within = |at: &usize| self.spans.get(*at).is_some_and(|span| (at + 1..=span.last).contains(&line));
            !managed && self.managed.iter().any(within)
        };
        let lines = self.spans.iter().enumerate();
        let holds = |span: &Span| {
            self.document.text.get(span.start..span.end).is_some_and(|text| position(text, needle, 0).is_some())
        };
        lines.filter(|(_, span)| holds(span)).map(|(line, _)| line).filter(|line| !hidden(*line)).collect()
    }
}

/// Where a text stands in another one, at or after a place; letters of ASCII in either case.
pub(super) fn position(text: &str, needle: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let first = *needle.as_bytes().first()?;
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    let begins = |at: &usize| {
        rest.as_bytes().get(*at..*at + needle.len()).is_some_and(|part| part.eq_ignore_ascii_case(needle.as_bytes()))
    };
    memchr::memchr2_iter(lower, upper, rest.as_bytes()).find(begins).map(|at| from + at)
}

/// Pieces of a line with what is looked for marked in them.
pub(super) fn with_found(line: Line, needle: &str) -> Line {
    if needle.is_empty() {
        return line;
    }
    let text: String = line.iter().map(|(_, text)| text.as_str()).collect();
    let mut ranges = Vec::new();
    let mut at = 0;
    while let Some(found) = position(&text, needle, at) {
        at = found + needle.len();
        ranges.push((found, at));
    }
    if ranges.is_empty() {
        return line;
    }
    let mut marked = Line::new();
    let mut start = 0;
    for (tone, piece) in line {
        let end = start + piece.len();
        let mut from = start;
        for (first, last) in ranges.iter().filter(|(first, last)| *first < end && *last > start) {
            let (first, last) = ((*first).max(start), (*last).min(end));
            let mut take = |tone: Tone, a: usize, b: usize| {
                let part = piece.get(a - start..b - start).unwrap_or_default();
                if !part.is_empty() {
                    marked.push((tone, part.to_owned()));
                }
            };
            take(tone, from, first);
            take(Tone::Found, first, last);
            from = last;
        }
        let rest = piece.get(from - start..).unwrap_or_default();
        if !rest.is_empty() {
            marked.push((tone, rest.to_owned()));
        }
        start = end;
    }
    marked
}

/// Lines of the document that a finding points at.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) first: usize,
    pub(super) last: usize,
    /// These lines are at fault; else they are what should hold the field.
    pub(super) exact: bool,
    pub(super) tone: Tone,
    pub(super) word: &'static str,
    /// What was expected, and the column to say it under.
    pub(super) expected: String,
}

/// A line on screen: which, the rows it takes and the lines that are folded into it.
struct Placed {
    line: usize,
    first: usize,
    rows: usize,
    folded: usize,
}

/// A document in a width, as it is read.
pub(super) struct Shape<'s> {
    pub(super) sheet: &'s Sheet,
    pub(super) reading: &'s Reading,
    /// Managed fields are shown.
    pub(super) managed: bool,
    pub(super) width: usize,
    /// The cursor is shown.
    pub(super) focus: bool,
    /// Said above the document.
    head: Vec<Line>,
    faults: Vec<Fault>,
    /// Said under lines of it.
    under: BTreeMap<usize, Vec<Line>>,
    digits: usize,
}

/// Columns of the word beside a line, with what is around it.
const GUTTER: usize = 8;

impl<'s> Shape<'s> {
    pub(super) fn new(
        sheet: &'s Sheet,
        reading: &'s Reading,
        managed: bool,
        (width, focus): (usize, bool),
        head: Vec<Line>,
        faults: Vec<Fault>,
    ) -> Self {
        let digits = (sheet.document.above + sheet.len()).max(1).to_string().len();
        let mut shape = Self { sheet, reading, managed, width, focus, head, faults, under: BTreeMap::new(), digits };
        for fault in &shape.faults {
            let line = if fault.exact { fault.last } else { fault.first };
            let text = sheet.text(line);
            let indent = shape.gutter() + text.len() - text.trim_start_matches(' ').len();
            let room = width.saturating_sub(indent + 2);
            let said = wrap(&clean(&fault.expected), room).into_iter().enumerate().map(|(i, part)| {
                let start = if i == 0 { "^" } else { " " };
                vec![(Tone::Text, " ".repeat(indent.min(width / 2))), (fault.tone, format!("{start} {part}"))]
            });
            shape.under.entry(line).or_default().extend(said);
        }
        shape
    }

    fn gutter(&self) -> usize {
        self.digits + GUTTER
    }

    fn room(&self) -> usize {
        self.width.saturating_sub(self.gutter()).max(8)
    }

    /// The lines from the top, one after the other.
    fn placed(&self) -> impl Iterator<Item = Placed> + '_ {
        let room = self.room();
        let (mut line, mut row) = (0, self.head.len());
        let mut folds = self.reading.folded.iter().copied().peekable();
        let mut notes = self.under.iter().peekable();
        std::iter::from_fn(move || {
            let span = self.sheet.spans.get(line)?;
            while folds.next_if(|at| *at < line).is_some() {}
            let hides = span.last > line
                && (folds.peek() == Some(&line) || (!self.managed && self.sheet.managed.contains(&line)));
            let folded = if hides { span.last - line } else { 0 };
            let mut rows = match (hides, span.plain) {
                _ if hides || span.columns <= room => 1,
                (_, true) => span.columns.div_ceil(room),
                (_, false) => cut(&shown(self.sheet.text(line)), room).len(),
            };
            // what is said under lines that are folded is folded with them
            while notes.next_if(|(at, _)| **at < line).is_some() {}
            if let Some((_, said)) = notes.next_if(|(at, _)| **at == line) {
                rows += said.len();
            }
            let placed = Placed { line, first: row, rows, folded };
            (line, row) = (line + folded + 1, row + rows);
            Some(placed)
        })
    }

    /// Rows that all of it takes.
    pub(super) fn height(&self) -> usize {
        self.placed().last().map_or(self.head.len(), |placed| placed.first + placed.rows)
    }

    /// The row of a line's row; of a line that is folded, that of what it is folded into.
    pub(super) fn row_of(&self, line: usize, row: usize) -> usize {
        let at = self.placed().find(|placed| (placed.line..=placed.line + placed.folded).contains(&line));
        at.map_or(0, |placed| placed.first + row.min(placed.rows.saturating_sub(1)))
    }

    /// The line at a row, and its row; the nearest where there is none.
    pub(super) fn line_at(&self, row: usize) -> (usize, usize) {
        let mut last = (0, 0);
        for placed in self.placed() {
            if row < placed.first + placed.rows {
                return (placed.line, row.saturating_sub(placed.first));
            }
            last = (placed.line, placed.rows.saturating_sub(1));
        }
        last
    }

    /// So many rows from one on.
    pub(super) fn rows(&self, from: usize, count: usize) -> Vec<Line> {
        let until = from.saturating_add(count);
        let mut lines: Vec<Line> = self.head.iter().skip(from).take(count).cloned().collect();
        for placed in self.placed().skip_while(|placed| placed.first + placed.rows <= from) {
            if placed.first >= until {
                break;
            }
            let all = placed.first..placed.first + placed.rows;
            let wanted = from.max(all.start) - all.start..until.min(all.end) - all.start;
            self.line(&placed, wanted, &mut lines);
        }
        lines
    }

    /// Rows of one line.
    fn line(&self, placed: &Placed, wanted: std::ops::Range<usize>, lines: &mut Vec<Line>) {
        let Some(span) = self.sheet.spans.get(placed.line) else { return };
        let (text, room) = (self.sheet.text(placed.line), self.room());
        let under = self.under.get(&placed.line).map_or(&[][..], Vec::as_slice);
        let own = placed.rows - under.len();
        // a very long line is not cut as a whole for one row of it
        let parts: Vec<String> = match (placed.folded, span.plain) {
            (0, true) => Vec::new(),
            (0, false) => cut(&shown(text), room),
            _ => vec![shown(text).into_owned()],
        };
        for row in wanted {
            if let Some(said) = row.checked_sub(own).and_then(|row| under.get(row)) {
                lines.push(said.clone());
                continue;
            }
            let part = match parts.get(row) {
                Some(part) => part.clone(),
                None => text.get(row * room..span.columns.min((row + 1) * room)).unwrap_or_default().to_owned(),
            };
            lines.push(self.drawn(placed, row, part));
        }
    }

    fn drawn(&self, placed: &Placed, row: usize, part: String) -> Line {
        let lines = placed.line..=placed.line + placed.folded;
        let exact = self.faults.iter().find(|f| f.exact && f.first <= *lines.end() && *lines.start() <= f.last);
        let near = self.faults.iter().find(|f| !f.exact && lines.contains(&f.first));
        let number = if row == 0 { (self.sheet.document.above + placed.line + 1).to_string() } else { String::new() };
        let word = match (exact, near) {
            _ if row > 0 => "",
            (Some(fault), _) => fault.word,
            (None, Some(_)) => "here",
            (None, None) => "",
        };
        let is_here = self.focus && placed.line == self.reading.line && row == self.reading.row.min(placed.rows - 1);
        let digits = self.digits;
        let mut pieces = vec![
            (if is_here { Tone::Selected } else { Tone::Dim }, format!("{number:>digits$}")),
            (Tone::Dim, " ".to_owned()),
            (exact.map_or(Tone::Dim, |fault| fault.tone), format!("{word:<6} ")),
        ];
        let mut own =
            if exact.is_some() && placed.folded == 0 { vec![(Tone::Marked, part)] } else { coloured(&part, row == 0) };
        if placed.folded > 0 {
            let hidden = if placed.folded == 1 { "1 line".to_owned() } else { format!("{} lines", placed.folded) };
            own.push((Tone::Dim, format!(" … {hidden}")));
        }
        pieces.append(&mut with_found(own, &self.reading.search));
        pieces
    }
}

/// Key and value of a YAML line, by its looks.
fn coloured(line: &str, first: bool) -> Line {
    if line.trim_start().starts_with('#') {
        return vec![(Tone::Dim, line.to_owned())];
    }
    match line.split_once(": ").or_else(|| line.strip_suffix(':').map(|key| (key, ""))) {
        Some((key, value)) if first && !key.contains(['"', '\'', '{']) => {
            let mut pieces = vec![(Tone::YamlKey, format!("{key}:"))];
            if !value.is_empty() {
                pieces.push((Tone::YamlValue, format!(" {value}")));
            }
            pieces
        }
        _ => vec![(Tone::YamlValue, line.to_owned())],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
apiVersion: v1
metadata:
  name: web
  managedFields:
  - manager: kubectl
    fieldsV1:
      f:spec: {}
  uid: x
spec:
  containers:
  - name: app
    image: a

    args:
    - one
  - name: side
  volumes: []
";

    fn sheet() -> Sheet {
        Sheet::new(Document { text: TEXT.into(), ..Document::default() })
    }

    fn screen(sheet: &Sheet, reading: &Reading, managed: bool) -> Vec<String> {
        let shape = Shape::new(sheet, reading, managed, (60, false), Vec::new(), Vec::new());
        let lines = shape.rows(0, 100);
        assert_eq!(lines.len(), shape.height());
        lines.iter().map(|line| line.iter().skip(3).map(|(_, text)| text.as_str()).collect()).collect()
    }

    #[test]
    fn blocks_end_where_their_keys_do() {
        let sheet = sheet();
        let block = |line: usize| sheet.spans[line].last;
        assert_eq!((block(1), block(3), block(8), block(9), block(10), block(13)), (7, 6, 16, 15, 14, 14));
        assert_eq!((block(0), block(7), block(16)), (0, 7, 16), "a line alone is no block");
        assert_eq!(sheet.block(11), Some(10), "the one that it is in");
        assert_eq!(sheet.block(0), None);
    }

    #[test]
    fn managed_fields_are_folded_until_they_are_asked_for_and_a_fold_says_how_much_it_hides() {
        let (sheet, mut reading) = (sheet(), Reading::default());
        let lines = screen(&sheet, &reading, false);
        assert_eq!(lines[3], "  managedFields: … 3 lines");
        assert_eq!(lines[4], "  uid: x");
        assert_eq!(screen(&sheet, &reading, true).len(), 17);
        reading.folded.insert(8);
        let lines = screen(&sheet, &reading, false);
        assert_eq!(lines.last().unwrap(), "spec: … 8 lines");
        assert_eq!(sheet.find("name", false), [2, 10, 15]);
        assert_eq!(sheet.find("MANAGER", true), [4]);
        sheet.reveal(&mut reading, 15);
        assert!(reading.folded.is_empty());
        assert_eq!(sheet.outline(&[11]).into_iter().collect::<Vec<_>>(), [1, 3, 4, 5, 13]);
    }

    #[test]
    fn rows_and_lines_lead_to_each_other_whatever_is_wide() {
        let text = format!("a: {}\nb: {}\nc: d\n", "x".repeat(100), "名\u{202e}".repeat(40));
        let sheet = Sheet::new(Document { text: text.into(), ..Document::default() });
        for width in [20, 33, 40, 80] {
            let reading = Reading::default();
            let shape = Shape::new(&sheet, &reading, false, (width, false), vec![Line::new()], Vec::new());
            let all = shape.rows(0, usize::MAX);
            assert_eq!(all.len(), shape.height());
            for row in 1..all.len() {
                let (line, within) = shape.line_at(row);
                assert_eq!(shape.row_of(line, within), row);
                assert_eq!(shape.rows(row, 1), all[row..=row]);
                assert!(all[row].iter().map(|(_, text)| text.width()).sum::<usize>() <= width.max(17));
            }
        }
    }

    #[test]
    fn what_is_found_is_marked_across_pieces() {
        let line = vec![(Tone::YamlKey, "image:".to_owned()), (Tone::YamlValue, " Image".to_owned())];
        let marked: Vec<_> = with_found(line, "e: i").into_iter().collect();
        let words: Vec<_> = marked.iter().map(|(tone, text)| (*tone, text.as_str())).collect();
        use Tone::{Found, YamlKey, YamlValue};
        assert_eq!(words, [(YamlKey, "imag"), (Found, "e:"), (Found, " I"), (YamlValue, "mage")]);
        assert_eq!(position("ünïcode", "ïC", 0), Some(3));
    }
}
