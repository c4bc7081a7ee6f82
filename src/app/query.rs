//! Which findings a list holds: what `:findings` was given, or what a row stands for.

use super::Filter;
use crate::inventory::kind_name;
use crate::model::findings::Row;
use crate::model::{FindingStatus, ObjectRef, Severity};
use std::sync::Arc;

/// Which findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// In this namespace.
    pub namespace: Option<Arc<str>>,
    /// Of this object, or of what it owns: kind and name.
    pub object: Option<(Arc<str>, Arc<str>)>,
    /// At least this severe.
    pub at_least: Option<Severity>,
    /// Exactly this severe.
    pub severity: Option<Severity>,
    /// Of this check, and put right by this fix.
    pub group: Option<(&'static str, &'static str)>,
    /// Of platform components, or of applications; None: both.
    pub platform: Option<bool>,
    /// Of this team.
    pub team: Option<Arc<str>>,
    /// Failing ones, and those that people waived.
    pub failing: bool,
    /// On this node itself.
    pub node: Option<Arc<str>>,
}

impl Query {
    /// From the arguments of `:findings`: a severity, `team=`, labels (`app=web`), `kind/name`, `/text`, else a namespace. Text
    /// and labels become the list's filter.
    pub fn parse(arguments: &str) -> (Self, Filter) {
        let (mut query, mut text) = (Self::default(), Vec::new());
        let mut words = arguments.split_whitespace();
        while let Some(word) = words.next() {
            if let Some(first) = word.strip_prefix('/') {
                text.push(first);
                text.extend(words.by_ref());
            } else if let Ok(severity) = word.to_lowercase().parse() {
                query.severity = Some(severity);
            } else if let Some(team) = word.strip_prefix("team=") {
                query.team = Some(team.into());
            } else if Filter::parse(word).needs_labels() || word.starts_with(['!', '>']) {
                text.push(word);
            } else if let Some((kind, name)) = word.split_once('/') {
                query.object = Some((kind_name(kind).unwrap_or(kind).into(), name.into()));
            } else {
                query.namespace = Some(word.into());
            }
        }
        (query, Filter::parse(&text.join(" ")))
    }

    /// What is found about an object.
    pub fn about(object: &ObjectRef) -> Self {
        let named = (object.kind.clone(), object.name.clone());
        Self { namespace: object.namespace.clone(), object: Some(named), ..Self::default() }
    }

    fn is_about(&self, finding: &Row<'_>) -> bool {
        let is = |object: &ObjectRef, (kind, name): &(Arc<str>, Arc<str>)| {
            object.name == *name && object.kind.eq_ignore_ascii_case(kind)
        };
        self.object.as_ref().is_none_or(|named| is(finding.owner(), named) || is(finding.resource(), named))
    }

    /// Whether a finding belongs to it.
    pub fn keeps(&self, finding: &Row<'_>) -> bool {
        self.namespace.as_ref().is_none_or(|n| finding.resource().namespace.as_ref() == Some(n))
            && self.is_about(finding)
            && self.team.as_ref().is_none_or(|t| finding.team() == Some(t))
            && self.severity.is_none_or(|s| finding.severity() == s)
            && self.at_least.is_none_or(|s| finding.severity() >= s)
            && self.group.is_none_or(|(check, fix)| finding.check() == check && finding.remediation() == fix)
            && self.platform.is_none_or(|platform| finding.platform() == platform)
            // what people waived stays in sight
            && (!self.failing || finding.status() == FindingStatus::Fail || finding.is_waived_by_people())
            && self.node.as_ref().is_none_or(|node| &*finding.owner().kind == "Node" && finding.owner().name == *node)
    }

    /// Its words, as in the breadcrumbs.
    pub fn title(&self) -> String {
        let mut words = Vec::new();
        if let Some((check, _)) = self.group {
            words.push(check.to_owned());
        }
        if let Some(severity) = self.severity {
            words.push(severity.to_string());
        }
        if let Some(severity) = self.at_least {
            let above = Severity::ALL.into_iter().filter(|s| *s >= severity).map(Severity::as_str);
            words.push(above.collect::<Vec<_>>().join(" and "));
        }
        match self.platform {
            Some(true) => words.push("platform".to_owned()),
            Some(false) if self.group.is_none() => words.push("applications".to_owned()),
            _ => {}
        }
        if let Some((kind, name)) = &self.object {
            words.push(format!("{kind}/{name}"));
        }
        if let Some(namespace) = &self.namespace {
            words.push(format!("in {namespace}"));
        }
        if let Some(node) = &self.node {
            words.push(format!("on {node}"));
        }
        if let Some(team) = &self.team {
            words.push(format!("of {team}"));
        }
        if words.is_empty() { "all".to_owned() } else { words.join(" ") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_severity_text_or_namespace() {
        let (object, _) = Query::parse("shop deploy/web");
        assert_eq!(object.object, Some(("Deployment".into(), "web".into())));
        let (query, filter) = Query::parse("shop HIGH team=pay /net pol");
        assert_eq!(query.team.as_deref(), Some("pay"));
        assert_eq!(query.namespace.as_deref(), Some("shop"));
        assert_eq!(query.severity, Some(Severity::High));
        assert_eq!(filter.text(), "net pol");
        let (query, filter) = Query::parse("pay app=web,tier!=db >=high");
        assert_eq!((query.namespace.as_deref(), filter.text()), (Some("pay"), "app=web,tier!=db >=high"));
    }
}
