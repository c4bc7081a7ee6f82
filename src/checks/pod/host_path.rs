use super::super::{Check, Hits, Run, SpecCx};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// `spec.volumes[*].hostPath`, read-only or not; CIS 5.2.11, Pod Security Standards baseline.
pub static CHECK: Check = Check {
    id: "pod.host-path",
    title: "Pods mount no paths of their node",
    severity: Severity::High,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["kubescape:C-0048", "trivy:KSV-0023", "polaris:hostPathSet", "kube-bench:5.2.11"],
    why: "A hostPath volume ties a pod to the node's files and outlives it; many paths, writable or not, hand over the \
          node or its credentials.",
    remedy: Remedy {
        advice: "Replace the volume by what holds the data elsewhere: a PersistentVolumeClaim, an emptyDir for scratch \
                 files, a ConfigMap or a CSI volume.",
        // what the path is for cannot be seen from here
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Find out what reads and writes the path, and move the data before the volume changes.",
    },
    run: Run::EachSpec(run),
};

fn run(cx: &SpecCx<'_>, hits: &mut Hits) {
    for (index, volume) in cx.spec.volumes.iter().enumerate() {
        if let Some(host_path) = &volume.source.host_path {
            hits.fail(
                FieldPath::of("volumes").named(index, &volume.name).fields("hostPath"),
                host_path.path.as_str(),
                "a volume of another type",
            )
            .message(format!("volume {} is {} of the node", volume.name, host_path.path));
        }
    }
}
