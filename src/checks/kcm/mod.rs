//! `kcm.*`; written by `cargo xtask gen`.

/// Checks of `kcm` that are rows.
pub mod table;
