//! Where Kubernetes keeps its files on a node. Checks ask for these paths, and whoever looks at a node looks at exactly
//! these, and at what the flags of its processes name in their place.
//!
//! Of several paths the first is where kubeadm has it; the others are those of distributions.

/// Directories of static pods' manifests.
pub const MANIFESTS: &[&str] = &["/etc/kubernetes/manifests", "/var/lib/rancher/rke2/agent/pod-manifests"];
/// Manifests in them.
pub const MANIFEST_NAMES: &[&str] =
    &["kube-apiserver.yaml", "kube-controller-manager.yaml", "kube-scheduler.yaml", "etcd.yaml"];
/// etcd's data.
pub const ETCD_DATA: &[&str] =
    &["/var/lib/etcd", "/var/lib/rancher/rke2/server/db/etcd", "/var/lib/rancher/k3s/server/db/etcd"];
/// Kubeconfigs of administrators.
pub const ADMIN: &[&str] = &[
    "/etc/kubernetes/admin.conf",
    "/etc/kubernetes/super-admin.conf",
    "/etc/rancher/rke2/rke2.yaml",
    "/etc/rancher/k3s/k3s.yaml",
];
/// The scheduler's kubeconfig.
pub const SCHEDULER: &[&str] = &[
    "/etc/kubernetes/scheduler.conf",
    "/var/lib/rancher/rke2/server/cred/scheduler.kubeconfig",
    "/var/lib/rancher/k3s/server/cred/scheduler.kubeconfig",
];
/// The controller manager's kubeconfig.
pub const MANAGER: &[&str] = &[
    "/etc/kubernetes/controller-manager.conf",
    "/var/lib/rancher/rke2/server/cred/controller.kubeconfig",
    "/var/lib/rancher/k3s/server/cred/controller.kubeconfig",
];
/// Certificates and keys of the control plane.
pub const PKI: &[&str] =
    &["/etc/kubernetes/pki", "/var/lib/rancher/rke2/server/tls", "/var/lib/rancher/k3s/server/tls"];
/// Configuration of network plugins, and the addresses that they gave out.
pub const CNI: &[&str] = &["/etc/cni/net.d", "/var/lib/cni/networks"];
/// The kubelet's unit.
pub const UNIT: &[&str] = &[
    "/etc/systemd/system/kubelet.service.d/10-kubeadm.conf",
    "/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf",
    "/lib/systemd/system/kubelet.service.d/10-kubeadm.conf",
    "/etc/systemd/system/kubelet.service",
    "/usr/lib/systemd/system/kubelet.service",
    "/lib/systemd/system/kubelet.service",
];
/// kube-proxy's kubeconfig.
pub const PROXY: &[&str] = &[
    "/etc/kubernetes/proxy.conf",
    "/var/lib/rancher/rke2/agent/kubeproxy.kubeconfig",
    "/var/lib/rancher/k3s/agent/kubeproxy.kubeconfig",
];
/// The kubelet's kubeconfig.
pub const KUBELET: &[&str] = &[
    "/etc/kubernetes/kubelet.conf",
    "/var/lib/kubelet/kubeconfig",
    "/var/lib/rancher/rke2/agent/kubelet.kubeconfig",
    "/var/lib/rancher/k3s/agent/kubelet.kubeconfig",
];
/// The authority of the kubelet's clients.
pub const CA: &[&str] = &[
    "/etc/kubernetes/pki/ca.crt",
    "/var/lib/rancher/rke2/agent/client-ca.crt",
    "/var/lib/rancher/k3s/agent/client-ca.crt",
];
/// The kubelet's configuration.
pub const CONFIG: &[&str] = &["/var/lib/kubelet/config.yaml", "/etc/kubernetes/kubelet/kubelet-config.json"];
/// The kubelet's own certificates.
pub const KUBELET_CERTIFICATES: &[&str] =
    &["/var/lib/kubelet/pki/kubelet-client-current.pem", "/var/lib/kubelet/pki/kubelet.crt"];

/// What is looked at as a file, not below.
pub const FILES: &[&[&str]] =
    &[ETCD_DATA, ADMIN, SCHEDULER, MANAGER, UNIT, PROXY, KUBELET, CA, CONFIG, KUBELET_CERTIFICATES];
/// What is walked to its end.
pub const TREES: &[&[&str]] = &[PKI, CNI];

/// Flags whose value a check names, or that lead to a file which one names. Of a command line nothing else is carried.
pub const FLAGS: &[(&str, &[&str])] = &[
    (
        "kubelet",
        &[
            "anonymous-auth",
            "authorization-mode",
            "client-ca-file",
            "cni-conf-dir",
            "config",
            "config-dir",
            "event-qps",
            "feature-gates",
            "hostname-override",
            "kubeconfig",
            "make-iptables-util-chains",
            "pod-manifest-path",
            "pod-max-pids",
            "read-only-port",
            "rotate-certificates",
            "rotate-server-certificates",
            "seccomp-default",
            "streaming-connection-idle-timeout",
            "tls-cert-file",
            "tls-cipher-suites",
            "tls-min-version",
            "tls-private-key-file",
        ],
    ),
    ("kube-apiserver", &["audit-policy-file", "client-ca-file", "encryption-provider-config"]),
    ("kube-controller-manager", &["kubeconfig"]),
    ("kube-scheduler", &["kubeconfig"]),
    ("etcd", &["data-dir", "trusted-ca-file"]),
    ("kube-proxy", &["config", "kubeconfig", "metrics-bind-address"]),
];
