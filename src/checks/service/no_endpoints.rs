use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// A Service's selector selects a pod or a template of its namespace. One without a selector, and an ExternalName, select
/// nothing by design and are not judged (pitfall 37).
pub static CHECK: Check = Check {
    id: "service.no-endpoints",
    title: "Every Service with a selector selects a pod",
    severity: Severity::Low,
    over: &[Kind::Service],
    needs: Kind::POD_SPEC,
    aliases: &["kubescape:C-0293", "kube-linter:dangling-service", "popeye:POP-1100"],
    why: "Its name and address answer nobody, and whoever may create pods here can give one these labels and take what is \
          sent to it.",
    remedy: Remedy {
        advice: "Compare the selector with the labels of the pods that it is meant for, or delete the Service.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Ask who still uses the name: it may be a leftover, or a release that is under way.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let labels = cx.pod_labels();
    for service in cx.inventory.services.values().filter(|s| cx.in_scope(Kind::Service, &s.meta)) {
        let hits = judge.object(Kind::Service, &service.meta);
        let (namespace, selector) = (service.meta.namespace.as_str(), &service.spec.selector);
        if service.spec.r#type == "ExternalName" || selector.is_empty() {
            continue;
        }
        if labels.of(namespace).iter().any(|pod| service.selects(pod)) {
            continue;
        }
        let path = FieldPath::of("spec.selector");
        let expected = "labels that a pod has";
        if let Some(reason) = Kind::POD_SPEC.iter().find_map(|kind| cx.gap(*kind, Some(namespace))) {
            hits.unread(path, reason, expected).message("selects nothing that was read");
            continue;
        }
        let written: Vec<String> = selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
        hits.fail(path, serde_json::to_value(selector).unwrap_or(Value::Null), expected)
            .message(format!("no pod and no template in namespace {namespace} has {}", written.join(", ")));
    }
}
