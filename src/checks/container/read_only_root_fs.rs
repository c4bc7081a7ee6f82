use super::super::{Check, ContainerCx, Hits, Run};
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};
use serde_json::Value;

/// `readOnlyRootFilesystem` of every container but those of Windows pods (pitfalls 8, 43); part of CIS 5.6.3.
pub static CHECK: Check = Check {
    id: "container.read-only-root-fs",
    title: "Containers cannot write to their root file system",
    severity: Severity::Low,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &[
        "kubescape:C-0017",
        "trivy:KSV-0014",
        "polaris:notReadOnlyRootFilesystem",
        "kube-linter:no-read-only-root-fs",
    ],
    why: "Who breaks in wants to leave a tool or change a script; on a read-only root there is no place to.",
    remedy: Remedy {
        advice: "Set readOnlyRootFilesystem: true and mount an emptyDir where the program writes, often /tmp.",
        fix: Fix::Set("true"),
        disruption: Disruption::MayBreak,
        try_first: "List what the program writes: run one replica and look for 'read-only file system'.",
    },
    run: Run::EachContainer(run),
};

fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    let value = cx.context().read_only_root_filesystem;
    if value != Some(true) && !cx.pod.spec.is_windows() {
        hits.fail(cx.at("securityContext.readOnlyRootFilesystem"), value.map_or(Value::Null, Value::Bool), "true")
            .message(format!("container {} may write to its root file system", cx.container.name));
    }
}
