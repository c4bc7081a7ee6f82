//! `cronjob.*`; written by `cargo xtask gen`.

/// `cronjob.inventory`.
pub mod inventory;
