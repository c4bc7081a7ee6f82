use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::inventory::kinds::meta::Map;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// A workload and its pods carry a label that says what they are or whose: one of those that Kubernetes recommends, or of
/// those that everybody used before. Which of them an organisation asks for is its own.
pub static CHECK: Check = Check {
    id: "workload.labels",
    title: "Workloads carry labels that tell what they are",
    severity: Severity::Low,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["kubescape:C-0076", "kubescape:C-0077"],
    why: "Who is woken at night finds the owner of a pod, its dashboards and the rest of its application by labels; \
          policies and Services find it by nothing else.",
    remedy: Remedy {
        advice: "Give the workload and its pod template app.kubernetes.io/name and app.kubernetes.io/part-of; a selector \
                 that exists stays as it is.",
        // what it is called is not known from here
        fix: Fix::Advice,
        disruption: Disruption::Restarts,
        try_first: "Look whether a Service, a policy or a disruption budget selects the label that you add.",
    },
    run: Run::Objects(run),
};

/// Of these one is enough.
const KNOWN: [&str; 11] =
    ["app", "component", "env", "k8s-app", "name", "owner", "phase", "role", "team", "tier", "version"];
const RECOMMENDED: &str = "app.kubernetes.io/";
const EXPECTED: &str = "app.kubernetes.io/name, or another label that says what it is";

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for workload in cx.workloads {
        let hits = judge.reference(workload.owner.clone());
        let is_pod = &*workload.owner.kind == "Pod";
        // of an owner that was not read only the pods are known
        let own = (is_pod || workload.template.is_some()).then_some(workload.labels).filter(|labels| !say(labels));
        let of_pods = (!is_pod).then_some(workload.pod_labels).filter(|labels| !say(labels));
        let name = || workload.owner.kind_name();
        let text = match (own, of_pods) {
            (Some(_), Some(_)) => format!("neither {} nor its pods have a label that says what they are", name()),
            (Some(_), None) => format!("{} has no label that says what it is", name()),
            (None, Some(_)) => format!("the pods of {} have no label that says what they are", name()),
            (None, None) => continue,
        };
        let template = workload.prefix.strip_suffix("spec").unwrap_or_default();
        let places = [("", own), (template, of_pods)].into_iter().filter_map(|(at, labels)| Some((at, labels?)));
        let mut places = places.map(|(at, labels)| (FieldPath::of(&format!("{at}metadata.labels")), shown(labels)));
        let Some((path, actual)) = places.next() else { continue };
        let hit = hits.fail(path, actual, EXPECTED).message(text);
        for (path, actual) in places {
            hit.also(path, actual, EXPECTED);
        }
    }
}

fn say(labels: &Map) -> bool {
    labels
        .iter()
        .any(|(key, value)| !value.is_empty() && (key.starts_with(RECOMMENDED) || KNOWN.contains(&key.as_str())))
}

/// The keys that are there; absent where there are none.
fn shown(labels: &Map) -> Value {
    if labels.is_empty() { Value::Null } else { labels.keys().map(String::as_str).collect() }
}
