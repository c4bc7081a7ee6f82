use super::super::{Check, ContainerCx, Hits, Run};
use super::capabilities::fail_added_beyond;
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// `capabilities.add` holds at most NET_BIND_SERVICE; CIS 5.2.9, Pod Security Standards restricted.
pub static CHECK: Check = Check {
    id: "container.cap-add-restricted",
    title: "Containers add no capability but NET_BIND_SERVICE",
    severity: Severity::Medium,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["kubescape:C-0200", "trivy:KSV-0106", "kube-bench:5.2.9"],
    why: "Each capability is a part of root; after dropping all, only ports below 1024 are a reason to add one back.",
    remedy: Remedy {
        advice: "Remove the capability.",
        fix: Fix::Remove,
        disruption: Disruption::MayBreak,
        try_first: "Find the call that needs it: run one replica without and watch for 'operation not permitted'.",
    },
    run: Run::EachContainer(run),
};

fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    if cx.pod.linux_fields_apply() {
        fail_added_beyond(&["NET_BIND_SERVICE"], "at most NET_BIND_SERVICE", cx, hits);
    }
}
