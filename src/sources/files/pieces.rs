//! Cuts a stream of manifests into pieces that can be decoded apart from each other: YAML at its document markers, JSON
//! at the items of a list. Nothing is parsed, and no more is held than a piece.

use crate::inventory::yaml;
use std::io::{self, Read};
use std::sync::Arc;

/// Bytes of YAML that make a piece, where documents are smaller.
const ENOUGH: usize = 256 * 1024;
/// Bytes read at once.
const BLOCK: usize = 128 * 1024;
/// Most bytes of one document, or of one item of a list: an export of a large cluster is one.
const MOST: usize = 1 << 30;

/// A part of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Its text.
    pub text: String,
    /// The stream's line on which the text begins, from 1.
    pub line: usize,
    /// Position in the stream of its first document, from 0.
    pub document: usize,
    /// What the text is.
    pub form: Form,
}

/// What the text of a piece is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// YAML documents.
    Yaml,
    /// A JSON value.
    Json(Head),
    /// An item of a JSON list: its position, what it says of itself, and what the list said before.
    Item(usize, Head, Arc<Head>),
    /// A JSON list ends; by now it has said what it is.
    ListEnd(Arc<Head>),
    /// The stream ends inside a JSON value.
    Cut,
}

/// What a JSON object says of itself in its own fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// `apiVersion`; empty: not said.
    pub api_version: String,
    /// `kind`; empty: not said.
    pub kind: String,
}

/// The pieces of a stream.
#[derive(Debug)]
pub(super) struct Pieces<R> {
    reader: R,
    buffer: Vec<u8>,
    ended: bool,
    line: usize,
    document: usize,
    mode: Mode,
    most: usize,
}

#[derive(Debug)]
enum Mode {
    /// Nothing was seen yet.
    Begin,
    Yaml,
    Json(Scan),
}

/// How far a JSON value was looked through.
#[derive(Debug, Default)]
struct Scan {
    /// Bytes of the buffer that were looked at.
    at: usize,
    depth: usize,
    string: bool,
    escaped: bool,
    /// Where the string that is read begins; unset where that is none of interest.
    string_start: usize,
    /// In the fields of the value, or of an item: a name comes next.
    name_next: bool,
    /// The last such name.
    name: Name,
    head: Head,
    /// Of the item that is read.
    item: Head,
    /// In `items`: how many came; None: outside.
    items: Option<usize>,
    /// It had `items`: it is a list.
    is_list: bool,
    /// Where the item that is read begins.
    item_start: usize,
    /// The head as it was when the items began.
    shared: Option<Arc<Head>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Name {
    #[default]
    Other,
    ApiVersion,
    Kind,
    Items,
}

/// What a scan came to.
enum Found {
    /// An item ends before this byte.
    Item(usize),
    /// The value ends before this byte.
    End(usize),
    /// It needs more bytes.
    More,
}

impl<R: Read> Pieces<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, buffer: Vec::new(), ended: false, line: 1, document: 0, mode: Mode::Begin, most: MOST }
    }

    fn read_block(&mut self) -> io::Result<()> {
        let before = self.buffer.len();
        if before > self.most {
            let why = format!("line {}: a document of more than {} bytes begins here", self.line, self.most);
            return Err(io::Error::new(io::ErrorKind::InvalidData, why));
        }
        let read = self.reader.by_ref().take(BLOCK as u64).read_to_end(&mut self.buffer)?;
        self.ended = read == 0 || self.buffer.len() == before;
        Ok(())
    }

    /// Takes bytes off the front; lines and documents are counted on.
    fn take(&mut self, end: usize) -> io::Result<String> {
        let rest = self.buffer.split_off(end.min(self.buffer.len()));
        let bytes = std::mem::replace(&mut self.buffer, rest);
        String::from_utf8(bytes).map_err(|error| {
            let line = self.line
                + error.as_bytes().iter().take(error.utf8_error().valid_up_to()).filter(|b| **b == b'\n').count();
            io::Error::new(io::ErrorKind::InvalidData, format!("line {line}: not UTF-8"))
        })
    }

    fn skip(&mut self, end: usize) {
        self.line += newlines(self.buffer.get(..end).unwrap_or_default());
        self.buffer.drain(..end.min(self.buffer.len()));
    }

    fn next_piece(&mut self) -> io::Result<Option<Piece>> {
        loop {
            match &mut self.mode {
                Mode::Begin => {
                    let Some(json) = self.begins_json()? else { return Ok(None) };
                    self.mode = if json { Mode::Json(Scan::default()) } else { Mode::Yaml };
                }
                Mode::Yaml => return self.yaml(),
                Mode::Json(scan) => match scan.run(&self.buffer) {
                    Found::Item(end) => return self.item(end).map(Some),
                    Found::End(end) => {
                        if let Some(piece) = self.value(end)? {
                            return Ok(Some(piece));
                        }
                    }
                    Found::More if self.ended => {
                        self.mode = Mode::Begin;
                        self.skip(self.buffer.len());
                        let (line, document) = (self.line, self.document);
                        return Ok(Some(Piece { text: String::new(), line, document, form: Form::Cut }));
                    }
                    Found::More => self.read_block()?,
                },
            }
        }
    }

    /// Whether JSON comes next: an object with a name in quotes, or nothing in it, or a list of such. None: nothing
    /// comes.
    fn begins_json(&mut self) -> io::Result<Option<bool>> {
        loop {
            if self.buffer.starts_with("\u{feff}".as_bytes()) && self.line == 1 {
                self.buffer.drain(.."\u{feff}".len());
            }
            let mut letters = self.buffer.iter().copied().enumerate().filter(|(_, b)| !b.is_ascii_whitespace());
            match (letters.next(), letters.next()) {
                (Some((at, b'{')), Some((_, next))) => {
                    if matches!(next, b'"' | b'}') {
                        self.skip(at);
                        return Ok(Some(true));
                    }
                    return Ok(Some(false));
                }
                (Some((_, first)), _) if first != b'{' => return Ok(Some(false)),
                (Some(_), _) if self.ended => return Ok(Some(false)),
                (None, _) if self.ended => return Ok(None),
                _ => self.read_block()?,
            }
        }
    }

    /// YAML up to the last document marker that was read.
    fn yaml(&mut self) -> io::Result<Option<Piece>> {
        let mut wanted = ENOUGH;
        let end = loop {
            while self.buffer.len() < wanted && !self.ended {
                self.read_block()?;
            }
            if self.ended {
                break self.buffer.len();
            }
            match last_marker(&self.buffer) {
                Some(at) => break at,
                None => wanted *= 2,
            }
        };
        if end == 0 {
            return Ok(None);
        }
        let text = self.take(end)?;
        let piece = Piece { line: self.line, document: self.document, form: Form::Yaml, text };
        self.line += newlines(piece.text.as_bytes());
        self.document += yaml::count_documents(&piece.text);
        Ok(Some(piece))
    }

    fn item(&mut self, end: usize) -> io::Result<Piece> {
        let Mode::Json(scan) = &mut self.mode else { return Err(io::ErrorKind::InvalidData.into()) };
        let index = scan.items.unwrap_or_default();
        scan.items = Some(index + 1);
        let head = scan.shared.get_or_insert_with(|| Arc::new(scan.head.clone())).clone();
        let own = std::mem::take(&mut scan.item);
        let start = std::mem::take(&mut scan.item_start);
        scan.at -= end;
        self.skip(start);
        let text = self.take(end - start)?;
        let piece = Piece { line: self.line, document: self.document, form: Form::Item(index, own, head), text };
        self.line += newlines(piece.text.as_bytes());
        Ok(piece)
    }

    fn value(&mut self, end: usize) -> io::Result<Option<Piece>> {
        let Mode::Json(scan) = std::mem::replace(&mut self.mode, Mode::Begin) else { return Ok(None) };
        let (line, document) = (self.line, self.document);
        let text = self.take(end)?;
        self.line += newlines(text.as_bytes());
        self.document += 1;
        Ok(Some(if scan.is_list {
            Piece { text: String::new(), line, document, form: Form::ListEnd(Arc::new(scan.head)) }
        } else {
            Piece { text, line, document, form: Form::Json(scan.head) }
        }))
    }
}

impl<R: Read> Iterator for Pieces<R> {
    type Item = io::Result<Piece>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_piece().transpose()
    }
}

impl Scan {
    /// The depth inside the object whose own fields are of interest: an item's, else the value's.
    fn level(&self) -> usize {
        if self.items.is_some() { 3 } else { 1 }
    }

    /// Looks on where it stopped, until an item or the value ends.
    fn run(&mut self, buffer: &[u8]) -> Found {
        while let Some(rest) = buffer.get(self.at..).filter(|rest| !rest.is_empty()) {
            if self.string {
                let Some(end) = self.string_end(rest) else {
                    self.at = buffer.len();
                    break;
                };
                self.at += end + 1;
                self.string = false;
                if self.depth == self.level() {
                    self.string_ends(buffer.get(self.string_start..self.at - 1).unwrap_or_default());
                }
                continue;
            }
            let structural = |byte: &u8| matches!(byte, b'"' | b'{' | b'}' | b'[' | b']' | b',');
            let Some(skipped) = rest.iter().position(structural) else {
                self.at = buffer.len();
                break;
            };
            let at = self.at + skipped;
            self.at = at + 1;
            match buffer.get(at).copied().unwrap_or_default() {
                b'"' => (self.string, self.string_start) = (true, at + 1),
                b',' => {
                    if self.depth == self.level() {
                        (self.name_next, self.name) = (true, Name::Other);
                    }
                }
                open @ (b'{' | b'[') => {
                    self.depth += 1;
                    if self.depth == 2 && open == b'[' && self.name == Name::Items {
                        (self.items, self.is_list) = (Some(0), true);
                    }
                    if self.depth == self.level() {
                        (self.name_next, self.name) = (open == b'{', Name::Other);
                        self.item_start = at;
                    }
                }
                close => {
                    self.depth = self.depth.saturating_sub(1);
                    match self.depth {
                        0 => return Found::End(at + 1),
                        1 => self.items = None,
                        2 if close == b'}' && self.items.is_some() => return Found::Item(at + 1),
                        _ => {}
                    }
                }
            }
        }
        Found::More
    }

    /// Where a string ends: at the first quote that no backslash goes before.
    fn string_end(&mut self, text: &[u8]) -> Option<usize> {
        let mut from = usize::from(std::mem::take(&mut self.escaped));
        loop {
            let found = from + memchr::memchr2(b'"', b'\\', text.get(from..)?)?;
            if text.get(found) == Some(&b'"') {
                return Some(found);
            }
            from = found + 2;
            self.escaped = from > text.len();
        }
    }

    fn string_ends(&mut self, text: &[u8]) {
        if std::mem::take(&mut self.name_next) {
            self.name = match text {
                b"apiVersion" => Name::ApiVersion,
                b"kind" => Name::Kind,
                b"items" => Name::Items,
                _ => Name::Other,
            };
            return;
        }
        let head = if self.items.is_some() { &mut self.item } else { &mut self.head };
        match self.name {
            Name::ApiVersion => head.api_version = String::from_utf8_lossy(text).into_owned(),
            Name::Kind => head.kind = String::from_utf8_lossy(text).into_owned(),
            Name::Items | Name::Other => {}
        }
    }
}

fn newlines(text: &[u8]) -> usize {
    text.iter().filter(|byte| **byte == b'\n').count()
}

/// Where the last line begins that opens a document; not the first line, and none after a directive, which belongs to
/// what follows.
fn last_marker(buffer: &[u8]) -> Option<usize> {
    let mut end = buffer.len();
    loop {
        let head = buffer.get(..end)?;
        let at = head.windows(4).rposition(|window| window == b"\n---")? + 1;
        let opens = buffer.get(at + 3).is_some_and(|b| b.is_ascii_whitespace());
        let line_before = head.get(..at - 1)?.rsplit(|b| *b == b'\n').next()?;
        if opens && !line_before.starts_with(b"%") {
            return Some(at);
        }
        end = at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    /// Hands out a byte at a time at worst: what is cut must not depend on how it was read.
    struct Slow<'t>(&'t [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let n = into.len().min(self.1).min(self.0.len());
            into[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn cut(stream: &str) -> Vec<Piece> {
        let whole: Vec<Piece> = Pieces::new(stream.as_bytes()).map(Result::unwrap).collect();
        let slow: Vec<Piece> = Pieces::new(Slow(stream.as_bytes(), 1)).map(Result::unwrap).collect();
        assert_eq!(whole, slow);
        whole
    }

    fn shown(stream: &str) -> Vec<(String, usize, usize)> {
        let form = |piece: &Piece| match &piece.form {
            Form::Yaml => format!("yaml {}", piece.text),
            Form::Json(head) => format!("json {}{}", head.kind, piece.text),
            Form::Item(index, own, head) => format!("item {index} {} of {:?} {}", own.kind, head.kind, piece.text),
            Form::Cut => "cut".to_owned(),
            Form::ListEnd(head) => format!("end of {} {}", head.api_version, head.kind),
        };
        cut(stream).iter().map(|piece| (form(piece), piece.line, piece.document)).collect()
    }

    fn row(text: &str, line: usize, document: usize) -> (String, usize, usize) {
        (text.to_owned(), line, document)
    }

    #[test]
    fn a_small_stream_of_yaml_is_one_piece() {
        assert_eq!(shown("a: 1\n---\nb: 2\n"), [row("yaml a: 1\n---\nb: 2\n", 1, 0)]);
        assert_eq!(shown("{a: 1}\n"), [row("yaml {a: 1}\n", 1, 0)], "a flow mapping is YAML");
        assert_eq!(shown("\u{feff}a: 1"), [row("yaml a: 1", 1, 0)]);
        assert_eq!(shown(" \n"), []);
    }

    #[test]
    fn large_streams_are_cut_at_markers_and_nothing_is_lost() {
        let mut stream = String::new();
        for number in 0..3000 {
            let directive = if number % 7 == 0 { "%YAML 1.1\n" } else { "" };
            write!(stream, "{directive}--- # {number}\nname: {number}\ntext: \"{}\"\n...\n", "x".repeat(300)).unwrap();
        }
        let pieces = cut(&stream);
        assert!(pieces.len() > 2);
        assert_eq!(pieces.iter().map(|p| p.text.as_str()).collect::<String>(), stream);
        let (mut line, mut document) = (1, 0);
        for piece in &pieces {
            assert_eq!((piece.line, piece.document), (line, document));
            line += piece.text.matches('\n').count();
            document += yaml::count_documents(&piece.text);
        }
        assert_eq!(document, 3000);
    }

    #[test]
    fn a_list_comes_item_by_item() {
        let list = "{\"kind\": \"PodList\", \"apiVersion\": \"v1\",\n \"metadata\": {\"items\": [{}]},\n \"items\": [\n  {\"a\": \"}\\\"]\"},\n  {\"b\": [{}], \"kind\": \"Pod\", \"x\": {\"kind\": \"no\"}}]}\n";
        assert_eq!(
            shown(list),
            [
                row("item 0  of \"PodList\" {\"a\": \"}\\\"]\"}", 4, 0),
                row("item 1 Pod of \"PodList\" {\"b\": [{}], \"kind\": \"Pod\", \"x\": {\"kind\": \"no\"}}", 5, 0),
                row("end of v1 PodList", 5, 0),
            ]
        );
        let late = "{\"apiVersion\":\"v1\",\"items\":[{}],\"kind\":\"List\"}";
        assert_eq!(shown(late), [row("item 0  of \"\" {}", 1, 0), row("end of v1 List", 1, 0)]);
    }

    #[test]
    fn values_follow_each_other_and_yaml_may_follow_them() {
        let stream = "{\"a\": 1}\n{\n\"b\": {\"items\": [{}]}}\n---\nc: 1\n";
        assert_eq!(
            shown(stream),
            [
                row("json {\"a\": 1}", 1, 0),
                row("json {\n\"b\": {\"items\": [{}]}}", 2, 1),
                row("yaml \n---\nc: 1\n", 3, 2),
            ]
        );
        assert_eq!(shown("{\"a\": [1,\n 2"), [row("cut", 2, 0)]);
    }

    #[test]
    fn a_document_without_end_is_refused() {
        for endless in [&b"a: b\n"[..], b"{\"a\": [", b" \n", b"{"] {
            let stream = endless.repeat((4 << 20) / endless.len());
            let mut pieces = Pieces { most: 1 << 20, ..Pieces::new(&stream[..]) };
            let error = pieces.find_map(Result::err).unwrap();
            assert!(error.to_string().contains("a document of more than 1048576 bytes"), "{error}");
            assert!(pieces.buffer.len() < 2 << 20);
        }
        // many small ones are no large one
        let stream = "--- {a: b}\n".repeat(1 << 19);
        assert!(Pieces { most: 1 << 20, ..Pieces::new(stream.as_bytes()) }.all(|piece| piece.is_ok()));
    }

    #[test]
    fn bytes_that_are_no_text_are_told_with_their_line() {
        let error = Pieces::new(&b"a: 1\nb: \xff\n"[..]).next().unwrap().unwrap_err();
        assert_eq!(error.to_string(), "line 2: not UTF-8");
    }
}
