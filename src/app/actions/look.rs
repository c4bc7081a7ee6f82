//! Going from screen to screen.

use crate::app::query::Query;
use crate::app::rows::{RowId, TextKind};
use crate::app::{Action, Effect, Filter, GapFold, Key, Origin, RemedyText, State, Target, View};
use crate::inventory::{Kind, Question};
use crate::model::{GapReason, Severity};
use std::sync::Arc;

/// What opening a row leads to.
fn leads_to(state: &State, row: &RowId) -> Option<View> {
    Some(match row {
        RowId::Framework(id) | RowId::Part(id, _) => View::Framework(id.clone(), false),
        RowId::Criteria(id) => View::Framework(id.clone(), true),
        RowId::Control(framework, id) | RowId::Answer(framework, id) => View::Control(framework.clone(), id.clone()),
        RowId::MoreFrameworks => View::Frameworks,
        RowId::Finding(fingerprint) => View::Finding(fingerprint.clone()),
        RowId::Group(check, fix) => {
            let group = state.session.group(check, fix)?;
            match group.findings.as_slice() {
                [only] => View::Finding(state.session.summary.fingerprint(*only)?.clone()),
                _ => View::Findings(Query {
                    group: Some((group.check, group.fix)),
                    platform: Some(false),
                    failing: true,
                    ..Query::default()
                }),
            }
        }
        RowId::Platform => View::Findings(platform_of()),
        RowId::Beyond => View::Findings(Query { platform: Some(false), failing: true, ..Query::default() }),
        RowId::Reason(reason) => View::Gaps(Some(*reason)),
        RowId::AskRole => View::Text(TextKind::Role),
        RowId::Gap(i) => View::Text(TextKind::Gap(*i)),
        RowId::Node(name) => match state.session.node(name)?.failing {
            0 => View::Text(TextKind::Node(name.clone())),
            _ => View::Findings(Query { node: Some(name.clone()), failing: true, ..Query::default() }),
        },
        RowId::Found(id) => {
            let View::Found(question) = &state.screen().view else { return None };
            return crate::app::found::leads_to(state, question, id);
        }
        RowId::Kind(_) => View::Requests,
        RowId::Section(..) | RowId::LevelTwo(_) | RowId::Context(_) | RowId::Namespace(_) | RowId::Asked(_) => {
            return None;
        }
    })
}

/// Whether the selected row opens.
pub fn can_open(state: &State) -> bool {
    state.selected().is_some_and(|row| match row {
        RowId::Section(..) | RowId::Asked(_) => false,
        RowId::Found(_) => leads_to(state, row).is_some(),
        _ => true,
    })
}

/// Opens the selected row.
pub fn open(state: &mut State, _: Key) -> Vec<Effect> {
    let Some(row) = state.selected().cloned() else { return Vec::new() };
    match row {
        RowId::Context(name) => {
            state.pop();
            let target = Target { origin: Origin::Cluster, context: Some(name), ..Target::default() };
            state.retarget(target, false)
        }
        RowId::Namespace(name) => {
            state.pop();
            super::scan::switch_namespace(state, name)
        }
        RowId::Part(framework, section) => {
            let effects = state.push(View::Framework(framework, false));
            let of_section = |row: &RowId| match row {
                RowId::Control(framework, id) => {
                    let within = |number: &str| number == &*section || number.starts_with(&format!("{section}."));
                    state.session.control(framework, id).is_some_and(|control| within(&control.section))
                }
                _ => false,
            };
            let first = state.pane().and_then(|pane| pane.rows.iter().find(|row| of_section(row))).cloned();
            if let Some(first) = first {
                state.select(&first);
            }
            effects
        }
        RowId::LevelTwo(framework) => {
            if !state.level_two.remove(&framework) {
                state.level_two.insert(framework);
            }
            state.refresh();
            Vec::new()
        }
        row => match leads_to(state, &row) {
            Some(view) => state.push(view),
            None => Vec::new(),
        },
    }
}

/// Whether there is a filter to clear or a screen to go back to.
pub fn can_back(state: &State) -> bool {
    state.screens().len() > 1
        || state.pane().is_some_and(|pane| !pane.filter.is_empty() || !pane.reading.search.is_empty())
}

/// Clears the filter, else goes back.
pub fn back(state: &mut State, _: Key) -> Vec<Effect> {
    match state.screen_mut().pane_mut() {
        Some(pane) if !pane.filter.is_empty() => state.set_filter(Filter::default()),
        Some(pane) if !pane.reading.search.is_empty() => {
            pane.reading.search.clear();
            pane.reading.found.clear();
        }
        _ => {
            state.pop();
        }
    }
    Vec::new()
}

/// A finding is selected or shown.
pub fn has_finding(state: &State) -> bool {
    state.current().is_some()
}

/// The screen of a finding is open.
pub fn on_finding(state: &State) -> bool {
    matches!(state.screen().view, View::Finding(_) | View::Yaml(_)) && neighbours(state).is_some()
}

/// The fix on screen, where it is known.
fn remedy_shown(state: &State) -> Option<&RemedyText> {
    let fingerprint = state.shown_fingerprint().filter(|_| super::shows_fix(state))?;
    state.session.remedies.get(fingerprint)?.ready()
}

/// The fix is on screen, and can be told in several ways.
pub fn can_switch_fix(state: &State) -> bool {
    remedy_shown(state)
        .and_then(|remedy| Some((remedy, remedy.shown(state.fix_form)?)))
        .is_some_and(|(remedy, shown)| remedy.after(shown) != shown)
}

/// There are results.
pub fn has_report(state: &State) -> bool {
    state.session.report.is_some()
}

/// There are results, and the worst of them are not on screen already.
pub fn can_worst(state: &State) -> bool {
    has_report(state) && state.screen().view != View::Findings(worst_of())
}

/// Platform components fail something that is not on screen already.
pub fn can_platform(state: &State) -> bool {
    state.session.summary.platform.total() > 0 && state.screen().view != View::Findings(platform_of())
}

/// A role would open something.
pub fn can_role(state: &State) -> bool {
    let rights = |fold: &GapFold| matches!(fold.reason, GapReason::Forbidden | GapReason::OptIn);
    state.session.summary.gaps.iter().any(rights)
        && state.session.target.origin == Origin::Cluster
        && state.screen().view != View::Text(TextKind::Role)
}

fn worst_of() -> Query {
    Query { at_least: Some(Severity::High), failing: true, ..Query::default() }
}

fn platform_of() -> Query {
    Query { platform: Some(true), failing: true, ..Query::default() }
}

/// A finding is there and its YAML is not alone on screen already.
pub fn can_yaml(state: &State) -> bool {
    has_finding(state) && !matches!(state.screen().view, View::Yaml(_))
}

/// The YAML of the finding, alone on the screen.
pub fn yaml(state: &mut State, _: Key) -> Vec<Effect> {
    let Some(fingerprint) = state.current().map(|f| f.fingerprint.clone()) else { return Vec::new() };
    let effects = state.push(View::Yaml(fingerprint));
    state.scroll_to_mark();
    effects
}

fn explains(state: &State) -> Option<TextKind> {
    match &state.screen().view {
        View::Finding(fingerprint) | View::Yaml(fingerprint) => return Some(TextKind::Finding(fingerprint.clone())),
        View::Control(framework, id) if state.selected().is_none() => {
            return Some(TextKind::Control(framework.clone(), id.clone()));
        }
        _ => {}
    }
    match state.selected()? {
        RowId::Finding(fingerprint) => Some(TextKind::Finding(fingerprint.clone())),
        RowId::Control(framework, id) | RowId::Answer(framework, id) => {
            Some(TextKind::Control(framework.clone(), id.clone()))
        }
        RowId::Group(check, _) => Some(TextKind::Check(check)),
        RowId::Gap(i) => Some(TextKind::Gap(*i)),
        RowId::Node(name) => Some(TextKind::Node(name.clone())),
        _ => None,
    }
}

/// The framework that is selected or shown, where its gap analysis is not what is on screen.
fn analysed(state: &State) -> Option<Arc<str>> {
    match (&state.screen().view, state.selected()) {
        (View::Analysis(_), _) => None,
        (View::Framework(id, _) | View::Control(id, _), _) => Some(id.clone()),
        (_, Some(RowId::Framework(id) | RowId::Criteria(id) | RowId::Part(id, _))) => Some(id.clone()),
        _ => None,
    }
}

/// Whether there is a framework to analyse.
pub fn can_analyse(state: &State) -> bool {
    analysed(state).is_some()
}

/// Who answers the controls of the framework: checks, evidence, people, the provider.
pub fn analyse(state: &mut State, _: Key) -> Vec<Effect> {
    analysed(state).map_or_else(Vec::new, |id| state.push(View::Analysis(id)))
}

/// Whether there is something to explain.
pub fn can_explain(state: &State) -> bool {
    explains(state).is_some()
}

/// Explains what is selected or shown.
pub fn explain(state: &mut State, _: Key) -> Vec<Effect> {
    explains(state).map_or_else(Vec::new, |kind| state.push(View::Text(kind)))
}

/// The fix in the next of its forms.
pub fn switch_fix(state: &mut State, _: Key) -> Vec<Effect> {
    let next = remedy_shown(state).and_then(|remedy| Some(remedy.after(remedy.shown(state.fix_form)?)));
    state.fix_form = next.unwrap_or_default();
    state.follow();
    Vec::new()
}

/// The rows of the list of findings under the finding's screen, and the position of this one.
fn neighbours(state: &State) -> Option<(&[RowId], usize)> {
    let here = &state.current()?.fingerprint;
    let is_finding = |row: &RowId| matches!(row, RowId::Finding(_));
    let lists = state.screens().iter().rev().filter_map(|screen| screen.pane());
    let below = lists.into_iter().find(|pane| pane.rows.iter().any(is_finding))?;
    let is_here = |row: &RowId| matches!(row, RowId::Finding(fingerprint) if fingerprint == here);
    // it is where it was opened, unless the list has changed since
    let at = match below.selected().is_some_and(is_here) {
        true => below.cursor,
        false => below.rows.iter().position(is_here)?,
    };
    Some((&below.rows, at))
}

fn go(state: &mut State, step: isize) -> Vec<Effect> {
    let Some((list, at)) = neighbours(state) else { return Vec::new() };
    let Some(RowId::Finding(fingerprint)) = at.checked_add_signed(step).and_then(|i| list.get(i)).cloned() else {
        state.say(if step > 0 { "That was the last one." } else { "That was the first one." });
        return Vec::new();
    };
    let view = match state.screen().view {
        View::Yaml(_) => View::Yaml(fingerprint.clone()),
        _ => View::Finding(fingerprint.clone()),
    };
    let focus = state.screen().focus;
    let at = at.saturating_add_signed(step);
    state.pop();
    state.select_at(at, &RowId::Finding(fingerprint));
    let effects = state.push(view);
    state.screen_mut().focus = focus;
    state.scroll_to_mark();
    effects
}

/// The next finding.
pub fn next(state: &mut State, _: Key) -> Vec<Effect> {
    go(state, 1)
}

/// The finding before.
pub fn previous(state: &mut State, _: Key) -> Vec<Effect> {
    go(state, -1)
}

/// Every critical and high finding.
pub fn worst(state: &mut State, _: Key) -> Vec<Effect> {
    state.push(View::Findings(worst_of()))
}

/// What platform components fail.
pub fn platform(state: &mut State, _: Key) -> Vec<Effect> {
    state.push(View::Findings(platform_of()))
}

/// The role to ask for.
pub fn role(state: &mut State, _: Key) -> Vec<Effect> {
    state.push(View::Text(TextKind::Role))
}

/// Keys and commands; once more: back.
pub fn help(state: &mut State, _: Key) -> Vec<Effect> {
    if state.screen().view == View::Text(TextKind::Help) {
        state.pop();
        return Vec::new();
    }
    state.push(View::Text(TextKind::Help))
}

/// Failures only, or everything.
pub fn failures(state: &mut State, _: Key) -> Vec<Effect> {
    state.failures_only = !state.failures_only;
    state.refresh();
    let failing = state.session.summary.failing_in(None);
    state.say(if state.failures_only {
        format!("Failures only ({failing} findings fail); {} shows everything.", state.key(Action::Failures))
    } else {
        "Everything is listed again.".to_owned()
    });
    Vec::new()
}

/// The finding is about something that runs, or a ServiceAccount.
pub fn can_reach(state: &State) -> bool {
    state.current().is_some_and(|finding| {
        let kind = &*finding.owner.kind;
        kind == "ServiceAccount" || Kind::POD_SPEC.iter().any(|own| own.name() == kind)
    })
}

/// The ways to the finding's owner and from it.
pub fn reach(state: &mut State, _: Key) -> Vec<Effect> {
    let owner = state.current().map(|finding| finding.owner.clone());
    owner.map_or_else(Vec::new, |owner| state.push(View::Found(Question::Reach(owner))))
}

/// A finding is there whose object's findings are not what is listed.
pub fn has_others(state: &State) -> bool {
    let Some(finding) = state.current() else { return false };
    let alone = state.session.beside(&finding.fingerprint).is_some_and(|beside| beside.object.is_empty());
    !alone && state.screen().view != View::Findings(Query::about(&finding.owner))
}

/// Everything that is found about the object of the finding, with the cursor on this one.
pub fn object(state: &mut State, _: Key) -> Vec<Effect> {
    let Some(finding) = state.current() else { return Vec::new() };
    let (owner, fingerprint) = (finding.owner.clone(), finding.fingerprint.clone());
    let effects = state.push(View::Findings(Query::about(&owner)));
    state.select(&RowId::Finding(fingerprint));
    effects
}

/// The finding has an owner with pods.
pub fn has_pods(state: &State) -> bool {
    state.current().is_some_and(|finding| finding.instances.is_some_and(|pods| pods > 0))
}

/// The pods of the finding's owner, with node and age.
pub fn pods(state: &mut State, _: Key) -> Vec<Effect> {
    let owner = state.current().map(|finding| finding.owner.clone());
    owner.map_or_else(Vec::new, |owner| state.push(View::Found(Question::Pods(owner))))
}
