//! `netpol.*`; written by `cargo xtask gen`.

/// `netpol.namespace-none`.
pub mod namespace_none;
