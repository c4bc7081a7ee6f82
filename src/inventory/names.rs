//! Kinds and resources by the names that people type.

use super::Kind;

/// Short names of resources, as kubectl has them, and singular ones.
const SHORT: &[(&str, &str)] = &[
    ("cm", "configmaps"),
    ("cj", "cronjobs"),
    ("deploy", "deployments"),
    ("ds", "daemonsets"),
    ("ep", "endpoints"),
    ("ing", "ingresses"),
    ("netpol", "networkpolicies"),
    ("no", "nodes"),
    ("ns", "namespaces"),
    ("po", "pods"),
    ("pv", "persistentvolumes"),
    ("pvc", "persistentvolumeclaims"),
    ("rs", "replicasets"),
    ("sa", "serviceaccounts"),
    ("sts", "statefulsets"),
    ("svc", "services"),
];

/// A resource as RBAC names it, from what people type: `secret`, `po/exec`, `deploy`.
pub fn resource_name(typed: &str) -> String {
    let typed = typed.to_lowercase();
    let (name, sub) = typed.split_once('/').map_or((typed.as_str(), None), |(name, sub)| (name, Some(sub)));
    let short = SHORT.iter().find(|(short, _)| *short == name).map(|(_, plural)| *plural);
    let singular = || Kind::ALL.iter().map(|kind| kind.info()).find(|info| info.name.to_lowercase() == name);
    let name = short.or_else(|| singular().map(|info| info.plural)).unwrap_or(name);
    sub.map_or_else(|| name.to_owned(), |sub| format!("{name}/{sub}"))
}

/// The kind that is meant: `deploy`, `deployments`, `Deployment`.
pub fn kind_name(typed: &str) -> Option<&'static str> {
    let plural = resource_name(typed);
    Kind::ALL.iter().map(|kind| kind.info()).find(|info| info.plural == plural).map(|info| info.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_kubectl() {
        let names = ["secret", "po/exec", "Deployment", "netpol", "widgets"].map(resource_name);
        assert_eq!(names, ["secrets", "pods/exec", "deployments", "networkpolicies", "widgets"]);
        assert_eq!(
            (kind_name("deploy"), kind_name("sts"), kind_name("widget")),
            (Some("Deployment"), Some("StatefulSet"), None)
        );
    }
}
