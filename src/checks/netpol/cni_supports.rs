use super::super::{Check, Cx, Judge, Run};
use crate::inventory::kinds::pod::{Container, PodSpec};
use crate::inventory::{Kind, ReadState, image};
use crate::model::{Disruption, FieldPath, Fix, ObjectRef, Remedy, Severity};

/// Something enforces NetworkPolicy; CIS 5.3.1. A review: agents are recognised by their image or their DaemonSet's
/// name, and whether one is switched on is only partly seen. Flannel alone, or the AWS plugin without its agent, fails.
pub static CHECK: Check = Check {
    id: "netpol.cni-supports",
    title: "The network plugin enforces NetworkPolicy",
    severity: Severity::Medium,
    over: &[Kind::DaemonSet],
    needs: &[
        Kind::Node,
        Kind::CiliumNetworkPolicy,
        Kind::CalicoNetworkPolicy,
        Kind::CalicoV3NetworkPolicy,
        Kind::AntreaNetworkPolicy,
    ],
    aliases: &["kubescape:C-0205", "kube-bench:5.3.1"],
    why: "The API server stores policies whether or not anything enforces them; on a plugin that ignores them every \
          policy is paper.",
    remedy: Remedy {
        advice: "Run a plugin that enforces NetworkPolicy (Cilium, Calico, Antrea, OVN-Kubernetes), or switch on the one \
                 your provider offers.",
        fix: Fix::Advice,
        disruption: Disruption::CutsTraffic,
        try_first: "Policies that nobody enforced so far begin to hold at once: read them first, and try one node.",
    },
    run: Run::Cluster(run),
};

/// Whether an agent enforces NetworkPolicy.
#[derive(Clone, Copy, PartialEq)]
enum Enforces {
    Yes,
    No,
    Depends(&'static str),
}

/// How an agent is known: the end of its image's repository, or its DaemonSet's name.
struct Agent {
    title: &'static str,
    images: &'static [&'static str],
    names: &'static [&'static str],
    enforces: Enforces,
}

const fn agent(
    title: &'static str,
    images: &'static [&'static str],
    names: &'static [&'static str],
    enforces: Enforces,
) -> Agent {
    Agent { title, images, names, enforces }
}

#[rustfmt::skip] // a table
static AGENTS: &[Agent] = &[
    agent("Cilium", &["cilium/cilium", "cilium/cilium-ci"], &["cilium", "anetd"], Enforces::Yes),
    agent("Calico", &["calico/node", "mirrored-calico-node", "hardened-calico"], &["calico-node", "canal", "rke2-canal"], Enforces::Yes),
    agent("Antrea", &["antrea/antrea-agent-ubuntu", "antrea/antrea-ubuntu", "antrea/antrea-agent-ubi"], &["antrea-agent"], Enforces::Yes),
    agent("OVN-Kubernetes", &["ovn-kubernetes/ovn-kube-ubuntu", "ovn-kubernetes/ovn-kube-fedora"], &["ovnkube-node"], Enforces::Yes),
    agent("OpenShift SDN", &[], &["sdn"], Enforces::Yes),
    agent("Kube-OVN", &["kubeovn/kube-ovn"], &["kube-ovn-cni"], Enforces::Yes),
    agent("Weave Net", &["weaveworks/weave-kube", "weaveworks/weave-npc"], &["weave-net"], Enforces::Yes),
    agent("Azure Network Policy Manager", &["containernetworking/azure-npm"], &["azure-npm"], Enforces::Yes),
    agent("kube-network-policies", &["networking/kube-network-policies"], &["kube-network-policies"], Enforces::Yes),
    agent("NSX", &["nsx-ncp", "nsx-ncp-ubuntu"], &["nsx-node-agent"], Enforces::Yes),
    agent("kube-router", &["cloudnativelabs/kube-router"], &["kube-router"], Enforces::Depends("where it runs with --run-firewall")),
    agent("kindnet", &["kindest/kindnetd"], &["kindnet"], Enforces::Depends("since kind 0.24")),
    agent("Terway", &["acs/terway"], &["terway", "terway-eni", "terway-eniip"], Enforces::Depends("where its policy support is switched on")),
    agent("Azure CNI", &["containernetworking/azure-cns"], &["azure-cns"], Enforces::Depends("where the cluster was made with a network policy engine")),
    agent("GKE's node network agent", &["gke-release/netd", "netd"], &["netd"], Enforces::Depends("where Dataplane V2 or network policy is switched on")),
    agent("Flannel", &["flannel/flannel", "flannelcni/flannel", "mirrored-flannelcni-flannel", "mirrored-flannel-flannel", "coreos/flannel"], &["kube-flannel-ds", "kube-flannel"], Enforces::No),
    agent("the AWS VPC plugin", &["amazon-k8s-cni"], &["aws-node"], Enforces::No),
];

/// The container of the AWS plugin that enforces, and the flag that switches it on.
const AWS_AGENT: &str = "aws-network-policy-agent";
const AWS_FLAG: &str = "--enable-network-policy";

fn of_agent(agent: &Agent, name: &str, spec: &PodSpec) -> bool {
    let has = |image: &&str| {
        spec.each_container().any(|(_, _, c)| {
            let repository = image::repository(&c.image);
            repository.strip_suffix(*image).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
        })
    };
    agent.names.contains(&name) || agent.images.iter().any(has)
}

fn aws(container: &Container) -> Option<Enforces> {
    if !image::repository(&container.image).ends_with(AWS_AGENT) {
        return None;
    }
    let flag = container.command.iter().chain(&container.args).rev().find_map(|arg| arg.strip_prefix(AWS_FLAG));
    Some(match flag {
        Some("" | "=true") => Enforces::Yes,
        Some("=false") => Enforces::No,
        _ => Enforces::Depends("where the add-on's network policy support is switched on"),
    })
}

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let inventory = cx.inventory;
    let hits = judge.cluster();
    let expected = "a network plugin that enforces NetworkPolicy";
    let mut seen: Vec<(ObjectRef, &str, Enforces)> = Vec::new();
    for ((kind, (namespace, name)), row) in &inventory.controllers {
        let Some(spec) = row.template.as_ref().filter(|_| *kind == Kind::DaemonSet) else { continue };
        for agent in AGENTS.iter().filter(|agent| of_agent(agent, name, spec)) {
            let by_container = spec.each_container().find_map(|(_, _, c)| aws(c));
            let enforces = by_container.filter(|_| agent.enforces == Enforces::No).unwrap_or(agent.enforces);
            seen.push((ObjectRef::new("apps/v1", "DaemonSet", Some(namespace), name), agent.title, enforces));
        }
    }
    let path = |object: &ObjectRef| {
        let namespace = object.namespace.as_deref().unwrap_or_default();
        FieldPath::of("daemonsets").item(0, "name", &format!("{namespace}/{}", object.name))
    };
    let find = |wanted: fn(&Enforces) -> bool| seen.iter().find(|(_, _, enforces)| wanted(enforces));
    if let Some((object, title, _)) = find(|e| *e == Enforces::Yes) {
        hits.review(path(object), *title, expected)
            .message(format!("{title} ({object}) enforces NetworkPolicy"))
            .severity(Severity::Info);
        return;
    }
    if let Some(reason) = cx.gap(Kind::DaemonSet, None) {
        hits.unread(FieldPath::of("daemonsets"), reason, expected);
        return;
    }
    if let Some((object, title, Enforces::Depends(when))) = find(|e| matches!(e, Enforces::Depends(_))) {
        hits.review(path(object), *title, expected)
            .message(format!("{title} ({object}) enforces NetworkPolicy {when}"));
        return;
    }
    let k3s = inventory.nodes.values().find(|node| node.status.node_info.kubelet_version.contains("+k3s"));
    if let Some(node) = k3s {
        hits.review(FieldPath::of("nodes").named(0, &node.meta.name), "k3s", expected)
            .message("k3s enforces NetworkPolicy itself, unless started with --disable-network-policy");
        return;
    }
    if let Some((object, title, _)) = find(|e| *e == Enforces::No) {
        match cx.gap(Kind::Node, None) {
            // k3s brings an enforcer that is no DaemonSet
            Some(reason) => hits.unread(FieldPath::of("nodes"), reason, expected),
            None => hits.fail(path(object), *title, expected),
        }
        .message(match inventory.network_policies.len() {
            0 => format!("{title} ({object}) does not enforce NetworkPolicy, and nothing else is seen that does"),
            n => format!("{title} ({object}) does not enforce NetworkPolicy: {n} policies are objects only"),
        });
        return;
    }
    let kinds = CHECK.needs.iter().filter(|kind| kind.is_custom());
    let served = kinds.filter(|k| inventory.count(**k) > 0 || *inventory.state(**k) == ReadState::Complete);
    let groups: Vec<&str> = served.map(|kind| kind.info().group).collect();
    hits.review(FieldPath::of("daemonsets"), groups.join(", "), expected).message(match groups.is_empty() {
        true => "no network plugin is recognised; a managed one may run outside the cluster".to_owned(),
        false => format!("no agent is recognised; the API serves kinds of {}", groups.join(", ")),
    });
}
