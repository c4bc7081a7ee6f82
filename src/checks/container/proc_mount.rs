use super::super::{Check, ContainerCx, Hits, Run, pss};
use crate::inventory::Kind;
use crate::model::{Remedy, Severity};

/// `procMount` of every container; Pod Security Standards baseline, where from 1.35 on a user namespace of the pod's own
/// excuses it (pitfall 44).
pub static CHECK: Check = Check {
    id: "container.proc-mount",
    title: "/proc keeps its masks",
    severity: Severity::High,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["trivy:KSV-0027", "kube-linter:unsafe-proc-mount", "polaris:procMount"],
    why: "The default mount hides and write-protects parts of /proc that show or steer the node; a root of the node's \
          own user namespace could use them.",
    remedy: Remedy {
        advice: "Remove procMount, or give the pod a user namespace of its own with hostUsers: false.",
        ..pss::proc_mount::CHECK.remedy
    },
    run: Run::EachContainer(run),
};

fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    if !cx.pod.user_namespace_excuses() {
        pss::proc_mount::run(cx, hits);
    }
}
