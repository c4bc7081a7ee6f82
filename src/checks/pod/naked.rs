use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// Every pod that runs has a controller; a static pod has its node's kubelet. Finished pods are not counted (pitfall 10).
pub static CHECK: Check = Check {
    id: "pod.naked",
    title: "Every pod has a controller",
    severity: Severity::Low,
    over: &[Kind::Pod],
    needs: &[],
    aliases: &["kubescape:C-0073", "popeye:POP-208"],
    why: "A pod that nobody controls is gone when its node is, keeps its old image through every rollout, and is what an \
          intruder or a forgotten debugging session leaves behind.",
    remedy: Remedy {
        advice: "Put the pod into a Deployment, a StatefulSet or a Job, or delete it.",
        // which controller fits is the owner's choice
        fix: Fix::Advice,
        disruption: Disruption::Restarts,
        try_first: "Ask who made it: a pod from `kubectl run` or `kubectl debug` can mostly be deleted.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    // pods of one owner stand or fall together
    for workload in cx.workloads.iter().filter(|workload| workload.pod_count() > 0) {
        let bare = &*workload.owner.kind == "Pod";
        let hits = judge.reference(workload.owner.clone());
        if bare && !workload.mirror {
            hits.fail(FieldPath::of("metadata.ownerReferences"), "no controller", "a controller")
                .message("no controller owns the pod: nothing replaces it");
        }
    }
}
