use super::super::{Check, Hits, Run, SpecCx};
use super::host::{self, within};
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// No hostPath volume is the socket of a container runtime or a folder that holds one, mounted read-only or not: who can
/// open a socket can talk through it. `/var` is not counted, because `/var/run` in it is a link that leads out of the mount.
pub static CHECK: Check = Check {
    id: "pod.runtime-socket",
    title: "Pods do not reach their node's container runtime",
    severity: Severity::Critical,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["kubescape:C-0074", "trivy:KSV-0006", "kube-linter:docker-sock"],
    why: "Whoever talks to the runtime starts a privileged container on the node and reads every other one's secrets; the \
          API server and its rules are not asked.",
    remedy: Remedy {
        advice: "Drop the volume: build images with a rootless builder, and ask the API server for what runs where.",
        // what talks to the socket must learn another way
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Find out what uses the socket: image builders, log and metrics agents mostly; each has a mode without.",
    },
    run: Run::EachSpec(run),
};

/// The sockets, and whose they are.
const SOCKETS: [(&str, &str); 12] = [
    ("/run/docker.sock", "Docker"),
    ("/run/docker/containerd/containerd.sock", "containerd"),
    ("/run/dockershim.sock", "Docker"),
    ("/run/cri-dockerd.sock", "Docker"),
    ("/run/containerd/containerd.sock", "containerd"),
    ("/run/k3s/containerd/containerd.sock", "containerd"),
    ("/run/crio/crio.sock", "CRI-O"),
    ("/run/podman/podman.sock", "Podman"),
    ("/run/user/1000/podman/podman.sock", "Podman"),
    // named pipes of Windows nodes
    ("/pipe/docker_engine", "Docker"),
    ("/pipe/containerd-containerd", "containerd"),
    ("/pipe/dockershim", "Docker"),
];

fn run(cx: &SpecCx<'_>, hits: &mut Hits) {
    for volume in host::paths(cx) {
        // one place with two names
        let path = volume.path.strip_prefix("/var").filter(|rest| within(rest, "/run")).unwrap_or(&volume.path);
        let socket = SOCKETS.iter().find(|(socket, _)| *socket == path);
        let message = match socket.or_else(|| SOCKETS.iter().find(|(socket, _)| within(socket, path))) {
            Some((_, runtime)) if socket.is_some() => {
                format!("volume {} is {}, through which {runtime} takes its orders", volume.name, volume.written)
            }
            Some(_) => format!(
                "volume {} is {} of the node, where container runtimes keep their sockets",
                volume.name, volume.written
            ),
            None => continue,
        };
        hits.fail(volume.at(), volume.written, "no path to a runtime's socket").message(message);
    }
}
