use super::super::{Check, Cx, Judge, Run};
use super::namespaces::FLOWS_FIRST;
use crate::inventory::kinds::cluster::Node;
use crate::inventory::kinds_of;
use crate::inventory::network::{POLICY_KINDS, Reach};
use crate::inventory::{Inventory, Kind, Platform};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// On a cloud no pod may connect to the metadata service, 169.254.169.254 port 80 (`fd00:ec2::254` on AWS where nodes have
/// IPv6): policies isolate it for egress, and no rule that allows the address is left (`except`, deny rules and the order
/// of policies are followed). The cloud is known by the nodes' provider; without one the question does not arise. Pods on
/// the host's network are not judged: no policy holds them (pitfall 36).
pub static CHECK: Check = Check {
    id: "netpol.metadata-egress",
    title: "No pod can connect to the cloud's metadata service",
    severity: Severity::High,
    over: Kind::POD_SPEC,
    needs: NEEDS,
    aliases: &["kubescape:C-0052"],
    why: "The metadata service hands out the node's credentials for the cloud and its bootstrap data to whoever asks from the \
          node's address, so one pod that is broken into may become the node.",
    remedy: Remedy {
        advice: "Deny egress by default and leave 169.254.169.254/32 out of every block that is allowed (`except`); besides, \
                 let the service ask for a token and a hop limit of 1, and give workloads identities of their own.",
        fix: Fix::Advice,
        disruption: Disruption::CutsTraffic,
        try_first: FLOWS_FIRST,
    },
    run: Run::Objects(run),
};

const NEEDS: &[Kind] = kinds_of!(&[Kind::Node], POLICY_KINDS);

/// Where clouds answer: the same address on all of them, over HTTP; on AWS one of IPv6 too.
const ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254));
const ADDRESS_V6: IpAddr = IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254));
const PORT: u16 = 80;

/// How the ids of nodes begin on clouds that have the service, and the cloud's name.
#[rustfmt::skip] // a table
const CLOUDS: [(&str, &str); 15] = [
    ("aws://", "AWS"), ("gce://", "Google Cloud"), ("azure://", "Azure"), ("openstack://", "OpenStack"),
    ("alicloud://", "Alibaba Cloud"), ("digitalocean://", "DigitalOcean"), ("exoscale://", "Exoscale"),
    ("hcloud://", "Hetzner Cloud"), ("huaweicloud://", "Huawei Cloud"), ("ibm://", "IBM Cloud"), ("linode://", "Linode"),
    ("ocid1.", "Oracle Cloud"), ("oci://", "Oracle Cloud"), ("qcloud://", "Tencent Cloud"), ("vultr://", "Vultr"),
];

/// Set where Google's own service stands before the node's and knows the pod's account only.
const CONCEALED: &str = "iam.gke.io/gke-metadata-server-enabled";

fn cloud(inventory: &Inventory, platform: Platform) -> Option<&'static str> {
    let of = |node: &Node| CLOUDS.iter().find(|(prefix, _)| node.spec.provider_id.starts_with(prefix));
    let by_platform = match platform {
        Platform::Eks => Some("AWS"),
        Platform::Gke => Some("Google Cloud"),
        Platform::Aks => Some("Azure"),
        _ => None,
    };
    by_platform.or_else(|| inventory.nodes.values().find_map(of).map(|(_, name)| *name))
}

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let inventory = cx.inventory;
    let cloud = cloud(inventory, cx.platform());
    let nodes = cx.gap(Kind::Node, None);
    let unknown = if cloud.is_none() { nodes } else { None };
    if cloud.is_none() && unknown.is_none() {
        judge.not_applicable("no node is on a cloud that has a metadata service");
        return;
    }
    let concealed = |node: &Node| node.meta.labels.get(CONCEALED).is_some_and(|value| value == "true");
    let lesser = cloud == Some("Google Cloud") && inventory.nodes.values().all(concealed);
    let mut addresses = inventory.nodes.values().flat_map(|node| &node.status.addresses);
    let has_ipv6 = addresses.any(|address| address.address.parse::<Ipv6Addr>().is_ok());
    let ask_ipv6 = nodes.is_some() || (has_ipv6 && cloud == Some("AWS"));
    let network = cx.network();
    let expected = "no egress to 169.254.169.254";
    for workload in cx.workloads.iter().filter(|workload| !workload.mirror) {
        if workload.specs().all(|spec| spec.host_network) {
            continue;
        }
        let hits = judge.reference(workload.owner.clone());
        let namespace = workload.namespace();
        let to = |address| network.egress(namespace, workload.pod_labels, address, PORT);
        let (mut address, mut reach) = (ADDRESS, to(ADDRESS));
        if matches!(reach, Reach::Closed) && ask_ipv6 {
            (address, reach) = (ADDRESS_V6, to(ADDRESS_V6));
        }
        let path = FieldPath::of(workload.prefix);
        // an unread policy may deny, and allow as well
        if let Some(reason) = network.gap(namespace) {
            hits.unread(path, reason, expected);
            continue;
        }
        let undecided = unknown.or(nodes.filter(|_| address == ADDRESS_V6));
        if let (Some(reason), Reach::Open(_) | Reach::Unsure(_)) = (undecided, reach) {
            hits.unread(path, reason, expected)
                .message(format!("may connect to {address}; whether a cloud answers there was not read"));
            continue;
        }
        let cloud = cloud.unwrap_or_default();
        match reach {
            Reach::Closed => {}
            Reach::Unsure(policy) => {
                hits.review(path, policy.object.kind_name(), expected).message(format!(
                    "{} decides whether it may connect to {address}, and is not wholly read",
                    policy.object
                ));
            }
            Reach::Open(by) => {
                let (actual, why) = match by {
                    Some(policy) => (Value::from(policy.object.kind_name()), format!("{} allows it", policy.object)),
                    None => (Value::Null, "no policy denies its egress".to_owned()),
                };
                let severity = match (lesser, address) {
                    (true, _) => Severity::Low,
                    // the service answers there only where it was switched on
                    (false, ADDRESS_V6) => Severity::Medium,
                    (false, _) => Severity::High,
                };
                hits.fail(path, actual, expected)
                    .message(format!("may connect to the metadata service of {cloud} ({address}): {why}"))
                    .severity(severity);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_needs_nodes_and_every_kind_of_policy() {
        assert_eq!(NEEDS.split_first(), Some((&Kind::Node, POLICY_KINDS)));
    }
}
