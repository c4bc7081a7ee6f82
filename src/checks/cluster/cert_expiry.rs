use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, GapReason, Remedy, Severity};

/// Certificates of the control plane and of kubelets have thirty days left: they are files of the nodes, which nothing
/// looked at, or the data of Secrets, which is never read. Certificates of workloads are `ops.cert-manager`'s.
pub static CHECK: Check = Check {
    id: "cluster.cert-expiry",
    title: "Certificates of the cluster do not run out soon",
    severity: Severity::Medium,
    over: &[],
    needs: &[Kind::Node],
    aliases: &[],
    why: "When a certificate of the control plane runs out, the cluster cannot be managed any more from one minute to the \
          next, its repair included.",
    remedy: Remedy {
        advice: "Renew them well before: kubeadm certs renew all, or the rotation of your distribution; let kubelets rotate \
                 theirs.",
        fix: Fix::Advice,
        disruption: Disruption::Restarts,
        try_first: "kubeadm certs check-expiration on a control-plane node lists them with the days that are left.",
    },
    run: Run::Cluster(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    if cx.platform().is_managed() {
        judge.not_applicable("the provider renews them: see its SOC report");
        return;
    }
    judge
        .cluster()
        .unread(FieldPath::of("certificates"), GapReason::NoNodeEvidence, "30 days or more")
        .message("the certificates are files of the nodes, which plimsoll does not read");
}
