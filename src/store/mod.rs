//! What outlives a run.

pub mod paths;
