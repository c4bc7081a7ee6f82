use super::super::{Alike, Check, Cx, Hits, Run, SpecCx};
use crate::inventory::Kind;
use crate::inventory::image::Image;
use crate::inventory::kinds::cluster::{Service, ServicePort};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// No container opens port 22 or 2222 or runs an OpenSSH image, and no Service that selects the pod is or leads to one of
/// these ports (pitfall 37): a container need not declare what it listens on.
pub static CHECK: Check = Check {
    id: "container.ssh-port",
    title: "No SSH server runs in a container",
    severity: Severity::Low,
    over: Kind::POD_SPEC,
    needs: &[Kind::Service],
    aliases: &["kubescape:C-0042", "kube-linter:ssh-port"],
    why: "An SSH server lets people in past the API server: its keys and passwords are the image's own, and no audit log \
          says what they did.",
    remedy: Remedy {
        advice: "Take the server out of the image; use kubectl exec or kubectl debug, which ask for rights and are logged.",
        // the port is one sign of the server, closing it is not the cure
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "List who logs in: a git or file server that speaks SSH by its nature is a reason for a waiver.",
    },
    run: Run::EachAlike(run),
};

const PORTS: [i32; 2] = [22, 2222];
const EXPECTED: &str = "no SSH";

fn run(cx: &Cx<'_>, workload: &Alike<'_>, pod: &SpecCx<'_>, hits: &mut Hits) {
    for container in pod.containers() {
        let name = container.container.name.as_str();
        hits.about(Some(name));
        for (index, port) in container.container.ports.iter().enumerate() {
            if PORTS.contains(&port.container_port) {
                let path = container.at("ports").named(index, &port.name).fields("containerPort");
                hits.fail(path, port.container_port, EXPECTED)
                    .message(format!("container {name} listens on port {}", port.container_port));
            }
        }
        if Image::parse(&container.container.image).repository().contains("openssh") {
            hits.fail(container.at("image"), container.container.image.as_str(), EXPECTED)
                .message(format!("container {name} runs an OpenSSH image"));
        }
    }
    hits.about(None);
    let namespace = workload.namespace();
    let path = FieldPath::of("containers");
    let services: Vec<String> =
        cx.services().of(namespace, workload.pod_labels()).filter_map(|service| leads_to_ssh(service, pod)).collect();
    if !services.is_empty() {
        hits.fail(path, services.join(", "), EXPECTED)
            .message(format!("an SSH port of the pod is reached through {}", services.join(", ")));
    } else if hits.list.is_empty()
        && let Some(reason) = cx.gap(Kind::Service, Some(namespace))
    {
        hits.unread(path, reason, EXPECTED)
            .message("no container declares an SSH port, but not every Service that may select the pod was read");
    }
}

/// A Service that is or leads to an SSH port of a pod that it selects, with the port.
fn leads_to_ssh(service: &Service, pod: &SpecCx<'_>) -> Option<String> {
    let port = service.spec.ports.iter().find(|port| {
        let target = target(port, pod);
        PORTS.contains(&port.port) || target.is_some_and(|target| PORTS.contains(&target))
    })?;
    Some(format!("Service {} (port {})", service.meta.name, port.port))
}

/// The number that a Service's port leads to: its own where none is given, the container's where a name is.
fn target(port: &ServicePort, pod: &SpecCx<'_>) -> Option<i32> {
    let Some(target) = &port.target_port else { return Some(port.port) };
    target.number().or_else(|| {
        let mut ports = pod.spec.each_container().flat_map(|(_, _, container)| &container.ports);
        ports.find(|port| port.name == target.text).map(|port| port.container_port)
    })
}
