//! The checks: one a file, `<family>/<name>.rs`, a static `CHECK` and a pure function.
//!
//! `registry.rs` and each family's `mod.rs` are written by `cargo xtask gen`.

mod accounts;
mod alike;
mod bench;
pub mod cel;
mod check;
pub mod custom;
mod file;
mod flag;
mod joins;
pub mod levels;
mod nodes;
mod registry;
mod setting;
mod token;

// families: written by `cargo xtask gen`
pub mod admission;
pub mod apiserver;
pub mod cluster;
pub mod configmap;
pub mod container;
pub mod cronjob;
pub mod etcd;
pub mod gateway;
pub mod ingress;
pub mod kcm;
pub mod kube_proxy;
pub mod kubelet;
pub mod mesh;
pub mod netpol;
pub mod node;
pub mod node_file;
pub mod ns;
pub mod ops;
pub mod pdb;
pub mod pod;
pub mod pss;
pub mod rbac;
pub mod sa;
pub mod scheduler;
pub mod secret;
pub mod service;
pub mod storage;
pub mod workload;
// end of families

pub use accounts::{Account, Powers};
pub use alike::Alike;
pub use check::{Check, ContainerCx, Cx, Hit, Hits, Judge, Judged, Known, Missing, Outcome, Row, Run, SpecCx};
pub use joins::Joins;
pub use registry::ALL;

/// A check by id: of plimsoll's own, of a pack, or graded by one.
pub fn find(id: &str) -> Option<&'static Check> {
    custom::find(id).or_else(|| ALL.iter().copied().find(|check| check.id == id))
}

/// Every check, those of packs last.
pub fn every() -> Vec<&'static Check> {
    let own = ALL.iter().copied().map(|check| custom::find(check.id).unwrap_or(check));
    let more = custom::every().into_iter().filter(|check| ALL.iter().all(|own| own.id != check.id));
    own.chain(more).collect()
}
