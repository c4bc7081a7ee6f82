//! Frameworks as data: packs, their sections and controls, and the numbers of a control across versions.

mod none;
mod pack;
mod parse;

pub use none::exemptions;
pub use pack::{Control, Decides, Edition, Pack, Section, Tree};
pub use parse::{PackError, embedded, from_texts};
