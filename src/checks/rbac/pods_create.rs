use super::super::{Check, Cx, Judge, Run};
use super::rights::{self, NEEDS, OVER, Want};
use crate::inventory::Right;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// create on pods, and what makes pods: controllers (create, update, patch) and ephemeral containers; CIS 5.1.4.
pub static CHECK: Check = Check {
    id: "rbac.pods-create",
    title: "Few subjects can create pods",
    severity: Severity::Medium,
    over: OVER,
    needs: NEEDS,
    aliases: &["kubescape:C-0188", "trivy:KSV-0048", "kube-linter:access-to-create-pods", "kube-bench:5.1.4"],
    why: "Who can create a pod can run as any ServiceAccount of the namespace and mount any of its Secrets; without \
          admission rules also reach the node.",
    remedy: Remedy {
        advice: "Leave the right to those who deploy, in the namespaces to which they deploy.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Look in the audit log for what its holders create; operators and pipelines stop without the right.",
    },
    run: Run::Objects(run),
};

const CHANGE: &[&str] = &["create", "update", "patch"];

pub(super) const WANT: Want = Want {
    doing: "creating pods",
    expected: "no create on pods, no create, update or patch on what makes pods",
    rights: &[
        (Right { verbs: &["create"], groups: &[""], resources: &["pods"], namespaced: true }, Severity::Medium),
        (
            Right { verbs: CHANGE, groups: &[""], resources: &["replicationcontrollers"], namespaced: true },
            Severity::Low,
        ),
        (
            Right {
                verbs: &["update", "patch"],
                groups: &[""],
                resources: &["pods/ephemeralcontainers"],
                namespaced: true,
            },
            Severity::Low,
        ),
        (
            Right {
                verbs: CHANGE,
                groups: &["apps"],
                resources: &["deployments", "daemonsets", "statefulsets", "replicasets"],
                namespaced: true,
            },
            Severity::Low,
        ),
        (
            Right { verbs: CHANGE, groups: &["batch"], resources: &["jobs", "cronjobs"], namespaced: true },
            Severity::Low,
        ),
    ],
    named: Severity::Low,
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    rights::judge(cx, judge, &WANT);
}
