//! `ns.*`; written by `cargo xtask gen`.

mod admitted;
mod bounds;
/// `ns.default-used`.
pub mod default_used;
/// `ns.inventory`.
pub mod inventory;
/// `ns.limit-range`.
pub mod limit_range;
/// `ns.pss-baseline`.
pub mod pss_baseline;
/// `ns.pss-dry-run`.
pub mod pss_dry_run;
/// `ns.pss-enforce`.
pub mod pss_enforce;
/// `ns.pss-restricted`.
pub mod pss_restricted;
/// `ns.pss-version`.
pub mod pss_version;
/// `ns.resource-quota`.
pub mod resource_quota;
