//! `netpol.*`; written by `cargo xtask gen`.

pub mod namespace_none;
