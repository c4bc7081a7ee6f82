//! `sa.*`; written by `cargo xtask gen`.

/// `sa.default-automount`.
pub mod default_automount;
/// `sa.default-bound`.
pub mod default_bound;
/// `sa.long-lived-token`.
pub mod long_lived_token;
/// `sa.shared`.
pub mod shared;
