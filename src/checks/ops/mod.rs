//! `ops.*`; written by `cargo xtask gen`.

mod age;
/// `ops.backup-restore-test`.
pub mod backup_restore_test;
/// `ops.backup-velero`.
pub mod backup_velero;
/// `ops.cert-manager`.
pub mod cert_manager;
/// `ops.compliance-scan`.
pub mod compliance_scan;
/// `ops.etcd-backup`.
pub mod etcd_backup;
/// `ops.gitops`.
pub mod gitops;
/// `ops.log-pipeline`.
pub mod log_pipeline;
/// `ops.metrics-alerting`.
pub mod metrics_alerting;
mod outputs;
mod product;
/// `ops.runtime-security`.
pub mod runtime_security;
mod velero;
/// `ops.vuln-scanning`.
pub mod vuln_scanning;
