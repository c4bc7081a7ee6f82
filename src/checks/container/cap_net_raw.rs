use super::super::{Check, ContainerCx, Hits, Run};
use super::capabilities::{drops, normal};
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};
use serde_json::Value;

/// Every container drops NET_RAW or ALL and adds neither; CIS 5.2.8. Windows has no capabilities (pitfall 43).
pub static CHECK: Check = Check {
    id: "container.cap-net-raw",
    title: "Containers give up NET_RAW",
    severity: Severity::Medium,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["kubescape:C-0199", "trivy:KSV-0119", "kube-linter:drop-net-raw-capability", "kube-bench:5.2.8"],
    why: "NET_RAW is on by default; with it a container forges packets, which is enough to answer ARP and DNS in the \
          name of its neighbours.",
    remedy: Remedy {
        advice: "Drop NET_RAW, or ALL, and do not add it again.",
        fix: Fix::ByField(&[("drop", Fix::Append("\"NET_RAW\"")), ("add", Fix::Remove)]),
        disruption: Disruption::Restarts,
        try_first: "Look for ping, traceroute and packet capture in the container; little else needs it.",
    },
    run: Run::EachContainer(run),
};

fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    if cx.pod.spec.is_windows() {
        return;
    }
    let container = &cx.container.name;
    if !drops(cx, "NET_RAW") {
        let dropped = if cx.dropped().is_empty() { Value::Null } else { Value::from(cx.dropped()) };
        hits.fail(cx.at("securityContext.capabilities.drop"), dropped, "a list with NET_RAW or ALL")
            .message(format!("container {container} keeps NET_RAW, which is on by default"));
    }
    for (index, name) in cx.added().iter().enumerate() {
        if matches!(normal(name).as_str(), "NET_RAW" | "ALL") {
            hits.fail(cx.at("securityContext.capabilities.add").index(index), name.as_str(), "not in the list")
                .message(format!("container {container} adds {name}"));
        }
    }
}
