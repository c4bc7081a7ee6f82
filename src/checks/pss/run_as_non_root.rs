use super::super::{Check, Hits, Run, SpecCx};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// `runAsNonRoot` as Pod Security Standards restricted read it: an explicit false fails anywhere, even a pod's that every
/// container overrides, and Windows is no excuse (pitfalls 1, 43). From 1.35 on a user namespace of the pod's own is one.
pub static CHECK: Check = Check {
    id: "pss.run-as-non-root",
    title: "Containers must run as a user other than root",
    severity: Severity::Medium,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &[],
    why: "With runAsNonRoot the kubelet refuses to start a container as root, whatever its image says.",
    remedy: Remedy {
        advice: "Set runAsNonRoot: true on the pod and remove every false.",
        fix: Fix::Set("true"),
        disruption: Disruption::MayBreak,
        try_first: "Start one replica with it: an image that runs as root, or names its user by name, is refused at start.",
    },
    run: Run::EachSpec(run),
};

const FIELD: &str = "securityContext.runAsNonRoot";

fn run(cx: &SpecCx<'_>, hits: &mut Hits) {
    if cx.user_namespace_excuses() {
        return;
    }
    let pod = cx.pod_context().run_as_non_root;
    let mut silent = Vec::new();
    for container in cx.containers() {
        let name = container.container.name.as_str();
        match container.context().run_as_non_root {
            Some(true) => {}
            Some(false) => {
                hits.about(Some(name));
                hits.fail(container.at(FIELD), false, "true").message(format!("container {name} may run as root"));
            }
            None => silent.push(name),
        }
    }
    hits.about(None);
    if pod == Some(false) {
        hits.fail(FieldPath::of(FIELD), false, "true").message("the pod allows root");
    } else if pod.is_none() && !silent.is_empty() {
        hits.fail(FieldPath::of(FIELD), Value::Null, "true")
            .message(format!("nothing keeps {} from running as root", silent.join(", ")));
    }
}
