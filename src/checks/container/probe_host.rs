use super::super::{Check, ContainerCx, Hits, Run};
use crate::inventory::Kind;
use crate::inventory::kinds::pod::{Handler, Probe};
use crate::model::{Disruption, Fix, Remedy, Severity};

/// No `host` in httpGet or tcpSocket of probes and hooks; Pod Security Standards baseline, from 1.34 on (pitfall 44).
pub static CHECK: Check = Check {
    id: "container.probe-host",
    title: "Probes and hooks name no host",
    severity: Severity::Low,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &[],
    why: "A probe or hook that names a host makes the kubelet send requests from the node's network to an address of \
          the author's choice.",
    remedy: Remedy {
        advice: "Remove host: the kubelet then asks the pod's own address.",
        fix: Fix::Remove,
        disruption: Disruption::Restarts,
        try_first: "Check that the program listens on the pod's address and not on a loopback of the node.",
    },
    run: Run::EachContainer(run),
};

fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    if !cx.pod.version.at_least(34) {
        return;
    }
    let container = cx.container;
    let lifecycle = container.lifecycle.as_ref();
    let handlers: [(&str, Option<&Handler>); 5] = [
        ("livenessProbe", handler(&container.liveness_probe)),
        ("readinessProbe", handler(&container.readiness_probe)),
        ("startupProbe", handler(&container.startup_probe)),
        ("lifecycle.postStart", lifecycle.and_then(|l| l.post_start.as_ref())),
        ("lifecycle.preStop", lifecycle.and_then(|l| l.pre_stop.as_ref())),
    ];
    for (field, handler) in handlers.into_iter().filter_map(|(field, handler)| Some((field, handler?))) {
        let hosts = [
            ("httpGet.host", handler.http_get.as_ref().map(|action| action.host.as_str())),
            ("tcpSocket.host", handler.tcp_socket.as_ref().map(|action| action.host.as_str())),
        ];
        for (host_field, host) in hosts {
            if let Some(host) = host.filter(|host| !host.is_empty()) {
                hits.fail(cx.at(field).fields(host_field), host, "absent")
                    .message(format!("{field} of container {} asks {host}", container.name));
            }
        }
    }
}

fn handler(probe: &Option<Box<Probe>>) -> Option<&Handler> {
    probe.as_ref().map(|probe| &probe.handler)
}
