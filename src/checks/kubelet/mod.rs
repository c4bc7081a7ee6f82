//! `kubelet.*`; written by `cargo xtask gen`.

/// `kubelet.hostname-override`.
pub mod hostname_override;
/// Checks of `kubelet` that are rows.
pub mod table;
