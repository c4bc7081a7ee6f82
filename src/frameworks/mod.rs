//! Frameworks as data: packs, their sections and controls, and the numbers of a control across versions.

mod pack;
mod parse;

pub use pack::{Control, Decides, Edition, Pack, Section, Tree};
pub use parse::{PackError, embedded, from_texts};
