use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// Volumes in use that go with their claim: `persistentVolumeReclaimPolicy` Delete (or Recycle, which wipes them). Which
/// of them hold what must outlive a deleted claim, and which must not outlive it, is a person's to say. A static volume
/// without the field is retained; the API server fills in what a class says.
pub static CHECK: Check = Check {
    id: "storage.reclaim-delete",
    title: "Data that must outlive its claim is retained",
    severity: Severity::Info,
    over: &[Kind::PersistentVolume],
    needs: &[],
    aliases: &[],
    why: "Deleting a claim, or the namespace around it, destroys the volume and the data at once; where data has to be \
          disposed of on purpose, the opposite is wrong.",
    remedy: Remedy {
        advice: "Retain volumes whose data is not made again from elsewhere, and write down how they are disposed of; let \
                 the rest be deleted.",
        fix: Fix::Set("\"Retain\""),
        disruption: Disruption::None,
        try_first: "Retained volumes stay and cost after their claims are gone: say who clears them up.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for volume in cx.inventory.volumes.values().filter(|volume| cx.in_scope(Kind::PersistentVolume, &volume.meta)) {
        let hits = judge.object(Kind::PersistentVolume, &volume.meta);
        let policy = volume.spec.reclaim_policy.as_str();
        let Some(claim) = volume.spec.claim_ref.as_ref().filter(|_| matches!(policy, "Delete" | "Recycle")) else {
            continue;
        };
        hits.review(
            FieldPath::of("spec.persistentVolumeReclaimPolicy"),
            policy,
            "Retain, or data that may go with its claim",
        )
        .message(format!(
            "the data of volume {} goes when claim {}/{} is deleted",
            volume.meta.name, claim.namespace, claim.name
        ));
    }
}
