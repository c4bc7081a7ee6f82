use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, GapReason, Remedy, Severity};

/// No top-level workload stands in namespace `default`; what else lives there is `ns.default-used`. A manifest that names no
/// namespace lands where it is applied. CIS 5.6.4.
pub static CHECK: Check = Check {
    id: "pod.in-default-namespace",
    title: "No workload runs in namespace default",
    severity: Severity::Low,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &[
        "kubescape:C-0061",
        "kubescape:C-0212",
        "trivy:KSV-0110",
        "kube-linter:use-namespace",
        "kube-bench:5.6.4",
    ],
    why: "What lands in default lands there by accident, beside everything else that did, outside the rights, quotas and \
          network rules made for the namespace it belongs to.",
    remedy: Remedy {
        advice: "Create it in a namespace of its own and delete it here.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Its Service gets another DNS name, and Secrets, claims and grants stay behind: move them together.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for workload in cx.workloads {
        let owner = &workload.owner;
        let path = || FieldPath::of("metadata.namespace");
        let in_default = workload.namespace() == "default";
        let hits = judge.reference(owner.clone());
        const EXPECTED: &str = "a namespace of its own";
        if !cx.inventory.is_placed(owner) {
            hits.unread(path(), GapReason::SourceCannotHoldIt, EXPECTED)
                .message("the manifest names no namespace: where it lands is decided when it is applied");
        } else if in_default {
            hits.fail(path(), "default", EXPECTED).message(format!("{} runs in namespace default", owner.kind_name()));
        }
    }
}
