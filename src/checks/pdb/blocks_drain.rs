use super::super::{Check, Cx, Judge, Run};
use crate::inventory::kinds::limits::PodDisruptionBudget;
use crate::inventory::{Inventory, Kind, Workload};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use std::collections::{BTreeMap, HashMap};

/// A budget that lets no pod go: `maxUnavailable` of 0, `minAvailable` of 100%, or as many as there are (percentages
/// round up, as the API server counts), or two budgets on one pod, which the API server refuses to evict at all. Absent
/// selectors select nothing, empty ones all of the namespace (pitfall 60).
pub static CHECK: Check = Check {
    id: "pdb.blocks-drain",
    title: "Disruption budgets let a node be drained",
    severity: Severity::Medium,
    over: &[Kind::PodDisruptionBudget],
    needs: NEEDS,
    aliases: &[
        "kube-linter:pdb-max-unavailable",
        "kube-linter:pdb-min-available",
        "polaris:pdbDisruptionsIsZero",
        "polaris:pdbMinAvailableEqualToHPAMinReplicas",
        "polaris:pdbMinAvailableGreaterThanHPAMinReplicas",
        "popeye:POP-901",
    ],
    why: "A drain waits for ever on such a budget: upgrades stall, or somebody deletes the pods by force and takes all of \
          them at once.",
    remedy: Remedy {
        advice: "Allow one pod to be unavailable (maxUnavailable: 1) and run two replicas or more; keep one budget a \
                 workload.",
        fix: Fix::ByField(&[("maxUnavailable", Fix::Set("1")), ("", Fix::Advice)]),
        disruption: Disruption::None,
        try_first: "kubectl drain --dry-run=server NODE names the pods that cannot be evicted.",
    },
    run: Run::Objects(run),
};

const NEEDS: &[Kind] = &[
    Kind::Pod,
    Kind::Deployment,
    Kind::StatefulSet,
    Kind::ReplicaSet,
    Kind::ReplicationController,
    Kind::HorizontalPodAutoscaler,
];

/// What a budget holds on to.
#[derive(Default)]
struct Held<'a> {
    /// Pods that there should be.
    pods: i32,
    /// A workload that another budget selects too, and that one.
    twice: Option<(String, &'a PodDisruptionBudget)>,
}

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let held = held(cx);
    let kind = Kind::PodDisruptionBudget;
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for (namespace, _) in cx.inventory.budgets.keys() {
        *count.entry(namespace).or_default() += 1;
    }
    for budget in cx.inventory.budgets.values().filter(|budget| cx.in_scope(kind, &budget.meta)) {
        let hits = judge.object(kind, &budget.meta);
        let (namespace, name) = (budget.meta.namespace.as_str(), budget.meta.name.as_str());
        let nothing = Held::default();
        let held = held.get(&(namespace, name)).unwrap_or(&nothing);
        let gap = NEEDS.iter().find_map(|kind| cx.gap(*kind, Some(namespace)));
        if let Some(most) = &budget.spec.max_unavailable
            && (most.number() == Some(0) || most.percent() == Some(0))
        {
            hits.fail(FieldPath::of("spec.maxUnavailable"), most.to_string(), "1 or more")
                .message(format!("budget {name} lets no pod go"));
        }
        if let Some(least) = &budget.spec.min_available {
            let path = FieldPath::of("spec.minAvailable");
            let expected = "fewer than there are";
            let percent = least.percent().unwrap_or_default();
            let wanted = least.number().unwrap_or(percent.saturating_mul(held.pods).saturating_add(99) / 100);
            if percent >= 100 {
                hits.fail(path, least.to_string(), expected).message(format!("budget {name} lets no pod go"));
            } else if let Some(reason) = gap {
                hits.unread(path, reason, expected)
                    .message(format!("how many pods budget {name} holds on to was not read"));
            } else if held.pods > 0 && wanted >= held.pods {
                hits.fail(path, least.to_string(), expected)
                    .message(format!("budget {name} keeps {wanted} of {} pods: none may go", held.pods));
            }
        }
        let path = FieldPath::of("spec.selector");
        let expected = "no other budget on the same pods";
        match (&held.twice, gap) {
            (Some((workload, other)), _) => {
                let other = other.meta.name.as_str();
                hits.fail(path, other, expected)
                    .message(format!("{workload} is held by budgets {name} and {other}: it cannot be evicted"));
            }
            // with another one in the namespace, a workload that was not read may be held by both
            (None, Some(reason)) if count.get(namespace).is_some_and(|count| *count > 1) => {
                hits.unread(path, reason, expected)
                    .message(format!("whether another budget selects the pods of {name} was not read"));
            }
            _ => {}
        }
    }
}

/// What each budget holds on to, by namespace and name.
fn held<'a>(cx: &Cx<'a>) -> HashMap<(&'a str, &'a str), Held<'a>> {
    let mut held: HashMap<_, Held<'a>> = HashMap::new();
    let mut add = |namespace: &str, labels, pods: i32, name: &dyn Fn() -> String| {
        let budgets = cx.scaling().budgets(namespace, labels);
        for (index, budget) in budgets.iter().enumerate() {
            let entry = held.entry((budget.meta.namespace.as_str(), budget.meta.name.as_str())).or_default();
            entry.pods = entry.pods.saturating_add(pods);
            let other = budgets.iter().enumerate().find(|(other, _)| *other != index);
            if let Some((_, other)) = other.filter(|_| entry.twice.is_none()) {
                entry.twice = Some((name(), other));
            }
        }
    };
    for kind in [Kind::Deployment, Kind::StatefulSet, Kind::ReplicaSet, Kind::ReplicationController] {
        for row in cx.inventory.controllers_of(kind).filter(|row| row.meta.controller().is_none()) {
            let autoscaler = cx.scaling().autoscaler(kind, &row.meta);
            let pods = row.replicas.unwrap_or(1).max(autoscaler.map_or(0, |autoscaler| autoscaler.least()));
            add(&row.meta.namespace, &row.pod_labels, pods, &|| format!("{} {}", kind.name(), row.meta.name));
        }
    }
    for workload in cx.workloads.iter().filter(|workload| counts_by_pods(cx.inventory, workload)) {
        let pods = i32::try_from(workload.pod_count()).unwrap_or(i32::MAX);
        add(workload.namespace(), workload.pod_labels, pods, &|| {
            format!("{} {}", workload.owner.kind, workload.owner.name)
        });
    }
    held
}

/// Bare pods and what an unknown controller runs: there are as many as there are pods. A drain leaves DaemonSets alone,
/// and Jobs end.
fn counts_by_pods(inventory: &Inventory, workload: &Workload<'_>) -> bool {
    let owner = &workload.owner;
    match Kind::of(owner.group(), &owner.kind) {
        Some(Kind::Pod) => !workload.mirror,
        Some(kind) => {
            let key = (kind, (workload.namespace().into(), owner.name.clone()));
            !matches!(kind, Kind::DaemonSet | Kind::Job | Kind::CronJob) && !inventory.controllers.contains_key(&key)
        }
        None => true,
    }
}
