use super::super::{Check, Hits, Run, SpecCx};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// `spec.hostIPC`; CIS 5.2.4, Pod Security Standards baseline.
pub static CHECK: Check = Check {
    id: "pod.host-ipc",
    title: "Pods do not share the host's IPC namespace",
    severity: Severity::High,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &[
        "kubescape:C-0276",
        "kubescape:C-0038",
        "trivy:KSV-0008",
        "polaris:hostIPCSet",
        "kube-linter:host-ipc",
        "kube-bench:5.2.4",
    ],
    why: "With hostIPC a container reads and writes the shared memory and message queues of every process on the node \
          that uses them.",
    remedy: Remedy {
        advice: "Remove hostIPC; containers of one pod share IPC without it.",
        fix: Fix::Remove,
        disruption: Disruption::Restarts,
        try_first: "Look for programs that share memory with a process outside the pod, such as a database beside it.",
    },
    run: Run::EachSpec(run),
};

fn run(cx: &SpecCx<'_>, hits: &mut Hits) {
    if cx.spec.host_ipc {
        hits.fail(FieldPath::of("hostIPC"), true, "false, or the field absent").message("shares the node's IPC");
    }
}
