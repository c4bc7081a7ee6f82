use super::super::{Check, Hits, Run, SpecCx};
use super::host::{self, within};
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// No hostPath volume is, lies inside or holds one of the places from which a node is run; the whole file system holds
/// them all. Compared without `..`, doubled and trailing slashes. Critical where some container may write, else high: an
/// ephemeral container can mount what no other does.
pub static CHECK: Check = Check {
    id: "pod.host-path-sensitive",
    title: "Pods mount none of the paths that a node is run from",
    severity: Severity::Critical,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["trivy:KSV-0121", "kube-linter:sensitive-host-mounts"],
    why: "These places hold the node's credentials, its processes, its devices or what it starts at boot: reading them is \
          often enough to take the node, writing to them always is.",
    remedy: Remedy {
        advice: "Drop the volume, or mount the one file or the narrowest folder that is needed, read-only.",
        // which part is needed cannot be seen from here
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "List what the container opens below the mount; an agent often needs one socket or one folder of it.",
    },
    run: Run::EachSpec(run),
};

/// The places, and what is in them.
const PLACES: [(&str, &str); 22] = [
    ("/etc/kubernetes", "the keys and manifests of the node's Kubernetes"),
    ("/etc", "the node's configuration, accounts and keys"),
    ("/root", "root's home, its keys among it"),
    ("/home", "the homes of the node's users, their keys among them"),
    ("/boot", "what the node boots"),
    ("/dev", "the node's devices"),
    ("/proc", "the node's processes and kernel settings"),
    ("/sys", "the node's kernel interfaces"),
    ("/lib/modules", "the node's kernel modules"),
    ("/usr", "the node's programs"),
    // these are links into /usr on most nodes
    ("/bin", "the node's programs"),
    ("/sbin", "the node's programs"),
    ("/lib", "the node's libraries"),
    ("/lib64", "the node's libraries"),
    ("/var/run", "the sockets of the node's services"),
    ("/run", "the sockets of the node's services"),
    ("/var/log", "the logs of the node and of its pods"),
    ("/var/lib/kubelet", "the Secrets and tokens of every pod of the node"),
    ("/var/lib/etcd", "all that the API server keeps"),
    ("/var/lib/docker", "the file systems of the node's containers"),
    ("/var/lib/containerd", "the file systems of the node's containers"),
    ("/var/lib/rancher", "the data and keys of the node's Kubernetes"),
];

fn run(cx: &SpecCx<'_>, hits: &mut Hits) {
    for volume in host::paths(cx) {
        let path = volume.path.as_str();
        let place = PLACES.iter().find(|(place, _)| within(path, place));
        let what = match (path, place) {
            ("/", _) => "its whole file system".to_owned(),
            (_, Some((_, what))) => (*what).to_owned(),
            _ => match PLACES.iter().find(|(place, _)| within(place, path)) {
                Some((place, what)) => format!("{place} is inside: {what}"),
                None => continue,
            },
        };
        let mounts: Vec<_> = host::mounts(*cx, volume.name).collect();
        let mut writers: Vec<&str> = mounts
            .iter()
            .filter(|(_, _, mount)| !mount.read_only)
            .map(|(container, _, _)| container.container.name.as_str())
            .collect();
        writers.dedup();
        let (severity, who) = if !writers.is_empty() {
            (Severity::Critical, format!("writable for {}", writers.join(", ")))
        } else if mounts.is_empty() {
            (Severity::High, "which no container mounts so far".to_owned())
        } else {
            (Severity::High, "read-only".to_owned())
        };
        hits.fail(volume.at(), volume.written, "a path that the node is not run from")
            .message(format!("volume {} is {} of the node ({what}), {who}", volume.name, volume.written))
            .severity(severity);
    }
}
