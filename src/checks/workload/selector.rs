use super::super::{Check, Cx, Judge, Run};
use super::scale::each;
use crate::inventory::kinds::meta::Map;
use crate::inventory::{ControllerRow, Kind};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// A controller's selector matches the labels of its own template; `matchExpressions` count, and an absent selector of a
/// Job or a ReplicationController is filled in by the API server. It refuses the rest, so that only manifests fail.
pub static CHECK: Check = Check {
    id: "workload.selector",
    title: "Controllers select the pods that they make",
    severity: Severity::Low,
    over: KINDS,
    needs: &[],
    aliases: &["kubescape:C-0296", "kube-linter:mismatching-selector"],
    why: "The API server refuses such a manifest, so that the change it belongs to is not rolled out.",
    remedy: Remedy {
        advice: "Give the template every label that the selector asks for; the selector of what exists cannot be changed.",
        fix: Fix::Advice,
        disruption: Disruption::None,
        try_first: "kubectl apply --dry-run=server says whether the API server takes it.",
    },
    run: Run::Objects(run),
};

const KINDS: &[Kind] = &[
    Kind::Deployment,
    Kind::StatefulSet,
    Kind::DaemonSet,
    Kind::ReplicaSet,
    Kind::ReplicationController,
    Kind::Job,
    Kind::CronJob,
];

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for kind in KINDS.iter().copied() {
        for row in each(cx, kind) {
            let hits = judge.object(kind, &row.meta);
            if let Some((path, label, expected)) = mismatch(kind, row) {
                hits.fail(path, label, expected).message(format!(
                    "{} {} does not select the pods of its own template",
                    kind.name(),
                    row.meta.name
                ));
            }
        }
    }
}

/// The first term of the selector that the template's labels do not meet: where, their value, what it asks for.
fn mismatch(kind: Kind, row: &ControllerRow) -> Option<(FieldPath, Value, String)> {
    let selector = row.detail.selector.as_ref()?;
    let spec = FieldPath::of(if kind == Kind::CronJob { "spec.jobTemplate.spec.selector" } else { "spec.selector" });
    let labels = &*row.pod_labels;
    let value = |key: &String| labels.get(key).map_or(Value::Null, |value| value.as_str().into());
    if let Some((key, wanted)) = selector.match_labels.iter().find(|(key, wanted)| labels.get(key) != Some(*wanted)) {
        let map = if kind == Kind::ReplicationController { spec } else { spec.fields("matchLabels") };
        return Some((map.key(key), value(key), format!("a template with {key}: {wanted}")));
    }
    if selector.matches(labels) {
        return None;
    }
    let alone = |requirement| {
        let mut one = selector.clone();
        one.match_labels = Map::new();
        one.match_expressions = vec![requirement];
        !one.matches(labels)
    };
    let expressions = selector.match_expressions.iter().enumerate();
    let (index, requirement) = expressions.into_iter().find(|(_, requirement)| alone((*requirement).clone()))?;
    let (key, values) = (&requirement.key, requirement.values.join(", "));
    let expected = match requirement.operator.as_str() {
        "In" => format!("a template whose {key} is one of {values}"),
        "NotIn" => format!("a template whose {key} is none of {values}"),
        "Exists" => format!("a template with label {key}"),
        "DoesNotExist" => format!("a template without label {key}"),
        other => format!("an operator that the API knows, not {other}"),
    };
    Some((spec.fields("matchExpressions").index(index), value(key), expected))
}
