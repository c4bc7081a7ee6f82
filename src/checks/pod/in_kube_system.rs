use super::super::{Alike, Check, Cx, Judge, Run};
use super::system;
use crate::inventory::{Kind, Workload};
use crate::model::{Disruption, FieldPath, Fix, GapReason, Remedy, Severity};

/// Nothing but parts of the cluster runs in `kube-system`. Its images say what a workload is; a label by which an addon
/// manager would know it can be anybody's, so it makes the workload a candidate and no pass. A static pod comes from a file
/// of its node and cannot live elsewhere.
pub static CHECK: Check = Check {
    id: "pod.in-kube-system",
    title: "Only parts of the cluster run in kube-system",
    severity: Severity::Low,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["trivy:KSV-0037"],
    why: "Rules often leave kube-system out, and ServiceAccounts there hold strong rights: what runs beside them is \
          trusted more and looked at less than it should be.",
    remedy: Remedy {
        advice: "Move the workload to a namespace of its own; what its images do not show to be a part of the cluster, find \
                 out who put there.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Its Service gets another DNS name, and its ServiceAccount and grants stay behind: move them together.",
    },
    run: Run::Objects(run),
};

/// Labels by which addon managers and providers know their own.
const ADDON: [&str; 6] = [
    "addonmanager.kubernetes.io/mode",
    "eks.amazonaws.com/component",
    "k8s-app",
    "kubernetes.azure.com/managedby",
    "kubernetes.io/cluster-service",
    "objectset.rio.cattle.io/hash",
];

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for workload in cx.workloads {
        let owner = &workload.owner;
        let here = workload.namespace() == "kube-system";
        let hits = judge.reference(owner.clone());
        let path = || FieldPath::of("metadata.namespace");
        const EXPECTED: &str = "another namespace, or a part of the cluster";
        if !cx.inventory.is_placed(owner) {
            hits.unread(path(), GapReason::SourceCannotHoldIt, EXPECTED)
                .message("the manifest names no namespace: where it lands is decided when it is applied");
        } else if here && !workload.mirror && !system::is_known(&Alike::of(workload)) {
            let name = owner.kind_name();
            match label(workload) {
                Some(label) => hits.review(path(), "kube-system", EXPECTED).message(format!(
                    "{name} calls itself an addon (label {label}), but its images are not of one that plimsoll knows"
                )),
                None => hits
                    .fail(path(), "kube-system", EXPECTED)
                    .message(format!("{name} runs in kube-system, and nothing shows it to be a part of the cluster")),
            };
        }
    }
}

/// The label by which a workload or its pods call themselves an addon.
fn label(workload: &Workload<'_>) -> Option<&'static str> {
    let has = |key: &&str| workload.labels.contains_key(key) || workload.pod_labels.contains_key(key);
    ADDON.iter().copied().find(has)
}
