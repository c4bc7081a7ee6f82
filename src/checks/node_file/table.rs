use super::super::file::{FILES, Files, Mark, Place};
use super::super::nodes::Whose;
use super::super::{Check, Run};
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// Files of nodes: CIS 1.1 and 4.1 in the numbers of 2.0.1. A mode may have no bit that the row does not allow; a file
/// that a node does not have says nothing about that node.
///
/// Benchmarks of other versions and of providers allow other modes: `.mode` is the rule of 2.0.1, `.mode-644` and
/// `.mode-600` are the same question with that mode, for a pack to name in the versions that ask it so.
pub static TABLE: &[Check] = &[
    Check {
        id: "node-file.apiserver-manifest.mode",
        title: "The API server's manifest is for root alone",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0092", "kube-bench:1.1.1"],
        why: MANIFEST,
        remedy: on_node("chmod 600 /etc/kubernetes/manifests/kube-apiserver.yaml"),
        run: Run::Row(&Files {
            what: "the API server's manifest",
            whose: Whose::ControlPlane,
            place: Place::Manifest("kube-apiserver.yaml"),
            must: Mark::Mode(0o600),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.apiserver-manifest.mode-644",
        title: "The API server's manifest is written by root alone",
        severity: Severity::Medium,
        aliases: &[],
        why: MANIFEST,
        remedy: on_node("chmod 644 /etc/kubernetes/manifests/kube-apiserver.yaml"),
        run: Run::Row(&Files {
            what: "the API server's manifest",
            whose: Whose::ControlPlane,
            place: Place::Manifest("kube-apiserver.yaml"),
            must: Mark::Mode(0o644),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.apiserver-manifest.owner",
        title: "The API server's manifest belongs to root",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0093", "kube-bench:1.1.2"],
        why: OWNER,
        remedy: on_node("chown root:root /etc/kubernetes/manifests/kube-apiserver.yaml"),
        run: Run::Row(&Files {
            what: "the API server's manifest",
            whose: Whose::ControlPlane,
            place: Place::Manifest("kube-apiserver.yaml"),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.kcm-manifest.mode",
        title: "The controller manager's manifest is for root alone",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0094", "kube-bench:1.1.3"],
        why: MANIFEST,
        remedy: on_node("chmod 600 /etc/kubernetes/manifests/kube-controller-manager.yaml"),
        run: Run::Row(&Files {
            what: "the controller manager's manifest",
            whose: Whose::ControlPlane,
            place: Place::Manifest("kube-controller-manager.yaml"),
            must: Mark::Mode(0o600),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.kcm-manifest.mode-644",
        title: "The controller manager's manifest is written by root alone",
        severity: Severity::Medium,
        aliases: &[],
        why: MANIFEST,
        remedy: on_node("chmod 644 /etc/kubernetes/manifests/kube-controller-manager.yaml"),
        run: Run::Row(&Files {
            what: "the controller manager's manifest",
            whose: Whose::ControlPlane,
            place: Place::Manifest("kube-controller-manager.yaml"),
            must: Mark::Mode(0o644),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.kcm-manifest.owner",
        title: "The controller manager's manifest belongs to root",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0095", "kube-bench:1.1.4"],
        why: OWNER,
        remedy: on_node("chown root:root /etc/kubernetes/manifests/kube-controller-manager.yaml"),
        run: Run::Row(&Files {
            what: "the controller manager's manifest",
            whose: Whose::ControlPlane,
            place: Place::Manifest("kube-controller-manager.yaml"),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.scheduler-manifest.mode",
        title: "The scheduler's manifest is for root alone",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0096", "kube-bench:1.1.5"],
        why: MANIFEST,
        remedy: on_node("chmod 600 /etc/kubernetes/manifests/kube-scheduler.yaml"),
        run: Run::Row(&Files {
            what: "the scheduler's manifest",
            whose: Whose::ControlPlane,
            place: Place::Manifest("kube-scheduler.yaml"),
            must: Mark::Mode(0o600),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.scheduler-manifest.mode-644",
        title: "The scheduler's manifest is written by root alone",
        severity: Severity::Medium,
        aliases: &[],
        why: MANIFEST,
        remedy: on_node("chmod 644 /etc/kubernetes/manifests/kube-scheduler.yaml"),
        run: Run::Row(&Files {
            what: "the scheduler's manifest",
            whose: Whose::ControlPlane,
            place: Place::Manifest("kube-scheduler.yaml"),
            must: Mark::Mode(0o644),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.scheduler-manifest.owner",
        title: "The scheduler's manifest belongs to root",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0097", "kube-bench:1.1.6"],
        why: OWNER,
        remedy: on_node("chown root:root /etc/kubernetes/manifests/kube-scheduler.yaml"),
        run: Run::Row(&Files {
            what: "the scheduler's manifest",
            whose: Whose::ControlPlane,
            place: Place::Manifest("kube-scheduler.yaml"),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.etcd-manifest.mode",
        title: "etcd's manifest is for root alone",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0098", "kube-bench:1.1.7"],
        why: MANIFEST,
        remedy: on_node("chmod 600 /etc/kubernetes/manifests/etcd.yaml"),
        run: Run::Row(&Files {
            what: "etcd's manifest",
            whose: Whose::ControlPlane,
            place: Place::Manifest("etcd.yaml"),
            must: Mark::Mode(0o600),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.etcd-manifest.mode-644",
        title: "etcd's manifest is written by root alone",
        severity: Severity::Medium,
        aliases: &[],
        why: MANIFEST,
        remedy: on_node("chmod 644 /etc/kubernetes/manifests/etcd.yaml"),
        run: Run::Row(&Files {
            what: "etcd's manifest",
            whose: Whose::ControlPlane,
            place: Place::Manifest("etcd.yaml"),
            must: Mark::Mode(0o644),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.etcd-manifest.owner",
        title: "etcd's manifest belongs to root",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0099", "kube-bench:1.1.8"],
        why: OWNER,
        remedy: on_node("chown root:root /etc/kubernetes/manifests/etcd.yaml"),
        run: Run::Row(&Files {
            what: "etcd's manifest",
            whose: Whose::ControlPlane,
            place: Place::Manifest("etcd.yaml"),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.cni.mode",
        title: "Network plugins' files are for root alone",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0100", "kube-bench:1.1.9"],
        why: CNI,
        remedy: on_node("chmod 600 the files in /etc/cni/net.d and /var/lib/cni/networks"),
        run: Run::Row(&Files { what: "network plugins' file", place: Place::Cni, must: Mark::Mode(0o600), ..FILES }),
        ..ROW
    },
    Check {
        id: "node-file.cni.mode-644",
        title: "Network plugins' files are written by root alone",
        severity: Severity::Medium,
        aliases: &[],
        why: CNI,
        remedy: on_node("chmod 644 the files in /etc/cni/net.d and /var/lib/cni/networks"),
        run: Run::Row(&Files { what: "network plugins' file", place: Place::Cni, must: Mark::Mode(0o644), ..FILES }),
        ..ROW
    },
    Check {
        id: "node-file.cni.owner",
        title: "Network plugins' files belong to root",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0101", "kube-bench:1.1.10"],
        why: OWNER,
        remedy: on_node("chown root:root the files in /etc/cni/net.d and /var/lib/cni/networks"),
        run: Run::Row(&Files { what: "network plugins' file", place: Place::Cni, ..FILES }),
        ..ROW
    },
    Check {
        id: "node-file.etcd-data.mode",
        title: "etcd's data directory is for its owner alone",
        severity: Severity::High,
        aliases: &["kubescape:C-0102", "kube-bench:1.1.11"],
        why: ETCD,
        remedy: on_node("chmod 700 /var/lib/etcd"),
        run: Run::Row(&Files {
            what: "etcd's data directory",
            whose: Whose::ControlPlane,
            place: ETCD_DATA,
            must: Mark::Mode(0o700),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.etcd-data.owner",
        title: "etcd's data directory belongs to etcd",
        severity: Severity::High,
        aliases: &["kubescape:C-0103", "kube-bench:1.1.12"],
        why: ETCD,
        remedy: on_node("run etcd as a user of its own, and chown etcd:etcd /var/lib/etcd"),
        run: Run::Row(&Files {
            what: "etcd's data directory",
            whose: Whose::ControlPlane,
            place: ETCD_DATA,
            must: Mark::Etcd,
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.etcd-data.owner-or-root",
        title: "etcd's data directory belongs to etcd or root",
        severity: Severity::High,
        aliases: &[],
        why: ETCD,
        remedy: on_node("chown root:root /var/lib/etcd, or chown etcd:etcd where etcd runs as that user"),
        run: Run::Row(&Files {
            what: "etcd's data directory",
            whose: Whose::ControlPlane,
            place: ETCD_DATA,
            must: Mark::EtcdOrRoot,
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.admin-conf.mode",
        title: "Kubeconfigs of administrators are for root alone",
        severity: Severity::High,
        aliases: &["kubescape:C-0104", "kube-bench:1.1.13"],
        why: KUBECONFIG,
        remedy: on_node("chmod 600 /etc/kubernetes/admin.conf /etc/kubernetes/super-admin.conf"),
        run: Run::Row(&Files {
            what: "the administrator's kubeconfig",
            whose: Whose::ControlPlane,
            place: Place::All(ADMIN),
            must: Mark::Mode(0o600),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.admin-conf.mode-644",
        title: "Kubeconfigs of administrators are written by root alone",
        severity: Severity::High,
        aliases: &[],
        why: KUBECONFIG,
        remedy: on_node("chmod 644 /etc/kubernetes/admin.conf /etc/kubernetes/super-admin.conf"),
        run: Run::Row(&Files {
            what: "the administrator's kubeconfig",
            whose: Whose::ControlPlane,
            place: Place::All(ADMIN),
            must: Mark::Mode(0o644),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.admin-conf.owner",
        title: "Kubeconfigs of administrators belong to root",
        severity: Severity::High,
        aliases: &["kubescape:C-0105", "kube-bench:1.1.14"],
        why: OWNER,
        remedy: on_node("chown root:root /etc/kubernetes/admin.conf /etc/kubernetes/super-admin.conf"),
        run: Run::Row(&Files {
            what: "the administrator's kubeconfig",
            whose: Whose::ControlPlane,
            place: Place::All(ADMIN),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.scheduler-conf.mode",
        title: "The scheduler's kubeconfig is for root alone",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0106", "kube-bench:1.1.15"],
        why: KUBECONFIG,
        remedy: on_node("chmod 600 /etc/kubernetes/scheduler.conf"),
        run: Run::Row(&Files {
            what: "the scheduler's kubeconfig",
            whose: Whose::ControlPlane,
            place: Place::Named("kube-scheduler", "kubeconfig", SCHEDULER),
            must: Mark::Mode(0o600),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.scheduler-conf.mode-644",
        title: "The scheduler's kubeconfig is written by root alone",
        severity: Severity::Medium,
        aliases: &[],
        why: KUBECONFIG,
        remedy: on_node("chmod 644 /etc/kubernetes/scheduler.conf"),
        run: Run::Row(&Files {
            what: "the scheduler's kubeconfig",
            whose: Whose::ControlPlane,
            place: Place::Named("kube-scheduler", "kubeconfig", SCHEDULER),
            must: Mark::Mode(0o644),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.scheduler-conf.owner",
        title: "The scheduler's kubeconfig belongs to root",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0107", "kube-bench:1.1.16"],
        why: OWNER,
        remedy: on_node("chown root:root /etc/kubernetes/scheduler.conf"),
        run: Run::Row(&Files {
            what: "the scheduler's kubeconfig",
            whose: Whose::ControlPlane,
            place: Place::Named("kube-scheduler", "kubeconfig", SCHEDULER),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.kcm-conf.mode",
        title: "The controller manager's kubeconfig is for root alone",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0108", "kube-bench:1.1.17"],
        why: KUBECONFIG,
        remedy: on_node("chmod 600 /etc/kubernetes/controller-manager.conf"),
        run: Run::Row(&Files {
            what: "the controller manager's kubeconfig",
            whose: Whose::ControlPlane,
            place: Place::Named("kube-controller-manager", "kubeconfig", MANAGER),
            must: Mark::Mode(0o600),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.kcm-conf.mode-644",
        title: "The controller manager's kubeconfig is written by root alone",
        severity: Severity::Medium,
        aliases: &[],
        why: KUBECONFIG,
        remedy: on_node("chmod 644 /etc/kubernetes/controller-manager.conf"),
        run: Run::Row(&Files {
            what: "the controller manager's kubeconfig",
            whose: Whose::ControlPlane,
            place: Place::Named("kube-controller-manager", "kubeconfig", MANAGER),
            must: Mark::Mode(0o644),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.kcm-conf.owner",
        title: "The controller manager's kubeconfig belongs to root",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0109", "kube-bench:1.1.18"],
        why: OWNER,
        remedy: on_node("chown root:root /etc/kubernetes/controller-manager.conf"),
        run: Run::Row(&Files {
            what: "the controller manager's kubeconfig",
            whose: Whose::ControlPlane,
            place: Place::Named("kube-controller-manager", "kubeconfig", MANAGER),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.pki.owner",
        title: "The cluster's keys and certificates belong to root",
        severity: Severity::High,
        aliases: &["kubescape:C-0110", "kube-bench:1.1.19"],
        why: OWNER,
        remedy: on_node("chown -R root:root /etc/kubernetes/pki"),
        run: Run::Row(&Files { what: "the file", whose: Whose::ControlPlane, place: Place::Below(PKI, ""), ..FILES }),
        ..ROW
    },
    Check {
        id: "node-file.pki-cert.mode",
        title: "The cluster's certificates are written by root alone",
        severity: Severity::High,
        aliases: &["kubescape:C-0111", "kube-bench:1.1.20"],
        why: CERTIFICATE,
        remedy: on_node("chmod 644 every .crt below /etc/kubernetes/pki"),
        run: Run::Row(&Files {
            what: "the certificate",
            whose: Whose::ControlPlane,
            place: Place::Below(PKI, ".crt"),
            must: Mark::Mode(0o644),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.pki-cert.mode-600",
        title: "The cluster's certificates are for root alone",
        severity: Severity::High,
        aliases: &[],
        why: CERTIFICATE,
        remedy: on_node("chmod 600 every .crt below /etc/kubernetes/pki"),
        run: Run::Row(&Files {
            what: "the certificate",
            whose: Whose::ControlPlane,
            place: Place::Below(PKI, ".crt"),
            must: Mark::Mode(0o600),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.pki-key.mode",
        title: "The cluster's keys are for root alone",
        severity: Severity::High,
        aliases: &["kubescape:C-0112", "kube-bench:1.1.21"],
        why: KEY,
        remedy: on_node("chmod 600 every .key below /etc/kubernetes/pki"),
        run: Run::Row(&Files {
            what: "the key",
            whose: Whose::ControlPlane,
            place: Place::Below(PKI, ".key"),
            must: Mark::Mode(0o600),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.kubelet-service.mode",
        title: "The kubelet's systemd unit is for root alone",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0162", "kube-bench:4.1.1"],
        why: UNIT_WHY,
        remedy: on_node("chmod 600 the kubelet's unit and its drop-ins"),
        run: Run::Row(&Files { what: "the kubelet's unit", place: Place::One(UNIT), must: Mark::Mode(0o600), ..FILES }),
        ..ROW
    },
    Check {
        id: "node-file.kubelet-service.mode-644",
        title: "The kubelet's systemd unit is written by root alone",
        severity: Severity::Medium,
        aliases: &[],
        why: UNIT_WHY,
        remedy: on_node("chmod 644 the kubelet's unit and its drop-ins"),
        run: Run::Row(&Files { what: "the kubelet's unit", place: Place::One(UNIT), must: Mark::Mode(0o644), ..FILES }),
        ..ROW
    },
    Check {
        id: "node-file.kubelet-service.owner",
        title: "The kubelet's systemd unit belongs to root",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0163", "kube-bench:4.1.2"],
        why: OWNER,
        remedy: on_node("chown root:root the kubelet's unit and its drop-ins"),
        run: Run::Row(&Files { what: "the kubelet's unit", place: Place::One(UNIT), none_passes: true, ..FILES }),
        ..ROW
    },
    Check {
        id: "node-file.proxy-kubeconfig.mode",
        title: "kube-proxy's kubeconfig is for root alone",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0164", "kube-bench:4.1.3"],
        why: KUBECONFIG,
        remedy: on_node("chmod 600 the file of kube-proxy's --kubeconfig"),
        run: Run::Row(&Files {
            what: "kube-proxy's kubeconfig",
            place: Place::Named("kube-proxy", "kubeconfig", PROXY),
            must: Mark::Mode(0o600),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.proxy-kubeconfig.mode-644",
        title: "kube-proxy's kubeconfig is written by root alone",
        severity: Severity::Medium,
        aliases: &[],
        why: KUBECONFIG,
        remedy: on_node("chmod 644 the file of kube-proxy's --kubeconfig"),
        run: Run::Row(&Files {
            what: "kube-proxy's kubeconfig",
            place: Place::Named("kube-proxy", "kubeconfig", PROXY),
            must: Mark::Mode(0o644),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.proxy-kubeconfig.owner",
        title: "kube-proxy's kubeconfig belongs to root",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0165", "kube-bench:4.1.4"],
        why: OWNER,
        remedy: on_node("chown root:root the file of kube-proxy's --kubeconfig"),
        run: Run::Row(&Files {
            what: "kube-proxy's kubeconfig",
            place: Place::Named("kube-proxy", "kubeconfig", PROXY),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.kubelet-kubeconfig.mode",
        title: "The kubelet's kubeconfig is for root alone",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0166", "kube-bench:4.1.5"],
        why: KUBECONFIG,
        remedy: on_node("chmod 600 /etc/kubernetes/kubelet.conf"),
        run: Run::Row(&Files {
            what: "the kubelet's kubeconfig",
            place: Place::Named("kubelet", "kubeconfig", KUBELET),
            must: Mark::Mode(0o600),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.kubelet-kubeconfig.mode-644",
        title: "The kubelet's kubeconfig is written by root alone",
        severity: Severity::Medium,
        aliases: &[],
        why: KUBECONFIG,
        remedy: on_node("chmod 644 /etc/kubernetes/kubelet.conf"),
        run: Run::Row(&Files {
            what: "the kubelet's kubeconfig",
            place: Place::Named("kubelet", "kubeconfig", KUBELET),
            must: Mark::Mode(0o644),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.kubelet-kubeconfig.owner",
        title: "The kubelet's kubeconfig belongs to root",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0167", "kube-bench:4.1.6"],
        why: OWNER,
        remedy: on_node("chown root:root /etc/kubernetes/kubelet.conf"),
        run: Run::Row(&Files {
            what: "the kubelet's kubeconfig",
            place: Place::Named("kubelet", "kubeconfig", KUBELET),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.kubelet-ca.mode",
        title: "The authority of kubelets' clients is written by root alone",
        severity: Severity::High,
        aliases: &["kubescape:C-0168", "kube-bench:4.1.7"],
        why: AUTHORITY,
        remedy: on_node("chmod 644 the file of authentication.x509.clientCAFile"),
        run: Run::Row(&Files {
            what: "the authority of the kubelet's clients",
            place: Place::KubeletCa(CA),
            must: Mark::Mode(0o644),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.kubelet-ca.mode-600",
        title: "The authority of kubelets' clients is for root alone",
        severity: Severity::High,
        aliases: &[],
        why: AUTHORITY,
        remedy: on_node("chmod 600 the file of authentication.x509.clientCAFile"),
        run: Run::Row(&Files {
            what: "the authority of the kubelet's clients",
            place: Place::KubeletCa(CA),
            must: Mark::Mode(0o600),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.kubelet-ca.owner",
        title: "The authority of kubelets' clients belongs to root",
        severity: Severity::High,
        aliases: &["kubescape:C-0169", "kube-bench:4.1.8"],
        why: AUTHORITY,
        remedy: on_node("chown root:root the file of authentication.x509.clientCAFile"),
        run: Run::Row(&Files { what: "the authority of the kubelet's clients", place: Place::KubeletCa(CA), ..FILES }),
        ..ROW
    },
    Check {
        id: "node-file.kubelet-config.mode",
        title: "The kubelet's configuration is for root alone",
        severity: Severity::High,
        aliases: &["kubescape:C-0170", "kube-bench:4.1.9"],
        why: UNIT_WHY,
        remedy: on_node("chmod 600 /var/lib/kubelet/config.yaml"),
        run: Run::Row(&Files {
            what: "the kubelet's configuration",
            place: Place::Named("kubelet", "config", CONFIG),
            must: Mark::Mode(0o600),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.kubelet-config.mode-644",
        title: "The kubelet's configuration is written by root alone",
        severity: Severity::High,
        aliases: &[],
        why: UNIT_WHY,
        remedy: on_node("chmod 644 /var/lib/kubelet/config.yaml"),
        run: Run::Row(&Files {
            what: "the kubelet's configuration",
            place: Place::Named("kubelet", "config", CONFIG),
            must: Mark::Mode(0o644),
            ..FILES
        }),
        ..ROW
    },
    Check {
        id: "node-file.kubelet-config.owner",
        title: "The kubelet's configuration belongs to root",
        severity: Severity::High,
        aliases: &["kubescape:C-0171", "kube-bench:4.1.10"],
        why: OWNER,
        remedy: on_node("chown root:root /var/lib/kubelet/config.yaml"),
        run: Run::Row(&Files {
            what: "the kubelet's configuration",
            place: Place::Named("kubelet", "config", CONFIG),
            ..FILES
        }),
        ..ROW
    },
];

const ROW: Check = Check { needs: &[Kind::NodeFacts, Kind::Node, Kind::Pod], ..Check::EMPTY };

const fn on_node(advice: &'static str) -> Remedy {
    Remedy {
        advice,
        fix: Fix::Advice,
        disruption: Disruption::None,
        try_first: "Look who reads it today: a backup or an agent that does not run as root no longer can.",
    }
}

const OWNER: &str = "Whoever owns a file may change it, and its mode, whatever the mode says.";
const MANIFEST: &str = "Whoever can write the manifest decides what the control plane runs; whoever can read it learns where its \
     keys are.";
const CNI: &str =
    "Whoever can write them decides how the pods of the node reach each other, and can run a program as root.";
const ETCD: &str = "The directory holds everything that the API server stores: every Secret of the cluster.";
const KUBECONFIG: &str = "The file holds a credential: whoever can read it works under that name.";
const CERTIFICATE: &str = "Whoever can replace a certificate decides whom the control plane believes.";
const KEY: &str = "Whoever can read a key can be the API server, an administrator, or any ServiceAccount.";
const UNIT_WHY: &str = "Whoever can write it decides how the kubelet runs, as root.";
const AUTHORITY: &str = "Whoever can replace it signs credentials that the kubelet believes.";

const ETCD_DATA: Place = Place::Named(
    "etcd",
    "data-dir",
    &["/var/lib/etcd", "/var/lib/rancher/rke2/server/db/etcd", "/var/lib/rancher/k3s/server/db/etcd"],
);
const ADMIN: &[&str] = &[
    "/etc/kubernetes/admin.conf",
    "/etc/kubernetes/super-admin.conf",
    "/etc/rancher/rke2/rke2.yaml",
    "/etc/rancher/k3s/k3s.yaml",
];
const SCHEDULER: &[&str] = &[
    "/etc/kubernetes/scheduler.conf",
    "/var/lib/rancher/rke2/server/cred/scheduler.kubeconfig",
    "/var/lib/rancher/k3s/server/cred/scheduler.kubeconfig",
];
const MANAGER: &[&str] = &[
    "/etc/kubernetes/controller-manager.conf",
    "/var/lib/rancher/rke2/server/cred/controller.kubeconfig",
    "/var/lib/rancher/k3s/server/cred/controller.kubeconfig",
];
const PKI: &[&str] = &["/etc/kubernetes/pki", "/var/lib/rancher/rke2/server/tls", "/var/lib/rancher/k3s/server/tls"];
const UNIT: &[&str] = &[
    "/etc/systemd/system/kubelet.service.d/10-kubeadm.conf",
    "/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf",
    "/lib/systemd/system/kubelet.service.d/10-kubeadm.conf",
    "/etc/systemd/system/kubelet.service",
    "/usr/lib/systemd/system/kubelet.service",
    "/lib/systemd/system/kubelet.service",
];
const PROXY: &[&str] = &[
    "/etc/kubernetes/proxy.conf",
    "/var/lib/rancher/rke2/agent/kubeproxy.kubeconfig",
    "/var/lib/rancher/k3s/agent/kubeproxy.kubeconfig",
];
const KUBELET: &[&str] = &[
    "/etc/kubernetes/kubelet.conf",
    "/var/lib/kubelet/kubeconfig",
    "/var/lib/rancher/rke2/agent/kubelet.kubeconfig",
    "/var/lib/rancher/k3s/agent/kubelet.kubeconfig",
];
const CA: &[&str] = &[
    "/etc/kubernetes/pki/ca.crt",
    "/var/lib/rancher/rke2/agent/client-ca.crt",
    "/var/lib/rancher/k3s/agent/client-ca.crt",
];
const CONFIG: &[&str] = &["/var/lib/kubelet/config.yaml", "/etc/kubernetes/kubelet/kubelet-config.json"];
