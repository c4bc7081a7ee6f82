//! `cluster.*`; written by `cargo xtask gen`.

/// `cluster.aggregated-api`.
pub mod aggregated_api;
/// `cluster.api-public`.
pub mod api_public;
/// `cluster.audit`.
pub mod audit;
/// `cluster.authn-oidc`.
pub mod authn_oidc;
/// `cluster.bootstrap-token-users`.
pub mod bootstrap_token_users;
/// `cluster.cert-expiry`.
pub mod cert_expiry;
/// `cluster.client-cert-users`.
pub mod client_cert_users;
/// `cluster.insecure-port`.
pub mod insecure_port;
/// `cluster.rbac-enabled`.
pub mod rbac_enabled;
/// `cluster.sa-token-users`.
pub mod sa_token_users;
/// `cluster.secrets-encryption`.
pub mod secrets_encryption;
/// `cluster.version-eol`.
pub mod version_eol;
