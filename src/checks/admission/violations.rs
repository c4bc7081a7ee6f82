use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::inventory::json::text;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;
use std::collections::BTreeMap;

/// What policy engines report of objects that are there already: failed results of PolicyReports and of OpenReports,
/// `totalViolations` of Gatekeeper's constraints. Evidence: counts, by namespace and by constraint.
pub static CHECK: Check = Check {
    id: "admission.violations",
    title: "Policy engines report no violations",
    severity: Severity::Info,
    over: &[],
    needs: &[
        Kind::PolicyReport,
        Kind::ClusterPolicyReport,
        Kind::OpenReport,
        Kind::OpenClusterReport,
        Kind::GatekeeperConstraint,
    ],
    aliases: &[],
    why: "Admission judges what comes in; what was there before a rule, or under one that only audits, stands in the reports \
          and nowhere else.",
    remedy: Remedy {
        advice: "Work through the reports, put each object right or except it by name, then let the rule enforce.",
        fix: Fix::Advice,
        disruption: Disruption::None,
        try_first: "kubectl get policyreports -A, or kubectl get constraints, name the objects.",
    },
    run: Run::Cluster(run),
};

const REPORTS: [Kind; 4] = [Kind::PolicyReport, Kind::ClusterPolicyReport, Kind::OpenReport, Kind::OpenClusterReport];

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let inventory = cx.inventory;
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut seen = 0;
    for report in REPORTS.into_iter().flat_map(|kind| inventory.customs_of(kind)) {
        seen += 1;
        let failed = report.at("/summary/fail").and_then(Value::as_u64).unwrap_or_default();
        let place = report.meta.namespace().map_or_else(|| "the cluster".to_owned(), |n| format!("namespace {n}"));
        let source = text(&report.rest, "source");
        let name = if source.is_empty() { place } else { format!("{source}, {place}") };
        *counts.entry(name).or_default() += failed;
    }
    for constraint in inventory.customs_of(Kind::GatekeeperConstraint) {
        seen += 1;
        let failed = constraint.at("/status/totalViolations").and_then(Value::as_u64).unwrap_or_default();
        *counts.entry(format!("{}/{}", constraint.kind, constraint.meta.name)).or_default() += failed;
    }
    counts.retain(|_, failed| *failed > 0);
    let total: u64 = counts.values().sum();
    let (path, expected) = (FieldPath::of("reports"), "no failed result");
    let gap = CHECK.needs.iter().find_map(|kind| cx.gap(*kind, None));
    match (total, gap, seen) {
        (0, Some(reason), _) => {
            judge.cluster().unread(path, reason, expected);
        }
        (0, None, 0) => judge.not_applicable("no policy engine reports what it found"),
        (0, None, _) => {
            judge.cluster();
        }
        _ => {
            let at_least = if gap.is_some() { "at least " } else { "" };
            let most = counts.iter().max_by_key(|(_, failed)| **failed);
            let hit = judge.cluster().review(path.clone(), total, expected);
            hit.message(match (counts.len(), most) {
                (2.., Some((name, failed))) => format!(
                    "{at_least}{total} failed results in {} places, the most ({failed}) in {name}",
                    counts.len()
                ),
                (_, most) => format!("{at_least}{total} failed results in {}", most.map_or("", |(name, _)| name)),
            });
            for (name, failed) in counts {
                hit.also(path.clone().named(0, &name), failed, expected);
            }
        }
    }
}
