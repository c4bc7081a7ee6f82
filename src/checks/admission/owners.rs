//! Whose webhook it is, of those that guard what runs: policy engines, verifiers of images, other security products.

use super::super::Cx;
use crate::inventory::Kind;
use crate::inventory::engines::{ENGINE_POLICIES, Engine};
use crate::inventory::json::text;
use crate::inventory::kinds::admission::{Webhook, WebhookConfiguration};
use crate::inventory::kinds_of;
use crate::model::GapReason;

/// What says whether an engine or a verifier refuses pods, and of which namespaces.
pub(super) const NEEDS: &[Kind] = kinds_of!(ENGINE_POLICIES, &[Kind::SigstoreClusterImagePolicy, Kind::Namespace]);

/// The verifier whose policies are objects; its Service is called `webhook`, so it is known by the webhook's name.
const SIGSTORE: (&str, &str) = ("Sigstore policy-controller", "policy.sigstore.dev");

/// Verifiers of images: name, and what the name of the Service, or the address, says.
const VERIFIERS: [(&str, &str); 5] = [
    ("Connaisseur", "connaisseur-svc"),
    ("Portieris", "portieris"),
    ("Ratify", "ratify"),
    ("GKE Binary Authorization", "binaryauthorization"),
    ("Notation", "notation"),
];

/// Other products that judge pods at admission; what they refuse is not seen from here.
const GUARDS: [(&str, &str); 4] = [
    ("StackRox", "policyeval.stackrox.io"),
    ("NeuVector", "neuvector-svc-admission-webhook"),
    ("Polaris", "polaris.fairwinds.com"),
    ("jsPolicy", "jspolicy.com"),
];

fn calls(webhook: &Webhook, mark: &str) -> bool {
    let config = &webhook.client_config;
    config.service.as_ref().is_some_and(|service| service.name.contains(mark))
        || config.url.as_ref().is_some_and(|url| url.contains(mark))
}

/// The verifier of images that a webhook belongs to.
pub(super) fn verifier(webhook: &Webhook) -> Option<&'static str> {
    let (sigstore, name) = SIGSTORE;
    if webhook.name.ends_with(name) {
        return Some(sigstore);
    }
    VERIFIERS.iter().find(|(_, mark)| calls(webhook, mark)).map(|(title, _)| *title)
}

/// Who guards what runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// An engine whose policies are read.
    Engine(Engine),
    /// A verifier of images.
    Verifier(&'static str),
    /// A product whose rules are not read.
    Guard(&'static str),
}

impl Owner {
    /// Of a webhook; None: it guards nothing, or is nobody's that is known (pitfall 41).
    pub(super) fn of(configuration: &str, webhook: &Webhook) -> Option<Self> {
        let is = |mark: &str| webhook.name == mark || calls(webhook, mark);
        let guard = || GUARDS.iter().find(|(_, mark)| is(mark)).map(|(title, _)| Self::Guard(title));
        let engine = Engine::of(configuration, webhook).map(Self::Engine);
        engine.or_else(|| verifier(webhook).map(Self::Verifier)).or_else(guard)
    }

    /// Its name.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Engine(engine) => engine.as_str(),
            Self::Verifier(title) | Self::Guard(title) => title,
        }
    }
}

/// A webhook that pods being created pass, and who guards there.
pub(super) struct Post<'a> {
    pub(super) kind: Kind,
    pub(super) index: usize,
    pub(super) webhook: &'a Webhook,
    pub(super) owner: Owner,
}

impl Post<'_> {
    /// How many policies are meant to refuse pods here; None: its rules are not read. In a mutating webhook of an engine
    /// only images are verified.
    pub(super) fn refusals(&self, cx: &Cx<'_>) -> Option<usize> {
        match self.owner {
            Owner::Engine(engine) => {
                let here = |images: bool| images || self.kind == Kind::ValidatingWebhookConfiguration;
                let policies = cx.engines().policies.iter().filter(|p| p.engine == engine && here(p.images));
                Some(policies.filter(|policy| policy.is_meant_to_deny()).count())
            }
            Owner::Verifier(title) if title == SIGSTORE.0 => {
                let policies = cx.inventory.customs_of(Kind::SigstoreClusterImagePolicy);
                Some(policies.filter(|policy| text(&policy.spec, "mode") != "warn").count())
            }
            Owner::Verifier(_) | Owner::Guard(_) => None,
        }
    }

    /// Why it is not known that there are no more.
    pub(super) fn gap(&self, cx: &Cx<'_>) -> Option<GapReason> {
        cx.engines().gap(None).or_else(|| cx.gap(Kind::SigstoreClusterImagePolicy, None))
    }

    /// Whether its configuration is written by a controller, which would undo a patch.
    pub(super) fn is_generated(&self) -> bool {
        self.owner == Owner::Engine(Engine::Kyverno)
    }
}

/// The webhooks of guards in a configuration that see pods being created.
pub(super) fn posts(kind: Kind, configuration: &WebhookConfiguration) -> impl Iterator<Item = Post<'_>> {
    let name = configuration.meta.name.as_str();
    let seeing = |webhook: &Webhook| webhook.rules.iter().any(|rule| rule.sees_pod_creation());
    let webhooks = configuration.webhooks.iter().enumerate().filter(move |(_, webhook)| seeing(webhook));
    webhooks.filter_map(move |(index, webhook)| Some(Post { kind, index, webhook, owner: Owner::of(name, webhook)? }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::engines::ENGINE_KINDS;

    #[test]
    fn it_needs_what_engines_are_known_by() {
        let webhooks = [Kind::ValidatingWebhookConfiguration];
        assert!(ENGINE_KINDS.iter().all(|kind| NEEDS.contains(kind) || webhooks.contains(kind)));
    }
}
