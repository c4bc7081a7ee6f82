//! Where an inventory comes from: a live cluster, manifests, the demo; and the machine itself, for a node's facts.

pub mod collector;
pub mod demo;
pub mod files;
#[cfg(feature = "live")]
pub mod live;
#[cfg(target_os = "linux")]
pub mod node;
mod update;

pub use update::{Change, Names, Part, Update, apply};
