use super::super::{Check, Hits, Run, SpecCx};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// `securityContext.sysctls` outside the list of Pod Security Standards baseline, which grew with the server's minor.
pub static CHECK: Check = Check {
    id: "pod.unsafe-sysctls",
    title: "Pods set only sysctls that stay inside them",
    severity: Severity::Medium,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["trivy:KSV-0026", "kube-linter:unsafe-sysctls"],
    why: "A sysctl outside the list acts on the whole node or on the pods beside this one.",
    remedy: Remedy {
        advice: "Remove the sysctl; what a node needs belongs into the node's configuration.",
        fix: Fix::Remove,
        disruption: Disruption::MayBreak,
        try_first: "Measure the program without it under load.",
    },
    run: Run::EachSpec(run),
};

/// The minor from which on a sysctl is allowed.
const SAFE: [(&str, u32); 14] = [
    ("kernel.shm_rmid_forced", 0),
    ("net.ipv4.ip_local_port_range", 0),
    ("net.ipv4.ip_unprivileged_port_start", 0),
    ("net.ipv4.ping_group_range", 0),
    ("net.ipv4.tcp_syncookies", 0),
    ("net.ipv4.ip_local_reserved_ports", 27),
    ("net.ipv4.tcp_fin_timeout", 29),
    ("net.ipv4.tcp_keepalive_intvl", 29),
    ("net.ipv4.tcp_keepalive_probes", 29),
    ("net.ipv4.tcp_keepalive_time", 29),
    ("net.ipv4.tcp_rmem", 32),
    ("net.ipv4.tcp_wmem", 32),
    ("net.ipv4.tcp_notsent_lowat", 37),
    ("net.ipv4.tcp_slow_start_after_idle", 37),
];

fn run(cx: &SpecCx<'_>, hits: &mut Hits) {
    for (index, sysctl) in cx.pod_context().sysctls.iter().enumerate() {
        let since = SAFE.iter().find(|(name, _)| *name == sysctl.name).map(|(_, minor)| *minor);
        if since.is_some_and(|minor| cx.version.at_least(minor)) {
            continue;
        }
        let message = match since {
            Some(minor) => format!("sysctl {} counts as safe from 1.{minor} on only", sysctl.name),
            None => format!("sysctl {} is not known to stay inside the pod", sysctl.name),
        };
        hits.fail(
            FieldPath::of("securityContext.sysctls").named(index, &sysctl.name),
            sysctl.value.as_str(),
            "no sysctl outside the safe list",
        )
        .message(message);
    }
}
