use super::super::{Alike, Check, Cx, Hits, Run, SpecCx};
use super::system;
use crate::inventory::Kind;
use crate::inventory::kinds::pod::Toleration;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::{Map, Value};

/// No workload but parts of the cluster (known by their images, never by namespace) tolerates the taint of control-plane
/// nodes, by its key or by any. A toleration of another effect than NoSchedule does not let a pod onto them. Static pods
/// are the control plane.
pub static CHECK: Check = Check {
    id: "pod.tolerate-control-plane",
    title: "Workloads stay off the control plane's nodes",
    severity: Severity::Low,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &[],
    why: "A container that breaks out on a control-plane node finds the cluster's keys and etcd beside it; the taint is what \
          keeps workloads away from there.",
    remedy: Remedy {
        advice: "Remove the toleration, or narrow it to the taints of the nodes that the workload is for.",
        fix: Fix::Remove,
        disruption: Disruption::MayBreak,
        try_first: "An agent that must run on every node needs it: then keep it, and give the agent no more rights than it \
                    uses.",
    },
    run: Run::EachAlike(run),
};

/// Keys of the taint, today's and that before 1.24.
const KEYS: [&str; 2] = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];

fn run(_: &Cx<'_>, workload: &Alike<'_>, pod: &SpecCx<'_>, hits: &mut Hits) {
    let tolerations = &pod.spec.tolerations;
    if workload.mirror() || !tolerations.iter().any(tolerates) || system::is_known(workload) {
        return;
    }
    for (index, toleration) in tolerations.iter().enumerate().filter(|(_, toleration)| tolerates(toleration)) {
        let message = if toleration.key.is_empty() {
            "tolerates every taint, those of control-plane nodes among them".to_owned()
        } else {
            format!("tolerates {}, the taint of control-plane nodes", toleration.key)
        };
        hits.fail(FieldPath::of("tolerations").index(index), written(toleration), "no toleration of the control plane")
            .message(message);
    }
}

fn tolerates(toleration: &Toleration) -> bool {
    let exists = toleration.operator == "Exists";
    let effect = matches!(toleration.effect.as_str(), "" | "NoSchedule");
    let key = match toleration.key.as_str() {
        "" => exists,
        // the taint has no value
        key => KEYS.contains(&key) && (exists || toleration.value.is_empty()),
    };
    effect && key
}

/// The toleration as a manifest has it.
fn written(toleration: &Toleration) -> Value {
    let Toleration { key, operator, value, effect } = toleration;
    let fields = [("key", key), ("operator", operator), ("value", value), ("effect", effect)];
    let set = fields.into_iter().filter(|(_, text)| !text.is_empty());
    Value::Object(set.map(|(field, text)| (field.to_owned(), text.as_str().into())).collect::<Map<_, _>>())
}
