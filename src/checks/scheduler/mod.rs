//! `scheduler.*`; written by `cargo xtask gen`.

/// Checks of `scheduler` that are rows.
pub mod table;
