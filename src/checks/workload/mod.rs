//! `workload.*`; written by `cargo xtask gen`.

/// `workload.selector-mismatch`.
pub mod selector_mismatch;
