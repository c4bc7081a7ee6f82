//! `service.*`; written by `cargo xtask gen`.

/// `service.dashboard`.
pub mod dashboard;
/// `service.exposed`.
pub mod exposed;
/// `service.external-ips`.
pub mod external_ips;
/// `service.lb-no-tls`.
pub mod lb_no_tls;
/// `service.lb-open`.
pub mod lb_open;
/// `service.no-endpoints`.
pub mod no_endpoints;
/// `service.node-port`.
pub mod node_port;
mod sensitive;
/// `service.sensitive-exposed`.
pub mod sensitive_exposed;
/// `service.tiller`.
pub mod tiller;
