//! `sa.*`; written by `cargo xtask gen`.

/// `sa.default-automount`.
pub mod default_automount;
/// `sa.default-bound`.
pub mod default_bound;
