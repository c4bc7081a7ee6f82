use super::super::{Check, Hits, Run, SpecCx};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// Which pods use their node's user namespace: `hostUsers` is not false. A note and no failure: user namespaces need
/// Kubernetes 1.33 without a feature gate, and a node that supports them. Windows has none (pitfall 43).
pub static CHECK: Check = Check {
    id: "pod.host-users",
    title: "Pods have a user namespace of their own",
    severity: Severity::Info,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &[],
    why: "In a user namespace of its own, root of the container is nobody on the node: most ways out of a container then \
          lead to no rights.",
    remedy: Remedy {
        advice: "Set hostUsers: false where node, runtime and file systems support it; Pod Security Standards then allow \
                 more inside.",
        fix: Fix::ByField(&[("hostUsers", Fix::Set("false"))]),
        disruption: Disruption::MayBreak,
        try_first: "Start one replica: volumes need idmapped mounts, and files of old volumes may show other owners.",
    },
    run: Run::EachSpec(run),
};

fn run(cx: &SpecCx<'_>, hits: &mut Hits) {
    let spec = cx.spec;
    if spec.host_users == Some(false) || spec.is_windows() {
        return;
    }
    const EXPECTED: &str = "hostUsers: false";
    // the API server accepts no user namespace of the pod's own beside these
    let host = [("hostNetwork", spec.host_network), ("hostPID", spec.host_pid), ("hostIPC", spec.host_ipc)];
    if let Some((field, _)) = host.into_iter().find(|(_, set)| *set) {
        hits.review(FieldPath::of(field), true, EXPECTED)
            .message(format!("uses the node's users: {field} leaves it no other choice"));
        return;
    }
    let message = if cx.version.at_least(33) {
        "root of its containers is root of the node's user namespace".to_owned()
    } else {
        format!("root of its containers is root of the node's user namespace; {} may not offer another", cx.version)
    };
    hits.review(FieldPath::of("hostUsers"), spec.host_users.map_or(Value::Null, Value::Bool), EXPECTED)
        .message(message);
}
