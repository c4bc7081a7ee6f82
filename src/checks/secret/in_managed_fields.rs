use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// The annotation `kubectl.kubernetes.io/last-applied-configuration` on a Secret: `kubectl apply` keeps a copy of the
/// manifest there, data included. Of annotations the keys are kept and no value; a manifest without data leaves none
/// behind and does not count.
pub static CHECK: Check = Check {
    id: "secret.in-managed-fields",
    title: "No Secret carries a copy of its data in an annotation",
    severity: Severity::Medium,
    over: &[Kind::Secret],
    needs: &[],
    aliases: &[],
    why: "What kubectl apply keeps in the annotation is the data once more, in a place that tools copy, log and show \
          because they take it for metadata, and that rotating the data leaves as it was.",
    remedy: Remedy {
        advice: "Remove the annotation, apply Secrets with --server-side or from an external store from now on, and \
                 replace what it held where others could read it.",
        fix: Fix::Remove,
        disruption: Disruption::None,
        try_first: "Look for who applies it: the next kubectl apply without --server-side puts the annotation back.",
    },
    run: Run::Objects(run),
};

const ANNOTATION: &str = "kubectl.kubernetes.io/last-applied-configuration";

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for secret in cx.inventory.secrets.values().filter(|secret| cx.in_scope(Kind::Secret, &secret.meta)) {
        let hits = judge.object(Kind::Secret, &secret.meta);
        if secret.meta.annotations.contains_key(ANNOTATION) {
            hits.fail(FieldPath::of("metadata.annotations").key(ANNOTATION), "***", "the annotation absent").message(
                format!("kubectl apply left a copy of the data of Secret {} in an annotation", secret.meta.name),
            );
        }
    }
}
