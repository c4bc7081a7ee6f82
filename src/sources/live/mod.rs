//! A live cluster, read through the API server: read-only, few requests, bounded memory. `collect` alone creates something,
//! where that is asked for.

mod access;
mod client;
mod collect;
mod config;
mod discovery;
mod errors;
mod follow;
#[doc(hidden)]
pub mod fuzz;
mod journal;
mod kubelets;
mod link;
pub mod login;
mod pace;
mod read;
mod unpack;
mod wire;

pub use access::{Access, preflight};
pub use collect::Collected;
pub use config::{Contexts, Flags, contexts};
pub use errors::{ConnectError, Problem};
pub use follow::UNWATCHED;
pub use journal::Journal;
pub use link::Packed;
pub use read::{CANCELLED, Mode, Session, Stats};
