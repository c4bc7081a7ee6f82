//! What was read, indexed; and what could not be.

pub mod control_plane;
pub(crate) mod credential;
pub mod engines;
pub mod flags;
pub mod image;
mod index;
mod json;
pub mod kinds;
pub mod kubelet;
pub mod network;
pub mod node_facts;
pub mod platform;
mod rbac;
pub mod services;
mod store;
mod version;
pub mod yaml;

pub use index::{Variant, Workload};
pub use kinds::{Kind, Object, OptIn, Wire};
pub use platform::Platform;
pub use rbac::{Carried, Grant, GrantScope, Granted, Holder, Rbac, Right, RoleUse, Target, is_shipped_name};
pub use store::{Inventory, Key, Medium, PodRow, ReadState};
pub use version::Version;
