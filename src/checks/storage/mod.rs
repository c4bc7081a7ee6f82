//! `storage.*`; written by `cargo xtask gen`.

/// `storage.encryption`.
pub mod encryption;
/// `storage.reclaim-delete`.
pub mod reclaim_delete;
/// `storage.snapshot`.
pub mod snapshot;
