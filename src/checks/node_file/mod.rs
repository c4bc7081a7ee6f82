//! `node-file.*`; written by `cargo xtask gen`.

/// Checks of `node-file` that are rows.
pub mod table;
