use super::super::{Check, Hits, Run, SpecCx};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// `spec.shareProcessNamespace` is not true.
pub static CHECK: Check = Check {
    id: "pod.share-process-namespace",
    title: "Containers of one pod do not see each other's processes",
    severity: Severity::Low,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &[],
    why: "In a shared process namespace each container reads the others' environment and file systems through /proc and \
          can signal their processes: the weakest of them opens them all.",
    remedy: Remedy {
        advice: "Remove shareProcessNamespace; to debug, attach an ephemeral container that targets one container.",
        fix: Fix::Remove,
        disruption: Disruption::MayBreak,
        try_first: "Look for a sidecar that signals or inspects another container, such as one that reloads its \
                    configuration.",
    },
    run: Run::EachSpec(run),
};

fn run(cx: &SpecCx<'_>, hits: &mut Hits) {
    if cx.spec.share_process_namespace == Some(true) {
        hits.fail(FieldPath::of("shareProcessNamespace"), true, "false, or the field absent")
            .message("its containers share one process namespace");
    }
}
