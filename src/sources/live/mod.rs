//! A live cluster, read through the API server: read-only, few requests, bounded memory.

mod access;
mod config;
mod discovery;
mod errors;
mod kubelets;
mod read;
mod wire;

pub use access::{Access, preflight};
pub use config::{Contexts, Flags, contexts};
pub use errors::{ConnectError, Problem};
pub use read::{Mode, Session, Stats};
