//! A finding as it is kept: four numbers.

use super::Own;
use crate::model::{FindingStatus, SeenIn};

/// Numbers of the shared parts, and what is a finding's own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cells {
    pub said: u32,
    pub owner: u32,
    /// Live pods that show it; `NONE` for what is no workload.
    pub instances: u32,
    /// Place among the extras, `NO_EXTRA` for none, under the codes of status and of where it was seen.
    pub packed: u32,
}

pub(super) const NONE: u32 = u32::MAX;
const EXTRA_BITS: u32 = 28;
pub(super) const NO_EXTRA: u32 = (1 << EXTRA_BITS) - 1;

const STATUSES: [FindingStatus; 4] =
    [FindingStatus::Fail, FindingStatus::Waived, FindingStatus::Manual, FindingStatus::NotEvaluated];
const PLACES: [Option<SeenIn>; 4] = [None, Some(SeenIn::Template), Some(SeenIn::Pods), Some(SeenIn::Both)];

impl Cells {
    pub(super) fn new(said: u32, owner: u32, of: &Own, extra: Option<u32>) -> Self {
        let code = |at: Option<usize>| at.and_then(|at| u32::try_from(at).ok()).unwrap_or(0);
        let status = code(STATUSES.iter().position(|status| *status == of.status));
        let place = code(PLACES.iter().position(|place| *place == of.seen_in));
        let packed = (status << 30) | (place << EXTRA_BITS) | extra.unwrap_or(NO_EXTRA).min(NO_EXTRA);
        Self { said, owner, instances: of.instances.unwrap_or(NONE), packed }
    }

    pub(super) fn status(self) -> FindingStatus {
        STATUSES.get((self.packed >> 30) as usize).copied().unwrap_or(FindingStatus::Fail)
    }

    pub(super) fn seen_in(self) -> Option<SeenIn> {
        PLACES.get((self.packed >> EXTRA_BITS & 3) as usize).copied().flatten()
    }

    pub(super) fn extra(self) -> Option<usize> {
        let place = self.packed & NO_EXTRA;
        (place != NO_EXTRA).then_some(place as usize)
    }

    /// The same with another extra.
    pub(super) fn with_extra(self, extra: u32) -> Self {
        Self { packed: (self.packed & !NO_EXTRA) | extra.min(NO_EXTRA), ..self }
    }
}

/// Cells one after the other, in pieces: a long list is never copied as a whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Pieces {
    pieces: Vec<Vec<Cells>>,
    /// The position behind each piece.
    ends: Vec<usize>,
}

impl Pieces {
    /// Adds a piece at the end.
    pub(super) fn add(&mut self, piece: Vec<Cells>) {
        if !piece.is_empty() {
            self.ends.push(self.len() + piece.len());
            self.pieces.push(piece);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    /// The piece of a position, and the place in it.
    fn place(&self, position: usize) -> (usize, usize) {
        let piece = self.ends.partition_point(|end| *end <= position);
        let start = piece.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        (piece, position - start)
    }

    pub(super) fn get(&self, position: usize) -> Option<Cells> {
        let (piece, place) = self.place(position);
        self.pieces.get(piece)?.get(place).copied()
    }

    pub(super) fn get_mut(&mut self, position: usize) -> Option<&mut Cells> {
        let (piece, place) = self.place(position);
        self.pieces.get_mut(piece)?.get_mut(place)
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = Cells> + Clone {
        self.pieces.iter().flatten().copied()
    }
}

impl FromIterator<Cells> for Pieces {
    fn from_iter<I: IntoIterator<Item = Cells>>(cells: I) -> Self {
        let mut pieces = Self::default();
        pieces.add(cells.into_iter().collect());
        pieces
    }
}
