//! YAML as text: documents and positions. One code path for files and for the YAML that plimsoll prints itself.
//!
//! A stream is split by [`documents`] without parsing it; a document is read by [`parse`] as kubectl reads it, a field
//! is found in its text by [`locate`], and [`print()`] writes a live object in a form that both take back.

mod hide;
mod node;
mod print;
mod scalar;
mod stream;
mod tree;

pub use hide::{MASK, hidden, hide, mask, mask_text};
pub use node::{Form, Node, Written};
pub use print::print;
pub use stream::{Document, count_documents, documents};
pub use tree::{Parsed, Positions, Span, locate, parse};

/// Why a document is not YAML, or what is odd about one that is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct YamlError {
    /// Line, from 1: of the stream where [`Document::parse`] was asked, else of the text given.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// What was found and what was expected.
    pub message: String,
}
