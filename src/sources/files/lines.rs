//! Back to the text: the document of a finding, and the lines of its fields.

use super::pieces::{Form, Piece, Pieces};
use crate::inventory::yaml::{self, Document, Positions};
use crate::model::findings::Row;
use crate::model::{FindingSource, Report};
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io;
use std::sync::Arc;

/// Where in a file an object is: document, and item of a JSON list.
type Place = (usize, Option<usize>);

/// The text of what a finding is about, for the YAML view and for positions: its document, or its item of a JSON list.
///
/// # Errors
/// A file that is gone or has fewer documents now.
pub fn document(source: &FindingSource) -> io::Result<String> {
    for piece in Pieces::new(File::open(&*source.file)?) {
        let piece = piece?;
        if let Some(text) = find(&piece, (source.document, source.item)) {
            return Ok(text.text.to_owned());
        }
    }
    Err(io::Error::other("the file changed since it was read"))
}

fn find(piece: &Piece, place: Place) -> Option<Document<'_>> {
    let whole = || Document { text: &piece.text, range: 0..piece.text.len(), index: 0, first_line: 1 };
    match piece.form {
        Form::Yaml => {
            let index = place.0.checked_sub(piece.document).filter(|_| place.1.is_none())?;
            yaml::documents(&piece.text).into_iter().find(|document| document.index == index)
        }
        Form::Json(_) => (place == (piece.document, None)).then(whole),
        Form::Item(item, ..) => (place == (piece.document, Some(item))).then(whole),
        Form::ListEnd(_) | Form::Cut => None,
    }
}

/// Fills in the line of each evidence: read again, only the files that have findings.
pub fn fill_lines(report: &mut Report) {
    let mut by_file: BTreeMap<Arc<str>, HashMap<Place, Vec<u32>>> = BTreeMap::new();
    for (i, finding) in report.findings.rows().enumerate() {
        if let Some((source, i)) = finding.source().zip(u32::try_from(i).ok()) {
            let (file, place) = (source.file.clone(), (source.document, source.item));
            by_file.entry(file).or_default().entry(place).or_default().push(i);
        }
    }
    for (file, mut places) in by_file {
        // standard input cannot be read again
        let Ok(open) = File::open(&*file) else { continue };
        for piece in Pieces::new(open).map_while(Result::ok) {
            for (document, place) in documents(&piece) {
                let Some(findings) = places.remove(&place) else { continue };
                let Some(positions) = document.positions() else { continue };
                let first = piece.line + document.first_line;
                let rows = findings.into_iter().map(|i| i as usize);
                let rows = rows.filter_map(|i| Some((i, lines(&positions, first, &report.findings.row(i)?))));
                let found: Vec<_> = rows.collect();
                report.findings.set_lines(found);
            }
            if places.is_empty() {
                break;
            }
        }
    }
}

/// The documents of a piece with their places.
fn documents(piece: &Piece) -> Vec<(Document<'_>, Place)> {
    let whole = |place| find(piece, place).map(|document| (document, place)).into_iter().collect();
    match piece.form {
        Form::Yaml => {
            let documents = yaml::documents(&piece.text).into_iter();
            documents.map(|document| (piece.document + document.index, document)).map(|(i, d)| (d, (i, None))).collect()
        }
        Form::Json(_) => whole((piece.document, None)),
        Form::Item(item, ..) => whole((piece.document, Some(item))),
        Form::ListEnd(_) | Form::Cut => Vec::new(),
    }
}

/// The line of each field of a finding; `first` is that of the document's first, plus one.
fn lines(positions: &Positions<'_>, first: usize, finding: &Row<'_>) -> Vec<Option<usize>> {
    let base = positions.object(finding.resource());
    let line = |field| positions.locate(&base.join(&field)).map(|span| first + span.line - 2);
    finding.fields().map(line).collect()
}
