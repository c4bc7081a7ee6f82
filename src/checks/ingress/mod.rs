//! `ingress.*`; written by `cargo xtask gen`.

/// `ingress.backend-missing`.
pub mod backend_missing;
mod hosts;
mod nginx;
/// `ingress.nginx-cve-2025-1974`.
pub mod nginx_cve_2025_1974;
/// `ingress.nginx-eol`.
pub mod nginx_eol;
/// `ingress.nginx-snippets`.
pub mod nginx_snippets;
/// `ingress.no-tls`.
pub mod no_tls;
/// `ingress.ssl-redirect-off`.
pub mod ssl_redirect_off;
/// `ingress.tls-secret`.
pub mod tls_secret;
/// `ingress.tls-version`.
pub mod tls_version;
