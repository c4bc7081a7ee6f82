use super::super::{Check, Cx, Judge, Run};
use super::rights::{self, NEEDS, OVER, Want};
use crate::inventory::Right;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// delete or deletecollection on pods, what makes pods, Services, configuration, volumes and namespaces.
pub static CHECK: Check = Check {
    id: "rbac.delete-workloads",
    title: "Few subjects can delete workloads and their data",
    severity: Severity::Low,
    over: OVER,
    needs: NEEDS,
    aliases: &["kubescape:C-0007"],
    why: "Its holder takes an application down, and with a namespace or a claim its data as well.",
    remedy: Remedy {
        advice: "Take delete and deletecollection out of the rule where the holder only creates and changes; keep them out of roles for people who look.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Controllers and pipelines delete what they replace: look in the audit log for what this holder deletes.",
    },
    run: Run::Objects(run),
};

const DELETE: &[&str] = &["delete", "deletecollection"];

const WANT: Want = Want {
    doing: "deleting workloads or their data",
    expected: "no delete or deletecollection on workloads, Services, configuration, volumes and namespaces",
    rights: &[
        (
            Right {
                verbs: DELETE,
                groups: &[""],
                resources: &[
                    "pods",
                    "services",
                    "secrets",
                    "configmaps",
                    "replicationcontrollers",
                    "persistentvolumeclaims",
                ],
                namespaced: true,
            },
            Severity::Low,
        ),
        (
            Right { verbs: DELETE, groups: &[""], resources: &["namespaces", "persistentvolumes"], namespaced: false },
            Severity::Low,
        ),
        (
            Right {
                verbs: DELETE,
                groups: &["apps"],
                resources: &["deployments", "statefulsets", "daemonsets", "replicasets"],
                namespaced: true,
            },
            Severity::Low,
        ),
        (
            Right { verbs: DELETE, groups: &["batch"], resources: &["jobs", "cronjobs"], namespaced: true },
            Severity::Low,
        ),
    ],
    named: Severity::Low,
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    rights::judge(cx, judge, &WANT);
}
