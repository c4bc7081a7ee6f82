//! Policy engines: which of their policies refuse pods, and in which namespaces (pitfalls 41, 42).
//!
//! An engine is known by the kinds of its policies, never by there being some webhook. A policy counts where it denies,
//! sees pods being created, and, for engines that are called through one, where a webhook of the engine that fails
//! closed sees them too.

use super::json::{has, list, selector, text};
use super::kinds::admission::{AdmissionPolicySpec, MatchResources, Webhook};
use super::kinds::custom::Custom;
use super::kinds::meta::{Map, Selector};
use super::network::Truth;
use super::pod_security::Level;
use super::{Inventory, Kind, Medium, ReadState, kinds_of};
use crate::model::{GapReason, ObjectRef};
use serde::Deserialize;
use serde_json::Value;

/// Policies of engines, and what they are bound and excused by.
pub const ENGINE_POLICIES: &[Kind] = &[
    Kind::ValidatingAdmissionPolicy,
    Kind::ValidatingAdmissionPolicyBinding,
    Kind::KyvernoClusterPolicy,
    Kind::KyvernoPolicy,
    Kind::KyvernoException,
    Kind::KyvernoValidatingPolicy,
    Kind::KyvernoNamespacedValidatingPolicy,
    Kind::KyvernoImageValidatingPolicy,
    Kind::KyvernoCelException,
    Kind::GatekeeperConstraint,
    Kind::GatekeeperConfig,
    Kind::KubewardenClusterPolicy,
    Kind::KubewardenPolicy,
    Kind::KubewardenClusterPolicyGroup,
    Kind::KubewardenPolicyGroup,
];

/// What decides whether an engine refuses pods in a namespace.
pub const ENGINE_KINDS: &[Kind] = kinds_of!(&[Kind::ValidatingWebhookConfiguration], ENGINE_POLICIES);

/// Fields that a rule about the safety of pods names.
const POD_SECURITY: &[&str] = &[
    "podSecurity",
    "privileged",
    "hostPID",
    "hostIPC",
    "hostNetwork",
    "hostPath",
    "hostPort",
    "securityContext",
    "capabilities",
    "allowPrivilegeEscalation",
    "runAsNonRoot",
    "runAsUser",
    "procMount",
    "seccompProfile",
];

/// Constraints of Gatekeeper's library that see pods and have nothing to do with their safety.
const OTHER_CONSTRAINTS: &[&str] = &[
    "K8sAllowedRepos",
    "K8sContainerLimits",
    "K8sContainerRatios",
    "K8sContainerRequests",
    "K8sDisallowedRepos",
    "K8sDisallowedTags",
    "K8sImageDigests",
    "K8sRequiredAnnotations",
    "K8sRequiredLabels",
    "K8sRequiredProbes",
    "K8sRequiredResources",
    "RatifyVerification",
];

/// A recognised engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Engine {
    /// ValidatingAdmissionPolicy, inside the API server.
    AdmissionPolicy,
    /// Kyverno.
    Kyverno,
    /// OPA Gatekeeper.
    Gatekeeper,
    /// Kubewarden.
    Kubewarden,
}

impl Engine {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AdmissionPolicy => "ValidatingAdmissionPolicy",
            Self::Kyverno => "Kyverno",
            Self::Gatekeeper => "Gatekeeper",
            Self::Kubewarden => "Kubewarden",
        }
    }

    /// Kinds that let objects out of its policies again: unread, nothing is known to be refused.
    pub fn exceptions(self) -> &'static [Kind] {
        match self {
            Self::Kyverno => &[Kind::KyvernoException, Kind::KyvernoCelException],
            Self::Gatekeeper => &[Kind::GatekeeperConfig],
            Self::AdmissionPolicy | Self::Kubewarden => &[],
        }
    }

    /// The engine that a webhook belongs to.
    pub fn of(configuration: &str, webhook: &Webhook) -> Option<Self> {
        [Self::Kyverno, Self::Gatekeeper, Self::Kubewarden]
            .into_iter()
            .find(|engine| engine.owns(configuration, webhook))
    }

    /// Whether a webhook is this engine's: by the name that the engine gives it or by the Service that it calls.
    fn owns(self, configuration: &str, webhook: &Webhook) -> bool {
        let service = webhook.client_config.service.as_ref().map_or("", |s| s.name.as_str());
        match self {
            Self::AdmissionPolicy => false,
            Self::Kyverno => {
                configuration == "kyverno-resource-validating-webhook-cfg"
                    || (service.contains("kyverno") && service.ends_with("-svc"))
            }
            Self::Gatekeeper => webhook.name == "validation.gatekeeper.sh" || service == "gatekeeper-webhook-service",
            Self::Kubewarden => service.starts_with("policy-server-"),
        }
    }
}

/// What a policy does with a pod that it finds wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Refuses it.
    Deny,
    /// Lets it in and says so: Audit, dryrun, warn, monitor.
    Audit,
    /// Refuses it, and lets everything in while the engine does not answer (`failurePolicy: Ignore`).
    FailsOpen,
    /// Nothing: no binding names the policy.
    Unbound,
}

impl Mode {
    /// Half a sentence, after the policy's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deny => "denies",
            Self::Audit => "only audits",
            Self::FailsOpen => "lets everything in while its engine does not answer (failurePolicy: Ignore)",
            Self::Unbound => "has no binding",
        }
    }
}

/// Where a policy holds: everything that is given must be met.
#[derive(Clone, Debug, Default)]
struct Reach {
    /// Labels of the namespace.
    selectors: Vec<Selector>,
    /// Its name, one of these patterns; empty: any.
    names: Vec<String>,
    /// Its name, none of these.
    not_names: Vec<String>,
    /// Narrowed further by labels, names, conditions or requesters that are not followed.
    narrowed: bool,
}

impl Reach {
    fn of_namespace(name: &str) -> Self {
        Self { names: vec![name.to_owned()], ..Self::default() }
    }

    fn covers(&self, name: &str, labels: &Map) -> Truth {
        let named = |patterns: &[String]| patterns.iter().any(|pattern| wildcard(pattern, name));
        let inside = (self.names.is_empty() || named(&self.names))
            && !named(&self.not_names)
            && self.selectors.iter().all(|selector| selector.matches(labels));
        match (inside, self.narrowed) {
            (false, _) => Truth::No,
            (true, true) => Truth::Unknown,
            (true, false) => Truth::Yes,
        }
    }

    /// Adds a namespace selector in JSON; absent selects all, one that does not decode narrows.
    fn select(&mut self, value: Option<&Value>) {
        match value.filter(|v| !v.is_null()).map(selector) {
            None => {}
            Some(Some(selector)) => self.selectors.push(selector),
            Some(None) => self.narrowed = true,
        }
    }
}

/// `*` and `?`, as Kyverno and Gatekeeper write them in lists of namespaces.
fn wildcard(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern.len() == name.len() && pattern.bytes().zip(name.bytes()).all(|(p, n)| p == n || p == b'?'),
        Some((head, tail)) => {
            let Some(rest) = name.get(..head.len()).filter(|h| wildcard(head, h)).and_then(|_| name.get(head.len()..))
            else {
                return false;
            };
            (0..=rest.len()).any(|skip| rest.get(skip..).is_some_and(|rest| wildcard(tail, rest)))
        }
    }
}

/// A policy, or one rule of one, that sees pods being created.
#[derive(Clone, Debug)]
pub struct PodPolicy {
    /// Its engine.
    pub engine: Engine,
    /// The object.
    pub object: ObjectRef,
    /// What it does, where no override says otherwise.
    pub mode: Mode,
    /// Whether it is about what makes pods unsafe; Unknown: its text does not say.
    pub security: Truth,
    /// Whether it verifies images.
    pub images: bool,
    /// The level of the Pod Security Standards that it demands as a whole.
    pub level: Option<Level>,
    /// Any of these.
    reach: Vec<Reach>,
    /// None of these.
    except: Vec<Reach>,
    /// The mode elsewhere.
    overrides: Vec<(Reach, Mode)>,
}

impl PodPolicy {
    /// Whether its text refuses pods anywhere, however its engine is called.
    pub fn is_meant_to_deny(&self) -> bool {
        let modes = std::iter::once(self.mode).chain(self.overrides.iter().map(|(_, mode)| *mode));
        modes.into_iter().any(|mode| matches!(mode, Mode::Deny | Mode::FailsOpen))
    }
}

/// What the engines do with unsafe pods of a namespace.
#[derive(Clone, Debug)]
pub enum Cover<'e> {
    /// This policy refuses them.
    Refused(&'e PodPolicy),
    /// It depends on what could not be read.
    Unread(GapReason),
    /// This policy may: half a sentence says on what it depends.
    Perhaps(&'e PodPolicy, &'static str),
    /// None does; a policy that comes near, and why it does not count.
    No(Option<(&'e PodPolicy, &'static str)>),
}

/// Every policy that sees pods.
#[derive(Debug)]
pub struct Engines<'a> {
    inventory: &'a Inventory,
    /// The policies.
    pub policies: Vec<PodPolicy>,
    hooks: Vec<(Engine, Reach, bool)>,
}

impl<'a> Engines<'a> {
    /// Reads the policies of an inventory.
    pub fn new(inventory: &'a Inventory) -> Self {
        let mut engines = Self { inventory, policies: admission_policies(inventory), hooks: hooks(inventory) };
        for ((kind, _), custom) in &inventory.customs {
            let policies = match kind {
                Kind::KyvernoClusterPolicy | Kind::KyvernoPolicy => kyverno(*kind, custom, inventory),
                Kind::KyvernoValidatingPolicy
                | Kind::KyvernoNamespacedValidatingPolicy
                | Kind::KyvernoImageValidatingPolicy => kyverno_cel(*kind, custom, inventory),
                Kind::GatekeeperConstraint => gatekeeper(custom, inventory),
                Kind::KubewardenClusterPolicy
                | Kind::KubewardenPolicy
                | Kind::KubewardenClusterPolicyGroup
                | Kind::KubewardenPolicyGroup => kubewarden(*kind, custom),
                _ => Vec::new(),
            };
            engines.policies.extend(policies);
        }
        engines
    }

    /// Whether a policy denies anywhere: its own mode, and a webhook of its engine that fails closed.
    pub fn denies(&self, policy: &PodPolicy) -> Mode {
        let deny = policy.mode == Mode::Deny || policy.overrides.iter().any(|(_, mode)| *mode == Mode::Deny);
        let mut own = self.hooks.iter().filter(|(engine, ..)| *engine == policy.engine).peekable();
        match deny {
            false => policy.mode,
            true if policy.engine == Engine::AdmissionPolicy || own.clone().any(|(_, _, closed)| *closed) => Mode::Deny,
            true if own.peek().is_some() => Mode::FailsOpen,
            // no webhook calls the engine
            true => Mode::Unbound,
        }
    }

    /// Whether the webhooks of an engine can be known here: manifests do not hold those that it makes for itself.
    pub fn hooks_known(&self, engine: Engine) -> Option<GapReason> {
        if engine == Engine::AdmissionPolicy || self.hooks.iter().any(|(e, ..)| *e == engine) {
            return None;
        }
        match self.inventory.medium {
            Medium::Files => Some(GapReason::SourceCannotHoldIt),
            Medium::Cluster => self.inventory.gap(Kind::ValidatingWebhookConfiguration, None),
        }
    }

    /// What a namespace is covered by. Any answer but `Refused` is a fact only where [`Engines::gap`] says so.
    pub fn cover(&self, name: &str, labels: &Map) -> Cover<'_> {
        let mut best = Cover::No(None);
        let rank = |cover: &Cover<'_>| match cover {
            Cover::No(None) => 0,
            Cover::No(Some(_)) => 1,
            Cover::Perhaps(..) => 2,
            Cover::Unread(_) => 3,
            Cover::Refused(_) => 4,
        };
        for policy in self.policies.iter().filter(|policy| policy.security != Truth::No) {
            let cover = self.by(policy, name, labels);
            if rank(&cover) > rank(&best) {
                best = cover;
            }
        }
        best
    }

    /// The highest level of the Pod Security Standards that policies demand of every pod of a namespace.
    pub fn level(&self, name: &str, labels: &Map) -> Option<Level> {
        let whole = self.policies.iter().filter(|policy| policy.level.is_some());
        whole.filter(|policy| matches!(self.by(policy, name, labels), Cover::Refused(_))).filter_map(|p| p.level).max()
    }

    fn by<'e>(&'e self, policy: &'e PodPolicy, name: &str, labels: &Map) -> Cover<'e> {
        let reach = policy.reach.iter().map(|reach| reach.covers(name, labels)).max().unwrap_or(Truth::No);
        let out = policy.except.iter().map(|reach| reach.covers(name, labels)).max().unwrap_or(Truth::No);
        if reach == Truth::No || out == Truth::Yes {
            return Cover::No(None);
        }
        let overridden = policy.overrides.iter().find_map(|(reach, mode)| {
            (reach.covers(name, labels) != Truth::No).then_some((*mode, reach.covers(name, labels)))
        });
        let (mode, sure) = overridden.unwrap_or((policy.mode, Truth::Yes));
        if mode != Mode::Deny {
            return Cover::No(Some((policy, mode.as_str())));
        }
        if let Some(reason) = self.exceptions_gap(policy.engine).or_else(|| self.hooks_known(policy.engine)) {
            return Cover::Unread(reason);
        }
        let called = |closed: bool| {
            let own = self.hooks.iter().filter(|(engine, _, c)| *engine == policy.engine && *c == closed);
            own.map(|(_, reach, _)| reach.covers(name, labels)).max().unwrap_or(Truth::No)
        };
        let asked = if policy.engine == Engine::AdmissionPolicy { Truth::Yes } else { called(true) };
        match asked {
            Truth::No => {
                let why = match called(false) {
                    Truth::No => "is not asked about pods of this namespace",
                    _ => Mode::FailsOpen.as_str(),
                };
                Cover::No(Some((policy, why)))
            }
            Truth::Unknown => Cover::Perhaps(policy, "is asked about some pods only, by their labels or a condition"),
            Truth::Yes if policy.security == Truth::Unknown => {
                Cover::Perhaps(policy, "denies pods here; what it denies is not read from it")
            }
            Truth::Yes if reach == Truth::Unknown || out == Truth::Unknown || sure == Truth::Unknown => {
                Cover::Perhaps(policy, "denies, and lets some pods out by their labels, a condition or an exception")
            }
            Truth::Yes => Cover::Refused(policy),
        }
    }

    /// Why it is not known that no engine refuses pods in a namespace.
    pub fn gap(&self, namespace: Option<&str>) -> Option<GapReason> {
        let known = ENGINE_KINDS.iter().filter(|kind| self.inventory.knows(**kind));
        known.copied().find_map(|kind| self.inventory.gap(kind, namespace))
    }

    /// Exceptions stand in namespaces of their own: under a scope of namespaces they were not looked for.
    fn exceptions_gap(&self, engine: Engine) -> Option<GapReason> {
        engine.exceptions().iter().find_map(|kind| match self.inventory.medium {
            // manifests hold what they hold: an exception elsewhere is another source's
            Medium::Files => None,
            Medium::Cluster if *self.inventory.state(*kind) == ReadState::Absent => None,
            Medium::Cluster if !self.inventory.scope.namespaces.is_empty() => Some(GapReason::SourceCannotHoldIt),
            Medium::Cluster => self.inventory.gap(*kind, None),
        })
    }
}

/// Webhooks of known engines that see pods being created: engine, where, and whether they fail closed.
fn hooks(inventory: &Inventory) -> Vec<(Engine, Reach, bool)> {
    let validating = inventory.webhooks.iter().filter(|((kind, _), _)| *kind == Kind::ValidatingWebhookConfiguration);
    let mut hooks = Vec::new();
    for configuration in validating.map(|(_, configuration)| configuration) {
        for webhook in configuration.webhooks.iter().filter(|w| w.rules.iter().any(|r| r.sees_pod_creation())) {
            let Some(engine) = Engine::of(&configuration.meta.name, webhook) else { continue };
            let reach = Reach {
                selectors: webhook.namespace_selector.iter().cloned().collect(),
                narrowed: webhook.object_selector.as_ref().is_some_and(|s| !s.is_empty())
                    || !webhook.match_conditions.is_empty(),
                ..Reach::default()
            };
            hooks.push((engine, reach, webhook.failure_policy != "Ignore"));
        }
    }
    hooks
}

fn about(text: &str) -> Truth {
    POD_SECURITY.iter().any(|word| text.contains(word)).into()
}

fn policy(engine: Engine, kind: Kind, custom: &Custom) -> PodPolicy {
    let name = if kind.info().name.is_empty() { custom.kind.as_str() } else { kind.name() };
    PodPolicy {
        engine,
        object: ObjectRef::new(&kind.api_version(), name, custom.meta.namespace(), &custom.meta.name),
        mode: Mode::Audit,
        security: Truth::No,
        images: false,
        level: None,
        reach: Vec::new(),
        except: Vec::new(),
        overrides: Vec::new(),
    }
}

/// Where match resources hold for pods being created; None: nowhere.
fn pods_of(matched: &MatchResources) -> Option<Reach> {
    let sees = matched.resource_rules.iter().filter(|rule| rule.rule.sees_pod_creation()).collect::<Vec<_>>();
    if !matched.resource_rules.is_empty() && sees.is_empty() {
        return None;
    }
    Some(Reach {
        selectors: matched.namespace_selector.iter().cloned().collect(),
        narrowed: matched.object_selector.as_ref().is_some_and(|s| !s.is_empty())
            || sees.iter().all(|rule| !rule.resource_names.is_empty()) && !sees.is_empty()
            || matched.exclude_resource_rules.iter().any(|rule| rule.rule.sees_pod_creation()),
        ..Reach::default()
    })
}

/// ValidatingAdmissionPolicies with their bindings: each binding is a policy of its own.
fn admission_policies(inventory: &Inventory) -> Vec<PodPolicy> {
    let kind = Kind::ValidatingAdmissionPolicy;
    let mut found = Vec::new();
    for policy in inventory.admission_policies.values() {
        let spec = &policy.spec;
        if spec.match_constraints.resource_rules.is_empty() {
            continue;
        }
        let Some(mut reach) = pods_of(&spec.match_constraints) else { continue };
        reach.narrowed |= !spec.match_conditions.is_empty();
        let template = PodPolicy {
            engine: Engine::AdmissionPolicy,
            object: ObjectRef::new(&kind.api_version(), kind.name(), None, &policy.meta.name),
            mode: Mode::Unbound,
            security: expressions(spec),
            images: false,
            level: None,
            reach: Vec::new(),
            except: Vec::new(),
            overrides: Vec::new(),
        };
        let bindings = inventory.policy_bindings.values().filter(|b| b.spec.policy_name == policy.meta.name);
        let before = found.len();
        for binding in bindings {
            let inner = match &binding.spec.match_resources {
                None => Some(Reach::default()),
                Some(matched) => pods_of(matched),
            };
            let Some(inner) = inner else { continue };
            let both = Reach {
                selectors: reach.selectors.iter().chain(&inner.selectors).cloned().collect(),
                narrowed: reach.narrowed || inner.narrowed,
                ..Reach::default()
            };
            let denies = binding.spec.validation_actions.iter().any(|action| action == "Deny");
            let mode = match (denies, spec.failure_policy.as_str()) {
                (false, _) => Mode::Audit,
                (true, "Ignore") => Mode::FailsOpen,
                (true, _) => Mode::Deny,
            };
            found.push(PodPolicy { mode, reach: vec![both], ..template.clone() });
        }
        if found.len() == before {
            found.push(PodPolicy { reach: vec![reach], ..template });
        }
    }
    found
}

fn expressions(spec: &AdmissionPolicySpec) -> Truth {
    let validations = spec.validations.iter().map(|v| v.expression.as_str());
    let variables = spec.variables.iter().map(|v| v.expression.as_str());
    validations.chain(variables).map(about).max().unwrap_or(Truth::No)
}

fn kyverno_action(text: &str) -> Option<Mode> {
    match text.to_ascii_lowercase().as_str() {
        "enforce" => Some(Mode::Deny),
        "" => None,
        _ => Some(Mode::Audit),
    }
}

/// Kyverno's Policy and ClusterPolicy: a rule each.
fn kyverno(kind: Kind, custom: &Custom, inventory: &Inventory) -> Vec<PodPolicy> {
    let spec = &custom.spec;
    if spec.get("admission").and_then(Value::as_bool) == Some(false) {
        return Vec::new();
    }
    let hook = spec.get("webhookConfiguration").unwrap_or(&Value::Null);
    let open = text(spec, "failurePolicy") == "Ignore" || text(hook, "failurePolicy") == "Ignore";
    let close = |mode: Mode| if open && mode == Mode::Deny { Mode::FailsOpen } else { mode };
    let mut found = Vec::new();
    for rule in list(spec, "rules") {
        let own = |mut reach: Reach| {
            if kind.info().namespaced {
                reach.names = vec![custom.meta.namespace.clone()];
            }
            reach.narrowed |= ["preconditions", "celPreconditions"].iter().any(|field| has(rule, field))
                || has(hook, "matchConditions");
            reach
        };
        let reach: Vec<Reach> =
            kyverno_filters(rule.get("match").unwrap_or(&Value::Null)).into_iter().map(own).collect();
        let validate = rule.get("validate").unwrap_or(&Value::Null);
        let images = has(rule, "verifyImages");
        if reach.is_empty() || !(validate.is_object() || images) {
            continue;
        }
        // verifyImages has a failureAction of its own since 1.13
        let of_rule = match images {
            true => list(rule, "verifyImages").iter().map(|v| text(v, "failureAction")).find(|t| !t.is_empty()),
            false => Some(text(validate, "failureAction")),
        };
        let action = of_rule.and_then(kyverno_action).or_else(|| kyverno_action(text(spec, "validationFailureAction")));
        let overrides = list(spec, "validationFailureActionOverrides")
            .iter()
            .chain(list(validate, "failureActionOverrides"))
            .map(|entry| {
                let mut reach = Reach { names: strings(entry, "namespaces"), ..Reach::default() };
                reach.select(entry.get("namespaceSelector"));
                (reach, close(kyverno_action(text(entry, "action")).unwrap_or(Mode::Audit)))
            });
        let mut except = kyverno_filters(rule.get("exclude").unwrap_or(&Value::Null));
        except.extend(exceptions(inventory, Kind::KyvernoException, custom));
        found.push(PodPolicy {
            mode: close(action.unwrap_or(Mode::Audit)),
            security: about(&validate.to_string()),
            images,
            level: whole_level(validate),
            reach,
            except,
            overrides: overrides.collect(),
            ..policy(Engine::Kyverno, kind, custom)
        });
    }
    found
}

/// The level that a `validate.podSecurity` demands, unless it leaves controls out.
fn whole_level(validate: &Value) -> Option<Level> {
    let rule = validate.get("podSecurity").filter(|rule| !has(rule, "exclude"))?;
    Level::of(text(rule, "level"))
}

fn strings(value: &Value, field: &str) -> Vec<String> {
    list(value, field).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The filters of a `match` or `exclude` that see pods being created: `any`, `all`, or the old form without either.
fn kyverno_filters(block: &Value) -> Vec<Reach> {
    let all = list(block, "all");
    if !all.is_empty() {
        let mut filters = all.iter().map(kyverno_filter);
        let Some(Some(mut reach)) = filters.next() else { return Vec::new() };
        for filter in filters {
            let Some(next) = filter else { return Vec::new() };
            // two lists of names cannot be said as one
            reach.narrowed |= next.narrowed || (!reach.names.is_empty() && !next.names.is_empty());
            reach.names.extend(next.names);
            reach.selectors.extend(next.selectors);
        }
        return vec![reach];
    }
    match block.get("any") {
        Some(_) => list(block, "any").iter().filter_map(kyverno_filter).collect(),
        None => kyverno_filter(block).into_iter().collect(),
    }
}

fn kyverno_filter(filter: &Value) -> Option<Reach> {
    let requester = ["subjects", "roles", "clusterRoles"].iter().any(|field| has(filter, field));
    let Some(resources) = filter.get("resources").filter(|v| v.is_object()) else {
        return requester.then(|| Reach { narrowed: true, ..Reach::default() });
    };
    let pod = |kind: &str| {
        let kind = kind.rsplit('/').next().unwrap_or_default();
        kind == "Pod" || kind == "*"
    };
    let kinds = strings(resources, "kinds");
    let operations = strings(resources, "operations");
    let sees = (kinds.is_empty() || kinds.iter().any(|k| pod(k)))
        && (operations.is_empty() || operations.iter().any(|o| o == "CREATE"));
    if !sees {
        return None;
    }
    let mut reach = Reach { names: strings(resources, "namespaces"), ..Reach::default() };
    reach.select(resources.get("namespaceSelector"));
    reach.narrowed |= requester || ["name", "names", "selector", "annotations"].iter().any(|f| has(resources, f));
    Some(reach)
}

/// Where exceptions let pods out of a policy.
fn exceptions(inventory: &Inventory, kind: Kind, policy: &Custom) -> Vec<Reach> {
    let full = format!("{}/{}", policy.meta.namespace, policy.meta.name);
    let named = |entry: &Value| [policy.meta.name.as_str(), full.as_str()].contains(&text(entry, "policyName"));
    let of_kind = inventory.customs.iter().filter(|((k, _), _)| *k == kind).map(|(_, exception)| exception);
    of_kind
        .filter(|exception| list(&exception.spec, "exceptions").iter().any(named))
        .flat_map(|exception| {
            let conditions = has(&exception.spec, "conditions") || has(&exception.spec, "podSecurity");
            kyverno_filters(exception.spec.get("match").unwrap_or(&Value::Null)).into_iter().map(move |mut reach| {
                reach.narrowed |= conditions;
                reach
            })
        })
        .collect()
}

/// Kyverno's policies in CEL: the same shape as ValidatingAdmissionPolicy, bound by themselves.
fn kyverno_cel(kind: Kind, custom: &Custom, inventory: &Inventory) -> Vec<PodPolicy> {
    let Ok(spec) = AdmissionPolicySpec::deserialize(&custom.spec) else { return Vec::new() };
    let admission = custom.spec.get("evaluation").and_then(|e| e.get("admission")).and_then(|a| a.get("enabled"));
    if admission.and_then(Value::as_bool) == Some(false) {
        return Vec::new();
    }
    let Some(mut reach) = pods_of(&spec.match_constraints) else { return Vec::new() };
    reach.narrowed |= !spec.match_conditions.is_empty();
    if kind.info().namespaced {
        reach.names = vec![custom.meta.namespace.clone()];
    }
    let actions = strings(&custom.spec, "validationActions");
    let mode = match (actions.is_empty() || actions.iter().any(|a| a == "Deny"), spec.failure_policy.as_str()) {
        (false, _) => Mode::Audit,
        (true, "Ignore") => Mode::FailsOpen,
        (true, _) => Mode::Deny,
    };
    let refers = |entry: &Value| text(entry, "name") == custom.meta.name;
    let cel = inventory.customs.iter().filter(|((k, _), _)| *k == Kind::KyvernoCelException).map(|(_, e)| e);
    // what an exception in CEL lets out is not followed
    let except = cel
        .filter(|exception| list(&exception.spec, "policyRefs").iter().any(refers))
        .map(|_| Reach { narrowed: true, ..Reach::default() });
    let images = kind == Kind::KyvernoImageValidatingPolicy;
    vec![PodPolicy {
        mode,
        security: if images { Truth::No } else { expressions(&spec) },
        images,
        reach: vec![reach],
        except: except.collect(),
        ..policy(Engine::Kyverno, kind, custom)
    }]
}

/// A constraint of Gatekeeper. Templates are not read: what a constraint denies is known by its kind or not at all.
fn gatekeeper(custom: &Custom, inventory: &Inventory) -> Vec<PodPolicy> {
    let spec = &custom.spec;
    let matched = spec.get("match").unwrap_or(&Value::Null);
    let any = |entry: &Value, field: &str, wanted: &str| {
        list(entry, field).iter().filter_map(Value::as_str).any(|v| v == wanted || v == "*")
    };
    let kinds = list(matched, "kinds");
    let sees = kinds.is_empty() || kinds.iter().any(|k| any(k, "apiGroups", "") && any(k, "kinds", "Pod"));
    if !sees || text(matched, "scope") == "Cluster" {
        return Vec::new();
    }
    let mut reach = Reach {
        names: strings(matched, "namespaces"),
        not_names: strings(matched, "excludedNamespaces"),
        ..Reach::default()
    };
    reach.select(matched.get("namespaceSelector"));
    let labels = matched.get("labelSelector").filter(|v| !v.is_null());
    reach.narrowed |= labels.is_some_and(|v| selector(v).is_none_or(|s| !s.is_empty()))
        || has(matched, "name")
        || text(matched, "source") == "Generated";
    let at_webhook = |entry: &&Value| {
        let points = list(entry, "enforcementPoints");
        points.iter().any(|p| matches!(text(p, "name"), "*" | "validation.gatekeeper.sh"))
    };
    let mode = match text(spec, "enforcementAction") {
        "" | "deny" => Mode::Deny,
        "scoped" => {
            let mut scoped = list(spec, "scopedEnforcementActions").iter().filter(at_webhook);
            if scoped.any(|entry| text(entry, "action") == "deny") { Mode::Deny } else { Mode::Audit }
        }
        _ => Mode::Audit,
    };
    // Config takes namespaces out of the webhook's sight
    let configs = inventory.customs.iter().filter(|((k, _), _)| *k == Kind::GatekeeperConfig).map(|(_, c)| c);
    let webhook = |entry: &&Value| any(entry, "processes", "webhook");
    let except = configs
        .flat_map(|config| list(&config.spec, "match").iter().filter(webhook))
        .map(|entry| Reach { names: strings(entry, "excludedNamespaces"), ..Reach::default() })
        .filter(|reach| !reach.names.is_empty());
    let security = match custom.kind.as_str() {
        kind if kind.starts_with("K8sPSP") => Truth::Yes,
        kind if OTHER_CONSTRAINTS.contains(&kind) => Truth::No,
        _ => Truth::Unknown,
    };
    vec![PodPolicy {
        mode,
        security,
        images: custom.kind == "RatifyVerification",
        reach: vec![reach],
        except: except.collect(),
        ..policy(Engine::Gatekeeper, Kind::GatekeeperConstraint, custom)
    }]
}

/// Kubewarden's policies and groups of policies.
fn kubewarden(kind: Kind, custom: &Custom) -> Vec<PodPolicy> {
    let spec = &custom.spec;
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Rules {
        rules: Vec<super::kinds::admission::OperationRule>,
    }
    let rules = Rules::deserialize(spec).unwrap_or_default().rules;
    if !rules.iter().any(|rule| rule.sees_pod_creation()) {
        return Vec::new();
    }
    let mut reach = if kind.info().namespaced { Reach::of_namespace(&custom.meta.namespace) } else { Reach::default() };
    reach.select(spec.get("namespaceSelector"));
    let objects = spec.get("objectSelector").filter(|v| !v.is_null());
    reach.narrowed |=
        objects.is_some_and(|v| selector(v).is_none_or(|s| !s.is_empty())) || has(spec, "matchConditions");
    let mode = match (text(spec, "mode"), text(spec, "failurePolicy")) {
        ("" | "protect", "Ignore") => Mode::FailsOpen,
        ("" | "protect", _) => Mode::Deny,
        _ => Mode::Audit,
    };
    let what =
        format!("{} {}", spec.get("module").unwrap_or(&Value::Null), spec.get("policies").unwrap_or(&Value::Null));
    let known = ["-psp", "pod-privileged", "pod-security", "host-namespaces", "hostpaths", "capabilities"];
    let images = what.contains("verify-image-signatures");
    let security = match (known.iter().any(|word| what.contains(word)), images) {
        (true, _) => Truth::Yes,
        (false, true) => Truth::No,
        (false, false) => about(&spec.to_string()).max(Truth::Unknown),
    };
    vec![PodPolicy { mode, security, images, reach: vec![reach], ..policy(Engine::Kubewarden, kind, custom) }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards() {
        for (pattern, name, expected) in [
            ("kube-*", "kube-system", true),
            ("*-system", "kube-system", true),
            ("*", "a", true),
            ("prod-?", "prod-1", true),
            ("prod", "prod-1", false),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "aXc", false),
        ] {
            assert_eq!(wildcard(pattern, name), expected, "{pattern} {name}");
        }
    }
}
