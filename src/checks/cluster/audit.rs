use super::super::apiserver::table::{AUDIT_AGE, AUDIT_BACKUPS, AUDIT_LOG, AUDIT_POLICY, AUDIT_SIZE};
use super::super::flag::{Flag, manifest, replicas, report};
use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::inventory::control_plane::Component;
use crate::model::Severity;

/// The API server audits: a policy, a destination, and for a file how long it is kept; CIS 3.2.1 and 1.2.16 to 1.2.19
/// together.
pub static CHECK: Check = Check {
    id: "cluster.audit",
    title: "The API server records what is done to the cluster",
    severity: Severity::High,
    over: &[Kind::Pod],
    needs: &[Kind::Node],
    aliases: &["kubescape:C-0067"],
    why: "After an incident the audit log is what says who did what; without a policy or a place for it there is none.",
    remedy: manifest!(
        "kube-apiserver",
        Restarts,
        "set --audit-policy-file, --audit-log-path, --audit-log-maxage=30, --audit-log-maxbackup=10 and \
         --audit-log-maxsize=100, with the files mounted,"
    ),
    run: Run::Objects(run),
};

const ASKED: [(&Flag, Severity); 5] = [
    (&AUDIT_POLICY, Severity::High),
    (&AUDIT_LOG, Severity::High),
    (&AUDIT_AGE, Severity::Medium),
    (&AUDIT_BACKUPS, Severity::Medium),
    (&AUDIT_SIZE, Severity::Medium),
];

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for replica in replicas(cx, Component::ApiServer, judge).into_iter().flatten() {
        let arises = |flag: &Flag| flag.unless.and_then(|unless| unless(cx, &replica.flags)).is_none();
        for (flag, severity) in ASKED.iter().filter(|(flag, _)| arises(flag)) {
            report(judge, replica, flag.judge(cx, &replica.flags), Some(*severity));
        }
    }
}
