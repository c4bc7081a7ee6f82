//! Taking things out: the clipboard and CSV.

use super::marks;
use crate::app::rows::{RowId, TextKind};
use crate::app::{Action, Effect, Key, Load, RemedyText, State, View};
use crate::model::FindingStatus;
use std::path::PathBuf;

/// What `c` copies: what it is, and its name.
fn what(state: &State) -> Option<(String, String)> {
    if let Some(finding) = state.current() {
        return Some((finding.resource.kind_name(), finding.resource.name.to_string()));
    }
    if let (View::Text(TextKind::Role), Some(role)) = (&state.screen().view, state.role.ready()) {
        return Some(("the role".to_owned(), role.clone()));
    }
    if let (View::Text(TextKind::Collector(_)), (_, Load::Ready(text))) = (&state.screen().view, &state.collector) {
        return Some(("the manifests".to_owned(), text.clone()));
    }
    named(state, state.selected()?)
}

/// What a row is, and its name.
fn named(state: &State, row: &RowId) -> Option<(String, String)> {
    match row {
        RowId::Finding(fingerprint) => {
            let resource = &state.session.finding(fingerprint)?.resource;
            Some((resource.kind_name(), resource.name.to_string()))
        }
        RowId::Group(check, _) => Some(((*check).to_owned(), (*check).to_owned())),
        RowId::Control(framework, id) | RowId::Answer(framework, id) => {
            Some((format!("{framework} {id}"), id.to_string()))
        }
        RowId::Framework(id) | RowId::Criteria(id) => Some((id.to_string(), id.to_string())),
        RowId::Context(name) | RowId::Namespace(Some(name)) | RowId::Node(name) => {
            Some((name.to_string(), name.to_string()))
        }
        RowId::Found(cells) => Some(("the row".to_owned(), cells.join("\t"))),
        RowId::Gap(i) => {
            let gap = state.session.report.as_deref()?.gaps.get(*i)?;
            Some(("the gap".to_owned(), format!("{}: {}", gap.kind, gap.message)))
        }
        _ => None,
    }
}

/// Something with a name is selected or shown.
pub fn has_name(state: &State) -> bool {
    what(state).is_some()
}

/// Copies the name; of marked rows a line each.
pub fn name(state: &mut State, _: Key) -> Vec<Effect> {
    let marked = state.pane().map(|pane| pane.marked()).unwrap_or_default();
    let mut names: Vec<String> = marked.iter().filter_map(|row| named(state, row)).map(|(_, name)| name).collect();
    names.dedup();
    if !names.is_empty() {
        return vec![Effect::Copy(format!("the names of {}", marks::words(marked.len())), names.join("\n"))];
    }
    what(state).map_or_else(Vec::new, |(what, text)| vec![Effect::Copy(what, text)])
}

/// The finding's resource lives in a namespace.
pub fn has_namespace(state: &State) -> bool {
    state.current().is_some_and(|f| f.resource.namespace.is_some())
}

/// Copies the namespace.
pub fn namespace(state: &mut State, _: Key) -> Vec<Effect> {
    let namespace = state.current().and_then(|f| f.resource.namespace.clone());
    namespace.map_or_else(Vec::new, |n| vec![Effect::Copy(format!("namespace {n}"), n.to_string())])
}

/// The text of a fix that is worth copying.
pub fn fix_text(remedy: &RemedyText) -> Option<Effect> {
    let text = [&remedy.yaml, &remedy.diff].into_iter().find(|text| !text.is_empty())?;
    Some(Effect::Copy("the fix".to_owned(), text.clone()))
}

/// Says that there is nothing to copy, and what helps instead.
pub fn no_patch(state: &mut State) {
    state.say(format!("No patch can be known from here; {} explains what to do.", state.key(Action::Explain)));
}

/// A finding is there, and its fix is not known to be advice only.
pub fn can_fix(state: &State) -> bool {
    let Some(finding) = state.current() else { return false };
    let remedy = state.session.remedies.get(&finding.fingerprint).and_then(Load::ready);
    remedy.is_none_or(|remedy| fix_text(remedy).is_some())
}

/// Copies the fix, at once or when it is ready.
pub fn fix(state: &mut State, _: Key) -> Vec<Effect> {
    let Some(finding) = state.current() else { return Vec::new() };
    let target = state.session.target.clone();
    let remedy = state.session.remedies.entry(finding.fingerprint.clone()).or_default();
    match remedy {
        Load::Ready(remedy) => {
            let copy = fix_text(remedy);
            if copy.is_none() {
                no_patch(state);
            }
            copy.into_iter().collect()
        }
        Load::Loading => {
            state.copy_when_ready = Some(finding.fingerprint);
            Vec::new()
        }
        Load::Idle | Load::Failed(_) => {
            *remedy = Load::Loading;
            state.copy_when_ready = Some(finding.fingerprint.clone());
            vec![Effect::LoadRemedy(target, Box::new(finding))]
        }
    }
}

/// Findings that the current screen stands for: those of its list, else all; filtered as shown.
fn exported(state: &State) -> Vec<usize> {
    let Some(report) = state.session.report.as_deref() else { return Vec::new() };
    let summary = &state.session.summary;
    let mut found: Vec<usize> = match (&state.screen().view, state.pane()) {
        (_, Some(pane)) if pane.mark_count() > 0 => {
            pane.marked().into_iter().flat_map(|row| marks::findings_of(state, report, row)).collect()
        }
        (View::Finding(fingerprint) | View::Yaml(fingerprint), _) => summary.finding(fingerprint).into_iter().collect(),
        (View::Control(..) | View::Findings(_) | View::Framework(..), Some(pane)) => pane
            .rows
            .iter()
            .flat_map(|row| match row {
                RowId::Finding(fingerprint) => summary.finding(fingerprint).into_iter().collect(),
                RowId::Control(framework, id) => summary.of_control(framework, id).to_vec(),
                _ => Vec::new(),
            })
            .collect(),
        _ => (0..report.findings.len()).collect(),
    };
    if state.failures_only {
        found.retain(|i| report.findings.row(*i).is_some_and(|f| f.status() == FindingStatus::Fail));
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|i| seen.insert(*i));
    found
}

/// Writes what is shown as CSV: to this path, or to a new file.
pub fn export_to(state: &mut State, path: Option<PathBuf>) -> Vec<Effect> {
    let rows = exported(state);
    state.saving_marked = marks::count(state);
    match state.session.report.clone() {
        Some(report) if !rows.is_empty() => vec![Effect::Export(report, rows, path)],
        _ => {
            let what = if state.saving_marked > 0 { "marked rows hold" } else { "list holds" };
            state.say(format!("There is nothing to save here: the {what} no findings."));
            Vec::new()
        }
    }
}

/// Writes what is shown as CSV.
pub fn export(state: &mut State, _: Key) -> Vec<Effect> {
    export_to(state, None)
}
