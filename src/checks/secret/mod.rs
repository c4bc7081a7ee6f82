//! `secret.*`; written by `cargo xtask gen`.

/// `secret.external-store`.
pub mod external_store;
