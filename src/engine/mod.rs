//! Inventory and packs in, report out: findings, waivers, verdicts of controls, scores. Pure: no IO and no clock.

mod ahead;
mod control;
mod decisions;
mod evaluate;
mod exempt;
mod gaps;
mod memo;
mod outcome;
mod reach;
mod result;
mod score;
mod select;

pub use decisions::Decisions;
pub use evaluate::{Engine, Exempt, NoExemptions, Times, severities};
pub use exempt::BuiltIn;
pub use select::{SelectError, Selection, kinds};
