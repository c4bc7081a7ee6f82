//! `configmap.*`; written by `cargo xtask gen`.

/// `configmap.credentials`.
pub mod credentials;
