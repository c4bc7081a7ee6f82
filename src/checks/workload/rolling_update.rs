use super::super::{Check, Cx, Judge, Run};
use super::scale::each;
use crate::inventory::Kind;
use crate::inventory::kinds::meta::IntOrString;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// `spec.strategy` of a Deployment: Recreate, or a rolling update whose `maxUnavailable` is all of two replicas or more.
/// Absent is a rolling update of a quarter.
pub static CHECK: Check = Check {
    id: "workload.rolling-update",
    title: "Deployments are replaced a part at a time",
    severity: Severity::Low,
    over: &[Kind::Deployment],
    needs: &[],
    aliases: &["kubescape:C-0305", "kube-linter:no-rolling-update-strategy"],
    why: "Every change stops all pods before the first new one runs: an outage each time, and a long one where the new \
          version does not start.",
    remedy: Remedy {
        advice: "Use RollingUpdate; where two versions must not run at once, or one node holds the volume, keep Recreate and \
                 waive the finding with that reason.",
        fix: Fix::ByField(&[("type", Fix::Set("\"RollingUpdate\"")), ("maxUnavailable", Fix::Set("\"25%\""))]),
        disruption: Disruption::MayBreak,
        try_first: "Check that old and new version bear each other: database schema, locks, volumes that one node mounts.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for row in each(cx, Kind::Deployment) {
        let hits = judge.object(Kind::Deployment, &row.meta);
        let name = &row.meta.name;
        let Some(strategy) = row.detail.strategy.as_ref() else { continue };
        if strategy.r#type == "Recreate" {
            hits.fail(FieldPath::of("spec.strategy.type"), "Recreate", "RollingUpdate")
                .message(format!("Deployment {name} stops all its pods before it starts new ones"));
            continue;
        }
        let most = strategy.rolling_update.as_ref().and_then(|update| update.max_unavailable.as_ref());
        let replicas = row.replicas.unwrap_or(1);
        let all = |most: &&IntOrString| {
            most.percent().is_some_and(|percent| percent >= 100)
                || most.number().is_some_and(|number| replicas >= 2 && number >= replicas)
        };
        if let Some(most) = most.filter(all) {
            let path = FieldPath::of("spec.strategy.rollingUpdate.maxUnavailable");
            hits.fail(path, most.to_string(), "less than all of its pods")
                .message(format!("Deployment {name} may stop all its pods at once while it is replaced"));
        }
    }
}
