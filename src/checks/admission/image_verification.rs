use super::super::{Check, Cx, Judge, Run};
use super::owners::verifier;
use crate::inventory::Kind;
use crate::inventory::control_plane::Component;
use crate::inventory::engines::Mode;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// Something verifies images at admission; CIS 5.5.1. A review: that a policy exists does not say which images it
/// trusts. Nothing seen is a candidate too: a registry that admits only signed images is invisible from here.
pub static CHECK: Check = Check {
    id: "admission.image-verification",
    title: "Admission verifies where images come from",
    severity: Severity::Medium,
    over: &[],
    needs: &[
        Kind::Pod,
        Kind::ValidatingWebhookConfiguration,
        Kind::MutatingWebhookConfiguration,
        Kind::KyvernoClusterPolicy,
        Kind::KyvernoPolicy,
        Kind::KyvernoImageValidatingPolicy,
        Kind::GatekeeperConstraint,
        Kind::KubewardenClusterPolicy,
        Kind::KubewardenPolicy,
        Kind::SigstoreClusterImagePolicy,
    ],
    aliases: &["kubescape:C-0289", "kubescape:C-0236", "kubescape:C-0237", "kube-bench:5.5.1"],
    why: "Without a check of signature or origin at admission, whoever can push to a registry, or change an image name, \
          runs code in the cluster.",
    remedy: Remedy {
        advice: "Sign images in the pipeline and verify the signature at admission: Kyverno, Sigstore's policy \
                 controller, Ratify or Connaisseur.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Let the policy audit until everything that runs is signed; platform images need keys of their own.",
    },
    run: Run::Cluster(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let inventory = cx.inventory;
    let hits = judge.cluster();
    let expected = "a policy that verifies the images of pods and refuses others";
    let engines = cx.engines();
    let mut seen: Vec<(String, String)> = Vec::new();
    for policy in engines.policies.iter().filter(|policy| policy.images) {
        let mode = match engines.hooks_known(policy.engine) {
            Some(_) => policy.mode,
            None => engines.denies(policy),
        };
        let what = match mode {
            Mode::Deny => "verifies images and refuses others",
            other => other.as_str(),
        };
        seen.push((policy.object.kind_name(), what.to_owned()));
    }
    for ((kind, _), policy) in &inventory.customs {
        if *kind == Kind::SigstoreClusterImagePolicy {
            let warns = policy.spec.get("mode").and_then(|mode| mode.as_str()) == Some("warn");
            let what = if warns { "only warns" } else { "verifies images in the namespaces that opted in" };
            seen.push((format!("ClusterImagePolicy/{}", policy.meta.name), what.to_owned()));
        }
    }
    for ((kind, _), configuration) in &inventory.webhooks {
        for webhook in configuration.webhooks.iter().filter(|w| w.rules.iter().any(|r| r.sees_pod_creation())) {
            if let Some(title) = verifier(webhook) {
                let open = if webhook.failure_policy == "Ignore" { ", and fails open" } else { "" };
                seen.push((format!("{}/{}", kind.name(), configuration.meta.name), format!("{title} sees pods{open}")));
            }
        }
    }
    for server in cx.control_plane().of(Component::ApiServer) {
        let flags = ["enable-admission-plugins", "admission-control"];
        if flags.iter().any(|flag| server.flags.lists(flag, "ImagePolicyWebhook")) {
            seen.push((format!("Pod/{}", server.pod.name), "the API server runs ImagePolicyWebhook".to_owned()));
        }
    }
    let path = FieldPath::of("policies");
    if !seen.is_empty() {
        let first = seen.first().map(|(object, what)| format!("{object}: {what}")).unwrap_or_default();
        let hit = hits.review(path.clone(), seen.len(), expected).message(first).severity(Severity::Info);
        for (object, what) in seen {
            hit.also(path.clone().named(0, &object), what, expected);
        }
        return;
    }
    match CHECK.needs.iter().find_map(|kind| cx.gap(*kind, None)) {
        Some(reason) => hits.unread(path, reason, expected),
        None => hits.review(path, 0, expected),
    }
    .message("nothing is seen that verifies images at admission");
}
