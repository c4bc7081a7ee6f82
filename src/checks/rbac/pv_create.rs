use super::super::{Check, Cx, Judge, Run};
use super::rights::{self, NEEDS, OVER, Want};
use crate::inventory::Right;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// create on persistentvolumes: a volume of kind hostPath is a path on a node; CIS 5.1.9.
pub static CHECK: Check = Check {
    id: "rbac.pv-create",
    title: "Few subjects can create PersistentVolumes",
    severity: Severity::Medium,
    over: OVER,
    needs: NEEDS,
    aliases: &["kubescape:C-0278", "kube-bench:5.1.9"],
    why: "A PersistentVolume can point at any path of a node; with a claim on it, a pod mounts that path past the rules for hostPath.",
    remedy: Remedy {
        advice: "Take create on persistentvolumes out of the rule; a StorageClass provisions what a claim asks for.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "See which volumes were made by hand: kubectl get pv, those without the annotation of a provisioner.",
    },
    run: Run::Objects(run),
};

const WANT: Want = Want {
    doing: "creating PersistentVolumes",
    expected: "no create on persistentvolumes",
    rights: &[(
        Right { verbs: &["create"], groups: &[""], resources: &["persistentvolumes"], namespaced: false },
        Severity::Medium,
    )],
    named: Severity::Medium,
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    rights::judge(cx, judge, &WANT);
}
