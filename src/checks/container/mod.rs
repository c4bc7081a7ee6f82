//! `container.*`; written by `cargo xtask gen`.

pub mod privileged;
