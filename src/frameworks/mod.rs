//! Frameworks as data: packs, their sections and controls, and the numbers of a control across versions.

pub mod analysis;
mod crosswalk;
mod decode;
mod error;
pub mod exemptions;
mod pack;
mod parse;
mod platform;

pub use crate::inventory::Platform;
pub use analysis::{Analysis, Class};
pub use crosswalk::{Crosswalk, Sibling};
pub use error::{PackError, PackErrors};
pub use exemptions::Exemption;
pub use pack::{Control, Decides, Edition, Pack, Section, Tree};
pub use parse::{Known, embedded, from_texts, read};
pub use platform::Components;
