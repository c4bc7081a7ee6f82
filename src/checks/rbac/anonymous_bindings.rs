use super::super::{Check, Cx, Judge, Run};
use super::everyone::{self, ANONYMOUS, Everyone, OVER, UNAUTHENTICATED};
use crate::model::{Disruption, Fix, Remedy, Severity};

/// User `system:anonymous` or group `system:unauthenticated` among the subjects of a binding of either kind. Shipped:
/// ClusterRoleBinding `system:public-info-viewer`, and kubeadm's in kube-public for the address of the cluster
/// (pitfall 30). The kind must fit: a Group of the user's name is another subject (pitfall 27).
pub static CHECK: Check = Check {
    id: "rbac.anonymous-bindings",
    title: "Bindings beyond the shipped ones name nobody who has not logged in",
    severity: Severity::Critical,
    over: OVER,
    needs: &[],
    aliases: &["kubescape:C-0262", "trivy:KSV-0122"],
    why: "Whoever reaches the API server's port holds the right, and the audit log has no name for him.",
    remedy: Remedy {
        advice: "Take the subject out of the binding; bind the users or ServiceAccounts that need the right.",
        fix: Fix::Remove,
        disruption: Disruption::MayBreak,
        try_first: "Look in the audit log for requests of system:anonymous: health checks and joining nodes make some.",
    },
    run: Run::Objects(run),
};

const ANYBODY: Everyone = Everyone {
    is: |holder| holder == ANONYMOUS || holder == UNAUTHENTICATED,
    shipped: &[
        ("", "system:public-info-viewer", UNAUTHENTICATED),
        ("kube-public", "kubeadm:bootstrap-signer-clusterinfo", ANONYMOUS),
    ],
    severity: |_, _| Ok(Some(Severity::Critical)),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    everyone::judge(cx, judge, &ANYBODY);
}
