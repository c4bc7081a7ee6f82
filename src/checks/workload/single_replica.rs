use super::super::{Check, Cx, Judge, Run};
use super::scale::{Scale, each};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// Fewer than two replicas behind a Service: `spec.replicas`, with an autoscaler its `minReplicas`. What is scaled to
/// zero, and what no Service leads to, is not judged.
pub static CHECK: Check = Check {
    id: "workload.single-replica",
    title: "What serves others has a second replica",
    severity: Severity::Low,
    over: &[Kind::Deployment, Kind::StatefulSet],
    needs: &[Kind::Service, Kind::HorizontalPodAutoscaler],
    aliases: &["polaris:deploymentMissingReplicas", "kube-linter:minimum-three-replicas"],
    why: "One pod is an outage whenever its node is drained, its container restarts or its image is replaced.",
    remedy: Remedy {
        advice: "Run two replicas or more, or raise minReplicas of its autoscaler; a database needs replication of its own \
                 first.",
        // of what an autoscaler scales, the autoscaler would undo it
        fix: Fix::ByField(&[("replicas", Fix::Set("2")), ("", Fix::Advice)]),
        disruption: Disruption::MayBreak,
        try_first: "Ask whether two may run at once: locks, leader election, volumes that one node mounts, jobs on a timer.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for kind in [Kind::Deployment, Kind::StatefulSet] {
        for row in each(cx, kind).filter(|row| row.replicas != Some(0)) {
            let hits = judge.object(kind, &row.meta);
            let namespace = row.meta.namespace.as_str();
            let scale = Scale::of(cx, kind, row);
            let service = cx.services().of(namespace, &row.pod_labels).next();
            // an autoscaler may go lower than what there is, or keep more
            let gap = cx.gap(Kind::HorizontalPodAutoscaler, Some(namespace)).or(match service {
                None if scale.least() < 2 => cx.gap(Kind::Service, Some(namespace)),
                _ => None,
            });
            if gap.is_none() && (scale.least() >= 2 || service.is_none()) {
                continue;
            }
            let path = FieldPath::of("spec");
            let path = if scale.autoscaler.is_some() { path } else { path.fields("replicas") };
            let expected = "2 or more";
            if let Some(reason) = gap {
                hits.unread(path, reason, expected).message(format!(
                    "how many replicas {} {} keeps, or whether a Service leads to it, was not read",
                    kind.name(),
                    row.meta.name
                ));
                continue;
            }
            let service = service.map_or("", |service| service.meta.name.as_str());
            let how = match scale.autoscaler {
                Some(autoscaler) => format!("goes down to one replica by autoscaler {}", autoscaler.meta.name),
                None => "has one replica".to_owned(),
            };
            let actual = match scale.autoscaler {
                Some(_) => Value::from(scale.least()),
                None => row.replicas.map_or(Value::Null, Value::from),
            };
            hits.fail(path, actual, expected).message(format!(
                "{} {} serves Service {service} and {how}",
                kind.name(),
                row.meta.name
            ));
        }
    }
}
