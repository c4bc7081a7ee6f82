//! `pss.*`; written by `cargo xtask gen`.

/// `pss.proc-mount`.
pub mod proc_mount;
/// `pss.run-as-non-root`.
pub mod run_as_non_root;
