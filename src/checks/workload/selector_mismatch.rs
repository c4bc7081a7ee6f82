use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// The selector of a controller selects the labels of its own template (matchLabels and matchExpressions). An API server
/// refuses the other case for most kinds, so it is found in manifests before they are applied.
pub static CHECK: Check = Check {
    id: "workload.selector-mismatch",
    title: "Controllers select the pods that they make",
    severity: Severity::Low,
    over: &[
        Kind::Deployment,
        Kind::StatefulSet,
        Kind::DaemonSet,
        Kind::ReplicaSet,
        Kind::ReplicationController,
        Kind::Job,
        Kind::CronJob,
    ],
    needs: &[],
    aliases: &["kube-linter:mismatching-selector"],
    why: "The API server refuses such a manifest, so what it was to change, a fix of something else perhaps, is never rolled \
          out.",
    remedy: Remedy {
        advice: "Give the template the labels that the selector names; a selector itself cannot be changed once it is there.",
        fix: Fix::Advice,
        disruption: Disruption::Restarts,
        try_first: "kubectl apply --dry-run=server says the same.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for ((kind, _), row) in &cx.inventory.controllers {
        if row.template.is_none() || !cx.in_scope(*kind, &row.meta) {
            continue;
        }
        let hits = judge.object(*kind, &row.meta);
        let Some(selector) = row.detail.as_ref().and_then(|detail| detail.selector.as_ref()) else { continue };
        if selector.matches(&row.pod_labels) {
            continue;
        }
        let path =
            FieldPath::of(if *kind == Kind::CronJob { "spec.jobTemplate.spec" } else { "spec" }).fields("selector");
        let labels: Vec<String> = row.pod_labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let has = if labels.is_empty() { "no labels".to_owned() } else { labels.join(", ") };
        hits.fail(path, Value::from(has.as_str()), "labels of the template")
            .message(format!("its template has {has}, which its selector does not select"));
    }
}
