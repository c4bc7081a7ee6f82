//! `workload.*`; written by `cargo xtask gen`.

/// `workload.hpa`.
pub mod hpa;
/// `workload.labels`.
pub mod labels;
/// `workload.pdb-missing`.
pub mod pdb_missing;
/// `workload.rolling-update`.
pub mod rolling_update;
mod scale;
/// `workload.selector`.
pub mod selector;
/// `workload.single-replica`.
pub mod single_replica;
/// `workload.topology-spread`.
pub mod topology_spread;
