//! `secret.*`; written by `cargo xtask gen`.

/// `secret.external-store`.
pub mod external_store;
/// `secret.in-managed-fields`.
pub mod in_managed_fields;
/// `secret.unused`.
pub mod unused;
