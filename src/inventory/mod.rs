//! What was read, indexed; and what could not be.

pub(crate) mod credential;
pub mod engines;
pub mod image;
mod index;
mod json;
pub mod kinds;
pub mod network;
pub mod nodes;
pub mod platform;
mod rbac;
pub mod scaling;
pub mod schedule;
pub mod services;
mod selector;
mod settings;
mod store;
pub mod suspects;
mod version;
pub mod yaml;

pub use index::{Variant, Workload};
pub use kinds::{Kind, Object, OptIn, Wire};
pub use platform::Platform;
pub use rbac::{Carried, Grant, GrantScope, Granted, Holder, Rbac, Right, RoleUse, Target, is_shipped_name};
pub use selector::{LabelSelector, Selector};
pub use settings::{AllowedRegistry, Settings};
pub use store::{ControllerRow, Inventory, Key, Medium, PodRow, ReadState};
pub use version::Version;
