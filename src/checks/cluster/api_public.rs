use super::super::{Check, Cx, Judge, Run};
use crate::model::{Disruption, FieldPath, Fix, GapReason, Remedy, Severity};
use std::net::{IpAddr, Ipv6Addr};

/// A hint from the address by which plimsoll reached the API server. Only a person can decide: a private address says
/// nothing of a second, public one, a public one nothing of the firewall before it, and no name is looked up here.
pub static CHECK: Check = Check {
    id: "cluster.api-public",
    title: "The API server is not open to the internet",
    severity: Severity::Medium,
    over: &[],
    needs: &[],
    aliases: &["kubescape:C-0227", "kubescape:C-0228"],
    why: "An API server that anybody can reach is one leaked credential, or one flaw before authentication, away from being \
          taken.",
    remedy: Remedy {
        advice: "Give it a private endpoint, or let only the networks in from which it is administered.",
        fix: Fix::Advice,
        disruption: Disruption::CutsTraffic,
        try_first: "Find out who reaches it from outside: pipelines, dashboards, nodes of other networks.",
    },
    run: Run::Cluster(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let hits = judge.cluster();
    let path = FieldPath::of("server");
    let expected = "an address that only chosen networks reach";
    let Some(server) = &cx.inventory.cluster.server else {
        hits.unread(path, GapReason::SourceCannotHoldIt, expected).message("manifests have no API server");
        return;
    };
    let host = host(server);
    // names that a provider gives only to what is private
    let private = host == "localhost" || host.contains(".privatelink.") || host.ends_with(".internal");
    let (message, severity) = match host.parse::<IpAddr>() {
        Ok(address) if is_private(address) => {
            (format!("no sign of a public endpoint: {host} is a private address"), Severity::Info)
        }
        Ok(_) => (format!("the API server answers at {host}, a public address"), Severity::Medium),
        Err(_) if private => (format!("no sign of a public endpoint: {host} is a private name"), Severity::Info),
        Err(_) => (format!("whether {host} is reached from the internet was not looked up"), Severity::Low),
    };
    hits.review(path, host, expected).message(message).severity(severity);
}

/// `https://[2001:db8::1]:6443/x` is `2001:db8::1`.
fn host(server: &str) -> &str {
    let rest = server.split_once("://").map_or(server, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    match authority.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    }
}

/// Loopback, private, link-local, shared by carriers, or for documentation: not reached from the internet.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            let shared = a == 100 && (64..128).contains(&b);
            v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_unspecified() || shared
        }
        IpAddr::V6(v6) => {
            let local = |v6: Ipv6Addr| v6.is_unique_local() || v6.is_unicast_link_local();
            v6.to_ipv4_mapped()
                .map_or_else(|| v6.is_loopback() || v6.is_unspecified() || local(v6), |v4| is_private(IpAddr::V4(v4)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_private_addresses() {
        for (server, expected, private) in [
            ("https://203.0.113.7:6443", "203.0.113.7", false),
            ("https://10.0.0.1:6443/", "10.0.0.1", true),
            ("https://127.0.0.1:36001", "127.0.0.1", true),
            ("https://100.64.0.3", "100.64.0.3", true),
            ("https://[2001:4860::1]:443", "2001:4860::1", false),
            ("https://[fd00::1]:443", "fd00::1", true),
            ("https://[::ffff:10.0.0.1]", "::ffff:10.0.0.1", true),
        ] {
            assert_eq!(host(server), expected);
            assert_eq!(is_private(expected.parse().unwrap()), private, "{server}");
        }
        assert_eq!(host("https://api.example.com:6443/k8s/clusters/c-1"), "api.example.com");
    }
}
