use super::super::{Check, Hits, Run, SpecCx};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// `serviceAccount`, the deprecated twin of `serviceAccountName`, stands neither alone nor beside another name (pitfall 18).
/// The API server writes both into whatever it takes, `serviceAccountName` winning: only manifests fail.
pub static CHECK: Check = Check {
    id: "pod.service-account-field",
    title: "The ServiceAccount is named by serviceAccountName",
    severity: Severity::Low,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["kube-linter:deprecated-service-account-field"],
    why: "Where the two differ the pod runs as the one in serviceAccountName, whatever the other says to who reads it; \
          tools that know the one field only see no account.",
    remedy: Remedy {
        advice: "Name the account in serviceAccountName and leave serviceAccount out.",
        // where it stands alone, its name goes to the other field
        fix: Fix::ByField(&[("serviceAccount", Fix::Remove), ("", Fix::Advice)]),
        disruption: Disruption::None,
        try_first: "kubectl get pod -o jsonpath='{.spec.serviceAccountName}' shows which account is in use.",
    },
    run: Run::EachSpec(run),
};

fn run(cx: &SpecCx<'_>, hits: &mut Hits) {
    let (given, name) = (cx.spec.service_account.as_str(), cx.spec.service_account());
    let (old, new) = (FieldPath::of("serviceAccount"), FieldPath::of("serviceAccountName"));
    if given.is_empty() {
        // nothing to tell
    } else if given == name {
        hits.fail(new, Value::Null, given.to_owned())
            .message(format!("ServiceAccount {given} is named by the deprecated field serviceAccount alone"))
            .also(old, given, "serviceAccountName in its place");
    } else {
        hits.fail(old, given, "the field absent")
            .message(format!("serviceAccount names {given}, and the pod runs as {name}"))
            .also(new, name, "the only name");
    }
}
