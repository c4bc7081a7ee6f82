//! Whose webhook it is, of those that guard what runs: policy engines, verifiers of images, other security products.

use crate::inventory::Kind;
use crate::inventory::engines::{Engine, Engines};
use crate::inventory::kinds::admission::{Webhook, WebhookConfiguration};

/// Verifiers of images: name, and what the webhook's name, Service or address says.
const VERIFIERS: [(&str, &str); 6] = [
    ("Sigstore policy-controller", "policy.sigstore.dev"),
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

fn says(webhook: &Webhook, mark: &str) -> bool {
    let config = &webhook.client_config;
    webhook.name.contains(mark)
        || config.service.as_ref().is_some_and(|service| service.name.contains(mark))
        || config.url.as_ref().is_some_and(|url| url.contains(mark))
}

/// The verifier of images that a webhook belongs to.
pub(super) fn verifier(webhook: &Webhook) -> Option<&'static str> {
    VERIFIERS.iter().find(|(_, mark)| says(webhook, mark)).map(|(title, _)| *title)
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
        let guard = || GUARDS.iter().find(|(_, mark)| says(webhook, mark)).map(|(title, _)| Self::Guard(title));
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
    /// How many of its engine's policies are meant to refuse pods here; None: its rules are not read. In a mutating webhook
    /// only images are verified.
    pub(super) fn refusals(&self, engines: &Engines<'_>) -> Option<usize> {
        let Owner::Engine(engine) = self.owner else { return None };
        let here = |images: bool| images || self.kind == Kind::ValidatingWebhookConfiguration;
        let policies = engines.policies.iter().filter(|policy| policy.engine == engine && here(policy.images));
        Some(policies.filter(|policy| policy.is_meant_to_deny()).count())
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
