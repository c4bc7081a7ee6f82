//! `netpol.*`; written by `cargo xtask gen`.

/// `netpol.cni-supports`.
pub mod cni_supports;
/// `netpol.default-deny-egress`.
pub mod default_deny_egress;
/// `netpol.default-deny-ingress`.
pub mod default_deny_ingress;
/// `netpol.namespace-none`.
pub mod namespace_none;
mod namespaces;
