//! Rows of the lists: which there are, by id, and the text that a filter looks at.

use super::query::Query;
use super::summary::{self, Group, is_criterion};
use super::{Load, Session, State};
use crate::inventory::Question;
use crate::model::findings::Row;
use crate::model::{ControlResult, GapReason, Report, Verdict};
use std::sync::Arc;

/// A row's identity: the selection follows it, not the position.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowId {
    /// A framework's score.
    Framework(Arc<str>),
    /// A section of a framework on the overview, or what several come under, level 1: framework and number.
    Part(Arc<str>, Arc<str>),
    /// The frameworks for which the overview has no room, and those of other platforms.
    MoreFrameworks,
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
    /// Who answers a control: framework and control.
    Answer(Arc<str>, Arc<str>),
    /// A finding by fingerprint.
    Finding(Arc<str>),
    /// A gap by position.
    Gap(usize),
    /// A context.
    Context(Arc<str>),
    /// A node.
    Node(Arc<str>),
    /// A namespace; None: all.
    Namespace(Option<Arc<str>>),
    /// A row of an answer: its cells.
    Found(Arc<[String]>),
    /// A kind that is read, by its resource.
    Kind(Arc<str>),
    /// A request, by its number.
    Asked(u64),
}

impl RowId {
    /// Whether it stands for one thing that can be marked: headings and folds cannot.
    pub fn can_be_marked(&self) -> bool {
        matches!(
            self,
            Self::Framework(_)
                | Self::Criteria(_)
                | Self::Group(..)
                | Self::Control(..)
                | Self::Answer(..)
                | Self::Finding(_)
                | Self::Node(_)
                | Self::Namespace(Some(_))
                | Self::Found(_)
        )
    }
}

/// A list or a text that has a box of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaneKind {
    /// Overview: frameworks, as many as there is room for.
    Frameworks,
    /// All frameworks.
    AllFrameworks,
    /// Gap analysis of a framework.
    Analysis(Arc<str>),
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
    /// Nodes.
    Nodes,
    /// The answer to a question.
    Found(Question),
    /// What is being done about each kind.
    Activity,
    /// The requests that were made.
    Requests,
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
    /// What is known of a node.
    Node(Arc<str>),
    /// What would look at the nodes, with this image.
    Collector(Arc<str>),
    /// Waivers and attestations, and what came of them.
    Records,
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
        PaneKind::Nodes => session.nodes.iter().map(|node| RowId::Node(node.name.clone())).collect(),
        PaneKind::Activity => {
            let kinds = session.activity.ready().into_iter().flat_map(|activity| &activity.kinds);
            kinds.map(|kind| RowId::Kind(kind.kind.clone())).collect()
        }
        // the latest first
        PaneKind::Requests => {
            let asked = session.activity.ready().into_iter().flat_map(|activity| activity.asked.iter().rev());
            asked.map(|asked| RowId::Asked(asked.number)).collect()
        }
        PaneKind::Found(question) => {
            let found = session.found.get(question).and_then(Load::ready);
            found.into_iter().flat_map(|found| &found.rows).map(|row| RowId::Found(row.id.clone())).collect()
        }
        _ => session.report.as_deref().map_or_else(Vec::new, |report| of_report(state, report, pane)),
    }
}

fn of_report(state: &State, report: &Report, pane: &PaneKind) -> Vec<RowId> {
    let summary = &state.session.summary;
    match pane {
        PaneKind::Frameworks => first_frameworks(state, report),
        PaneKind::AllFrameworks => frameworks(report).collect(),
        PaneKind::Analysis(framework) => analysis(report, framework),
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

/// Rows of a window in which the overview has room for the parts of the first benchmark.
const TALL: u16 = 45;

/// What a control stands under on the overview: its section's group, else its section.
fn part_of<'a>(state: &'a State, control: &'a ControlResult) -> &'a str {
    state.catalog.group(control).map_or(&control.section, |(group, _)| group)
}

/// Controls of a part of level 1, or without one.
pub fn part<'r>(state: &'r State, framework: &'r str, part: &'r str) -> impl Iterator<Item = &'r ControlResult> {
    let controls = state.session.report.iter().flat_map(|report| &report.controls);
    controls.filter(move |c| {
        *c.framework == *framework
            && part_of(state, c) == part
            && !is_criterion(c)
            && c.level.is_none_or(|level| level < 2)
    })
}

/// A row a framework; one more where it has criteria beside its controls.
fn frameworks(report: &Report) -> impl Iterator<Item = RowId> + '_ {
    report.frameworks.iter().flat_map(|framework| {
        let has = |criterion: bool| {
            report.controls.iter().any(|c| c.framework == framework.id && is_criterion(c) == criterion)
        };
        let scored = (!has(true) || has(false)).then(|| RowId::Framework(framework.id.clone()));
        scored.into_iter().chain(has(true).then(|| RowId::Criteria(framework.id.clone())))
    })
}

/// The frameworks of the overview: the first unfolded in a tall window, and a last row for those that it has no room
/// for. While one searches, all of them.
fn first_frameworks(state: &State, report: &Report) -> Vec<RowId> {
    let searching = |pane: &super::Pane| pane.kind == PaneKind::Frameworks && !pane.filter.is_empty();
    if state.screen().panes.iter().any(searching) {
        return frameworks(report).collect();
    }
    let is_here = |row: &RowId| match row {
        RowId::Framework(id) | RowId::Criteria(id) => {
            state.session.framework(id).is_none_or(|framework| !framework.is_elsewhere())
        }
        _ => true,
    };
    let (mut here, elsewhere): (Vec<RowId>, Vec<RowId>) = frameworks(report).partition(is_here);
    let mut rows = Vec::new();
    let wanted = state.preferences().framework.as_ref();
    here.sort_by_key(|row| !matches!(row, RowId::Framework(id) | RowId::Criteria(id) if Some(id) == wanted));
    for (i, row) in here.into_iter().enumerate() {
        let first = match &row {
            RowId::Framework(id) if i == 0 && state.size.1 >= TALL => Some(id.clone()),
            _ => None,
        };
        rows.push(row);
        let mut parts: Vec<&str> = Vec::new();
        for control in report.controls.iter().filter(|c| first.as_ref() == Some(&c.framework)) {
            let name = part_of(state, control);
            if !parts.contains(&name) && part(state, &control.framework, name).next().is_some() {
                parts.push(name);
            }
        }
        rows.extend(first.iter().flat_map(|id| parts.iter().map(|part| RowId::Part(id.clone(), (*part).into()))));
    }
    let room = super::layout::framework_rows(state.size.1);
    if rows.len() + usize::from(!elsewhere.is_empty()) > room {
        rows.truncate(room.saturating_sub(1));
        rows.push(RowId::MoreFrameworks);
    } else if !elsewhere.is_empty() {
        rows.push(RowId::MoreFrameworks);
    }
    rows
}

/// Who answers each control of a framework, by section.
fn analysis(report: &Report, framework: &Arc<str>) -> Vec<RowId> {
    let mut rows = Vec::new();
    let mut section = None;
    for control in report.controls.iter().filter(|c| c.framework == *framework) {
        if section != Some(&control.section) {
            section = Some(&control.section);
            rows.push(RowId::Section(framework.clone(), control.section.clone()));
        }
        rows.push(RowId::Answer(framework.clone(), control.id.clone()));
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
        RowId::Finding(fingerprint) => session.row(fingerprint).map(|row| finding_text(&row)).unwrap_or_default(),
        RowId::Control(framework, id) => session
            .control(framework, id)
            .map(|c| {
                let level = c.level.map(|level| format!("level={level}")).unwrap_or_default();
                format!("{} {} {} {} {level}", c.status.short(), c.status, c.id, c.title)
            })
            .unwrap_or_default(),
        RowId::Answer(framework, id) => session
            .control(framework, id)
            .map(|c| {
                let answer = state.catalog.control(c).map(|facts| facts.analysis.words()).unwrap_or_default();
                format!("{} {} {answer}", c.id, c.title)
            })
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
        RowId::Node(name) => session.node(name).map(super::text::node_words).unwrap_or_default(),
        RowId::Namespace(name) => name.as_deref().unwrap_or("all").to_owned(),
        RowId::Found(cells) => cells.join(" "),
        RowId::Kind(kind) => {
            let doing = session.kind(kind).map(|kind| super::activity::words(&kind.doing).1).unwrap_or_default();
            format!("{kind} {doing}")
        }
        RowId::Asked(number) => session
            .asked(*number)
            .map(|asked| {
                format!("{} {} {}", super::activity::status(asked).1, asked.problem, super::kubectl::line(asked))
            })
            .unwrap_or_default(),
        RowId::Platform => "platform".to_owned(),
        RowId::LevelTwo(_) => "level 2".to_owned(),
        RowId::Beyond | RowId::AskRole | RowId::MoreFrameworks => String::new(),
    }
}

/// The words of a group, without those of its findings.
pub(super) fn group_words(group: &Group) -> String {
    format!("{} {} {} {}", group.severity.short(), group.severity, group.check, group.reach.join(" "))
}

fn group_text(session: &Session, check: &str, fix: &str) -> String {
    let Some(group) = session.group(check, fix) else { return check.to_owned() };
    let mut text = group_words(group);
    for finding in session.findings_of(group) {
        text.push(' ');
        text.push_str(&finding.resource().to_string());
    }
    text
}

fn finding_text(f: &Row<'_>) -> String {
    let mut text = String::new();
    write_finding(f, &mut text);
    text
}

/// The words of a finding, a blank between them.
pub(super) fn write_finding(f: &Row<'_>, out: &mut String) {
    let named = |name: Option<&Arc<str>>| name.map_or_else(String::new, |name| name.to_string());
    let (namespace, team) = (named(f.resource().namespace.as_ref()), named(f.team()));
    let expired = if f.expired_waiver().is_some() { " expired " } else { " " };
    let (severity, status, resource) = (f.severity(), f.status(), f.resource());
    let head =
        [severity.short(), " ", severity.as_str(), " ", status.short(), " ", f.check(), " ", &namespace, expired];
    let container = named(f.container());
    let place = [&*resource.kind, "/", &*resource.name, " ", &container, " "];
    head.into_iter().chain(place).for_each(|part| out.push_str(part));
    for part in f.reach() {
        out.push_str(part);
        out.push(' ');
    }
    [&**f.message(), " ns=", &namespace, " team=", &team].into_iter().for_each(|part| out.push_str(part));
}
