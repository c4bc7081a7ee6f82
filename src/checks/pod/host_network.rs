use super::super::{Check, Hits, Run, SpecCx};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// `spec.hostNetwork`; CIS 5.2.5, Pod Security Standards baseline.
pub static CHECK: Check = Check {
    id: "pod.host-network",
    title: "Pods do not use the host's network",
    severity: Severity::High,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &[
        "kubescape:C-0041",
        "trivy:KSV-0009",
        "polaris:hostNetworkSet",
        "kube-linter:host-network",
        "kube-bench:5.2.5",
    ],
    why: "On the host's network a pod stands outside NetworkPolicy, listens on the node's address and reaches what is \
          bound to the node's loopback, the kubelet's and the cloud's own endpoints included.",
    remedy: Remedy {
        advice: "Remove hostNetwork and publish the port through a Service.",
        fix: Fix::Remove,
        disruption: Disruption::MayBreak,
        try_first: "List who connects to the node's address on the pod's ports; they need the Service's name first.",
    },
    run: Run::EachSpec(run),
};

fn run(cx: &SpecCx<'_>, hits: &mut Hits) {
    if cx.spec.host_network {
        hits.fail(FieldPath::of("hostNetwork"), true, "false, or the field absent").message("uses the node's network");
    }
}
