use super::super::{Check, Cx, Judge, Run};
use super::rights::{self, NEEDS, OVER, Question};
use crate::inventory::GrantScope;
use crate::inventory::kinds::rbac::Rule;
use crate::model::{Disruption, Fix, Remedy, Severity};
use serde_json::Value;

/// A wildcard in any field of a rule (`*`, `*/*`, `pods/*`, `*/scale`), in roles that Kubernetes does not ship;
/// CIS 5.1.3. A wildcard in the groups alone is low; so is, one step, a role that nobody holds.
pub static CHECK: Check = Check {
    id: "rbac.wildcard-roles",
    title: "Roles name their verbs, resources and groups",
    severity: Severity::Medium,
    over: OVER,
    needs: NEEDS,
    aliases: &[
        "kubescape:C-0187",
        "trivy:KSV-0044",
        "trivy:KSV-0045",
        "trivy:KSV-0046",
        "kube-linter:wildcard-in-rules",
        "kube-bench:5.1.3",
    ],
    why: "A wildcard grants what exists today and whatever is installed tomorrow; the verb wildcard holds bind, \
          escalate and impersonate.",
    remedy: Remedy {
        advice: "Write out the verbs, resources and groups that its holders use.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Gather what its holders do from the audit log over a week that has a release in it.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let question = Question::new("a right by wildcard", "names, no wildcards", &severity);
    rights::ask(cx, judge, &Question { evidence, unheld: true, shipped: false, ..question });
}

fn has(list: &[String], wildcard: fn(&str) -> bool) -> bool {
    list.iter().any(|item| wildcard(item))
}

fn is_star(item: &str) -> bool {
    item == "*"
}

fn is_resource_wildcard(item: &str) -> bool {
    item.split('/').any(is_star)
}

/// A RoleBinding grants no URLs (pitfall 22).
fn severity(rule: &Rule, scope: GrantScope<'_>) -> Option<Severity> {
    if rule.resources.is_empty() && scope != GrantScope::Cluster {
        return None;
    }
    let urls = has(&rule.non_resource_urls, |url| matches!(url, "*" | "/*"));
    if urls || has(&rule.verbs, is_star) || has(&rule.resources, is_resource_wildcard) {
        return Some(Severity::Medium);
    }
    has(&rule.api_groups, is_star).then_some(Severity::Low)
}

fn evidence(rule: &Rule) -> (&'static str, Value) {
    let (field, list) = if has(&rule.verbs, is_star) {
        ("verbs", &rule.verbs)
    } else if has(&rule.resources, is_resource_wildcard) {
        ("resources", &rule.resources)
    } else if has(&rule.api_groups, is_star) {
        ("apiGroups", &rule.api_groups)
    } else {
        ("nonResourceURLs", &rule.non_resource_urls)
    };
    (field, list.clone().into())
}
