//! `ns.*`; written by `cargo xtask gen`.

/// `ns.default-used`.
pub mod default_used;
/// `ns.inventory`.
pub mod inventory;
/// `ns.pss-enforce`.
pub mod pss_enforce;
