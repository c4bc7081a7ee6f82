//! `rbac.*`; written by `cargo xtask gen`.

/// `rbac.cluster-admin-bindings`.
pub mod cluster_admin_bindings;
/// `rbac.pods-create`.
pub mod pods_create;
mod rights;
/// `rbac.secrets-read`.
pub mod secrets_read;
/// `rbac.wildcard-roles`.
pub mod wildcard_roles;
