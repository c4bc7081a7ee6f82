use super::super::flag::{FLAG, Flag, Instead, Must, manifest};
use super::super::{Check, Cx, Run};
use crate::inventory::control_plane::Component;
use crate::inventory::flags::Flags;
use crate::inventory::{Kind, Medium};
use crate::model::Severity;

/// Flags of etcd, or what its environment says in their place: CIS 2. With a configuration file it ignores both.
pub static TABLE: &[Check] = &[
    Check {
        id: "etcd.tls",
        title: "etcd serves its clients over TLS",
        severity: Severity::High,
        aliases: &["kubescape:C-0153", "kube-bench:2.1"],
        why: "etcd holds every Secret: on the wire without TLS they can be read along the way.",
        remedy: manifest!("etcd", MayBreak, "set --cert-file and --key-file"),
        run: Run::Row(&Flag { flags: &["cert-file", "key-file"], ..ETCD }),
        ..ROW
    },
    Check {
        id: "etcd.client-cert-auth",
        title: "etcd asks its clients for a certificate",
        severity: Severity::High,
        aliases: &["kubescape:C-0154", "kube-bench:2.2"],
        why: "Otherwise whoever reaches the port reads and writes the whole cluster, past every rule of the API server.",
        remedy: manifest!("etcd", MayBreak, "set --client-cert-auth=true and --trusted-ca-file"),
        run: Run::Row(&Flag { flags: &["client-cert-auth"], must: Must::Be(true, false), ..ETCD }),
        ..ROW
    },
    Check {
        id: "etcd.auto-tls",
        title: "etcd does not sign certificates for itself",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0155", "kube-bench:2.3"],
        why: "Nobody can verify a certificate that etcd makes up when it starts.",
        remedy: manifest!("etcd", MayBreak, "remove --auto-tls, and set --cert-file and --key-file,"),
        run: Run::Row(&Flag { flags: &["auto-tls"], must: Must::Be(false, false), ..ETCD }),
        ..ROW
    },
    Check {
        id: "etcd.peer-tls",
        title: "etcd's members speak TLS to each other",
        severity: Severity::High,
        aliases: &["kubescape:C-0156", "kube-bench:2.4"],
        why: "Everything that is stored travels between members, Secrets included.",
        remedy: manifest!("etcd", MayBreak, "set --peer-cert-file and --peer-key-file"),
        run: Run::Row(&Flag { flags: &["peer-cert-file", "peer-key-file"], ..PEERS }),
        ..ROW
    },
    Check {
        id: "etcd.peer-client-cert-auth",
        title: "etcd's members ask each other for a certificate",
        severity: Severity::High,
        aliases: &["kubescape:C-0157", "kube-bench:2.5"],
        why: "Otherwise whoever reaches the peer port can join, and is sent all that is stored.",
        remedy: manifest!("etcd", MayBreak, "set --peer-client-cert-auth=true and --peer-trusted-ca-file"),
        run: Run::Row(&Flag { flags: &["peer-client-cert-auth"], must: Must::Be(true, false), ..PEERS }),
        ..ROW
    },
    Check {
        id: "etcd.peer-auto-tls",
        title: "etcd's members do not sign certificates for themselves",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0158", "kube-bench:2.6"],
        why: "Nobody can verify a certificate that a member makes up when it starts.",
        remedy: manifest!("etcd", MayBreak, "remove --peer-auto-tls, and set --peer-cert-file and --peer-key-file,"),
        run: Run::Row(&Flag { flags: &["peer-auto-tls"], must: Must::Be(false, false), ..ETCD }),
        ..ROW
    },
];

const ROW: Check = Check { over: &[Kind::Pod], needs: &[Kind::Node], ..Check::EMPTY };

pub(super) const CONFIG_FILE: Instead = Instead {
    flag: "config-file",
    since: 0,
    wins: true,
    look: "etcd then reads a file that the API does not show, and ignores its flags and its environment",
};
const ETCD: Flag = Flag { of: Component::Etcd, instead: &[CONFIG_FILE], ..FLAG };
const PEERS: Flag = Flag { unless: Some(alone), ..ETCD };

/// One member has no peers. A manifest does not say how many there are: the first of several names itself alone.
fn alone(cx: &Cx<'_>, flags: &Flags) -> Option<&'static str> {
    let discovers = ["discovery", "discovery-srv"].iter().any(|flag| flags.has(flag));
    let named = flags.list("initial-cluster").count();
    let one = cx.control_plane().of(Component::Etcd).count() == 1 && named <= 1 && !discovers;
    (one && cx.inventory.medium == Medium::Cluster).then_some("etcd has one member: it has no peers")
}
