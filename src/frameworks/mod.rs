//! Frameworks as data: packs, their sections and controls, and the numbers of a control across versions.

pub mod exemptions;
mod pack;
mod parse;
mod platform;

pub use crate::inventory::Platform;
pub use exemptions::Exemption;
pub use pack::{Control, Decides, Edition, Pack, Section, Tree};
pub use parse::{PackError, embedded, from_texts};
pub use platform::Components;
