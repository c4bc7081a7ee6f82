//! Marks: what is saved, copied and waived goes by them where there are any.

use crate::app::rows::RowId;
use crate::app::{Action, Effect, Key, Query, State, View, thousands};
use crate::model::{Finding, Report};

/// The selected row can be marked.
pub fn can_mark(state: &State) -> bool {
    state.selected().is_some_and(RowId::can_be_marked)
}

/// Rows are marked.
pub fn has_marks(state: &State) -> bool {
    count(state) > 0
}

/// How many rows of the list with the focus are marked.
pub fn count(state: &State) -> usize {
    state.pane().map_or(0, |pane| pane.mark_count())
}

/// `3 marked rows`.
pub fn words(count: usize) -> String {
    if count == 1 { "the marked row".to_owned() } else { format!("the {} marked rows", thousands(count)) }
}

/// Marks the row, or takes its mark away.
pub fn mark(state: &mut State, _: Key) -> Vec<Effect> {
    if let Some(pane) = state.screen_mut().pane_mut() {
        pane.toggle_mark();
    }
    Vec::new()
}

/// Marks from the last mark to the row.
pub fn range(state: &mut State, _: Key) -> Vec<Effect> {
    if let Some(pane) = state.screen_mut().pane_mut() {
        pane.mark_range();
    }
    let (marked, clear) = (words(count(state)), state.key(Action::ClearMarks));
    state.say(format!("Saving, copying and waiving now go by {marked}; {clear} takes the marks away."));
    Vec::new()
}

/// Takes all marks away.
pub fn clear(state: &mut State, _: Key) -> Vec<Effect> {
    if let Some(pane) = state.screen_mut().pane_mut() {
        pane.clear_marks();
    }
    Vec::new()
}

/// Positions of the findings that a row stands for.
pub fn findings_of(state: &State, report: &Report, row: &RowId) -> Vec<usize> {
    let summary = &state.session.summary;
    let wanted = |query: &Query| {
        let all = report.findings.rows().enumerate();
        all.filter(|(_, finding)| query.keeps(finding)).map(|(i, _)| i).collect()
    };
    match row {
        RowId::Finding(fingerprint) => summary.finding(fingerprint).into_iter().collect(),
        RowId::Control(framework, id) | RowId::Answer(framework, id) => summary.of_control(framework, id).to_vec(),
        RowId::Group(check, fix) => {
            state.session.group(check, fix).map(|group| group.findings.clone()).unwrap_or_default()
        }
        RowId::Framework(id) | RowId::Criteria(id) => {
            let controls = report.controls.iter().filter(|control| control.framework == *id);
            controls.flat_map(|control| summary.of_control(&control.framework, &control.id)).copied().collect()
        }
        RowId::Node(name) => wanted(&Query { node: Some(name.clone()), ..Query::default() }),
        RowId::Namespace(Some(name)) => wanted(&Query { namespace: Some(name.clone()), ..Query::default() }),
        RowId::Found(id) => match &state.screen().view {
            View::Found(question) => match crate::app::found::leads_to(state, question, id) {
                Some(View::Findings(query)) => wanted(&query),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Whether one of the marked rows has such a finding.
pub fn any(state: &State, wanted: impl Fn(&Finding) -> bool) -> bool {
    let (Some(report), Some(pane)) = (state.session.report.as_deref(), state.pane()) else { return false };
    let is_wanted = |i: usize| report.findings.get(i).is_some_and(|finding| wanted(&finding));
    pane.marks().any(|row| findings_of(state, report, row).into_iter().any(is_wanted))
}

/// The findings of the marked rows, each once.
pub fn findings(state: &State) -> Vec<Finding> {
    let (Some(report), Some(pane)) = (state.session.report.as_deref(), state.pane()) else { return Vec::new() };
    let mut seen = std::collections::HashSet::new();
    let found = pane.marked().into_iter().flat_map(|row| findings_of(state, report, row));
    found.filter(|i| seen.insert(*i)).filter_map(|i| report.findings.get(i)).collect()
}
