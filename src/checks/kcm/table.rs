use super::super::flag::{FLAG, Flag, Must, manifest};
use super::super::{Check, Run};
use crate::inventory::Kind;
use crate::inventory::control_plane::Component;
use crate::model::Severity;

/// Flags of kube-controller-manager: CIS 1.3.
pub static TABLE: &[Check] = &[
    Check {
        id: "kcm.terminated-pod-gc",
        title: "Somebody chose how many ended pods are kept",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0144", "kube-bench:1.3.1"],
        why: "By default 12,500 ended pods stay in etcd before any is removed; with 0 or less, all of them stay.",
        remedy: manifest!(
            "kube-controller-manager",
            Restarts,
            "set --terminated-pod-gc-threshold to a number that fits your etcd, 10 or more,"
        ),
        run: Run::Row(&Flag { flags: &["terminated-pod-gc-threshold"], must: Must::AtLeast(1), ..MANAGER }),
        ..ROW
    },
    Check {
        id: "kcm.profiling",
        title: "The controller manager offers no profiles of itself",
        severity: Severity::Low,
        aliases: &["kubescape:C-0145", "kube-bench:1.3.2"],
        why: "Profiles show what a process does inside, and taking them costs it time.",
        remedy: manifest!("kube-controller-manager", Restarts, "set --profiling=false"),
        run: Run::Row(&Flag { flags: &["profiling"], must: Must::Be(false, true), ..MANAGER }),
        ..ROW
    },
    Check {
        id: "kcm.use-sa-credentials",
        title: "Each controller has a credential of its own",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0146", "kube-bench:1.3.3"],
        why: "Otherwise all controllers work with the rights of the controller manager together, and no log tells them \
              apart.",
        remedy: manifest!("kube-controller-manager", Restarts, "set --use-service-account-credentials=true"),
        run: Run::Row(&Flag { flags: &["use-service-account-credentials"], must: Must::Be(true, false), ..MANAGER }),
        ..ROW
    },
    Check {
        id: "kcm.sa-private-key",
        title: "ServiceAccount tokens are signed with a key of their own",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0147", "kube-bench:1.3.4"],
        why: "Without a key of their own tokens cannot be made invalid by changing it.",
        remedy: manifest!("kube-controller-manager", MayBreak, "set --service-account-private-key-file"),
        run: Run::Row(&Flag { flags: &["service-account-private-key-file"], ..MANAGER }),
        ..ROW
    },
    Check {
        id: "kcm.root-ca",
        title: "Pods are given the authority that signs for the API server",
        severity: Severity::High,
        aliases: &["kubescape:C-0148", "kube-bench:1.3.5"],
        why: "A pod that cannot verify the API server's certificate may hand its token to whoever answers in its place.",
        remedy: manifest!("kube-controller-manager", Restarts, "set --root-ca-file"),
        run: Run::Row(&Flag { flags: &["root-ca-file"], ..MANAGER }),
        ..ROW
    },
    Check {
        id: "kcm.rotate-kubelet-server-cert",
        title: "Rotation of kubelets' serving certificates is not switched off",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0149", "kube-bench:1.3.6"],
        why: "Certificates that nobody renews run out, and then the API server can no longer verify kubelets.",
        remedy: manifest!(
            "kube-controller-manager",
            Restarts,
            "remove RotateKubeletServerCertificate=false from --feature-gates"
        ),
        run: Run::Row(&Flag {
            flags: &["feature-gates"],
            must: Must::NotPair("RotateKubeletServerCertificate", "false"),
            ..MANAGER
        }),
        ..ROW
    },
    Check {
        id: "kcm.bind-address",
        title: "The controller manager listens on loopback alone",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0150", "kube-bench:1.3.7"],
        why: "Its metrics and health say much about the cluster; nothing outside of the node has to reach them.",
        remedy: manifest!("kube-controller-manager", MayBreak, "set --bind-address=127.0.0.1"),
        run: Run::Row(&Flag { flags: &["bind-address"], must: Must::Loopback, ..MANAGER }),
        ..ROW
    },
];

const ROW: Check = Check { over: &[Kind::Pod], needs: &[Kind::Node], ..Check::EMPTY };
const MANAGER: Flag = Flag { of: Component::ControllerManager, ..FLAG };
