use crate::model::{Report, is_hostile};
use std::io::{self, BufWriter, Write};

/// `scan -o json`: the report as `assets/schema/report.schema.json` describes it. Characters that act on a terminal are
/// escaped: the values stay the same for a reader of JSON.
///
/// # Errors
/// A failure of the writer.
pub fn json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut out = Escaping(BufWriter::new(out));
    serde_json::to_writer_pretty(&mut out, report)?;
    out.0.write_all(b"\n")?;
    out.0.flush()
}

/// Outside of strings JSON is plain ASCII, and inside no newline stands as it is: what is hostile here is in a string.
struct Escaping<W>(W);

impl<W: Write> Write for Escaping<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // nearly everything is plain, and there is much of it
        if bytes.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
            self.0.write_all(bytes)?;
            return Ok(bytes.len());
        }
        let hostile = |c: char| c != '\n' && is_hostile(c);
        // the serializer writes strings in pieces that are text each
        let text = std::str::from_utf8(bytes).map_err(io::Error::other)?;
        let mut rest = text;
        while let Some((clean, c)) = rest.find(hostile).and_then(|at| Some((at, rest.get(at..)?.chars().next()?))) {
            self.0.write_all(rest.as_bytes().get(..clean).unwrap_or_default())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(self.0, "\\u{unit:04x}")?;
            }
            rest = rest.get(clean + c.len_utf8()..).unwrap_or_default();
        }
        self.0.write_all(rest.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_characters_are_escaped_and_mean_the_same() {
        let value = serde_json::json!({"a": "x\u{9b}31m\u{202e}\u{e0041}\u{7f} ü 名\n"});
        let mut out = Escaping(Vec::new());
        serde_json::to_writer_pretty(&mut out, &value).unwrap();
        let text = String::from_utf8(out.0).unwrap();
        assert!(text.chars().all(|c| c == '\n' || !is_hostile(c)), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
