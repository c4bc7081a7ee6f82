use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// Claims are there, and so is something that snapshots them: a VolumeSnapshot, or a Velero schedule that does not
/// leave volumes out. A class alone says that it could be done. Whether they are taken often enough is
/// `ops.backup-velero`'s question.
pub static CHECK: Check = Check {
    id: "storage.snapshot",
    title: "Volumes are snapshotted",
    severity: Severity::Info,
    over: &[],
    needs: &[Kind::PersistentVolumeClaim, Kind::VolumeSnapshotClass, Kind::VolumeSnapshot, Kind::VeleroSchedule],
    aliases: &[],
    why: "Without a copy of a volume, what a fault, a mistake or an attacker does to the data is final.",
    remedy: Remedy {
        advice: "Install a snapshot class for the storage driver and take snapshots on a schedule, by Velero or by an \
                 operator of the database.",
        fix: Fix::Advice,
        disruption: Disruption::None,
        try_first: "Restore one snapshot into a scratch namespace: only that shows that it holds what is needed.",
    },
    run: Run::Cluster(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let inventory = cx.inventory;
    let path = FieldPath::of("snapshots");
    let expected = "a VolumeSnapshot, or a backup schedule that takes volumes along";
    let claims = inventory.claims.len();
    if claims == 0 && cx.gap(Kind::PersistentVolumeClaim, None).is_none() {
        judge.not_applicable("no workload claims a volume");
        return;
    }
    let hits = judge.cluster();
    let snapshots = inventory.customs_of(Kind::VolumeSnapshot).next().is_some();
    let scheduled = inventory.customs_of(Kind::VeleroSchedule).any(|schedule| {
        let paused = schedule.spec.get("paused") == Some(&Value::Bool(true));
        !paused && schedule.spec.pointer("/template/snapshotVolumes") != Some(&Value::Bool(false))
    });
    if claims > 0 && (snapshots || scheduled) {
        return;
    }
    let gap = CHECK.needs.iter().find_map(|kind| cx.gap(*kind, None));
    let claims = if claims == 1 { "1 claim".to_owned() } else { format!("{claims} claims") };
    let classes = inventory.count(Kind::VolumeSnapshotClass);
    match gap {
        Some(reason) => hits.unread(path, reason, expected).message("nothing is seen that snapshots volumes"),
        None if classes > 0 => hits.review(path, 0, expected).message(format!(
            "{claims} and a VolumeSnapshotClass, and no snapshot: backups inside the databases, or of the storage \
             system, are not seen from here"
        )),
        None => hits.review(path, 0, expected).message(format!(
            "{claims}, and nothing that snapshots volumes: backups inside the databases, or of the storage system, \
             are not seen from here"
        )),
    };
}
