//! `sa.*`; written by `cargo xtask gen`.

pub mod default_automount;
