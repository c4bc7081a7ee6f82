use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::inventory::engines::{Cover, ENGINE_KINDS};
use crate::inventory::network::labels_of;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// `pod-security.kubernetes.io/enforce`, its value and not its presence (pitfall 40), or an engine that refuses unsafe
/// pods in that namespace (pitfalls 41, 42); CIS 5.2.1. The choice holds per namespace, so it is made here.
pub static CHECK: Check = Check {
    id: "ns.pss-enforce",
    title: "Every namespace refuses unsafe pods",
    severity: Severity::Medium,
    over: &[Kind::Namespace],
    needs: ENGINE_KINDS,
    aliases: &["kubescape:C-0192", "kube-bench:5.2.1"],
    why: "Without Pod Security admission or a policy engine that denies, the API server accepts any pod, privileged ones \
          included.",
    remedy: Remedy {
        advice: "Label the namespace pod-security.kubernetes.io/enforce: baseline, or restricted where its pods allow.",
        // a version that does not act on the label needs an engine
        fix: Fix::ByField(&[("labels", Fix::Set("\"baseline\"")), ("", Fix::Advice)]),
        disruption: Disruption::MayBreak,
        try_first: "kubectl label --dry-run=server --overwrite namespace NAME pod-security.kubernetes.io/enforce=baseline \
                    prints the running pods that would be refused; they stay until they are replaced.",
    },
    run: Run::Objects(run),
};

const LABEL: &str = "pod-security.kubernetes.io/enforce";

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let engines = cx.engines();
    for namespace in cx.inventory.namespaces.values().filter(|n| cx.in_scope(Kind::Namespace, &n.meta)) {
        let (name, labels) = (namespace.meta.name.as_str(), &namespace.meta.labels);
        let hits = judge.object(Kind::Namespace, &namespace.meta);
        let enforce = labels.get(LABEL).map(String::as_str);
        // Pod Security admission is on from 1.23
        let acts = cx.version().at_least(23);
        if acts && matches!(enforce, Some("baseline" | "restricted")) {
            continue;
        }
        let path = if acts { FieldPath::of("metadata.labels").key(LABEL) } else { FieldPath::root() };
        let actual = || enforce.map_or(Value::Null, Value::from);
        let expected = "baseline or restricted, or an engine that refuses unsafe pods here";
        let cover = engines.cover(name, &labels_of(name, Some(labels)));
        let gap = match cover {
            Cover::Refused(_) => continue,
            Cover::Unread(reason) => Some(reason),
            Cover::Perhaps(..) | Cover::No(_) => engines.gap(Some(name)),
        };
        if let Some(reason) = gap {
            hits.unread(path, reason, expected)
                .message(format!("namespace {name} has no such label, and whether an engine covers it was not read"));
            continue;
        }
        let label = match enforce {
            None if ["warn", "audit"]
                .iter()
                .any(|m| labels.contains_key(&format!("pod-security.kubernetes.io/{m}"))) =>
            {
                format!("namespace {name} only warns or audits")
            }
            None => format!("namespace {name} has no enforce label"),
            Some("privileged") => format!("namespace {name} enforces privileged, which allows everything"),
            Some("baseline" | "restricted") => format!("this version does not act on the label of namespace {name}"),
            Some(_) => format!("the enforce label of namespace {name} is no level"),
        };
        match cover {
            Cover::Perhaps(policy, why) => {
                hits.review(path, actual(), expected).message(format!("{label}; {} {why}", policy.object));
            }
            Cover::No(Some((policy, why))) => {
                hits.fail(path, actual(), expected).message(format!("{label}; {} {why}", policy.object));
            }
            _ => {
                hits.fail(path, actual(), expected).message(label);
            }
        }
    }
}
