//! What was read, indexed; and what could not be.

mod index;
pub mod kinds;
mod store;
mod version;
pub mod yaml;

pub use index::{Variant, Workload};
pub use kinds::{Kind, Object, OptIn, Wire};
pub use store::{Inventory, Key, Medium, PodRow, ReadState};
pub use version::Version;
