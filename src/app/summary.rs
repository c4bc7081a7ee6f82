//! What the screens need of a report, worked out once when it arrives.

use super::lists::{Lists, Owners};
use super::worst::worst_first;
use super::{Action, State};
use crate::model::findings::Row;
use crate::model::{ControlResult, FindingStatus, GapReason, Report, Severity, Verdict};
use foldhash::{HashMap, HashSet};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Rows of the first screen's list, its last lines included.
pub const FIRST_ROWS: usize = 20;

/// Failing findings by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally([usize; 5]);

impl Tally {
    fn add(&mut self, severity: Severity) {
        if let Some(count) = self.0.get_mut(severity as usize) {
            *count += 1;
        }
    }

    /// How many of one severity.
    pub fn of(&self, severity: Severity) -> usize {
        self.0.get(severity as usize).copied().unwrap_or(0)
    }

    /// How many.
    pub fn total(&self) -> usize {
        self.0.iter().sum()
    }

    /// `2 critical, 9 high`; empty where there are none.
    pub fn words(&self) -> String {
        let words: Vec<String> = Severity::ALL
            .into_iter()
            .filter(|s| self.of(*s) > 0)
            .map(|s| format!("{} {s}", thousands(self.of(s))))
            .collect();
        words.join(", ")
    }
}

/// A number with its thousands apart: `12,400`.
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Failing findings of applications that one fix puts right.
#[derive(Clone, Debug)]
pub struct Group {
    /// Check id.
    pub check: &'static str,
    /// The fix, as advice.
    pub fix: &'static str,
    /// The worst of its findings.
    pub severity: Severity,
    /// Positions in the report, worst first.
    pub findings: Vec<usize>,
    /// Top owners.
    pub applications: usize,
    /// Namespaces that they live in.
    pub namespaces: usize,
    /// Live pods that show it.
    pub instances: usize,
    /// What makes it worse, over all its findings.
    pub reach: Vec<&'static str>,
}

impl Group {
    /// Severity times reach, critical and high always before the rest.
    fn rank(&self) -> (bool, usize) {
        let weight = match self.severity {
            Severity::Critical => 27,
            Severity::High => 9,
            Severity::Medium => 3,
            Severity::Low => 1,
            Severity::Info => 0,
        };
        (self.severity >= Severity::High, weight * (1 + self.reach.len()))
    }
}

/// Controls left undecided for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapFold {
    /// The reason.
    pub reason: GapReason,
    /// Controls that are not evaluated because of it.
    pub controls: usize,
    /// Kinds that were not read because of it.
    pub kinds: Vec<Arc<str>>,
    /// Positions in the report's gaps.
    pub gaps: Vec<usize>,
}

/// SOC2 rows of a framework, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CriteriaFold {
    /// Findings speak against it.
    pub contradicted: usize,
    /// Supported in part.
    pub supported: usize,
    /// Nothing technical either way.
    pub no_evidence: usize,
    /// Only people can show it.
    pub people: usize,
}

/// Indexes and folds over one report.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    fingerprints: Vec<Arc<str>>,
    order: Vec<usize>,
    by_fingerprint: HashMap<Arc<str>, usize>,
    by_control: HashMap<(Arc<str>, Arc<str>), Vec<usize>>,
    control_at: HashMap<(Arc<str>, Arc<str>), usize>,
    /// What to act on, most urgent first: applications only.
    pub groups: Vec<Group>,
    /// Failing findings of platform components.
    pub platform: Tally,
    /// Failing findings of applications, all.
    pub applications: Tally,
    /// Failing findings in groups beyond the first screen.
    pub beyond: Tally,
    /// Groups on the first screen.
    pub shown: usize,
    /// Candidates for review.
    pub review: usize,
    /// Findings that a person's record waives; built-in exemptions are counted by the report.
    pub waived: usize,
    /// Undecided, by reason, most controls first.
    pub gaps: Vec<GapFold>,
    /// SOC2 rows by framework.
    pub criteria: BTreeMap<Arc<str>, CriteriaFold>,
    /// Namespaces that occur in findings.
    pub namespaces: Vec<Arc<str>>,
    /// Teams that occur in findings.
    pub teams: BTreeSet<Arc<str>>,
    /// Positions by the owner's name: few owners share one.
    by_owner_name: HashMap<Arc<str>, Vec<usize>>,
    /// Names of top owners in findings, by kind.
    pub owners: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    /// Failing findings by namespace.
    failing: HashMap<Arc<str>, usize>,
}

impl Summary {
    /// Of a report.
    pub fn of(report: &Report) -> Self {
        Self::after(report, None)
    }

    /// Of a report that came after another, of which the summary is known: most findings are the same.
    pub fn after(report: &Report, before: Option<(&Report, &Self)>) -> Self {
        let mut summary = Self { order: worst_first(&report.findings), ..Self::default() };
        summary.fingerprints = fingerprints(report, before);
        summary.by_fingerprint =
            (0..).zip(&summary.fingerprints).map(|(i, fingerprint)| (fingerprint.clone(), i)).collect();
        let mut owners = Owners::default();
        let (mut by_name, mut by_control, mut groups) = (Lists::default(), Lists::default(), Lists::default());
        let (mut of_controls, mut of_said) = (HashMap::default(), HashMap::default());
        let mut namespaces = BTreeSet::new();
        // what is put together in this order is in this order
        for (i, finding) in summary.order.iter().filter_map(|i| Some((*i, report.findings.row(*i)?))) {
            let controls = of_controls.entry(Arc::as_ptr(finding.controls()).addr()).or_insert_with(|| {
                let names = finding.controls().iter().map(|control| (control.framework.clone(), control.id.clone()));
                names.map(|name| by_control.list(name)).collect::<Vec<_>>()
            });
            controls.iter().for_each(|list| by_control.push(*list, i));
            let owner = owners.of(&finding, |owner| {
                summary.teams.extend(finding.team().cloned());
                summary.owners.entry(owner.kind.clone()).or_default().insert(owner.name.clone());
                by_name.list(owner.name.clone())
            });
            by_name.push(owner.list, i);
            let namespace = &finding.resource().namespace;
            if let Some(namespace) = namespace.as_ref().filter(|namespace| !namespaces.contains(*namespace)) {
                namespaces.insert(namespace.clone());
            }
            if let (FindingStatus::Fail, Some(namespace)) = (finding.status(), namespace) {
                *summary.failing.entry(namespace.clone()).or_default() += 1;
            }
            match finding.status() {
                FindingStatus::Fail if finding.platform() => summary.platform.add(finding.severity()),
                FindingStatus::Fail => {
                    summary.applications.add(finding.severity());
                    let list = || groups.list((finding.check(), finding.remediation()));
                    let group = *of_said.entry(finding.said_number()).or_insert_with(list);
                    groups.push(group, i);
                }
                FindingStatus::Manual => summary.review += 1,
                FindingStatus::Waived => summary.waived += usize::from(finding.is_waived_by_people()),
                FindingStatus::NotEvaluated => {}
            }
        }
        for (i, control) in report.controls.iter().enumerate() {
            summary.control_at.insert((control.framework.clone(), control.id.clone()), i);
        }
        summary.by_owner_name = by_name.all().collect();
        summary.by_control = by_control.all().collect();
        summary.namespaces = namespaces.into_iter().collect();
        summary.groups = groups.all().map(|((check, fix), found)| group(check, fix, found, report, &owners)).collect();
        summary.groups.sort_by_key(|g| (Reverse(g.rank()), Reverse(g.applications), g.check, g.fix));
        summary.fold_first_screen(report);
        summary.gaps = fold_gaps(report);
        summary.criteria = fold_criteria(report);
        summary
    }

    /// Leaves room for the lines that count what is not listed.
    fn fold_first_screen(&mut self, report: &Report) {
        let room = FIRST_ROWS - usize::from(self.platform.total() > 0);
        self.shown = if self.groups.len() <= room { self.groups.len() } else { room - 1 };
        for finding in self.groups.iter().skip(self.shown).flat_map(|g| &g.findings) {
            if let Some(finding) = report.findings.row(*finding) {
                self.beyond.add(finding.severity());
            }
        }
    }

    /// Fingerprints of the report's findings, in its order.
    pub fn fingerprints(&self) -> &[Arc<str>] {
        &self.fingerprints
    }

    /// The fingerprint of a finding by position.
    pub fn fingerprint(&self, position: usize) -> Option<&Arc<str>> {
        self.fingerprints.get(position)
    }

    /// Positions of all findings, worst first.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// Positions of findings whose owner has this name, wherever it lives.
    pub fn of_owners_named(&self, name: &str) -> &[usize] {
        self.by_owner_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// Position of a finding.
    pub fn finding(&self, fingerprint: &str) -> Option<usize> {
        self.by_fingerprint.get(fingerprint).copied()
    }

    /// Positions of a control's findings, worst first.
    pub fn of_control(&self, framework: &Arc<str>, id: &Arc<str>) -> &[usize] {
        self.by_control.get(&(framework.clone(), id.clone())).map_or(&[], Vec::as_slice)
    }

    /// Failing findings in a namespace; None: all, of cluster-scoped objects as well.
    pub fn failing_in(&self, namespace: Option<&Arc<str>>) -> usize {
        match namespace {
            Some(namespace) => self.failing.get(namespace).copied().unwrap_or(0),
            None => self.platform.total() + self.applications.total(),
        }
    }

    /// Position of a control.
    pub fn control(&self, framework: &Arc<str>, id: &Arc<str>) -> Option<usize> {
        self.control_at.get(&(framework.clone(), id.clone())).copied()
    }
}

/// Fingerprints of a report's findings. Both reports are in the same order: what was known is taken from its place, or from
/// one close behind it, where some went.
fn fingerprints(report: &Report, before: Option<(&Report, &Summary)>) -> Vec<Arc<str>> {
    /// Places that are looked at.
    const NEAR: usize = 8;
    let mut next = 0;
    let mut known = |finding: &Row<'_>| {
        let (before, summary) = before?;
        let same = |at: &usize| before.findings.row(*at).is_some_and(|other| other.is_same(finding));
        let at = (next..next + NEAR).find(same)?;
        next = at + 1;
        summary.fingerprint(at).cloned()
    };
    report.findings.rows().map(|finding| known(&finding).unwrap_or_else(|| finding.fingerprint())).collect()
}

fn group(check: &'static str, fix: &'static str, found: Vec<usize>, report: &Report, owners: &Owners<'_>) -> Group {
    let (mut seen, mut reach) = (HashSet::default(), BTreeSet::new());
    let (mut severity, mut instances) = (Severity::Info, 0);
    for finding in found.iter().filter_map(|i| report.findings.row(*i)) {
        if seen.insert(finding.owner_number()) {
            reach.extend(finding.reach().iter().copied());
        }
        severity = severity.max(finding.severity());
        instances += finding.instances().unwrap_or(0);
    }
    let seen = || owners.these(seen.iter());
    let applications = seen().map(|owner| owner.object).collect::<HashSet<_>>().len();
    let namespaces = seen().filter_map(|owner| owner.namespace).collect::<HashSet<_>>().len();
    Group {
        check,
        fix,
        severity,
        findings: found,
        applications,
        namespaces,
        instances,
        reach: reach.into_iter().collect(),
    }
}

fn fold_gaps(report: &Report) -> Vec<GapFold> {
    let mut folds: BTreeMap<GapReason, GapFold> = BTreeMap::new();
    let fresh = |reason| GapFold { reason, controls: 0, kinds: Vec::new(), gaps: Vec::new() };
    for (i, gap) in report.gaps.iter().enumerate() {
        let fold = folds.entry(gap.reason).or_insert_with(|| fresh(gap.reason));
        fold.gaps.push(i);
        if !fold.kinds.contains(&gap.kind) {
            fold.kinds.push(gap.kind.clone());
        }
    }
    for control in report.controls.iter().filter(|c| c.status == Verdict::NotEvaluated) {
        let reason = control.reason.unwrap_or(GapReason::NotImplemented);
        folds.entry(reason).or_insert_with(|| fresh(reason)).controls += 1;
    }
    let mut folds: Vec<GapFold> = folds.into_values().collect();
    folds.sort_by_key(|fold| (fold.reason == GapReason::NotImplemented, Reverse(fold.controls), fold.reason));
    folds
}

fn fold_criteria(report: &Report) -> BTreeMap<Arc<str>, CriteriaFold> {
    let mut folds: BTreeMap<Arc<str>, CriteriaFold> = BTreeMap::new();
    for control in report.controls.iter().filter(|c| is_criterion(c)) {
        let fold = folds.entry(control.framework.clone()).or_default();
        match control.status {
            Verdict::Contradicted => fold.contradicted += 1,
            Verdict::SupportedInPart => fold.supported += 1,
            Verdict::NeedsPeople => fold.people += 1,
            _ => fold.no_evidence += 1,
        }
    }
    folds
}

/// Whether a row is a SOC2 criterion: not scored, neither passes nor fails.
pub fn is_criterion(control: &ControlResult) -> bool {
    control.criterion.is_some()
}

/// What a reason means, in the words of the first screen.
pub fn reason_words(reason: GapReason) -> &'static str {
    match reason {
        GapReason::Forbidden => "no right to read",
        GapReason::TimedOut => "no answer in time",
        GapReason::ReadFailed => "the read failed",
        GapReason::DiscoveryFailed => "discovery failed",
        GapReason::Undecodable => "objects that do not decode",
        GapReason::OptIn => "read only on request",
        GapReason::Stale => "read before, lost since",
        GapReason::NoControlPlanePod => "no control-plane pod visible",
        GapReason::NoKubeletAccess => "kubelet configuration not read",
        GapReason::NoNodeEvidence => "nothing looked at the nodes' files",
        GapReason::SourceCannotHoldIt => "this source cannot hold it",
        GapReason::NotImplemented => "no check built for it yet",
    }
}

/// What to do about a reason.
pub fn reason_todo(state: &State, reason: GapReason) -> String {
    let key = |action| state.key(action);
    match reason {
        GapReason::Forbidden => format!("{} shows the role to ask for", key(Action::Role)),
        GapReason::TimedOut | GapReason::ReadFailed | GapReason::DiscoveryFailed | GapReason::Stale => {
            format!("{} tries again", key(Action::Rescan))
        }
        GapReason::Undecodable => "each object is in the list of gaps".to_owned(),
        GapReason::OptIn => "start with --with-secrets or --with-configmaps".to_owned(),
        GapReason::SourceCannotHoldIt => "scan the cluster, all namespaces".to_owned(),
        GapReason::NoControlPlanePod
        | GapReason::NoKubeletAccess
        | GapReason::NoNodeEvidence
        | GapReason::NotImplemented => format!("collect it as the control's {} says", key(Action::Explain)),
    }
}
