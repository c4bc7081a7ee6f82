//! `cluster.*`; written by `cargo xtask gen`.

/// `cluster.aggregated-api`.
pub mod aggregated_api;
/// `cluster.api-public`.
pub mod api_public;
/// `cluster.cert-expiry`.
pub mod cert_expiry;
/// `cluster.version-eol`.
pub mod version_eol;
