use super::super::{Check, Cx, Judge, Run};
use super::owners::{NEEDS, Owner, posts};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// No webhook of a policy engine, or of a verifier of images, that sees pods being created has `failurePolicy: Ignore`
/// while its policies are meant to refuse pods. Engines are known by their Service and their policies, never by there
/// being some webhook (pitfalls 41, 42); of products whose rules are not read it is a candidate.
pub static CHECK: Check = Check {
    id: "admission.webhook-fail-open",
    title: "Security webhooks fail closed",
    severity: Severity::Medium,
    over: &[Kind::ValidatingWebhookConfiguration, Kind::MutatingWebhookConfiguration],
    needs: NEEDS,
    aliases: &[],
    why: "With Ignore every pod is let in while the engine does not answer: whoever can make it slow or keep its pods from \
          starting switches the rules off.",
    remedy: Remedy {
        advice: "Set failurePolicy: Fail, and run the engine with several replicas, a disruption budget and an exception for \
                 its own namespace; of Kyverno set it in the policies, which its webhooks are made from.",
        fix: Fix::ByField(&[("failurePolicy", Fix::Set("\"Fail\"")), ("", Fix::Advice)]),
        disruption: Disruption::MayBreak,
        try_first: "While the engine is down nothing that it sees can be created, its own pods included: make it highly \
                    available first.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for ((kind, _), configuration) in &cx.inventory.webhooks {
        if !cx.in_scope(*kind, &configuration.meta) {
            continue;
        }
        let hits = judge.object(*kind, &configuration.meta);
        for post in posts(*kind, configuration).filter(|post| post.webhook.failure_policy == "Ignore") {
            let webhook = FieldPath::of("webhooks").named(post.index, &post.webhook.name);
            let path = if post.is_generated() { webhook } else { webhook.fields("failurePolicy") };
            let expected = "Fail";
            let open = format!("{} lets every pod in while it does not answer", post.owner.title());
            match (post.owner, post.refusals(cx)) {
                (Owner::Guard(_), _) => {
                    hits.review(path, "Ignore", expected)
                        .message(format!("{open}; whether its rules refuse any is not read"));
                }
                (_, Some(0)) => {
                    if let Some(reason) = post.gap(cx) {
                        hits.unread(path, reason, expected)
                            .message(format!("{open}; whether it refuses any was not read"));
                    }
                }
                (_, Some(1)) => {
                    hits.fail(path, "Ignore", expected).message(format!("{open}: one of its policies refuses pods"));
                }
                (_, Some(n)) => {
                    hits.fail(path, "Ignore", expected).message(format!("{open}: {n} of its policies refuse pods"));
                }
                (_, None) => {
                    hits.fail(path, "Ignore", expected).message(open);
                }
            }
        }
    }
}
