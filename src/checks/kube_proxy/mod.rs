//! `kube-proxy.*`; written by `cargo xtask gen`.

/// `kube-proxy.metrics-bind`.
pub mod metrics_bind;
