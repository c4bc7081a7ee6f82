use super::super::setting::{Setting, Wrong, look, wrong};
use super::super::{Check, Run};
use crate::inventory::flags::seconds;
use crate::inventory::kubelet::KubeletConfig;
use crate::inventory::{Kind, Version};
use crate::model::{Disruption, Fix, Remedy, Severity};

/// The remedy of a field: in the node's file, and where kubeadm keeps what it writes there.
macro_rules! kubelet {
    ($disruption:ident, $what:literal) => {
        Remedy {
            advice: concat!(
                "On every node ",
                $what,
                " in the kubelet's configuration (/var/lib/kubelet/config.yaml; with kubeadm also in ConfigMap \
                 kube-system/kubelet-config), and restart the kubelet."
            ),
            fix: Fix::Advice,
            disruption: Disruption::$disruption,
            try_first: "Change one node, and see that it becomes Ready and that logs and exec still work there.",
        }
    };
}
/// Fields of the kubelet's configuration: CIS 4.2 in the numbers of 2.0.1. What configz leaves out has its default, as
/// `v1beta1/defaults.go` of the kubelet has it (pitfall 47).
pub static TABLE: &[Check] = &[
    Check {
        id: "kubelet.anonymous-auth",
        title: "Kubelets refuse requests without a credential",
        severity: Severity::High,
        aliases: &["kubescape:C-0172", "kubescape:C-0069", "kube-bench:4.2.1"],
        why: "Whoever reaches the kubelet's port can then ask it for pods and logs, and with a lax authorizer run commands \
              in them.",
        remedy: kubelet!(MayBreak, "set authentication.anonymous.enabled: false"),
        run: Run::Row(&Setting {
            field: "authentication.anonymous.enabled",
            expected: "false",
            wrong: |config, _| match config.authentication.anonymous.enabled {
                Some(true) => wrong(true, "the kubelet answers anonymous requests"),
                Some(false) | None => None,
            },
        }),
        ..ROW
    },
    Check {
        id: "kubelet.authorization-mode",
        title: "Kubelets ask the API server what a caller may do",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0173", "kube-bench:4.2.2"],
        why: "With AlwaysAllow whoever signs in to the kubelet may do everything that it can, in every pod of the node.",
        remedy: kubelet!(MayBreak, "set authorization.mode: Webhook"),
        run: Run::Row(&Setting {
            field: "authorization.mode",
            expected: "Webhook",
            wrong: |config, _| match config.authorization.mode.as_str() {
                "AlwaysAllow" => wrong("AlwaysAllow", "the kubelet allows every request that it authenticated"),
                _ => None,
            },
        }),
        ..ROW
    },
    Check {
        id: "kubelet.client-ca",
        title: "Kubelets know who signs the certificates of their clients",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0174", "kubescape:C-0070", "kube-bench:4.2.3"],
        why: "Without it the API server cannot sign in to the kubelet with its certificate.",
        remedy: kubelet!(MayBreak, "set authentication.x509.clientCAFile"),
        run: Run::Row(&Setting {
            field: "authentication.x509.clientCAFile",
            expected: "a file",
            wrong: |config, _| match config.authentication.x509.client_ca_file.as_str() {
                "" => wrong(None::<&str>, "the kubelet has no authority to hold client certificates against"),
                _ => None,
            },
        }),
        ..ROW
    },
    Check {
        id: "kubelet.read-only-port",
        title: "Kubelets have no port that asks for no credential",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0175", "kube-bench:4.2.4"],
        why: "The read-only port shows every pod of the node, with its environment, to whoever reaches it.",
        remedy: kubelet!(MayBreak, "set readOnlyPort: 0"),
        run: Run::Row(&Setting {
            field: "readOnlyPort",
            expected: "0 or absent",
            wrong: |config, _| match config.read_only_port {
                Some(0) | None => None,
                Some(port) => wrong(port, format!("the kubelet's read-only port {port} is open")),
            },
        }),
        ..ROW
    },
    Check {
        id: "kubelet.streaming-idle-timeout",
        title: "Idle connections of exec and port-forward end",
        severity: Severity::Low,
        aliases: &["kubescape:C-0176", "kube-bench:4.2.5"],
        why: "Connections that never end hold ports and memory of the node for as long as anybody likes.",
        remedy: kubelet!(Restarts, "set streamingConnectionIdleTimeout: 5m"),
        run: Run::Row(&Setting {
            field: "streamingConnectionIdleTimeout",
            expected: "more than 0",
            wrong: |config, _| {
                let text = config.streaming_connection_idle_timeout.as_deref()?;
                let never = seconds(text).is_none_or(|seconds| seconds <= 0.0);
                if never {
                    wrong(text, format!("idle connections of the kubelet end after {text}: never"))
                } else {
                    None
                }
            },
        }),
        ..ROW
    },
    Check {
        id: "kubelet.iptables-util-chains",
        title: "Kubelets keep the node's packet rules in step",
        severity: Severity::Low,
        aliases: &["kubescape:C-0178", "kube-bench:4.2.6"],
        why: "Rules kept by hand drift away from what kube-proxy expects, and open or close what nobody meant.",
        remedy: kubelet!(Restarts, "set makeIPTablesUtilChains: true"),
        run: Run::Row(&Setting {
            field: "makeIPTablesUtilChains",
            expected: "true or absent",
            wrong: |config, _| match config.make_iptables_util_chains {
                Some(false) => wrong(false, "the kubelet leaves its packet rules to others"),
                Some(true) | None => None,
            },
        }),
        ..ROW
    },
    Check {
        id: "kubelet.event-qps",
        title: "Kubelets record events as they happen",
        severity: Severity::Low,
        aliases: &["kubescape:C-0180", "kube-bench:4.2.8"],
        why: "Events that are dropped are missing when somebody asks what happened.",
        remedy: kubelet!(Restarts, "set eventRecordQPS to 0 (no limit) or to what your events need"),
        run: Run::Row(&Setting {
            field: "eventRecordQPS",
            expected: "0 (no limit) or more",
            wrong: |config, version| {
                let default = if version.at_least(27) { 50 } else { 5 };
                let rate = config.event_record_qps.unwrap_or(default);
                if rate < 0 { wrong(rate, format!("the kubelet records {rate} events a second")) } else { None }
            },
        }),
        ..ROW
    },
    Check {
        id: "kubelet.tls-cert",
        title: "Kubelets serve a certificate that was issued for them",
        severity: Severity::High,
        aliases: &["kubescape:C-0181", "kube-bench:4.2.9"],
        why: "A self-signed certificate cannot be verified: logs, exec and port-forward may go to somebody else.",
        remedy: kubelet!(
            MayBreak,
            "set serverTLSBootstrap: true and approve the requests that follow, or set tlsCertFile and tlsPrivateKeyFile,"
        ),
        run: Run::Row(&Setting {
            field: "tlsCertFile",
            expected: "tlsCertFile and tlsPrivateKeyFile, or serverTLSBootstrap: true",
            wrong: |config, _| {
                let files = !config.tls_cert_file.is_empty() && !config.tls_private_key_file.is_empty();
                if files || config.server_tls_bootstrap == Some(true) {
                    return None;
                }
                let file = Some(config.tls_cert_file.as_str()).filter(|file| !file.is_empty());
                wrong(file, "the kubelet serves a certificate that it signed itself")
            },
        }),
        ..ROW
    },
    Check {
        id: "kubelet.rotate-certificates",
        title: "Kubelets renew their client certificate",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0182", "kube-bench:4.2.10"],
        why: "A certificate that is not renewed takes the node out of the cluster on the day that it ends, or lives far too \
              long.",
        remedy: kubelet!(Restarts, "set rotateCertificates: true"),
        run: Run::Row(&Setting {
            field: "rotateCertificates",
            expected: "true",
            wrong: |config, _| match config.rotate_certificates {
                Some(true) => None,
                other => wrong(other, "the kubelet does not renew its client certificate"),
            },
        }),
        ..ROW
    },
    Check {
        id: "kubelet.rotate-server-certificate",
        title: "Kubelets renew their serving certificate",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0183", "kube-bench:4.2.11"],
        why: "A serving certificate that ended cannot be verified, and whoever stops verifying talks to anybody.",
        remedy: kubelet!(
            MayBreak,
            "set serverTLSBootstrap: true, and do not switch the gate RotateKubeletServerCertificate off,"
        ),
        run: Run::Row(&Setting {
            field: "serverTLSBootstrap",
            expected: "true, and the gate RotateKubeletServerCertificate not off",
            wrong: |config, _| {
                let gate = config.feature_gates.get("RotateKubeletServerCertificate");
                match (gate, config.server_tls_bootstrap) {
                    (Some(false), asks) => wrong(asks, "the gate RotateKubeletServerCertificate is off"),
                    (_, Some(true)) => None,
                    // whoever issues it by other means renews it by other means
                    (_, asks) => look(asks, "the kubelet asks nobody for its serving certificate: look who renews it"),
                }
            },
        }),
        ..ROW
    },
    Check {
        id: "kubelet.tls-ciphers",
        title: "Kubelets offer strong TLS cipher suites alone",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0184", "kube-bench:4.2.12"],
        why: "Old suites can be broken by whoever records the traffic.",
        remedy: kubelet!(MayBreak, "set tlsMinVersion: VersionTLS13, or name strong suites in tlsCipherSuites,"),
        run: Run::Row(&Setting {
            field: "tlsCipherSuites",
            expected: "strong cipher suites alone, or tlsMinVersion: VersionTLS13",
            wrong: ciphers,
        }),
        ..ROW
    },
    Check {
        id: "kubelet.pod-pids-limit",
        title: "A pod cannot take all process ids of its node",
        severity: Severity::Low,
        aliases: &["kubescape:C-0284", "kube-bench:4.2.13"],
        why: "One pod that forks without end stops everything else on its node.",
        remedy: kubelet!(MayBreak, "set podPidsLimit, for instance to 4096"),
        run: Run::Row(&Setting {
            field: "podPidsLimit",
            expected: "more than 0",
            wrong: |config, _| match config.pod_pids_limit {
                Some(limit) if limit > 0 => None,
                limit => wrong(limit.unwrap_or(-1), "a pod may start as many processes as its node can hold"),
            },
        }),
        ..ROW
    },
    Check {
        id: "kubelet.seccomp-default",
        title: "Pods that name no seccomp profile get the runtime's",
        severity: Severity::Medium,
        aliases: &["kube-bench:4.2.14"],
        why: "Without it a container that says nothing may call everything that the kernel offers.",
        remedy: kubelet!(MayBreak, "set seccompDefault: true"),
        run: Run::Row(&Setting {
            field: "seccompDefault",
            expected: "true",
            wrong: |config, _| match config.seccomp_default {
                Some(true) => None,
                other => wrong(other, "pods that name no seccomp profile run without one"),
            },
        }),
        ..ROW
    },
];

const ROW: Check = Check { needs: &[Kind::KubeletConfig, Kind::NodeFacts, Kind::Node], ..Check::EMPTY };

/// The suites that CIS 2.0.1 and kube-bench both take for strong, and those of TLS 1.3.
const STRONG: &[&str] = &[
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
];

/// Suites that the benchmark names and kube-bench does not: whoever steals the key reads what was recorded before.
const DISPUTED: &[&str] = &["TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_256_GCM_SHA384"];

fn ciphers(config: &KubeletConfig, _: Version) -> Option<Wrong> {
    let suites = &config.tls_cipher_suites;
    let without = |known: &[&str]| -> Vec<&str> {
        suites.iter().map(String::as_str).filter(|suite| !known.contains(suite)).collect()
    };
    let (doubtful, weak) = (without(STRONG), without(&[STRONG, DISPUTED].concat()));
    if config.tls_min_version == "VersionTLS13" {
        None
    } else if suites.is_empty() {
        look(None::<&str>, "the kubelet takes Go's own list of cipher suites, which differs between releases")
    } else if !weak.is_empty() {
        wrong(suites.clone(), format!("the kubelet allows {}", weak.join(", ")))
    } else if !doubtful.is_empty() {
        look(
            suites.clone(),
            format!("the kubelet allows {}, which keep no secret once the key is lost", doubtful.join(", ")),
        )
    } else {
        None
    }
}
