//! `rbac.*`; written by `cargo xtask gen`.

/// `rbac.bind-escalate`.
pub mod bind_escalate;
/// `rbac.cluster-admin-bindings`.
pub mod cluster_admin_bindings;
/// `rbac.csr-approve`.
pub mod csr_approve;
/// `rbac.impersonate`.
pub mod impersonate;
/// `rbac.nodes-proxy`.
pub mod nodes_proxy;
/// `rbac.pods-create`.
pub mod pods_create;
/// `rbac.pv-create`.
pub mod pv_create;
mod rights;
/// `rbac.sa-token-create`.
pub mod sa_token_create;
/// `rbac.secrets-read`.
pub mod secrets_read;
/// `rbac.system-masters`.
pub mod system_masters;
/// `rbac.webhook-modify`.
pub mod webhook_modify;
/// `rbac.wildcard-roles`.
pub mod wildcard_roles;
