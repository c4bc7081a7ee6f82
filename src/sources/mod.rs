//! Where an inventory comes from: a live cluster, manifests, the demo.

pub mod demo;
pub mod files;
#[cfg(feature = "live")]
pub mod live;
mod update;

pub use update::{Change, Names, Part, Update, apply};
