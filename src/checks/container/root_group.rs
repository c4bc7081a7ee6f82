use super::super::{Check, Hits, Run, SpecCx};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// Nothing asks for group 0: no `runAsGroup` in force, no `fsGroup`, no supplemental group. Where nothing is set the image
/// decides, and `container.run-as-root` asks for the user (pitfalls 3, 43).
pub static CHECK: Check = Check {
    id: "container.root-group",
    title: "No container asks for group 0",
    severity: Severity::Low,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["trivy:KSV-0116", "kubescape:C-0013"],
    why: "Group 0 opens what images and volumes leave readable or writable for root's group, which is more than one \
          expects; in some images that is the password file.",
    remedy: Remedy {
        advice: "Ask for a group above 0 that may read the image's files; 65532 is what many minimal images use.",
        fix: Fix::ByField(&[
            ("runAsGroup", Fix::Set("65532")),
            ("fsGroup", Fix::Set("65532")),
            ("supplementalGroups", Fix::Remove),
        ]),
        disruption: Disruption::MayBreak,
        try_first: "Start one replica with it: files that only root's group may read or write are out of reach.",
    },
    run: Run::EachSpec(run),
};

const GROUP: &str = "securityContext.runAsGroup";
const EXPECTED: &str = "above 0, or the field absent";

fn run(cx: &SpecCx<'_>, hits: &mut Hits) {
    if cx.spec.is_windows() {
        return;
    }
    let pod = cx.pod_context();
    let inherits = || cx.containers().any(|container| container.context().run_as_group.is_none());
    if pod.run_as_group == Some(0) && inherits() {
        hits.fail(FieldPath::of(GROUP), 0, EXPECTED)
            .message("group 0 is set for every container of the pod that names no group");
    }
    if pod.fs_group == Some(0) {
        hits.fail(FieldPath::of("securityContext.fsGroup"), 0, EXPECTED)
            .message("the pod's volumes are given to group 0");
    }
    for (index, _) in pod.supplemental_groups.iter().enumerate().filter(|(_, group)| **group == 0) {
        hits.fail(FieldPath::of("securityContext.supplementalGroups").index(index), 0, "not in the list")
            .message("every process of the pod is in group 0 too");
    }
    for container in cx.containers().filter(|container| container.context().run_as_group == Some(0)) {
        let name = container.container.name.as_str();
        hits.about(Some(name));
        hits.fail(container.at(GROUP), 0, EXPECTED).message(format!("container {name} runs in group 0"));
    }
}
