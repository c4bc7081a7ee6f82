//! Taking things out: the clipboard and CSV.

use super::marks;
use crate::app::markdown;
use crate::app::rows::{RowId, TextKind};
use crate::app::{Action, Effect, FixForm, Key, Load, Origin, RemedyText, State, Take, View};
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
        RowId::Kind(name) => Some((name.to_string(), name.to_string())),
        RowId::Asked(number) => Some(("the command".to_owned(), crate::app::line(state.session.asked(*number)?))),
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

/// Copies the marked rows as a Markdown table.
pub fn table(state: &mut State, _: Key) -> Vec<Effect> {
    let marked = state.pane().map(|pane| pane.marked()).unwrap_or_default();
    let text = markdown::table(state, &marked);
    let what = format!("{} as a Markdown table", marks::words(marked.len()));
    if text.is_empty() {
        state.say("None of the marked rows is there any more.");
        return Vec::new();
    }
    vec![Effect::Copy(what, text)]
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

/// The fix of the finding that is selected or shown, where it is known.
fn remedy(state: &State) -> Option<&RemedyText> {
    state.session.remedies.get(state.shown_fingerprint()?)?.ready()
}

/// The fix in a form; a patch that cannot be told is a diff.
fn text_of(remedy: &RemedyText, form: FixForm) -> Option<&str> {
    remedy.form(form).or_else(|| remedy.form(FixForm::Diff).filter(|_| form == FixForm::Patch))
}

/// A finding is there, and its fix is not known to lack this form.
fn can_take(state: &State, form: FixForm) -> bool {
    state.shown_fingerprint().is_some() && remedy(state).is_none_or(|remedy| text_of(remedy, form).is_some())
}

/// A finding is there, and its fix is not known to be advice only.
pub fn can_fix(state: &State) -> bool {
    can_take(state, FixForm::Patch)
}

/// The same of the command.
pub fn can_command(state: &State) -> bool {
    state.session.target.origin == Origin::Cluster && can_take(state, FixForm::Command)
}

/// The same of the diff.
pub fn can_diff(state: &State) -> bool {
    can_take(state, FixForm::Diff)
}

/// The same of the whole resource.
pub fn can_whole(state: &State) -> bool {
    can_take(state, FixForm::Whole)
}

/// Does something with the fix of the finding, at once or when it is known.
fn with_fix(state: &mut State, what: Take) -> Vec<Effect> {
    let Some(finding) = state.current() else { return Vec::new() };
    let (fingerprint, target) = (finding.fingerprint.clone(), state.session.target.clone());
    let known = state.session.remedies.entry(fingerprint.clone()).or_default();
    match known {
        Load::Ready(_) => return take(state, &fingerprint, what),
        Load::Loading => state.when_ready = Some((fingerprint, what)),
        Load::Idle | Load::Failed(_) => {
            *known = Load::Loading;
            state.when_ready = Some((fingerprint, what));
            return vec![Effect::LoadRemedy(target, Box::new(finding))];
        }
    }
    Vec::new()
}

/// Does something with a fix that is known.
pub fn take(state: &mut State, fingerprint: &str, what: Take) -> Vec<Effect> {
    let remedy = state.session.remedies.get(fingerprint).and_then(Load::ready);
    let name = state.session.finding(fingerprint).map(|finding| {
        let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '-' };
        let name = format!("{}-{}", finding.resource.kind, finding.resource.name);
        name.to_lowercase().chars().map(plain).take(200).collect::<String>()
    });
    let (Some(remedy), Some(name)) = (remedy, name) else { return Vec::new() };
    let effect = match what {
        Take::Copy(form) => text_of(remedy, form).map(|text| Effect::Copy(form.words().to_owned(), text.to_owned())),
        Take::Save(path) => remedy.shown(state.fix_form).and_then(|form| {
            let end = if form == FixForm::Diff { "diff" } else { "yaml" };
            let text = remedy.form(form)?.to_owned();
            Some(Effect::Save(form.words(), format!("{name}.{end}"), text, path))
        }),
        Take::Edit => {
            // without a fix that can be told, the resource as it is
            let own = || state.session.document(fingerprint).map(|document| &*document.text);
            remedy.form(FixForm::Whole).or_else(own).map(|text| Effect::Edit(format!("{name}.yaml"), text.to_owned()))
        }
    };
    if effect.is_none() {
        state.say(format!("No patch can be known from here; {} explains what to do.", state.key(Action::Explain)));
    }
    effect.into_iter().collect()
}

/// Copies the fix, at once or when it is ready.
pub fn fix(state: &mut State, _: Key) -> Vec<Effect> {
    with_fix(state, Take::Copy(FixForm::Patch))
}

/// The same, as a command.
pub fn command(state: &mut State, _: Key) -> Vec<Effect> {
    with_fix(state, Take::Copy(FixForm::Command))
}

/// The same, as a diff.
pub fn diff(state: &mut State, _: Key) -> Vec<Effect> {
    with_fix(state, Take::Copy(FixForm::Diff))
}

/// The same, as the whole resource.
pub fn whole(state: &mut State, _: Key) -> Vec<Effect> {
    with_fix(state, Take::Copy(FixForm::Whole))
}

/// Opens a copy of the resource with the fix in it in an editor.
pub fn edit(state: &mut State, _: Key) -> Vec<Effect> {
    with_fix(state, Take::Edit)
}

/// Writes the fix as it is shown to a file.
pub fn save_to(state: &mut State, path: Option<PathBuf>) -> Vec<Effect> {
    if state.current().is_none() {
        state.say("There is no fix here: select a finding first.");
    }
    with_fix(state, Take::Save(path))
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
