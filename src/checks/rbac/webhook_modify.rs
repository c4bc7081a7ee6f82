use super::super::{Check, Cx, Judge, Run};
use super::rights::{self, NEEDS, OVER, Want};
use crate::inventory::Right;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// Writing webhook configurations and admission policies with their bindings; CIS 5.1.12.
pub static CHECK: Check = Check {
    id: "rbac.webhook-modify",
    title: "Few subjects can change admission webhooks and policies",
    severity: Severity::High,
    over: OVER,
    needs: NEEDS,
    aliases: &["kubescape:C-0281", "trivy:KSV-0114", "kube-bench:5.1.12"],
    why: "Its holder reads and changes every object that passes admission, or switches the guard off.",
    remedy: Remedy {
        advice: "Take the writing verbs out of the rule, or name the one configuration that is meant in resourceNames.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Policy engines and certificate injectors write their own configuration: name theirs.",
    },
    run: Run::Objects(run),
};

pub(super) const WANT: Want = Want {
    doing: "changing admission webhooks or policies",
    expected: "no create, update, patch or delete on webhook configurations and admission policies",
    rights: &[(
        Right {
            verbs: &["create", "update", "patch", "delete", "deletecollection"],
            groups: &["admissionregistration.k8s.io"],
            resources: &[
                "validatingwebhookconfigurations",
                "mutatingwebhookconfigurations",
                "validatingadmissionpolicies",
                "validatingadmissionpolicybindings",
                "mutatingadmissionpolicies",
                "mutatingadmissionpolicybindings",
            ],
            namespaced: false,
        },
        Severity::High,
    )],
    named: Severity::Medium,
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    rights::judge(cx, judge, &WANT);
}
