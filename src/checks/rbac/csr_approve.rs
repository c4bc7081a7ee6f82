use super::super::{Check, Cx, Judge, Run};
use super::rights::{self, NEEDS, OVER, Want};
use crate::inventory::Right;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// update and patch on the approval of certificate signing requests, and approve or sign on signers; CIS 5.1.11.
/// An approval needs both.
pub static CHECK: Check = Check {
    id: "rbac.csr-approve",
    title: "Few subjects can approve certificate signing requests",
    severity: Severity::High,
    over: OVER,
    needs: NEEDS,
    aliases: &["kubescape:C-0280", "kube-bench:5.1.11"],
    why: "Who approves requests makes credentials for any user and group that a signer signs for, and no list of them is kept.",
    remedy: Remedy {
        advice: "Take the approval out of the rule, or name the one signer that is meant in resourceNames.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "See who approves today: kubectl get csr -o yaml, conditions; an approver of kubelet certificates needs its signer only.",
    },
    run: Run::Objects(run),
};

pub(super) const WANT: Want = Want {
    doing: "approving certificate signing requests",
    expected: "no update or patch on certificatesigningrequests/approval, no approve or sign on signers",
    rights: &[
        (
            Right {
                verbs: &["update", "patch"],
                groups: &["certificates.k8s.io"],
                resources: &["certificatesigningrequests/approval"],
                namespaced: false,
            },
            Severity::High,
        ),
        (
            Right {
                verbs: &["approve", "sign"],
                groups: &["certificates.k8s.io"],
                resources: &["signers"],
                namespaced: false,
            },
            Severity::High,
        ),
    ],
    named: Severity::Medium,
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    rights::judge(cx, judge, &WANT);
}
