//! What decodes the server's bytes, for tests that throw any bytes at it.

use super::unpack::Unpack;
use super::wire::{self, Frames};
use crate::inventory::Kind;
use bytes::Bytes;

/// What a watch of a kind says, an event a text; it ends with the first bytes that are no frame.
pub fn watch<'b>(kind: Kind, pieces: impl IntoIterator<Item = &'b [u8]>) -> Vec<String> {
    let (mut frames, mut events) = (Frames::new(kind), Vec::new());
    for piece in pieces {
        frames.push(piece);
        while let Some(event) = frames.next() {
            let is_over = event.is_err();
            events.push(format!("{event:?}"));
            if is_over {
                return events;
            }
        }
    }
    events
}

/// What a list of a kind holds.
///
/// # Errors
/// It is none.
pub fn list(kind: Kind, body: &[u8]) -> Result<String, String> {
    wire::page(kind, Bytes::copy_from_slice(body)).map(|page| format!("{page:?}"))
}

/// What a packed body holds.
///
/// # Errors
/// It is no gzip, or larger than the limit.
pub fn unpack<'b>(pieces: impl IntoIterator<Item = &'b [u8]>, limit: usize) -> Result<Vec<u8>, String> {
    let (mut unpack, mut whole) = (Unpack::new(true, limit), Vec::new());
    for piece in pieces {
        unpack.push(piece, |bytes| whole.extend_from_slice(bytes)).map_err(|refused| format!("{refused:?}"))?;
    }
    unpack.finish(|bytes| whole.extend_from_slice(bytes)).map_err(|refused| format!("{refused:?}"))?;
    Ok(whole)
}
