//! `node.*`; written by `cargo xtask gen`.

/// `node.conditions`.
pub mod conditions;
/// `node.runtime-cve`.
pub mod runtime_cve;
/// `node.version-skew`.
pub mod version_skew;
