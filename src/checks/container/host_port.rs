use super::super::{Check, ContainerCx, Hits, Run};
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// `ports[*].hostPort`; CIS 5.2.12, Pod Security Standards baseline. On the host's network the API server copies
/// containerPort there: `pod.host-network` reports those pods.
pub static CHECK: Check = Check {
    id: "container.host-port",
    title: "Containers open no port of their node",
    severity: Severity::Medium,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["kubescape:C-0044", "trivy:KSV-0024", "polaris:hostPortSet", "kube-bench:5.2.12"],
    why: "A hostPort listens on the node's own address, beside the Services and rules that are meant to guard the \
          application, and lets one such pod run on a node.",
    remedy: Remedy {
        advice: "Remove hostPort and publish the port through a Service.",
        fix: Fix::Remove,
        disruption: Disruption::MayBreak,
        try_first: "List who connects to the node's address on this port; they need the Service's name first.",
    },
    run: Run::EachContainer(run),
};

fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    if cx.pod.spec.host_network {
        return;
    }
    for (index, port) in cx.container.ports.iter().enumerate().filter(|(_, port)| port.host_port != 0) {
        hits.fail(cx.at("ports").index(index).fields("hostPort"), port.host_port, "absent")
            .message(format!("container {} opens port {} of the node", cx.container.name, port.host_port));
    }
}
