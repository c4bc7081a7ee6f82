use super::super::apiserver::table::RBAC;
use super::super::flag::manifest;
use super::super::{Check, Run};
use crate::inventory::Kind;
use crate::model::Severity;

/// RBAC among the authorizers, as `apiserver.authz-rbac` asks under CIS 1.2.8.
pub static CHECK: Check = Check {
    id: "cluster.rbac-enabled",
    title: "RBAC is in force",
    severity: Severity::High,
    over: &[Kind::Pod],
    needs: &[Kind::Node],
    aliases: &["kubescape:C-0088"],
    why: "Without RBAC among the authorizers no role limits anybody.",
    remedy: manifest!("kube-apiserver", MayBreak, "set --authorization-mode=Node,RBAC"),
    run: Run::Row(&RBAC),
};
