//! Pieces that several screens draw.

mod frame;
mod score;
mod table;

pub(crate) use frame::{block, fit, put, sentence};
pub(crate) use score::{bar, interval};
pub(crate) use table::{Cell, Column, Piece, Table, chosen, piece};
