use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// An autoscaler whose target is not there fails: it scales nothing. One that goes down to a single pod is for a person
/// to judge, and so is a target of a kind that is not read. What has no autoscaler is not judged.
pub static CHECK: Check = Check {
    id: "workload.hpa",
    title: "Autoscalers scale something, and not down to one",
    severity: Severity::Info,
    over: &[Kind::HorizontalPodAutoscaler],
    needs: &[Kind::Deployment, Kind::StatefulSet, Kind::ReplicaSet, Kind::ReplicationController],
    aliases: &[
        "kubescape:C-0300",
        "polaris:hpaMinAvailability",
        "kube-linter:dangling-horizontalpodautoscaler",
        "kube-linter:hpa-minimum-three-replicas",
        "popeye:POP-600",
        "popeye:POP-601",
    ],
    why: "An autoscaler that names what is not there leaves the workload at a fixed size without saying so; a floor of one \
          leaves it without a second pod whenever it is quiet.",
    remedy: Remedy {
        advice: "Name the workload by its kind and name, delete what scales nothing, and keep two pods of what others wait \
                 for.",
        fix: Fix::ByField(&[("minReplicas", Fix::Set("2")), ("", Fix::Advice)]),
        disruption: Disruption::None,
        try_first: "kubectl describe horizontalpodautoscaler shows whether it can read its target and its metrics.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let kind = Kind::HorizontalPodAutoscaler;
    for autoscaler in cx.inventory.autoscalers.values().filter(|autoscaler| cx.in_scope(kind, &autoscaler.meta)) {
        let hits = judge.object(kind, &autoscaler.meta);
        let (namespace, name) = (autoscaler.meta.namespace.as_str(), &autoscaler.meta.name);
        let target = &autoscaler.spec.scale_target_ref;
        let path = FieldPath::of("spec.scaleTargetRef");
        let expected = "a workload of the namespace";
        let called = format!("{}/{}", target.kind, target.name);
        match autoscaler.target_kind().filter(|kind| CHECK.needs.contains(kind)) {
            None => {
                hits.review(path, called.as_str(), expected)
                    .message(format!("autoscaler {name} scales {called}, a kind that plimsoll does not read"));
            }
            Some(kind)
                if cx.inventory.controllers.contains_key(&(kind, (namespace.into(), target.name.as_str().into()))) => {}
            Some(kind) => {
                let path = path.fields("name");
                match cx.gap(kind, Some(namespace)) {
                    Some(reason) => hits.unread(path, reason, expected),
                    None => hits.fail(path, target.name.as_str(), expected),
                }
                .message(format!("autoscaler {name} scales {called}, which is not there"));
            }
        }
        if autoscaler.least() < 2 {
            let path = FieldPath::of("spec.minReplicas");
            let actual = autoscaler.spec.min_replicas.map_or(serde_json::Value::Null, Into::into);
            hits.review(path, actual, "2 or more")
                .message(format!("autoscaler {name} goes down to {}", pods(autoscaler.least())));
        }
    }
}

fn pods(count: i32) -> String {
    if count == 1 { "one pod".to_owned() } else { format!("{count} pods") }
}
