use super::super::{Check, Cx, Judge, Run};
use super::scale::{Scale, each};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// A Deployment of two replicas or more says how they are spread: `topologySpreadConstraints` or `podAntiAffinity`. For
/// information: the scheduler spreads by itself where it can, unless the cluster switched that off.
pub static CHECK: Check = Check {
    id: "workload.topology-spread",
    title: "Deployments say how their replicas are spread",
    severity: Severity::Info,
    over: &[Kind::Deployment],
    needs: &[Kind::HorizontalPodAutoscaler],
    aliases: &["polaris:topologySpreadConstraint", "kube-linter:no-anti-affinity"],
    why: "The scheduler only prefers to spread pods: on a full cluster, or after a drain, all replicas may stand on one \
          node or in one zone and go down with it.",
    remedy: Remedy {
        advice: "Spread replicas over nodes, and over zones where the cluster has some.",
        fix: Fix::Set(
            "[{\"maxSkew\":1,\"topologyKey\":\"kubernetes.io/hostname\",\"whenUnsatisfiable\":\"ScheduleAnyway\",\
             \"labelSelector\":\"{selector}\"}]",
        ),
        disruption: Disruption::Restarts,
        try_first: "Begin with ScheduleAnyway: DoNotSchedule leaves pods pending where no node fits.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for row in each(cx, Kind::Deployment).filter(|row| row.replicas != Some(0)) {
        let scale = Scale::of(cx, Kind::Deployment, row);
        let gap = cx.gap(Kind::HorizontalPodAutoscaler, Some(&row.meta.namespace));
        let Some(spec) = row.template.as_ref().filter(|_| scale.is_replicated() || gap.is_some()) else { continue };
        let hits = judge.object(Kind::Deployment, &row.meta);
        let apart = spec.affinity.as_ref().is_some_and(|affinity| affinity.pod_anti_affinity.is_some());
        if apart || !spec.topology_spread_constraints.is_empty() {
            continue;
        }
        let path = FieldPath::of("spec.template.spec.topologySpreadConstraints");
        let expected = "a constraint, or podAntiAffinity";
        let name = &row.meta.name;
        match gap.filter(|_| !scale.is_replicated()) {
            Some(reason) => hits
                .unread(path, reason, expected)
                .message(format!("whether an autoscaler adds replicas to Deployment {name} was not read")),
            None => {
                let replicas = scale.replicas.max(scale.least());
                hits.fail(path, Value::Null, expected)
                    .message(format!("Deployment {name} does not say how its {replicas} replicas are spread"))
            }
        };
    }
}
