use super::super::{Check, ContainerCx, Hits, Run};
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// `procMount` of every container, whatever user namespace the pod has; Pod Security Standards restricted.
pub static CHECK: Check = Check {
    id: "pss.proc-mount",
    title: "/proc keeps its masks, user namespace or not",
    severity: Severity::High,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["trivy:KSV-0027"],
    why: "The default mount hides and write-protects parts of /proc that show or steer the node.",
    remedy: Remedy {
        advice: "Remove procMount; what builds containers inside a pod can do without root or elsewhere.",
        fix: Fix::Remove,
        disruption: Disruption::MayBreak,
        try_first: "Find out whether the pod starts containers of its own: they need the unmasked mount.",
    },
    run: Run::EachContainer(run),
};

/// The rule that `container.proc-mount` relaxes.
pub(in crate::checks) fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    if let Some(mount) = cx.context().proc_mount.as_deref().filter(|mount| *mount != "Default") {
        hits.fail(cx.at("securityContext.procMount"), mount, "Default, or the field absent")
            .message(format!("container {} has its /proc {mount}", cx.container.name));
    }
}
