//! `rbac.*`; written by `cargo xtask gen`.

/// `rbac.aggregated-surprise`.
pub mod aggregated_surprise;
/// `rbac.all-serviceaccounts-bindings`.
pub mod all_serviceaccounts_bindings;
/// `rbac.anonymous-bindings`.
pub mod anonymous_bindings;
/// `rbac.authenticated-bindings`.
pub mod authenticated_bindings;
/// `rbac.aws-auth`.
pub mod aws_auth;
/// `rbac.bind-escalate`.
pub mod bind_escalate;
/// `rbac.cluster-admin-bindings`.
pub mod cluster_admin_bindings;
/// `rbac.coredns-config`.
pub mod coredns_config;
/// `rbac.csr-approve`.
pub mod csr_approve;
/// `rbac.dangling-role`.
pub mod dangling_role;
/// `rbac.dangling-subject`.
pub mod dangling_subject;
/// `rbac.dashboard-subject`.
pub mod dashboard_subject;
/// `rbac.delete-events`.
pub mod delete_events;
/// `rbac.delete-workloads`.
pub mod delete_workloads;
mod everyone;
/// `rbac.full-admin`.
pub mod full_admin;
/// `rbac.impersonate`.
pub mod impersonate;
/// `rbac.networking-write`.
pub mod networking_write;
/// `rbac.nodes-proxy`.
pub mod nodes_proxy;
/// `rbac.nodes-write`.
pub mod nodes_write;
/// `rbac.pod-log-delete`.
pub mod pod_log_delete;
/// `rbac.pods-attach`.
pub mod pods_attach;
/// `rbac.pods-create`.
pub mod pods_create;
/// `rbac.pods-exec`.
pub mod pods_exec;
/// `rbac.pods-portforward`.
pub mod pods_portforward;
mod powers;
/// `rbac.pv-create`.
pub mod pv_create;
/// `rbac.rbac-write`.
pub mod rbac_write;
mod rights;
/// `rbac.sa-inventory`.
pub mod sa_inventory;
/// `rbac.sa-token-create`.
pub mod sa_token_create;
/// `rbac.secrets-read`.
pub mod secrets_read;
/// `rbac.secrets-write`.
pub mod secrets_write;
/// `rbac.system-masters`.
pub mod system_masters;
/// `rbac.webhook-modify`.
pub mod webhook_modify;
/// `rbac.wildcard-roles`.
pub mod wildcard_roles;
/// `rbac.workload-admin`.
pub mod workload_admin;
/// `rbac.workload-takeover`.
pub mod workload_takeover;
