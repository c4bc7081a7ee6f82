//! `pdb.*`; written by `cargo xtask gen`.

/// `pdb.blocks-drain`.
pub mod blocks_drain;
