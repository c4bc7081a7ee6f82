use super::super::{Check, ContainerCx, Hits, Run};
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// `ports[*].containerPort` below 1024. Only what is declared can be seen.
pub static CHECK: Check = Check {
    id: "container.privileged-port",
    title: "Containers listen on ports from 1024 on",
    severity: Severity::Info,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["trivy:KSV-0117", "kube-linter:privileged-ports"],
    why: "A port below 1024 is a reason that programs are started as root or keep a capability, which they then have for \
          everything else.",
    remedy: Remedy {
        advice: "Let the program listen on a port from 1024 on, and keep the old number on the Service.",
        // the program's own configuration has to change with it
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Change the program, its probes and the Service's targetPort together; callers of the Service see nothing.",
    },
    run: Run::EachContainer(run),
};

fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    for (index, port) in cx.container.ports.iter().enumerate() {
        let number = port.container_port;
        if (1..1024).contains(&number) {
            hits.fail(cx.at("ports").named(index, &port.name).fields("containerPort"), number, "1024 or above")
                .message(format!("container {} listens on port {number}", cx.container.name));
        }
    }
}
