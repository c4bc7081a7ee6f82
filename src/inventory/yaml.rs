//! YAML as text: documents and positions. One code path for files and for the YAML that plimsoll prints itself.

// A first version: `export` replaces the bodies; these signatures are what the file source calls.

use serde_json::Value;
use std::ops::Range;

/// A document of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Position in the stream, from 0.
    pub index: usize,
    /// Its first line in the stream, from 1.
    pub line: usize,
    /// Its bytes in the stream.
    pub range: Range<usize>,
}

impl Document {
    /// Its text, out of the stream's.
    pub fn text<'t>(&self, stream: &'t str) -> &'t str {
        stream.get(self.range.clone()).unwrap_or_default()
    }
}

/// Where and why text is no YAML; lines and columns of the stream, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlError {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
    /// What was expected.
    pub message: String,
}

/// Something odd that was read all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Line of the stream, from 1.
    pub line: usize,
    /// What.
    pub message: String,
}

/// A parsed document.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// As JSON.
    pub value: Value,
    /// Duplicate keys and the like.
    pub warnings: Vec<Warning>,
}

/// Splits a stream into its documents.
pub fn documents(stream: &str) -> Vec<Document> {
    let mut documents = Vec::new();
    let (mut start, mut first_line, mut offset) = (0, 1, 0);
    for (number, line) in stream.split_inclusive('\n').enumerate() {
        if line.starts_with("---") {
            documents.push(Document { index: documents.len(), line: first_line, range: start..offset });
            start = offset + line.len();
            first_line = number + 2;
        }
        offset += line.len();
    }
    documents.push(Document { index: documents.len(), line: first_line, range: start..offset });
    documents.retain(|d| !d.text(stream).trim().is_empty());
    for (index, document) in documents.iter_mut().enumerate() {
        document.index = index;
    }
    documents
}

/// Parses a document of a stream.
///
/// # Errors
/// Where it is no YAML.
pub fn parse(document: &Document, stream: &str) -> Result<Parsed, YamlError> {
    let value = serde_saphyr::from_str(document.text(stream)).map_err(|error| YamlError {
        line: document.line,
        column: 1,
        message: error.to_string(),
    })?;
    Ok(Parsed { value, warnings: Vec::new() })
}
