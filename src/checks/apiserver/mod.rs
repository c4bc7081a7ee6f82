//! `apiserver.*`; written by `cargo xtask gen`.

/// `apiserver.audit-policy-content`.
pub mod audit_policy_content;
/// `apiserver.encryption-providers`.
pub mod encryption_providers;
mod on_node;
/// Checks of `apiserver` that are rows.
pub mod table;
