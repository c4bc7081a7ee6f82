//! What outlives a run.

pub mod packs;
pub mod paths;
