//! What was read, indexed; and what could not be.

pub mod control_plane;
pub(crate) mod credential;
pub mod engines;
pub mod exposure;
pub mod flags;
pub mod image;
mod index;
pub mod ingresses;
pub(crate) mod json;
pub mod kinds;
pub mod kubelet;
pub mod network;
pub mod node_facts;
pub mod nodes;
pub mod platform;
pub mod pod_labels;
pub mod pod_security;
mod rbac;
pub mod scaling;
pub mod schedule;
mod selector;
pub mod services;
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
