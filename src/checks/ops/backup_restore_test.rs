use super::super::{Check, Cx, Judge, Run};
use super::age::{ago, time, within};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// A Velero Restore of the last ninety days completed. Restores into another cluster, and of other products, are not
/// seen: without one it is for a person to show the report of the drill.
pub static CHECK: Check = Check {
    id: "ops.backup-restore-test",
    title: "A backup was restored within ninety days",
    severity: Severity::Low,
    over: &[],
    needs: &[Kind::VeleroRestore],
    aliases: &[],
    why: "A backup that was never restored is a hope: what is missing from it is found when it is needed.",
    remedy: Remedy {
        advice: "Restore into a scratch namespace or another cluster every quarter, check what came back, and keep the report \
                 with how long it took.",
        fix: Fix::Advice,
        disruption: Disruption::None,
        try_first: "velero restore create --from-backup NAME --namespace-mappings app:app-drill leaves the original alone.",
    },
    run: Run::Cluster(run),
};

const DAYS: i64 = 90;

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let hits = judge.cluster();
    let restores = cx.inventory.customs_of(Kind::VeleroRestore);
    let completed = restores.filter(|restore| restore.at("/status/phase").and_then(Value::as_str) == Some("Completed"));
    let newest = completed
        .filter_map(|restore| Some((time(restore, "/status/completionTimestamp")?, restore)))
        .max_by_key(|(then, _)| *then);
    if newest.as_ref().is_some_and(|(then, _)| within(cx.now(), *then, DAYS)) {
        return;
    }
    let path = FieldPath::of("restores");
    let expected = format!("a restore that completed within {DAYS} days");
    match (cx.gap(Kind::VeleroRestore, None), newest) {
        (Some(reason), _) => hits.unread(path, reason, expected).message("restores were not read"),
        (None, Some((then, restore))) => hits.review(path, 1, expected).message(format!(
            "the last restore here, {}, completed {} ago: a drill elsewhere needs its report",
            restore.meta.name,
            ago(cx.now(), then)
        )),
        (None, None) => {
            hits.review(path, 0, expected).message("no restore completed here: a drill elsewhere needs its report")
        }
    };
}
