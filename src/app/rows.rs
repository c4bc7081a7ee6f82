//! Rows of the lists: which there are, by id, and the text that a filter looks at.

use super::query::Query;
use super::summary::{self, is_criterion};
use super::{Session, State};
use crate::model::{ControlResult, Finding, FindingStatus, GapReason, Report, Verdict};
use std::sync::Arc;

/// A row's identity: the selection follows it, not the position.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RowId {
    /// A framework's score.
    Framework(Arc<str>),
    /// A section of a framework on the overview, level 1: framework and section.
    Part(Arc<str>, Arc<str>),
    /// A framework's SOC2 rows.
    Criteria(Arc<str>),
    /// Check and fix.
    Group(&'static str, &'static str),
    /// What platform components fail.
    Platform,
    /// What the first screen does not list.
    Beyond,
    /// Undecided for this reason.
    Reason(GapReason),
    /// The role to ask for.
    AskRole,
    /// A section's heading: framework and section.
    Section(Arc<str>, Arc<str>),
    /// Framework and control.
    Control(Arc<str>, Arc<str>),
    /// Controls of level 2, folded: framework.
    LevelTwo(Arc<str>),
    /// A finding by fingerprint.
    Finding(Arc<str>),
    /// A gap by position.
    Gap(usize),
    /// A context.
    Context(Arc<str>),
    /// A namespace; None: all.
    Namespace(Option<Arc<str>>),
}

/// A list or a text that has a box of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaneKind {
    /// Overview: frameworks.
    Frameworks,
    /// Overview: act on first.
    ActFirst,
    /// Overview: could not look.
    CouldNotLook,
    /// Sections and controls of a framework; true: its SOC2 rows only.
    Controls(Arc<str>, bool),
    /// Findings of a control.
    Failing(Arc<str>, Arc<str>),
    /// Findings by query.
    Findings(Query),
    /// Gaps, of one reason or all.
    Gaps(Option<GapReason>),
    /// Contexts of the kubeconfig.
    Contexts,
    /// Namespaces.
    Namespaces,
    /// The YAML of a finding's resource.
    Yaml(Arc<str>),
    /// Why and how to put right: text beside the YAML.
    Fix(Arc<str>),
    /// A text.
    Text(TextKind),
}

/// A text that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextKind {
    /// The chain behind a finding.
    Finding(Arc<str>),
    /// What a control asks.
    Control(Arc<str>, Arc<str>),
    /// What a check does.
    Check(&'static str),
    /// A gap by position.
    Gap(usize),
    /// The role to ask for.
    Role,
    /// Keys and commands.
    Help,
}

impl PaneKind {
    /// Whether it is a list of rows; else it is text.
    pub fn is_list(&self) -> bool {
        !matches!(self, Self::Yaml(_) | Self::Fix(_) | Self::Text(_))
    }
}

/// The rows of a list, unfiltered.
pub fn rows(state: &State, pane: &PaneKind) -> Vec<RowId> {
    let session = &state.session;
    match pane {
        PaneKind::Contexts => {
            state.contexts.ready().into_iter().flatten().map(|context| RowId::Context(context.name.clone())).collect()
        }
        PaneKind::Namespaces => namespaces(state),
        _ => session.report.as_deref().map_or_else(Vec::new, |report| of_report(state, report, pane)),
    }
}

fn of_report(state: &State, report: &Report, pane: &PaneKind) -> Vec<RowId> {
    let summary = &state.session.summary;
    match pane {
        PaneKind::Frameworks => frameworks(state, report),
        PaneKind::ActFirst => {
            let groups = summary.groups.iter().take(summary.shown).map(|g| RowId::Group(g.check, g.fix));
            let platform = (summary.platform.total() > 0).then_some(RowId::Platform);
            let beyond = (summary.beyond.total() > 0).then_some(RowId::Beyond);
            groups.chain(platform).chain(beyond).collect()
        }
        PaneKind::CouldNotLook => {
            let role = summary.gaps.iter().any(|g| g.reason == GapReason::Forbidden).then_some(RowId::AskRole);
            summary.gaps.iter().map(|g| RowId::Reason(g.reason)).chain(role).collect()
        }
        PaneKind::Controls(framework, criteria) => controls(state, report, framework, *criteria),
        PaneKind::Failing(framework, id) => summary
            .of_control(framework, id)
            .iter()
            .filter_map(|i| report.findings.get(*i))
            .filter(|f| !state.failures_only || f.status == FindingStatus::Fail)
            .map(|f| RowId::Finding(f.fingerprint.clone()))
            .collect(),
        PaneKind::Findings(query) => {
            let mut found: Vec<usize> = (0..report.findings.len())
                .filter(|i| {
                    let keeps =
                        |f: &Finding| query.keeps(f) && (!state.failures_only || f.status == FindingStatus::Fail);
                    report.findings.get(*i).is_some_and(keeps)
                })
                .collect();
            summary::sort(&mut found, report);
            found
                .iter()
                .filter_map(|i| report.findings.get(*i))
                .map(|f| RowId::Finding(f.fingerprint.clone()))
                .collect()
        }
        PaneKind::Gaps(reason) => {
            let wanted = |i: &usize| report.gaps.get(*i).is_some_and(|gap| reason.is_none_or(|r| r == gap.reason));
            let gaps = (0..report.gaps.len()).filter(wanted).map(RowId::Gap);
            // Under them what they leave undecided.
            let undecided =
                |c: &&ControlResult| c.status == Verdict::NotEvaluated && reason.is_none_or(|r| c.reason == Some(r));
            let controls = report.controls.iter().filter(undecided);
            gaps.chain(controls.map(|c| RowId::Control(c.framework.clone(), c.id.clone()))).collect()
        }
        _ => Vec::new(),
    }
}

/// Rows of a window in which the overview has room for the sections of the first benchmark.
const TALL: u16 = 45;

/// Controls of a section of level 1, or without one.
pub fn part<'r>(report: &'r Report, framework: &'r str, section: &'r str) -> impl Iterator<Item = &'r ControlResult> {
    report.controls.iter().filter(move |c| {
        *c.framework == *framework
            && *c.section == *section
            && !is_criterion(c)
            && c.level.is_none_or(|level| level < 2)
    })
}

fn frameworks(state: &State, report: &Report) -> Vec<RowId> {
    let tall = state.size.1 >= TALL;
    let first = state.preferences().framework.as_ref();
    let has = |id: &Arc<str>, criterion: bool| {
        report.controls.iter().any(|c| c.framework == *id && is_criterion(c) == criterion)
    };
    let mut rows = Vec::new();
    let mut frameworks: Vec<_> = report.frameworks.iter().collect();
    frameworks.sort_by_key(|framework| Some(&framework.id) != first);
    for framework in frameworks {
        let criteria = has(&framework.id, true);
        if !criteria || has(&framework.id, false) {
            rows.push(RowId::Framework(framework.id.clone()));
            if tall && rows.len() == 1 {
                let mut sections: Vec<&Arc<str>> = Vec::new();
                for control in report.controls.iter().filter(|c| c.framework == framework.id) {
                    let is_new = !sections.contains(&&control.section);
                    if is_new && part(report, &framework.id, &control.section).next().is_some() {
                        sections.push(&control.section);
                    }
                }
                rows.extend(sections.into_iter().map(|s| RowId::Part(framework.id.clone(), s.clone())));
            }
        }
        if criteria {
            rows.push(RowId::Criteria(framework.id.clone()));
        }
    }
    rows
}

/// Whether a row still needs somebody: what ctrl-z leaves.
fn is_failure(control: &ControlResult) -> bool {
    matches!(control.status, Verdict::Fail | Verdict::Contradicted)
}

fn controls(state: &State, report: &Report, framework: &Arc<str>, criteria: bool) -> Vec<RowId> {
    let unfolded = state.level_two.contains(framework);
    let mut rows = Vec::new();
    let (mut section, mut folded) = (None, false);
    let shown = |c: &&ControlResult| {
        c.framework == *framework && is_criterion(c) == criteria && (!state.failures_only || is_failure(c))
    };
    for control in report.controls.iter().filter(shown) {
        if control.level.is_some_and(|level| level > 1) {
            folded = true;
            if !unfolded {
                continue;
            }
        }
        if section != Some(&control.section) {
            section = Some(&control.section);
            rows.push(RowId::Section(framework.clone(), control.section.clone()));
        }
        rows.push(RowId::Control(framework.clone(), control.id.clone()));
    }
    if folded {
        rows.push(RowId::LevelTwo(framework.clone()));
    }
    rows
}

fn namespaces(state: &State) -> Vec<RowId> {
    let listed = state.namespaces.ready().into_iter().flatten();
    let mut names: Vec<&Arc<str>> = listed.chain(&state.session.summary.namespaces).chain(&state.favourites).collect();
    names.sort();
    names.dedup();
    std::iter::once(None).chain(names.into_iter().map(|n| Some(n.clone()))).map(RowId::Namespace).collect()
}

/// The text of a row that a filter looks at.
pub fn haystack(state: &State, row: &RowId) -> String {
    let session = &state.session;
    match row {
        RowId::Finding(fingerprint) => session.finding(fingerprint).map(finding_text).unwrap_or_default(),
        RowId::Control(framework, id) => session
            .control(framework, id)
            .map(|c| format!("{} {} {} {}", c.status.short(), c.status, c.id, c.title))
            .unwrap_or_default(),
        RowId::Section(_, section) | RowId::Part(_, section) => section.to_string(),
        RowId::Framework(id) | RowId::Criteria(id) => {
            session.framework(id).map(|f| format!("{} {} {}", f.id, f.title, f.version)).unwrap_or_default()
        }
        RowId::Group(check, fix) => group_text(session, check, fix),
        RowId::Reason(reason) => summary::reason_words(*reason).to_owned(),
        RowId::Gap(i) => session
            .report
            .as_deref()
            .and_then(|report| report.gaps.get(*i))
            .map(|g| {
                let namespace = g.namespace.as_deref().unwrap_or_default();
                format!("{} {namespace} {} {}", g.kind, summary::reason_words(g.reason), g.message)
            })
            .unwrap_or_default(),
        RowId::Context(name) => name.to_string(),
        RowId::Namespace(name) => name.as_deref().unwrap_or("all").to_owned(),
        RowId::Platform => "platform".to_owned(),
        RowId::LevelTwo(_) => "level 2".to_owned(),
        RowId::Beyond | RowId::AskRole => String::new(),
    }
}

fn group_text(session: &Session, check: &str, fix: &str) -> String {
    let Some(group) = session.group(check, fix) else { return check.to_owned() };
    let mut text = format!("{} {} {check} {}", group.severity.short(), group.severity, group.reach.join(" "));
    for finding in group.findings.iter().filter_map(|i| session.report.as_deref()?.findings.get(*i)) {
        text.push(' ');
        text.push_str(&finding.resource.to_string());
    }
    text
}

fn finding_text(f: &Finding) -> String {
    let namespace = f.resource.namespace.as_deref().unwrap_or_default();
    let container = f.container.as_deref().unwrap_or_default();
    let team = f.team.as_deref().unwrap_or_default();
    format!(
        "{} {} {} {} {namespace} {} {container} {team} {} {}",
        f.severity.short(),
        f.severity,
        f.status.short(),
        f.check,
        f.resource.kind_name(),
        f.reach.join(" "),
        f.message,
    )
}
