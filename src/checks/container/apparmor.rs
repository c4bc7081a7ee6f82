use super::super::{Check, Hits, Run, SpecCx};
use super::effective::{APP_ARMOR, CONFINED, ProfileField};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// An AppArmor profile that is set, in the field or in the annotation of old, and does not confine; Pod Security
/// Standards baseline.
pub static CHECK: Check = Check {
    id: "container.apparmor",
    title: "AppArmor is not switched off",
    severity: Severity::Medium,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["trivy:KSV-0002"],
    why: "Unset, the runtime's profile applies on nodes that have AppArmor; Unconfined takes it away.",
    remedy: Remedy {
        advice: "Set appArmorProfile.type: RuntimeDefault, and remove the annotation if there is one.",
        // an annotation stands where no path from the PodSpec leads
        fix: Fix::ByField(&[("type", Fix::Set("\"RuntimeDefault\""))]),
        disruption: Disruption::MayBreak,
        try_first: "Somebody switched it off for a reason: run one replica under it and read the node's audit log for \
                    'apparmor=\"DENIED\"'.",
    },
    run: Run::EachSpec(run),
};

const ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/";

fn run(cx: &SpecCx<'_>, hits: &mut Hits) {
    APP_ARMOR.fail_explicit(cx, hits);
    let annotations =
        cx.spec.annotations.iter().filter_map(|(key, value)| Some((key.strip_prefix(ANNOTATION)?, value)));
    for (name, value) in annotations {
        if matches!(value.as_str(), "" | "runtime/default") || value.starts_with("localhost/") {
            continue;
        }
        // the annotation stands outside the PodSpec: reported at the field that replaces it
        let container = cx.containers().find(|c| c.container.name == name);
        const FIELD: &str = "securityContext.appArmorProfile";
        let path = container.map_or_else(|| FieldPath::of(FIELD), |c| c.at(FIELD));
        // the API server writes the annotation for a field that says the same: reported above
        let own = container.and_then(|c| (APP_ARMOR.of_container)(c.context()));
        let in_force = own.or_else(|| (APP_ARMOR.of_pod)(cx.pod_context()));
        if container.is_some() && in_force.is_some_and(|profile| !ProfileField::confines(profile)) {
            continue;
        }
        hits.about(container.map(|_| name));
        hits.fail(path, value.as_str(), CONFINED).message(format!("annotation {ANNOTATION}{name} is {value:?}"));
    }
}
