//! `netpol.*`; written by `cargo xtask gen`.

/// `netpol.allow-all`.
pub mod allow_all;
/// `netpol.cni-supports`.
pub mod cni_supports;
/// `netpol.default-deny-egress`.
pub mod default_deny_egress;
/// `netpol.default-deny-ingress`.
pub mod default_deny_ingress;
/// `netpol.host-network-note`.
pub mod host_network_note;
/// `netpol.metadata-egress`.
pub mod metadata_egress;
/// `netpol.namespace-none`.
pub mod namespace_none;
mod namespaces;
/// `netpol.pod-uncovered`.
pub mod pod_uncovered;
/// `netpol.selects-nothing`.
pub mod selects_nothing;
