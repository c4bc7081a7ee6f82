use super::super::{Check, Cx, Judge, Run};
use super::scale::{Scale, each};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// Two replicas or more, and no PodDisruptionBudget of the namespace whose selector matches the template's labels:
/// `matchExpressions` count, an empty selector matches all, none matches nothing (pitfall 60).
pub static CHECK: Check = Check {
    id: "workload.pdb-missing",
    title: "A disruption budget holds on to what has replicas",
    severity: Severity::Low,
    over: &[Kind::Deployment, Kind::StatefulSet],
    needs: &[Kind::PodDisruptionBudget, Kind::HorizontalPodAutoscaler],
    aliases: &["popeye:POP-206", "polaris:missingPodDisruptionBudget", "kube-linter:pod-disruption-budget"],
    why: "Draining nodes, as every upgrade does, may take all replicas at once where no budget says how many must stay.",
    remedy: Remedy {
        advice: "Add a PodDisruptionBudget that lets one pod go at a time.",
        fix: Fix::Create(BUDGET),
        disruption: Disruption::None,
        try_first: "kubectl get poddisruptionbudgets shows ALLOWED DISRUPTIONS: it has to be 1 or more while all is well.",
    },
    run: Run::Objects(run),
};

/// The selector is the workload's own.
const BUDGET: &str = "apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {name}
  namespace: {namespace}
spec:
  maxUnavailable: 1
  selector: '{selector}'
";

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for kind in [Kind::Deployment, Kind::StatefulSet] {
        for row in each(cx, kind) {
            let namespace = row.meta.namespace.as_str();
            let scale = Scale::of(cx, kind, row);
            let gap = cx.gap(Kind::HorizontalPodAutoscaler, Some(namespace)).filter(|_| row.replicas != Some(0));
            if !scale.is_replicated() && gap.is_none() {
                continue;
            }
            let hits = judge.object(kind, &row.meta);
            if !cx.scaling().budgets(namespace, &row.pod_labels).is_empty() {
                continue;
            }
            let (path, expected) = (FieldPath::root(), "a PodDisruptionBudget that selects its pods");
            let (kind, name) = (kind.name(), &row.meta.name);
            let gap = gap.filter(|_| !scale.is_replicated());
            match gap.or_else(|| cx.gap(Kind::PodDisruptionBudget, Some(namespace))) {
                Some(reason) => hits
                    .unread(path, reason, expected)
                    .message(format!("whether {kind} {name} has replicas and a disruption budget was not read")),
                None => hits.fail(path, Value::Null, expected).message(format!(
                    "{kind} {name} has {} replicas, and no disruption budget selects its pods",
                    scale.replicas.max(scale.least())
                )),
            };
        }
    }
}
