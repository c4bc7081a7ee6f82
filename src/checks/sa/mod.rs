//! `sa.*`; written by `cargo xtask gen`.

/// `sa.default-automount`.
pub mod default_automount;
