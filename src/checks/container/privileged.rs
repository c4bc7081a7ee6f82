use super::super::{Check, ContainerCx, Hits, Run};
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// `securityContext.privileged` of every container; CIS 5.2.2, Pod Security Standards baseline.
pub static CHECK: Check = Check {
    id: "container.privileged",
    title: "Containers do not run privileged",
    severity: Severity::Critical,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &[
        "kubescape:C-0057",
        "trivy:KSV-0017",
        "polaris:runAsPrivileged",
        "kube-linter:privileged-container",
        "kube-bench:5.2.2",
    ],
    why: "A privileged container has every capability and the host's devices: leaving it is one command, and the node is \
          the way to every other pod on it.",
    remedy: Remedy {
        advice: "Remove the field or set it to false; grant the one capability that the program needs.",
        fix: Fix::Set("false"),
        disruption: Disruption::Restarts,
        try_first: "Run one replica without it and watch for 'operation not permitted'.",
    },
    run: Run::EachContainer(run),
};

fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    if cx.context().privileged == Some(true) {
        hits.fail(cx.at("securityContext.privileged"), true, "false, or the field absent")
            .message(format!("container {} runs privileged", cx.container.name));
    }
}
