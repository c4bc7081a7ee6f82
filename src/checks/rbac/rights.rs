//! What the checks of this family share: who holds a right, judged where it is written and can be taken away.
//!
//! A role's rules stand in the role, so the role is judged. A role that Kubernetes ships is not anybody's to change,
//! and one outside the scope is not judged: there the binding that gives it to somebody is.

use super::super::{Cx, Hits, Judge, Outcome};
use crate::inventory::kinds::rbac::Rule;
use crate::inventory::kinds_of;
use crate::inventory::{Carried, Grant, GrantScope, Granted, Holder, Kind, Right, RoleUse, Target, Version};
use crate::model::{FieldPath, GapReason, Severity};
use foldhash::HashMap;
use serde_json::{Map, Value};

/// Any of these unread may hide who holds a right.
pub(super) const OVER: &[Kind] = &[Kind::Role, Kind::ClusterRole, Kind::RoleBinding, Kind::ClusterRoleBinding];

/// Decide whether a ServiceAccount that can do everything is one that a workload runs as: a candidate becomes a failure.
pub(super) const NEEDS: &[Kind] = kinds_of!(&[Kind::ServiceAccount], Kind::POD_SPEC);

/// Rights that a check looks for.
pub(super) struct Want {
    /// What they allow: `reading Secrets`.
    pub doing: &'static str,
    /// What would pass.
    pub expected: &'static str,
    /// Each with its severity where it is held cluster-wide; in one namespace it is one step lower.
    pub rights: &'static [(Right, Severity)],
    /// The highest severity where `resourceNames` limits it.
    pub named: Severity,
}

impl Want {
    /// The severity of a right that is held cluster-wide. From 1.35 on the API server asks for create where a client
    /// opens a WebSocket, unless a feature gate is switched off: get alone no longer gets into a pod.
    fn severity(right: &Right, severity: Severity, version: Version) -> Severity {
        if right.verbs == STREAM_BY_GET && version.at_least(35) { severity.min(Severity::Low) } else { severity }
    }

    /// Whether a rule grants one of the rights for every object.
    pub fn unlimited(&self, rule: &Rule, scope: GrantScope<'_>, version: Version) -> bool {
        let opens = |right: &Right| right.verbs != STREAM_BY_GET || !version.at_least(35);
        let mut rights = self.rights.iter().map(|(right, _)| right).filter(|right| opens(right));
        rights.any(|right| right.granted_by(rule, scope) == Some(Granted::All))
    }
}

/// The verb of a WebSocket's first request, for what streams from a pod.
pub(super) const STREAM_BY_GET: &[&str] = &["get"];

/// What a check asks of every rule, and how it says what it found.
pub(super) struct Question<'q> {
    /// The right: `reading Secrets`.
    pub doing: &'static str,
    /// What would pass.
    pub expected: &'static str,
    /// How bad a rule is where it holds in this scope; None: it is not what is looked for. Of a scope it asks whether it is
    /// the cluster, kube-system or any other namespace.
    pub severity: &'q dyn Fn(&Rule, GrantScope<'_>) -> Option<Severity>,
    /// The field of the rule at fault, empty for the rule, and its value.
    pub evidence: fn(&Rule) -> (&'static str, Value),
    /// Whether a role that nobody holds is found as well, one severity lower.
    pub unheld: bool,
    /// Whether bindings to shipped roles are judged.
    pub shipped: bool,
    /// The highest severity where `cluster-admin` is bound: `rbac.cluster-admin-bindings` and `rbac.full-admin` say how
    /// bad that is, once and not for each right that is in everything.
    pub of_admin: Severity,
    /// Why it is not known whether the right matters here, and a sentence that says so.
    pub undecided: Option<(GapReason, &'static str)>,
}

impl<'q> Question<'q> {
    /// A question about whoever holds a rule, shipped roles included.
    pub fn new(
        doing: &'static str,
        expected: &'static str,
        severity: &'q dyn Fn(&Rule, GrantScope<'_>) -> Option<Severity>,
    ) -> Self {
        let of_admin = Severity::Medium;
        Self {
            doing,
            expected,
            severity,
            evidence: whole_rule,
            unheld: false,
            shipped: true,
            of_admin,
            undecided: None,
        }
    }

    fn weigh(&self, cx: &Cx<'_>, held: &[Held<'_>]) -> (Outcome, String) {
        match self.undecided {
            Some((reason, text)) => (Outcome::Unread(reason), format!("; {text}")),
            None => weigh(cx, held),
        }
    }
}

/// A right in somebody's hands.
pub(super) struct Held<'a> {
    /// Position of the rule in its role.
    pub rule: usize,
    /// Who holds it.
    pub holder: Holder<'a>,
    /// Where.
    pub scope: GrantScope<'a>,
    /// How bad that is.
    pub severity: Severity,
    /// It covers everything.
    pub everything: bool,
}

/// Judges every role, and every binding to a role that is not judged itself, by the rights wanted.
pub(super) fn judge(cx: &Cx<'_>, judge: &mut Judge, want: &Want) {
    let severity = |rule: &Rule, scope: GrantScope<'_>| {
        let found = want.rights.iter().filter_map(|(right, severity)| {
            let severity = Want::severity(right, *severity, cx.version());
            let severity = if scope == GrantScope::Cluster { severity } else { severity.lower() };
            Some(match right.granted_by(rule, scope)? {
                Granted::All => severity,
                Granted::Named => severity.min(want.named),
            })
        });
        found.max()
    };
    ask(cx, judge, &Question::new(want.doing, want.expected, &severity));
}

/// A rule that a question looks for.
struct Found {
    /// Its position among the rules.
    rule: usize,
    severity: Severity,
    /// It covers everything.
    everything: bool,
}

fn look(question: &Question<'_>, rules: &[Rule], scope: GrantScope<'_>) -> Vec<Found> {
    let found = |(index, rule): (usize, &Rule)| {
        let severity = (question.severity)(rule, scope)?;
        Some(Found { rule: index, severity, everything: rule.is_everything() })
    };
    rules.iter().enumerate().filter_map(found).collect()
}

/// What a question comes to on rules of roles, by the first of those that are alike and by scope.
#[derive(Default)]
struct Answers(HashMap<(usize, GrantScope<'static>), Vec<Found>>);

impl Answers {
    fn of(&mut self, question: &Question<'_>, role: &RoleUse<'_>, scope: GrantScope<'_>) -> &[Found] {
        let scope = match scope {
            GrantScope::Cluster => GrantScope::Cluster,
            GrantScope::Namespace("kube-system") => GrantScope::Namespace("kube-system"),
            GrantScope::Namespace(_) => GrantScope::Namespace(""),
        };
        self.0.entry((role.alike, scope)).or_insert_with(|| look(question, &role.rules, scope))
    }
}

/// Asks the question of every role and binding.
pub(super) fn ask(cx: &Cx<'_>, judge: &mut Judge, question: &Question<'_>) {
    let mut answers = Answers::default();
    let judged = |role: &RoleUse<'_>| !role.shipped && cx.in_scope(role.kind, &role.role.meta);
    for role in cx.rbac.roles.iter().filter(|role| judged(role)) {
        let hits = judge.object(role.kind, &role.role.meta);
        let mut held = Vec::new();
        for grant in role.grants.iter().filter_map(|place| cx.rbac.grants.get(*place)) {
            hold(answers.of(question, role, grant.scope), grant, grant.holders.iter().copied(), &mut held);
        }
        if !held.is_empty() {
            report_role(cx, hits, question, role, &held);
        } else if question.unheld {
            report_unheld(hits, question, role);
        }
    }
    for grant in cx.rbac.grants.iter().filter(|grant| cx.in_scope(grant.kind, &grant.binding.meta)) {
        let to_shipped = match grant.role {
            Target::Read(place) => match cx.rbac.roles.get(place) {
                Some(role) if !judged(role) => role.shipped,
                _ => continue,
            },
            Target::Known(..) => true,
            Target::Unread(_) => crate::inventory::is_shipped_name(&grant.binding.role_ref.name),
            Target::Dangling => continue,
        };
        if to_shipped && !question.shipped || grant.own_holders().next().is_none() {
            continue;
        }
        let hits = judge.object(grant.kind, &grant.binding.meta);
        let mut held = Vec::new();
        let read = if let Target::Read(place) = grant.role { cx.rbac.roles.get(place) } else { None };
        let found = match read {
            Some(role) => answers.of(question, role, grant.scope),
            None => &look(question, cx.rbac.rules(grant), grant.scope),
        };
        hold(found, grant, grant.own_holders(), &mut held);
        if !held.is_empty() {
            report_binding(cx, hits, question, grant, &held);
        } else if let Target::Unread(reason) | Target::Known(_, Some(reason)) = grant.role {
            let role = &grant.binding.role_ref;
            hits.unread(FieldPath::of("roleRef"), reason, question.expected).message(format!(
                "{} {} was not read: {} may be among its rights",
                role.kind, role.name, question.doing
            ));
        }
    }
}

fn hold<'a>(
    found: &[Found],
    grant: &Grant<'a>,
    holders: impl Iterator<Item = (usize, Holder<'a>)> + Clone,
    held: &mut Vec<Held<'a>>,
) {
    for Found { rule, severity, everything } in found {
        let (rule, severity, everything) = (*rule, *severity, *everything);
        held.extend(holders.clone().map(|(_, holder)| Held { rule, holder, scope: grant.scope, severity, everything }));
    }
}

fn report_role(cx: &Cx<'_>, hits: &mut Hits, question: &Question<'_>, role: &RoleUse<'_>, held: &[Held<'_>]) {
    let (outcome, reason) = question.weigh(cx, held);
    let mut rules: Vec<usize> = held.iter().map(|h| h.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    let text = sentence(question.doing, held) + &reason + claim(role);
    report(hits, outcome, question, role, &rules, text, held.iter().map(|h| h.severity).max());
}

fn report_unheld(hits: &mut Hits, question: &Question<'_>, role: &RoleUse<'_>) {
    let scope = match role.role.meta.namespace() {
        Some(namespace) => GrantScope::Namespace(namespace),
        None if role.kind == Kind::Role => GrantScope::Namespace(""),
        None => GrantScope::Cluster,
    };
    let severities: Vec<_> =
        role.rules.iter().enumerate().filter_map(|(p, rule)| Some((p, (question.severity)(rule, scope)?))).collect();
    let rules: Vec<usize> = severities.iter().map(|(p, _)| *p).collect();
    let severity = severities.iter().map(|(_, severity)| severity.lower()).max();
    let text = format!("{} is in a role that no binding gives to anybody{}", question.doing, claim(role));
    report(hits, Outcome::Review, question, role, &rules, text, severity);
}

fn report(
    hits: &mut Hits,
    outcome: Outcome,
    question: &Question<'_>,
    role: &RoleUse<'_>,
    rules: &[usize],
    text: String,
    severity: Option<Severity>,
) {
    let evidence = |place: &usize| {
        let (field, actual) = (question.evidence)(role.rules.get(*place)?);
        // rules beyond those written were gathered by label
        let written = *place < role.role.rules.len();
        let path =
            if written { FieldPath::of("rules").index(*place).fields(field) } else { FieldPath::of("aggregationRule") };
        Some((path, actual))
    };
    let mut evidence = rules.iter().filter_map(evidence);
    let (Some((path, actual)), Some(severity)) = (evidence.next(), severity) else { return };
    let hit = hit(hits, outcome, path, actual, question.expected).message(text).severity(severity);
    for (path, actual) in evidence {
        hit.also(path, actual, question.expected);
    }
}

fn report_binding(cx: &Cx<'_>, hits: &mut Hits, question: &Question<'_>, grant: &Grant<'_>, held: &[Held<'_>]) {
    let (outcome, reason) = question.weigh(cx, held);
    let role = &grant.binding.role_ref;
    let text = format!("{} {}: {}{reason}", role.kind, role.name, sentence(question.doing, held));
    let hit = hit(hits, outcome, FieldPath::of("roleRef"), role_ref(grant), question.expected).message(text);
    if let Some(severity) = held.iter().map(|h| h.severity).max() {
        let admin = role.kind == "ClusterRole" && role.name == "cluster-admin";
        hit.severity(if admin { severity.min(question.of_admin) } else { severity });
    }
}

/// A hit of this outcome.
pub(super) fn hit<'h>(
    hits: &'h mut Hits,
    outcome: Outcome,
    path: FieldPath,
    actual: Value,
    expected: &'static str,
) -> &'h mut super::super::Hit {
    match outcome {
        Outcome::Fail => hits.fail(path, actual, expected),
        Outcome::Review => hits.review(path, actual, expected),
        Outcome::Unread(reason) => hits.unread(path, reason, expected),
    }
}

/// A person decides, unless it is in hands that no reviewer could accept: those of everyone, of a `default`
/// ServiceAccount, or everything in those of a workload. Says why.
pub(super) fn weigh(cx: &Cx<'_>, held: &[Held<'_>]) -> (Outcome, String) {
    if let Some((holder, who)) = held.iter().find_map(|h| Some((h.holder, h.holder.unacceptable()?))) {
        return (Outcome::Fail, format!("; {holder} is {who}"));
    }
    let mut unread = None;
    for h in held.iter().filter(|h| h.everything) {
        let Holder::Account { namespace, name } = h.holder else { continue };
        match cx.inventory.carrier(namespace, name) {
            Carried::By(workload) => {
                return (
                    Outcome::Fail,
                    format!("; {} can do everything {}, and {workload} runs as it", h.holder, h.scope),
                );
            }
            Carried::Unread(reason) => {
                let text = format!("; {} can do everything, and whether a workload runs as it is not known", h.holder);
                unread.get_or_insert((Outcome::Unread(reason), text));
            }
            Carried::Nobody => {}
        }
    }
    unread.unwrap_or((Outcome::Review, String::new()))
}

/// `reading Secrets is granted cluster-wide to Group devs, User jane, User joe and 2 more`: the worst first.
pub(super) fn sentence(doing: &str, held: &[Held<'_>]) -> String {
    let mut holders: Vec<_> = held.iter().map(|h| (h.holder.unacceptable().is_none(), h.scope, h.holder)).collect();
    holders.sort_unstable();
    holders.dedup();
    let one_scope = holders.first().map(|h| h.1).filter(|first| holders.iter().all(|h| h.1 == *first));
    let (place, each): (String, Vec<String>) = match one_scope {
        Some(scope) => (format!(" {scope}"), holders.iter().map(|h| h.2.to_string()).collect()),
        None => (String::new(), holders.iter().map(|h| format!("{} ({})", h.2, h.1)).collect()),
    };
    format!("{doing} is granted{place} to {}", list(&each))
}

fn claim(role: &RoleUse<'_>) -> &'static str {
    match role.claims_to_be_shipped() {
        true => "; the role claims to be a default of Kubernetes, which ships none of this name",
        false => "",
    }
}

/// The value of `roleRef`.
pub(super) fn role_ref(grant: &Grant<'_>) -> Value {
    let role = &grant.binding.role_ref;
    Value::from_iter([("kind", role.kind.as_str()), ("name", role.name.as_str())])
}

pub(super) fn whole_rule(rule: &Rule) -> (&'static str, Value) {
    let fields = [
        ("apiGroups", &rule.api_groups),
        ("resources", &rule.resources),
        ("resourceNames", &rule.resource_names),
        ("verbs", &rule.verbs),
    ];
    let given = fields.into_iter().filter(|(_, list)| !list.is_empty());
    let object: Map<String, Value> = given.map(|(field, list)| (field.to_owned(), list.clone().into())).collect();
    ("", Value::Object(object))
}

/// Whether a rule reaches a ConfigMap of kube-system: all there, or by one of these names.
pub(super) fn reaches_config_map(rule: &Rule, scope: GrantScope<'_>, right: &Right, names: &[&str]) -> bool {
    let here = matches!(scope, GrantScope::Cluster | GrantScope::Namespace("kube-system"));
    let named = || rule.resource_names.iter().any(|name| names.contains(&name.as_str()));
    here && right.granted_by(rule, scope).is_some() && (rule.resource_names.is_empty() || named())
}

/// `ClusterRoleBinding web` or `RoleBinding shop/web`.
pub(super) fn binding_name(grant: &Grant<'_>) -> String {
    let meta = &grant.binding.meta;
    match meta.namespace() {
        Some(namespace) => format!("{} {namespace}/{}", grant.kind.name(), meta.name),
        None => format!("{} {}", grant.kind.name(), meta.name),
    }
}

/// `a`, `a and b`, `a, b and c`, `a, b, c and 2 more`.
pub(super) fn list(words: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<&str> = words.iter().take(SHOWN).map(String::as_str).collect();
    match (words.len().saturating_sub(SHOWN), shown.split_last()) {
        (0, Some((last, rest))) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        (0, _) => shown.join(", "),
        (more, _) => format!("{} and {more} more", shown.join(", ")),
    }
}
