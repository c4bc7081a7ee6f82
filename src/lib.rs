//! plimsoll shows where a Kubernetes cluster stands against the CIS Benchmark, SOC2 criteria and other frameworks.
//!
//! The layers, each using only what stands left of it, are in `ARCHITECTURE.md`; a test holds them.

#[cfg(feature = "tui")]
pub mod app;
pub mod checks;
pub mod cli;
pub mod config;
pub mod engine;
pub mod exports;
pub mod frameworks;
pub mod imports;
pub mod inventory;
pub mod model;
pub mod remediation;
#[cfg(feature = "tui")]
pub mod runtime;
pub mod sources;
pub mod store;
#[cfg(feature = "tui")]
pub mod ui;
