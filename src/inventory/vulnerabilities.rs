//! What Trivy Operator counted in the images of a workload: its VulnerabilityReports, by the labels that it sets.

use super::kinds::custom::Custom;
use super::lookup::{Answer, AnswerRow, Next, age};
use super::ways::counted;
use super::{Inventory, Kind};
use crate::model::ObjectRef;
use serde_json::Value;
use std::collections::BTreeMap;

/// Severities of a report, as its summary names them.
const COUNTS: [(&str, &str); 5] = [
    ("critical", "/report/summary/criticalCount"),
    ("high", "/report/summary/highCount"),
    ("medium", "/report/summary/mediumCount"),
    ("low", "/report/summary/lowCount"),
    ("unknown", "/report/summary/unknownCount"),
];

/// A label, or the annotation that stands for it where the name is too long for one.
fn label<'c>(report: &'c Custom, name: &str) -> &'c str {
    let key = format!("trivy-operator.{name}");
    let meta = &report.meta;
    meta.labels.get(&key).or_else(|| meta.annotations.get(&key)).map_or("", String::as_str)
}

fn time(report: &Custom) -> i64 {
    let written = report.at("/report/updateTimestamp").and_then(Value::as_str);
    let written = written.and_then(|text| text.parse::<jiff::Timestamp>().ok()).map(jiff::Timestamp::as_second);
    written.or(report.meta.creation_timestamp.map(|time| time.seconds)).unwrap_or(0)
}

fn count(report: &Custom, pointer: &str) -> u64 {
    report.at(pointer).and_then(Value::as_u64).unwrap_or(0)
}

impl Inventory {
    /// The top owner of what a report is about.
    fn reported(&self, report: &Custom) -> Option<ObjectRef> {
        let (kind, name) = (label(report, "resource.kind"), label(report, "resource.name"));
        let namespace = Some(label(report, "resource.namespace")).filter(|n| !n.is_empty());
        let namespace = namespace.unwrap_or(&report.meta.namespace);
        let kind = Kind::POD_SPEC.iter().find(|own| own.name() == kind)?;
        if *kind == Kind::Pod {
            let pod = self.pods.get((namespace, name))?;
            return Some(self.top_owner(pod));
        }
        Some(self.top_of(namespace, &kind.api_version(), kind.name(), name))
    }

    /// The newest report of each container of a workload.
    fn reports_of(&self, owner: &ObjectRef) -> BTreeMap<&str, &Custom> {
        let mut newest: BTreeMap<&str, &Custom> = BTreeMap::new();
        for report in self.customs_of(Kind::VulnerabilityReport) {
            if self.reported(report).as_ref() != Some(owner) {
                continue;
            }
            let known = newest.entry(label(report, "container.name")).or_insert(report);
            if time(report) > time(known) {
                *known = report;
            }
        }
        newest
    }

    /// Whether Trivy Operator's reports are served here.
    fn are_reports_served(&self) -> bool {
        !self.is_absent(Kind::VulnerabilityReport)
    }

    /// Counts by container, the worst first.
    pub(super) fn vulnerabilities(&self, owner: &ObjectRef, now: i64) -> Answer {
        let mut reports: Vec<_> = self.reports_of(owner).into_iter().collect();
        let counts = |report: &Custom| COUNTS.map(|(_, pointer)| count(report, pointer));
        reports.sort_by_key(|(name, report)| (std::cmp::Reverse(counts(report)), *name));
        let row = |(container, report): (&str, &Custom)| {
            let then = time(report);
            let mut cells = vec![container.to_owned()];
            cells.extend(counts(report).map(|count| count.to_string()));
            cells.push(if then > 0 { age(now - then) } else { String::new() });
            AnswerRow { cells, next: Next::Nowhere }
        };
        let rows: Vec<AnswerRow> = reports.into_iter().map(row).collect();
        let mut notes = Vec::new();
        if let Some(reason) = self.gap(Kind::VulnerabilityReport, owner.namespace.as_deref()) {
            notes.push(format!("Not all was read, so there may be more: vulnerabilityreports ({}).", reason.as_str()));
        } else if !self.are_reports_served() {
            notes.push("Trivy Operator's reports are not served here.".to_owned());
        } else if rows.is_empty() {
            notes.push("Trivy Operator has no report about it.".to_owned());
        } else {
            notes.push("As Trivy Operator counted them; plimsoll scans no images.".to_owned());
        }
        Answer { columns: &["container", "critical", "high", "medium", "low", "unknown", "age"], rows, notes }
    }

    /// `2 critical, 5 high in 1 container`; None: there is no report.
    pub(super) fn vulnerabilities_in_short(&self, owner: &ObjectRef) -> Option<String> {
        let reports = self.reports_of(owner);
        if reports.is_empty() {
            return None;
        }
        let sum = |pointer: &str| reports.values().map(|report| count(report, pointer)).sum::<u64>();
        let counts = COUNTS.iter().map(|(word, pointer)| (word, sum(pointer))).filter(|(_, count)| *count > 0);
        let counts: Vec<String> = counts.map(|(word, count)| format!("{count} {word}")).collect();
        let counts = if counts.is_empty() { "no known vulnerabilities".to_owned() } else { counts.join(", ") };
        Some(format!("{counts} in {}", counted(reports.len(), "container")))
    }
}
