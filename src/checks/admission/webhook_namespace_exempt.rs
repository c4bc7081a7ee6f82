use super::super::{Check, Cx, Hits, Judge, Run};
use super::owners::{NEEDS, Post, posts};
use crate::inventory::Kind;
use crate::inventory::kinds::admission::WebhookConfiguration;
use crate::inventory::kinds::cluster::Namespace;
use crate::inventory::kinds::meta::Selector;
use crate::inventory::network::labels_of;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::{Value, json};

/// The webhooks of policy engines and of verifiers of images see the pods of every namespace of an application: no
/// `objectSelector`, which the pod's own author satisfies, and no `namespaceSelector` that leaves out a namespace other
/// than Kubernetes' and the engine's own. A selector by a label that is in nobody's way today, and `matchConditions`, are
/// candidates. Webhooks are recognised as in `admission.webhook-fail-open` (pitfall 41).
pub static CHECK: Check = Check {
    id: "admission.webhook-namespace-exempt",
    title: "Security webhooks see every application's namespace",
    severity: Severity::Medium,
    over: &[Kind::ValidatingWebhookConfiguration, Kind::MutatingWebhookConfiguration],
    needs: NEEDS,
    aliases: &[],
    why: "What a webhook is not asked about is not refused: one label on a pod or a namespace, which its own team can set, is a \
          way past every rule.",
    remedy: Remedy {
        advice: "Select namespaces by kubernetes.io/metadata.name, which nobody can change, and let out the system's and the \
                 engine's own only; remove objectSelector. Kyverno writes its webhooks from its ConfigMap: change it there.",
        fix: Fix::ByField(&[("objectSelector", Fix::Remove), ("", Fix::Advice)]),
        disruption: Disruption::MayBreak,
        try_first: "Let the policies audit the namespaces that come in: what they report would be refused.",
    },
    run: Run::Objects(run),
};

/// The label that everybody can read and nobody can change.
const NAME: &str = "kubernetes.io/metadata.name";

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for ((kind, _), configuration) in &cx.inventory.webhooks {
        if !cx.in_scope(*kind, &configuration.meta) {
            continue;
        }
        let hits = judge.object(*kind, &configuration.meta);
        for post in posts(*kind, configuration) {
            let path = FieldPath::of("webhooks").named(post.index, &post.webhook.name);
            match post.refusals(cx) {
                // an engine without a rule that refuses lets nobody past
                Some(0) => {
                    if let Some(reason) = post.gap(cx).filter(|_| narrows(&post)) {
                        hits.unread(path, reason, "no selector that lets pods out");
                    }
                }
                _ => exempt(cx, configuration, &post, path, hits),
            }
        }
    }
}

fn narrows(post: &Post<'_>) -> bool {
    let some = |selector: &Option<Selector>| selector.as_ref().is_some_and(|selector| !selector.is_empty());
    let webhook = post.webhook;
    some(&webhook.object_selector) || some(&webhook.namespace_selector) || !webhook.match_conditions.is_empty()
}

fn exempt(cx: &Cx<'_>, configuration: &WebhookConfiguration, post: &Post<'_>, path: FieldPath, hits: &mut Hits) {
    let (webhook, title) = (post.webhook, post.owner.title());
    if let Some(selector) = webhook.object_selector.as_ref().filter(|selector| !selector.is_empty()) {
        let at = if post.is_generated() { path.clone() } else { path.clone().fields("objectSelector") };
        hits.fail(at, written(selector), "absent")
            .message(format!("a label on the pod itself decides whether {title} sees it"));
    }
    if let Some(selector) = webhook.namespace_selector.as_ref().filter(|selector| !selector.is_empty()) {
        namespaces(cx, configuration, post, selector, path.clone().fields("namespaceSelector"), hits);
    }
    if let Some(condition) = webhook.match_conditions.first() {
        hits.review(path.fields("matchConditions"), condition.name.as_str(), "conditions that let no pod out")
            .message(format!("{title} sees a pod only where condition {} holds", condition.name))
            .severity(Severity::Low);
    }
}

fn namespaces(
    cx: &Cx<'_>,
    configuration: &WebhookConfiguration,
    post: &Post<'_>,
    selector: &Selector,
    path: FieldPath,
    hits: &mut Hits,
) {
    let title = post.owner.title();
    let own = post.webhook.client_config.service.as_ref().map_or("", |service| service.namespace.as_str());
    let expected = "every namespace but the system's and the engine's own";
    let out: Vec<&str> = cx
        .inventory
        .namespaces
        .values()
        .filter(|namespace| !selector.matches(&labels_of(&namespace.meta.name, Some(&namespace.meta.labels))))
        .map(|namespace| namespace.meta.name.as_str())
        .filter(|name| !Namespace::is_system(name) && *name != own)
        .collect();
    if !out.is_empty() {
        let few: Vec<&str> = out.iter().take(5).copied().collect();
        let more = if out.len() > few.len() { " …" } else { "" };
        let count = if out.len() == 1 { "namespace".to_owned() } else { format!("{} namespaces:", out.len()) };
        hits.fail(path, out.clone(), expected)
            .message(format!("{title} does not see the pods of {count} {}{more}", few.join(", ")));
        return;
    }
    if let Some(reason) = cx.gap(Kind::Namespace, None) {
        hits.unread(path, reason, expected).message(format!("which namespaces {title} does not see was not read"));
        return;
    }
    let keys = selector.match_labels.keys().chain(selector.match_expressions.iter().map(|r| &r.key));
    // Gatekeeper guards its own label by a webhook beside this one
    let guarded = |key: &str| {
        key == "admission.gatekeeper.sh/ignore"
            && configuration
                .webhooks
                .iter()
                .any(|w| w.name == "check-ignore-label.gatekeeper.sh" && w.failure_policy != "Ignore")
    };
    if let Some(key) = keys.into_iter().find(|key| *key != NAME && !guarded(key)) {
        hits.review(path, written(selector), expected)
            .message(format!("whoever may label a namespace takes it out of the sight of {title} by {key}"))
            .severity(Severity::Low);
    }
}

/// A selector, in short.
fn written(selector: &Selector) -> Value {
    let expressions = selector.match_expressions.iter().map(|r| match r.values.is_empty() {
        true => format!("{} {}", r.key, r.operator),
        false => format!("{} {} ({})", r.key, r.operator, r.values.join(", ")),
    });
    let pairs = selector.match_labels.iter().map(|(key, value)| format!("{key}={value}"));
    json!(pairs.chain(expressions).collect::<Vec<_>>())
}
