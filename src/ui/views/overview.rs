//! The first screen: how bad, where, can it be trusted.

use super::Box;
use crate::app::{Action, Failure, Layout, Line, RowId, State, Tone, part, reason_words, thousands};
use crate::model::{ControlResult, FrameworkResult, GapReason, Verdict, versioned};
use crate::ui::Theme;
use crate::ui::chrome::clock;
use crate::ui::widgets::{Cell, Column, Piece, Table, interval, piece, put, sentence};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

const FRAMEWORKS: &[Column] = &[
    Column::new("", 15).named("title").grow(5),
    Column::new("score", 10).grow(1).drop(2),
    Column::new("worst–best", 10).named("worst").right(),
    Column::new("coverage", 8).right(),
    Column::new("fail", 5).right(),
    Column::new("manual", 6).right().drop(1),
    Column::new("unread", 6).right(),
];

/// A framework's id, which is a command as well, and its version where it has several.
fn short(framework: &FrameworkResult) -> String {
    versioned(&framework.id, &framework.version)
}

/// Decided controls of those that apply, criteria apart: `84/131`.
pub(super) fn coverage(framework: &FrameworkResult) -> String {
    let c = &framework.counts;
    let decided = c.pass + c.fail + c.waived;
    format!("{decided}/{}", decided + c.not_evaluated + c.manual + c.attested)
}

/// What SOC2 rows come to, in words.
pub(super) fn criteria_words(state: &State, framework: &str) -> String {
    let Some(fold) = state.session.summary.criteria.get(framework) else { return String::new() };
    counted(&[
        (fold.contradicted, "contradicted"),
        (fold.supported, "supported in part"),
        (fold.people, "need people"),
        (fold.no_evidence, "no technical evidence"),
    ])
}

/// What is not zero, with its word.
fn counted(parts: &[(usize, &str)]) -> String {
    let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    parts.join(" · ")
}

/// The row of the criteria: in full where there is room.
fn criteria_row(state: &State, framework: &str, width: u16) -> Cell {
    let observed = state.session.report.as_deref().map(|r| clock(&r.finished)).unwrap_or_default();
    let fold = state.session.summary.criteria.get(framework).cloned().unwrap_or_default();
    let name = if framework == "soc2" { "soc2 criteria".to_owned() } else { format!("{framework} criteria") };
    let full = format!("  {} · as observed at {observed}, not over a period", criteria_words(state, framework));
    if name.len() + full.chars().count() + 6 <= usize::from(width) {
        return Cell::Across(vec![(Tone::Strong, name), (Tone::Text, full)]);
    }
    let counts = counted(&[(fold.contradicted, "contradicted"), (fold.supported, "in part"), (fold.people, "people")]);
    let minute = observed.rsplit_once(':').map_or(observed.as_str(), |(minute, _)| minute);
    let rest = if fold.no_evidence > 0 { format!(" · {} no evidence", fold.no_evidence) } else { String::new() };
    Cell::Across(vec![(Tone::Strong, name), (Tone::Text, format!("  {counts} · observed {minute}Z{rest}"))])
}

/// Frameworks, a line each.
pub(super) fn frameworks(buffer: &mut Buffer, at: &Box<'_>) -> Option<(u16, u16)> {
    at.title(buffer, "Frameworks");
    if at.says_empty(buffer, "No framework is installed.") {
        return None;
    }
    let columns = at.narrowed(FRAMEWORKS.to_vec(), &["title", "fail"]);
    let table = Table { columns: &columns, pane: at.pane, focus: at.focus };
    table.draw(buffer, at.theme, at.layout, at.area, |i| {
        let (id, criteria) = match at.pane.rows.get(i) {
            Some(RowId::Framework(id)) => (id, false),
            Some(RowId::Criteria(id)) => (id, true),
            Some(RowId::Part(framework, section)) => return part_row(at.state, framework, section),
            Some(RowId::MoreFrameworks) => return more_row(at),
            _ => return Cell::Across(Line::new()),
        };
        let Some(framework) = at.state.session.framework(id) else { return Cell::Across(Line::new()) };
        if criteria {
            return criteria_row(at.state, id, at.inner().width);
        }
        if framework.is_elsewhere() {
            let first = at.state.session.report.iter().flat_map(|r| &r.controls).find(|c| c.framework == *id);
            let why = first.map_or("", |control| &*control.message);
            return Cell::Across(vec![(Tone::Dim, format!("{}  {why}", short(framework)))]);
        }
        let counts = &framework.counts;
        let figure = |count: usize, tone: Tone| piece(if count > 0 { tone } else { Tone::Dim }, thousands(count));
        Cell::Cells(vec![
            Piece::Text(vec![(Tone::Strong, short(framework)), (Tone::Dim, format!("  {}", framework.title))]),
            Piece::Bar(framework.score),
            piece(Tone::Strong, interval(framework.score)),
            piece(Tone::Text, coverage(framework)),
            figure(counts.fail, Tone::Fail),
            figure(counts.manual, Tone::Manual),
            figure(counts.not_evaluated, Tone::Unread),
        ])
    })
}

/// What is not listed above: those that there was no room for, and those of other platforms.
fn more_row(at: &Box<'_>) -> Cell {
    let listed = |id: &Arc<str>| {
        at.pane.rows.iter().any(|row| matches!(row, RowId::Framework(known) | RowId::Criteria(known) if known == id))
    };
    let frameworks = at.state.session.report.iter().flat_map(|report| &report.frameworks);
    let (more, elsewhere): (Vec<&FrameworkResult>, Vec<_>) =
        frameworks.filter(|framework| !listed(&framework.id)).partition(|framework| !framework.is_elsewhere());
    let ids = |frameworks: &[&FrameworkResult]| {
        frameworks.iter().map(|framework| framework.id.to_string()).collect::<Vec<_>>().join(", ")
    };
    let mut words = Vec::new();
    if !more.is_empty() {
        words.push(format!("{} more: {}", more.len(), ids(&more)));
    }
    if !elsewhere.is_empty() {
        words.push(format!("for other platforms: {}", ids(&elsewhere)));
    }
    Cell::Across(vec![(Tone::Dim, words.join(" · "))])
}

/// A part of level 1, under its framework.
fn part_row(state: &State, framework: &str, section: &str) -> Cell {
    let controls: Vec<&ControlResult> = part(state, framework, section).collect();
    let of = |verdict: Verdict| controls.iter().filter(|c| c.status == verdict).count();
    let title = controls.first().map_or("", |control| {
        state.catalog.group(control).map_or_else(|| state.catalog.section(control), |(_, title)| title)
    });
    let decided = of(Verdict::Pass) + of(Verdict::Fail) + of(Verdict::Waived);
    let apply = controls.len() - of(Verdict::NotApplicable);
    let figure = |verdict: Verdict| {
        let count = of(verdict);
        piece(if count > 0 { verdict.into() } else { Tone::Dim }, count.to_string())
    };
    Cell::Cells(vec![
        Piece::Text(vec![(Tone::Text, format!("    {section}")), (Tone::Dim, format!("  {title}, level 1"))]),
        piece(Tone::Text, ""),
        piece(Tone::Text, ""),
        piece(Tone::Dim, format!("{decided}/{apply}")),
        figure(Verdict::Fail),
        figure(Verdict::Manual),
        figure(Verdict::NotEvaluated),
    ])
}

const ACT: &[Column] = &[
    Column::new("", 4),
    Column::new("", 26).grow(2),
    Column::new("applications", 18).grow(3),
    Column::new("pods", 5).right().drop(1),
    Column::new("reach", 18).grow(1).drop(2),
];

/// What to act on: a row per check and fix.
pub(super) fn act_first(buffer: &mut Buffer, at: &Box<'_>) -> Option<(u16, u16)> {
    let summary = &at.state.session.summary;
    let all = summary.groups.len();
    let title = match all {
        0 => "Act on first".to_owned(),
        1 => "Act on first: 1 fix".to_owned(),
        all if summary.shown < all => format!("Act on first: {} of {all} fixes", summary.shown),
        all => format!("Act on first: {all} fixes"),
    };
    at.title(buffer, &title);
    if at.says_empty(buffer, "No application fails anything that could be read.") {
        return None;
    }
    let table = Table { columns: ACT, pane: at.pane, focus: at.focus };
    table.draw(buffer, at.theme, at.layout, at.area, |i| match at.pane.rows.get(i) {
        Some(RowId::Group(check, fix)) => group(at.state, check, fix),
        Some(RowId::Platform) => {
            let words = summary.platform.words();
            Cell::After(
                Line::new(),
                vec![(Tone::Dim, format!("platform: {words} ({})", at.state.key(Action::Platform)))],
            )
        }
        Some(RowId::Beyond) => {
            let more = all - summary.shown;
            let words = summary.beyond.words();
            Cell::After(Line::new(), vec![(Tone::Dim, format!("{more} more fixes: {words} (:findings)"))])
        }
        _ => Cell::Across(Line::new()),
    })
}

/// Reach in as few letters as a table has: the explanation has the whole words.
pub(super) fn reach_words(reach: &[&str]) -> String {
    let short = |word: &&str| match *word {
        "touches the node" => "node".to_owned(),
        "token with grants" => "token".to_owned(),
        other => other.to_owned(),
    };
    reach.iter().map(short).collect::<Vec<_>>().join(" ")
}

fn group(state: &State, check: &str, fix: &str) -> Cell {
    let Some(group) = state.session.group(check, fix) else { return Cell::Across(Line::new()) };
    let first = group.findings.first().and_then(|i| state.session.report.as_deref()?.findings.row(*i));
    let where_ = match (group.applications, first) {
        (1, Some(finding)) => {
            let owner = finding.owner();
            owner.namespace.as_deref().map_or_else(|| owner.kind_name(), |n| format!("{n}/{}", owner.name))
        }
        (owners, Some(finding)) if group.namespaces == 0 => format!("{owners} {}s", finding.owner().kind),
        (owners, Some(finding)) if group.namespaces == 1 => match &finding.owner().namespace {
            Some(namespace) => format!("{owners} in {namespace}"),
            // some of the cluster, some of one namespace
            None => format!("{owners} objects"),
        },
        (owners, _) => format!("{owners} in {} namespaces", group.namespaces),
    };
    let pods = if group.instances > 0 { format!("x{}", group.instances) } else { String::new() };
    Cell::Cells(vec![
        piece(group.severity, group.severity.short().to_owned()),
        piece(Tone::Text, group.check.to_owned()),
        piece(Tone::Text, where_),
        piece(Tone::Dim, pods),
        piece(Tone::Notice, reach_words(&group.reach)),
    ])
}

const GAPS: &[Column] = &[Column::new("", 12), Column::new("", 10).grow(1)];

/// What could not be read, folded by reason.
pub(super) fn could_not_look(buffer: &mut Buffer, at: &Box<'_>) -> Option<(u16, u16)> {
    let asks = at.pane.rows.contains(&RowId::AskRole);
    let role = at.state.key(Action::Role);
    let asked = format!("Could not look ({role}: the role to ask for)");
    at.title(buffer, if asks { &asked } else { "Could not look" });
    if at.says_empty(buffer, "Everything that the checks need was read.") {
        return None;
    }
    let table = Table { columns: GAPS, pane: at.pane, focus: at.focus };
    table.draw(buffer, at.theme, at.layout, at.area, |i| match at.pane.rows.get(i) {
        Some(RowId::Reason(reason)) => reason_row(at.state, *reason),
        _ => Cell::Cells(vec![piece(Tone::Key, role.clone()), piece(Tone::Text, "the role to ask for".to_owned())]),
    })
}

fn reason_row(state: &State, reason: GapReason) -> Cell {
    let Some(fold) = state.session.summary.gaps.iter().find(|fold| fold.reason == reason) else {
        return Cell::Across(Line::new());
    };
    let count = match fold.controls {
        0 if fold.kinds.len() == 1 => "1 kind".to_owned(),
        0 => format!("{} kinds", fold.kinds.len()),
        1 => "1 control".to_owned(),
        n => format!("{n} controls"),
    };
    // A check that is not built yet misses no kind.
    let built = reason != GapReason::NotImplemented;
    let kinds: Vec<&str> = fold.kinds.iter().map(|kind| &**kind).filter(|kind| built && !kind.is_empty()).collect();
    let mut words = reason_words(reason).to_owned();
    if !kinds.is_empty() {
        words.push_str(&format!(": {}", kinds.join(", ")));
    }
    Cell::Cells(vec![piece(Tone::Unread, count), piece(Tone::Text, words)])
}

/// The scan could not start: what happened, what to do, and the keys that do it.
pub(super) fn failed(buffer: &mut Buffer, theme: &Theme, state: &State, layout: &Layout, failure: &Failure) {
    let body = Rect {
        y: layout.crumbs.bottom() + 1,
        height: layout.footer.y.saturating_sub(layout.crumbs.bottom() + 1),
        x: layout.crumbs.x + 2,
        width: layout.crumbs.width.saturating_sub(4),
    };
    let lines = |text: &str| {
        u16::try_from(crate::app::wrap(text, usize::from(body.width.saturating_sub(2))).len()).unwrap_or(1)
    };
    let mut y = body.y;
    for (tone, text) in [(Tone::Error, &failure.what), (Tone::Text, &failure.todo)] {
        let area = Rect { y, height: body.bottom().saturating_sub(y), ..body };
        sentence(buffer, theme, area, tone, text);
        y = (y + lines(text) + 1).min(body.bottom());
    }
    let login = failure.login.then(|| (state.key(Action::Login), "log in: the login program gets this terminal"));
    let keys = [
        (state.key(Action::Demo), "look at the demo cluster"),
        (":ctx".to_owned(), "choose another context"),
        (state.key(Action::Rescan), "try again"),
        (":q".to_owned(), "leave"),
    ];
    for ((key, what), y) in login.iter().chain(&keys).zip(y..body.bottom()) {
        let line = vec![(Tone::Key, format!("{key:>7}")), (Tone::Text, format!("  {what}"))];
        put(buffer, theme, (body.x, y), body.width, &line);
    }
}
