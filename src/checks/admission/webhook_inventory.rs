use super::super::{Check, Cx, Judge, Run};
use super::owners::Owner;
use crate::inventory::Kind;
use crate::inventory::kinds::admission::{ClientConfig, Webhook};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use std::collections::BTreeSet;

/// Every admission webhook, whom it calls and what it sees: for a person to compare with what was installed. Of low
/// severity are those that call an address outside the cluster, and those of nobody that is known which see Secrets, pods
/// or everything; the rest is told as info.
pub static CHECK: Check = Check {
    id: "admission.webhook-inventory",
    title: "Every admission webhook is known and wanted",
    severity: Severity::Low,
    over: &[Kind::ValidatingWebhookConfiguration, Kind::MutatingWebhookConfiguration],
    needs: &[],
    aliases: &["kubescape:C-0036", "kubescape:C-0039"],
    why: "A webhook reads everything that it sees, Secrets included, and a mutating one writes into it: one of an attacker's \
          stays unnoticed between those of ten products.",
    remedy: Remedy {
        advice: "Compare with the products that are installed, and delete what belongs to none of them.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Find the Deployment behind the Service that it calls, and who installed it.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for ((kind, _), configuration) in &cx.inventory.webhooks {
        if !cx.in_scope(*kind, &configuration.meta) {
            continue;
        }
        let hits = judge.object(*kind, &configuration.meta);
        let mutating = *kind == Kind::MutatingWebhookConfiguration;
        for (index, webhook) in configuration.webhooks.iter().enumerate() {
            let (target, outside) = target(&webhook.client_config);
            let sees = sees(webhook);
            let owner = Owner::of(&configuration.meta.name, webhook);
            let much = owner.is_none() && sees.iter().any(|r| matches!(*r, "*" | "*/*" | "secrets" | "pods"));
            let what = match sees.is_empty() {
                true => "nothing".to_owned(),
                false => sees
                    .iter()
                    .map(|r| if matches!(*r, "*" | "*/*") { "everything" } else { r })
                    .collect::<Vec<_>>()
                    .join(", "),
            };
            let verb = if mutating { "sees and may change" } else { "sees" };
            let whose = owner.map_or(String::new(), |owner| format!(" of {}", owner.title()));
            let place = if outside { ", outside the cluster" } else { "" };
            hits.review(
                FieldPath::of("webhooks").named(index, &webhook.name).fields("clientConfig"),
                target.as_str(),
                "a webhook of a product that is installed",
            )
            .message(format!("webhook {}{whose} {verb} {what}, and calls {target}{place}", webhook.name))
            .severity(if outside || much { Severity::Low } else { Severity::Info });
        }
    }
}

/// Whom it calls, and whether that is outside the cluster. Of an address scheme and host only: the rest may be secret.
fn target(config: &ClientConfig) -> (String, bool) {
    let Some(url) = &config.url else {
        let service = config.service.as_ref();
        return (service.map_or_else(String::new, |s| format!("Service {}/{}", s.namespace, s.name)), false);
    };
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let place = rest.split(['/', '?']).next().unwrap_or_default();
    let place = place.rsplit('@').next().unwrap_or_default();
    let host = place.rsplit_once(':').map_or(place, |(host, _)| host);
    // the control plane's own host is the provider's
    let inside = host.ends_with(".svc")
        || host.ends_with(".svc.cluster.local")
        || matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    (format!("{scheme}://{place}"), !inside)
}

/// The resources that it sees, sub-resources with what they belong to.
fn sees(webhook: &Webhook) -> BTreeSet<&str> {
    let resources = webhook.rules.iter().flat_map(|rule| &rule.rule.resources);
    resources
        .map(|resource| match resource.as_str() {
            all @ "*/*" => all,
            written => written.split('/').next().unwrap_or_default(),
        })
        .collect()
}
