use super::super::{Check, Hits, Run, SpecCx};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// The volume types that Pod Security Standards restricted allow. A source that is not known fails, as it does there.
pub static CHECK: Check = Check {
    id: "pod.volume-types",
    title: "Pods use only volume types that stay off the node",
    severity: Severity::Low,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["trivy:KSV-0028"],
    why: "The types on the list are made for pods; any other reaches a path of the node, or a disk or network store \
          without a claim that says who may.",
    remedy: Remedy {
        advice: "Put the storage behind a PersistentVolumeClaim, or use one of the allowed types.",
        // what the volume is for cannot be seen from here
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Create the claim and copy the data before the volume changes.",
    },
    run: Run::EachSpec(run),
};

const ALLOWED: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

fn run(cx: &SpecCx<'_>, hits: &mut Hits) {
    for (index, volume) in cx.spec.volumes.iter().enumerate() {
        let kind = volume.source.kind();
        if kind.is_some_and(|kind| ALLOWED.contains(&kind)) {
            continue;
        }
        hits.fail(
            FieldPath::of("volumes").named(index, &volume.name),
            kind.map_or(Value::Null, Value::from),
            "configMap, csi, downwardAPI, emptyDir, ephemeral, image, persistentVolumeClaim, projected or secret",
        )
        .message(format!("volume {} is of type {}", volume.name, kind.unwrap_or("unknown")));
    }
}
