//! `mesh.*`; written by `cargo xtask gen`.

/// `mesh.mtls`.
pub mod mtls;
