//! `container.*`; written by `cargo xtask gen`.

/// `container.privileged`.
pub mod privileged;
