use super::super::flag::{FLAG, Flag, Instead, Must, manifest};
use super::super::{Check, Cx, Run};
use crate::inventory::Kind;
use crate::inventory::flags::{Flags, Given};
use crate::model::Severity;

/// Flags of kube-apiserver: CIS 1.2 and 3.2.1 in the numbers of 2.0.1, conditions and defaults as in the component's own
/// source. A flag that another one's file replaces is for a person to judge (pitfall 46); every replica is judged (51).
pub static TABLE: &[Check] = &[
    Check {
        id: "apiserver.anonymous-auth",
        title: "The API server refuses requests without a credential",
        severity: Severity::High,
        aliases: &["kubescape:C-0113", "trivy:KCV-0001", "kube-bench:1.2.1"],
        why: "Anonymous requests are answered as user system:anonymous: whatever is bound to that user or to \
              system:unauthenticated, everybody who reaches the port may do.",
        remedy: manifest!(
            "kube-apiserver",
            MayBreak,
            "set --anonymous-auth=false, or name the paths that stay open in the file of --authentication-config,"
        ),
        run: Run::Row(&Flag {
            flags: &["anonymous-auth"],
            must: Must::Be(false, true),
            // it may limit anonymous requests to /livez, /readyz and /healthz, which is acceptable
            instead: &[Instead { flag: "authentication-config", since: 31, wins: false, look: AUTHENTICATION }],
            ..FLAG
        }),
        ..ROW
    },
    Check {
        id: "apiserver.token-auth-file",
        title: "No file of static tokens opens the API server",
        severity: Severity::High,
        aliases: &["kubescape:C-0114", "kube-bench:1.2.2"],
        why: "Tokens of the file stand there in clear text, never expire and cannot be revoked before the API server is \
              restarted.",
        remedy: manifest!(
            "kube-apiserver",
            MayBreak,
            "remove --token-auth-file, once its users have another credential,"
        ),
        run: Run::Row(&Flag { flags: &["token-auth-file"], must: Must::Unset, ..FLAG }),
        ..ROW
    },
    Check {
        id: "apiserver.deny-service-external-ips",
        title: "Services cannot claim external addresses",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0283", "kube-bench:1.2.3"],
        why: "Whoever may write a Service can put any address into externalIPs and receive what the cluster's pods send \
              there (CVE-2020-8554).",
        remedy: manifest!("kube-apiserver", MayBreak, "add DenyServiceExternalIPs to --enable-admission-plugins"),
        run: Run::Row(&Flag { flags: ENABLE, must: Must::Plugin("DenyServiceExternalIPs"), ..FLAG }),
        ..ROW
    },
    Check {
        id: "apiserver.kubelet-client-cert",
        title: "The API server shows kubelets a client certificate",
        severity: Severity::High,
        aliases: &["kubescape:C-0116", "kube-bench:1.2.4"],
        why: "Without it kubelets cannot tell the API server from anybody else, and have to answer anonymous requests.",
        remedy: manifest!("kube-apiserver", Restarts, "set --kubelet-client-certificate and --kubelet-client-key"),
        run: Run::Row(&Flag { flags: &["kubelet-client-certificate", "kubelet-client-key"], ..FLAG }),
        ..ROW
    },
    Check {
        id: "apiserver.kubelet-ca",
        title: "The API server verifies the certificates of kubelets",
        severity: Severity::High,
        aliases: &["kubescape:C-0117", "kube-bench:1.2.5"],
        why: "Otherwise logs, exec and port-forward go to whatever answers at a node's address, credentials included.",
        remedy: manifest!(
            "kube-apiserver",
            MayBreak,
            "set --kubelet-certificate-authority (and first let kubelets have certificates of that authority, serverTLSBootstrap)"
        ),
        run: Run::Row(&Flag { flags: &["kubelet-certificate-authority"], ..FLAG }),
        ..ROW
    },
    Check {
        id: "apiserver.authz-not-always-allow",
        title: "The API server does not allow every request",
        severity: Severity::High,
        aliases: &["kubescape:C-0118", "kube-bench:1.2.6"],
        why: "AlwaysAllow makes every authenticated user an administrator.",
        remedy: manifest!("kube-apiserver", MayBreak, "set --authorization-mode=Node,RBAC"),
        run: Run::Row(&Flag {
            flags: AUTHORIZATION,
            must: Must::NotName("AlwaysAllow", "AlwaysAllow"),
            instead: AUTHORIZATION_CONFIG,
            ..FLAG
        }),
        ..ROW
    },
    Check {
        id: "apiserver.authz-node",
        title: "The Node authorizer limits kubelets to what runs on their node",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0119", "kube-bench:1.2.7"],
        why: "Without it a kubelet's credential needs rights on every Secret and pod, and one node's loss is the cluster's.",
        remedy: manifest!("kube-apiserver", MayBreak, "set --authorization-mode=Node,RBAC"),
        run: Run::Row(&Flag {
            flags: AUTHORIZATION,
            must: Must::Name("Node", "AlwaysAllow"),
            instead: AUTHORIZATION_CONFIG,
            ..FLAG
        }),
        ..ROW
    },
    Check {
        id: "apiserver.authz-rbac",
        title: "RBAC decides what users may do",
        severity: Severity::High,
        aliases: &["kubescape:C-0120", "trivy:KCV-0008", "kube-bench:1.2.8"],
        why: "Without RBAC roles and bindings are objects that nobody asks.",
        remedy: manifest!("kube-apiserver", MayBreak, "set --authorization-mode=Node,RBAC"),
        run: Run::Row(&RBAC),
        ..ROW
    },
    Check {
        id: "apiserver.event-rate-limit",
        title: "Events are limited in their rate",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0121", "kube-bench:1.2.9"],
        why: "A workload that floods the API server with events can slow it down for everybody and fill etcd.",
        remedy: manifest!(
            "kube-apiserver",
            Restarts,
            "add EventRateLimit to --enable-admission-plugins and its limits to the file of --admission-control-config-file"
        ),
        run: Run::Row(&Flag { flags: ENABLE, must: Must::Plugin("EventRateLimit"), ..FLAG }),
        ..ROW
    },
    Check {
        id: "apiserver.always-admit",
        title: "Admission plugin AlwaysAdmit is off",
        severity: Severity::High,
        aliases: &["kubescape:C-0122", "kube-bench:1.2.10"],
        why: "It admits everything and asks nothing; who enables it meant to switch admission off.",
        remedy: manifest!("kube-apiserver", Restarts, "remove AlwaysAdmit from --enable-admission-plugins"),
        run: Run::Row(&Flag { flags: ENABLE, must: Must::NoPlugin("AlwaysAdmit"), ..FLAG }),
        ..ROW
    },
    Check {
        id: "apiserver.always-pull-images",
        title: "Images are pulled with the pod's own credentials each time",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0123", "kube-bench:1.2.11"],
        why: "An image that one pod pulled lies on the node for every other pod, whether or not its namespace may pull it.",
        remedy: manifest!("kube-apiserver", MayBreak, "add AlwaysPullImages to --enable-admission-plugins"),
        run: Run::Row(&Flag { flags: ENABLE, must: Must::Plugin("AlwaysPullImages"), ..FLAG }),
        ..ROW
    },
    Check {
        id: "apiserver.service-account-plugin",
        title: "Admission plugin ServiceAccount is on",
        severity: Severity::Low,
        aliases: &["kubescape:C-0125", "kube-bench:1.2.12"],
        why: "Without it pods get no account of their own, and can name Secrets that their account may not use.",
        remedy: manifest!("kube-apiserver", Restarts, "remove ServiceAccount from --disable-admission-plugins"),
        run: Run::Row(&Flag { flags: DISABLE, must: Must::KeepPlugin("ServiceAccount"), ..FLAG }),
        ..ROW
    },
    Check {
        id: "apiserver.namespace-lifecycle",
        title: "Admission plugin NamespaceLifecycle is on",
        severity: Severity::Low,
        aliases: &["kubescape:C-0126", "kube-bench:1.2.13"],
        why: "Without it objects can be made in namespaces that do not exist or are being deleted, where nothing looks at \
              them.",
        remedy: manifest!("kube-apiserver", Restarts, "remove NamespaceLifecycle from --disable-admission-plugins"),
        run: Run::Row(&Flag { flags: DISABLE, must: Must::KeepPlugin("NamespaceLifecycle"), ..FLAG }),
        ..ROW
    },
    Check {
        id: "apiserver.node-restriction",
        title: "Kubelets change their own node and pods alone",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0127", "kube-bench:1.2.14"],
        why: "Without NodeRestriction a stolen kubelet credential can relabel other nodes and draw workloads to itself.",
        remedy: manifest!("kube-apiserver", Restarts, "add NodeRestriction to --enable-admission-plugins"),
        run: Run::Row(&Flag { flags: ENABLE, must: Must::Plugin("NodeRestriction"), ..FLAG }),
        ..ROW
    },
    Check {
        id: "apiserver.profiling",
        title: "The API server offers no profiles of itself",
        severity: Severity::Low,
        aliases: &["kubescape:C-0129", "kube-bench:1.2.15"],
        why: "Profiles show what a process does inside, and taking them costs it time.",
        remedy: manifest!("kube-apiserver", Restarts, "set --profiling=false"),
        run: Run::Row(&Flag { flags: &["profiling"], must: Must::Be(false, true), ..FLAG }),
        ..ROW
    },
    Check {
        id: "apiserver.audit-log-path",
        title: "The API server writes an audit log",
        severity: Severity::High,
        aliases: &["kubescape:C-0130", "trivy:KCV-0019", "kube-bench:1.2.16"],
        why: "Without it nobody can say afterwards who did what.",
        remedy: manifest!("kube-apiserver", Restarts, "set --audit-log-path, and mount the directory that it names,"),
        run: Run::Row(&AUDIT_LOG),
        ..ROW
    },
    Check {
        id: "apiserver.audit-log-maxage",
        title: "Audit logs are kept for 30 days",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0131", "trivy:KCV-0020", "kube-bench:1.2.17"],
        why: "What happened is often asked for weeks later; a setting that nobody chose is no promise.",
        remedy: manifest!("kube-apiserver", Restarts, "set --audit-log-maxage=30 or more"),
        run: Run::Row(&AUDIT_AGE),
        ..ROW
    },
    Check {
        id: "apiserver.audit-log-maxbackup",
        title: "Ten or more rotated audit logs are kept",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0132", "kube-bench:1.2.18"],
        why: "With few files a burst of requests pushes out what came before it, which is a way to hide.",
        remedy: manifest!("kube-apiserver", Restarts, "set --audit-log-maxbackup=10 or more"),
        run: Run::Row(&AUDIT_BACKUPS),
        ..ROW
    },
    Check {
        id: "apiserver.audit-log-maxsize",
        title: "Audit logs hold 100 MB before they are rotated",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0133", "kube-bench:1.2.19"],
        why: "Small files are rotated away within minutes on a busy cluster.",
        remedy: manifest!("kube-apiserver", Restarts, "set --audit-log-maxsize=100 or more"),
        run: Run::Row(&AUDIT_SIZE),
        ..ROW
    },
    Check {
        id: "apiserver.request-timeout",
        title: "Requests end within five minutes",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0134", "kube-bench:1.2.20"],
        why: "Requests that may take very long are an easy way to use up the API server.",
        remedy: manifest!(
            "kube-apiserver",
            MayBreak,
            "remove --request-timeout (one minute), or set it to what your slowest link needs,"
        ),
        run: Run::Row(&Flag { flags: &["request-timeout"], must: Must::Within(300.0), ..FLAG }),
        ..ROW
    },
    Check {
        id: "apiserver.service-account-lookup",
        title: "Tokens of deleted ServiceAccounts are refused",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0135", "kube-bench:1.2.21"],
        why: "Without the look into etcd a token opens the API server after its account was deleted.",
        remedy: manifest!("kube-apiserver", Restarts, "remove --service-account-lookup=false"),
        run: Run::Row(&Flag { flags: &["service-account-lookup"], must: Must::Be(true, true), ..FLAG }),
        ..ROW
    },
    Check {
        id: "apiserver.service-account-key-file",
        title: "ServiceAccount tokens have a key of their own",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0136", "kube-bench:1.2.22"],
        why: "Otherwise the key of the serving certificate verifies them, and neither can be replaced without the other.",
        remedy: manifest!("kube-apiserver", MayBreak, "set --service-account-key-file"),
        run: Run::Row(&Flag { flags: &["service-account-key-file"], ..FLAG }),
        ..ROW
    },
    Check {
        id: "apiserver.etcd-client-cert",
        title: "The API server shows etcd a client certificate",
        severity: Severity::High,
        aliases: &["kubescape:C-0137", "kube-bench:1.2.23"],
        why: "An etcd that asks for none gives every Secret to whoever reaches its port.",
        remedy: manifest!("kube-apiserver", MayBreak, "set --etcd-certfile and --etcd-keyfile"),
        run: Run::Row(&Flag { flags: &["etcd-certfile", "etcd-keyfile"], ..FLAG }),
        ..ROW
    },
    Check {
        id: "apiserver.tls-cert",
        title: "The API server has a certificate that was issued for it",
        severity: Severity::High,
        aliases: &["kubescape:C-0138", "kube-bench:1.2.24"],
        why: "Without one it makes a self-signed certificate, and clients learn to look away.",
        remedy: manifest!("kube-apiserver", MayBreak, "set --tls-cert-file and --tls-private-key-file"),
        run: Run::Row(&Flag { flags: &["tls-cert-file", "tls-private-key-file"], ..FLAG }),
        ..ROW
    },
    Check {
        id: "apiserver.client-ca",
        title: "The API server knows who signs client certificates",
        severity: Severity::High,
        aliases: &["kubescape:C-0139", "kube-bench:1.2.25"],
        why: "Without it components cannot sign in with certificates, and fall back to weaker credentials.",
        remedy: manifest!("kube-apiserver", MayBreak, "set --client-ca-file"),
        run: Run::Row(&Flag { flags: &["client-ca-file"], ..FLAG }),
        ..ROW
    },
    Check {
        id: "apiserver.etcd-ca",
        title: "The API server verifies etcd's certificate",
        severity: Severity::High,
        aliases: &["kubescape:C-0140", "kube-bench:1.2.26"],
        why: "Otherwise the whole state of the cluster may be read from, and written to, something that only says it is \
              etcd.",
        remedy: manifest!("kube-apiserver", MayBreak, "set --etcd-cafile"),
        run: Run::Row(&Flag { flags: &["etcd-cafile"], ..FLAG }),
        ..ROW
    },
    Check {
        id: "apiserver.encryption-config",
        title: "Secrets are encrypted before they are stored",
        severity: Severity::High,
        aliases: &["kubescape:C-0141", "kube-bench:1.2.27"],
        why: "Without it whoever gets a disk, a snapshot or a backup of etcd has every Secret in clear text.",
        remedy: manifest!(
            "kube-apiserver",
            MayBreak,
            "set --encryption-provider-config to a file that names a provider for secrets"
        ),
        run: Run::Row(&ENCRYPTION),
        ..ROW
    },
    Check {
        id: "apiserver.tls-ciphers",
        title: "The API server offers strong TLS cipher suites alone",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0277", "kube-bench:1.2.29"],
        why: "Old suites can be broken by whoever records the traffic.",
        remedy: manifest!(
            "kube-apiserver",
            MayBreak,
            "set --tls-min-version=VersionTLS13, or name strong suites in --tls-cipher-suites,"
        ),
        run: Run::Row(&Flag { flags: &["tls-cipher-suites"], must: Must::Ciphers(STRONG), ..FLAG }),
        ..ROW
    },
    Check {
        id: "apiserver.sa-token-extension",
        title: "Tokens of pods live as long as they say",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0290", "kube-bench:1.2.30"],
        why: "The extension makes tokens of an hour hold for a year, for clients that do not read them anew; a stolen one \
              does too.",
        remedy: manifest!("kube-apiserver", MayBreak, "set --service-account-extend-token-expiration=false"),
        run: Run::Row(&Flag {
            flags: &["service-account-extend-token-expiration"],
            must: Must::Be(false, true),
            ..FLAG
        }),
        ..ROW
    },
    Check {
        id: "apiserver.audit-policy-file",
        title: "A policy says what the API server audits",
        severity: Severity::Medium,
        aliases: &["kubescape:C-0160", "kube-bench:3.2.1"],
        why: "Without a policy the API server records nothing, whatever else about its log is set.",
        remedy: manifest!("kube-apiserver", Restarts, "set --audit-policy-file, and mount the file,"),
        run: Run::Row(&AUDIT_POLICY),
        ..ROW
    },
];

const ROW: Check = Check { over: &[Kind::Pod], needs: &[Kind::Node], ..Check::EMPTY };

const ENABLE: &[&str] = &["enable-admission-plugins"];
const DISABLE: &[&str] = &["disable-admission-plugins"];
const AUTHORIZATION: &[&str] = &["authorization-mode"];
const AUTHORIZATION_CONFIG: &[Instead] = &[Instead {
    flag: "authorization-config",
    since: 0,
    wins: false,
    look: "which authorizers there are stands in a file that the API does not show",
}];
const AUTHENTICATION: &str =
    "whether and where anonymous requests are taken stands in a file that the API does not show";

/// RBAC among the authorizers.
pub(in super::super) const RBAC: Flag =
    Flag { flags: AUTHORIZATION, must: Must::Name("RBAC", "AlwaysAllow"), instead: AUTHORIZATION_CONFIG, ..FLAG };

/// A file, or standard output (`-`); a webhook alone serves the same end elsewhere.
pub(in super::super) const AUDIT_LOG: Flag = Flag {
    flags: &["audit-log-path"],
    instead: &[Instead {
        flag: "audit-webhook-config-file",
        since: 0,
        wins: false,
        look: "audit events go to a webhook alone, look whether it keeps them",
    }],
    ..FLAG
};

/// How long audit logs are kept.
pub(in super::super) const AUDIT_AGE: Flag =
    Flag { flags: &["audit-log-maxage"], must: Must::AtLeast(30), unless: Some(no_log_file), ..FLAG };

/// How many audit logs are kept.
pub(in super::super) const AUDIT_BACKUPS: Flag =
    Flag { flags: &["audit-log-maxbackup"], must: Must::AtLeast(10), unless: Some(no_log_file), ..FLAG };

/// How large audit logs grow.
pub(in super::super) const AUDIT_SIZE: Flag =
    Flag { flags: &["audit-log-maxsize"], must: Must::AtLeast(100), unless: Some(no_log_file), ..FLAG };

/// What is audited.
pub(in super::super) const AUDIT_POLICY: Flag = Flag { flags: &["audit-policy-file"], ..FLAG };

/// What encrypts Secrets.
pub(in super::super) const ENCRYPTION: Flag = Flag { flags: &["encryption-provider-config"], ..FLAG };

/// Only a file is rotated.
fn no_log_file(_: &Cx<'_>, flags: &Flags) -> Option<&'static str> {
    match flags.get("audit-log-path").filter(|path| !path.is_empty()).map(Given::text) {
        Some("-") => Some("the audit log goes to standard output: no file is rotated"),
        None if flags.has("audit-webhook-config-file") => Some("audit events go to a webhook: no file is rotated"),
        _ => None,
    }
}

/// The suites that CIS 2.0.1 allows.
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
