//! Bindings that name everyone of a kind: who that is cannot be narrowed, so the binding itself is the finding, whatever
//! role it names. What Kubernetes and kubeadm ship is left out by exact binding, role and subject (pitfall 30).

use super::super::{Cx, Judge};
use crate::inventory::kinds::rbac::Rule;
use crate::inventory::{Grant, Holder, Kind, Target};
use crate::model::{FieldPath, GapReason, Severity};

/// Both kinds, in every check (pitfall 28).
pub(super) const OVER: &[Kind] = &[Kind::RoleBinding, Kind::ClusterRoleBinding];

/// Whom a check is about.
pub(super) struct Everyone {
    /// Whether a holder is that.
    pub is: fn(Holder<'_>) -> bool,
    /// Bindings as shipped: namespace (empty: cluster-wide), binding and role, holder.
    pub shipped: &'static [(&'static str, &'static str, Holder<'static>)],
    /// How bad a binding is; None: it grants nothing that matters; an error: its role decides that and was not read.
    pub severity: fn(&Cx<'_>, &Grant<'_>) -> Result<Option<Severity>, GapReason>,
}

pub(super) const ANONYMOUS: Holder<'static> = Holder::User("system:anonymous");
pub(super) const UNAUTHENTICATED: Holder<'static> = Holder::Group("system:unauthenticated");
pub(super) const AUTHENTICATED: Holder<'static> = Holder::Group("system:authenticated");
pub(super) const ACCOUNTS: Holder<'static> = Holder::Group("system:serviceaccounts");

/// Judges every binding.
pub(super) fn judge(cx: &Cx<'_>, judge: &mut Judge, everyone: &Everyone) {
    for grant in cx.rbac.grants.iter().filter(|grant| cx.in_scope(grant.kind, &grant.binding.meta)) {
        let hits = judge.object(grant.kind, &grant.binding.meta);
        let (binding, role) = (&grant.binding.meta, &grant.binding.role_ref);
        for (index, holder) in grant.holders.iter().filter(|(_, holder)| (everyone.is)(*holder)) {
            let row = (binding.namespace.as_str(), binding.name.as_str(), *holder);
            if role.name == binding.name && everyone.shipped.contains(&row) {
                continue;
            }
            // two subjects may share a name, so the path goes by position
            let path = FieldPath::of("subjects").index(*index);
            const EXPECTED: &str = "a subject that names who is meant";
            let severity = match (everyone.severity)(cx, grant) {
                Ok(Some(severity)) => severity,
                Ok(None) => continue,
                Err(reason) => {
                    hits.unread(path, reason, EXPECTED).message(format!(
                        "{holder} holds {} {} {}, which was not read: it may grant more than discovery",
                        role.kind, role.name, grant.scope
                    ));
                    continue;
                }
            };
            let Some(subject) = grant.binding.subjects.get(*index) else { continue };
            let who = holder.unacceptable().map(|who| format!(" ({who})")).unwrap_or_default();
            let text = match grant.role {
                Target::Dangling => format!(
                    "{holder}{who} is bound to {} {}, which does not exist: whoever makes it grants it to all of them",
                    role.kind, role.name
                ),
                _ => format!("{holder}{who} holds {} {} {}", role.kind, role.name, grant.scope),
            };
            hits.fail(path, subject.written(), EXPECTED).message(text).severity(severity);
        }
    }
}

/// One step less severe in one namespace.
pub(super) fn scoped(grant: &Grant<'_>, severity: Severity) -> Severity {
    if grant.kind == Kind::ClusterRoleBinding { severity } else { severity.lower() }
}

/// Whether a binding's role changes anything, reads Secrets or reaches into pods.
pub(super) fn is_dangerous(cx: &Cx<'_>, grant: &Grant<'_>) -> bool {
    const STREAMS: [&str; 5] = ["pods/exec", "pods/attach", "pods/portforward", "pods/proxy", "nodes/proxy"];
    // a question about oneself is asked by creating a review
    let about_oneself = |rule: &Rule| rule.resources.iter().all(|r| r.starts_with("selfsubject"));
    let reads = |rule: &Rule| rule.verbs.iter().all(|verb| matches!(verb.as_str(), "get" | "list" | "watch"));
    let reach =
        |rule: &Rule| rule.resources.iter().any(|r| r == "*" || r == "secrets" || STREAMS.contains(&r.as_str()));
    cx.rbac
        .rules(grant)
        .iter()
        .any(|rule| !rule.resources.is_empty() && !about_oneself(rule) && (!reads(rule) || reach(rule)))
}

/// Whether a role says no more than what the API server tells everybody about itself.
pub(super) fn is_discovery(rules: &[Rule]) -> bool {
    const TOLD: [&str; 9] =
        ["/api", "/apis", "/healthz", "/livez", "/readyz", "/openapi", "/version", "/.well-known", "/openid"];
    let told = |url: &String| {
        let head = url.trim_end_matches('*').trim_end_matches('/');
        TOLD.iter().any(|told| head.strip_prefix(told).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    };
    let harmless = |rule: &Rule| rule.resources.is_empty() && rule.non_resource_urls.iter().all(told);
    rules.iter().all(harmless)
}
