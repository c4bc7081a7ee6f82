//! `gateway.*`; written by `cargo xtask gen`.

/// `gateway.backend-missing`.
pub mod backend_missing;
/// `gateway.no-tls`.
pub mod no_tls;
mod routes;
