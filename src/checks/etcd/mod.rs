//! `etcd.*`; written by `cargo xtask gen`.

/// Checks of `etcd` that are rows.
pub mod table;
/// `etcd.unique-ca`.
pub mod unique_ca;
