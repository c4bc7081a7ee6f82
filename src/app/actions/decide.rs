//! Letting a failure stand, saying what was found of a control, and taking that back.

use super::marks;
use crate::app::form::{Form, Outcome};
use crate::app::rows::{RowId, TextKind};
use crate::app::{Action, Book, Effect, Key, Prepared, Recorded, Refused, State, Subject, View};
use crate::model::{AttestationState, ControlResult, Finding, FindingStatus, Report, Verdict, is_candidate};
use std::collections::HashMap;
use std::sync::Arc;

/// Forms that were closed and not saved: as many are kept.
const DRAFTS: usize = 20;

/// Whether a record of people can be made or changed for this finding.
fn is_open(finding: &Finding) -> bool {
    match finding.status {
        FindingStatus::Fail | FindingStatus::Manual => true,
        FindingStatus::Waived => finding.is_waived_by_people(),
        FindingStatus::NotEvaluated => false,
    }
}

/// A finding is there that may be let stand, or is; or one of the marked rows has one.
pub fn can_waive(state: &State) -> bool {
    match state.screen().pane().map_or(0, |pane| pane.mark_count()) {
        0 => state.current().is_some_and(|finding| is_open(&finding)),
        _ => marks::any(state, is_open),
    }
}

/// Opens the form that lets a finding stand, or those of the marked rows.
pub fn waive(state: &mut State, _: Key) -> Vec<Effect> {
    if marks::has_marks(state) {
        let open_ones: Vec<Finding> = marks::findings(state).into_iter().filter(is_open).collect();
        let form = Form::waive_marked(&open_ones);
        return open(state, form, Book::Waivers);
    }
    let report = state.session.report.as_deref();
    let form = report.and_then(|report| Some(Form::waive(&state.current().filter(is_open)?, report)));
    form.map_or_else(Vec::new, |form| open(state, form, Book::Waivers))
}

/// The control that is selected or shown.
fn control(state: &State) -> Option<&ControlResult> {
    let (framework, id) = match (&state.screen().view, state.selected()) {
        (View::Control(framework, id) | View::Text(TextKind::Control(framework, id)), _) => (framework, id),
        (_, Some(RowId::Control(framework, id))) => (framework, id),
        _ => return None,
    };
    state.session.control(framework, id)
}

fn is_for_people(control: &ControlResult) -> bool {
    control.criterion.is_none() && matches!(control.status, Verdict::Manual | Verdict::Attested)
}

/// A control is there that is left to a person.
pub fn can_attest(state: &State) -> bool {
    control(state).is_some_and(is_for_people)
}

/// Opens the form that says what was found of a control.
pub fn attest(state: &mut State, _: Key) -> Vec<Effect> {
    let form = state.session.report.as_deref().and_then(|report| {
        let control = control(state).filter(|control| is_for_people(control))?;
        let is_one = |i: &usize| report.findings.row(*i).is_some_and(|f| is_candidate(control, f.check(), f.status()));
        let found: Vec<usize> = state.session.summary.order().iter().copied().filter(is_one).collect();
        let findings = report.findings.select(&found);
        let holds = report
            .attestations
            .iter()
            .find(|used| used.state == AttestationState::Holds && used.record.is_of(&control.name()));
        Some(Form::attest(control, &findings, holds.map(|used| &used.record)))
    });
    form.map_or_else(Vec::new, |form| open(state, form, Book::Attestations))
}

/// Why `W` and `A` do nothing here, where one would think they do.
pub fn why_not(state: &State, action: Action) -> Option<String> {
    match action {
        Action::Waive => {
            let finding = state.current()?;
            Some(match (finding.status, &finding.waiver) {
                (FindingStatus::Waived, _) => {
                    "It is exempt by plimsoll's own list, not by a waiver; scan --strict drops that.".to_owned()
                }
                _ => "It could not be decided: there is no failure to waive yet.".to_owned(),
            })
        }
        Action::Attest => {
            let control = control(state)?;
            Some(match control.criterion {
                Some(_) => "A criterion has no verdict that could be attested.".to_owned(),
                None => {
                    format!("Only what is left to a person is attested; this control says {}.", control.status.short())
                }
            })
        }
        _ => None,
    }
}

fn open(state: &mut State, mut form: Form, book: Book) -> Vec<Effect> {
    let draft = state.drafts.iter().position(|draft| draft.subject.is_same(&form.subject));
    if let Some(draft) = draft {
        form.resume(state.drafts.remove(draft));
        state.say("This is what you wrote before.");
    }
    state.form = Some(form);
    vec![Effect::Prepare(book)]
}

/// Closes the form; what was written is kept.
pub fn close(state: &mut State) {
    let Some(mut form) = state.form.take() else { return };
    if form.is_touched() {
        (form.saving, form.failure) = (false, None);
        state.drafts.insert(0, form);
        state.drafts.truncate(DRAFTS);
        state.say("Not saved; the same key brings back what you wrote.");
    }
}

/// A key while a form is open.
pub fn typed(state: &mut State, key: Key) -> Vec<Effect> {
    let Some(form) = &mut state.form else { return Vec::new() };
    match form.press(key) {
        Outcome::Stay => Vec::new(),
        Outcome::Close => {
            close(state);
            Vec::new()
        }
        Outcome::Record(change) => vec![Effect::Record(state.session.target.clone(), change)],
    }
}

/// The day, the user and the file are known.
pub fn prepared(state: &mut State, ready: Prepared) {
    if let Some(form) = &mut state.form {
        form.prepare(ready);
    }
}

/// A record was written, or why not: then the form stays.
pub fn recorded(state: &mut State, result: Result<Recorded, Refused>) {
    match result {
        Ok(recorded) => {
            let form = state.form.take();
            if let (Some(Subject::WaiveMarked { .. }), Some(pane)) =
                (form.map(|form| form.subject), state.screen_mut().pane_mut())
            {
                // what they were marked for is done
                pane.clear_marks();
            }
            let place = state.pane().map(|pane| pane.cursor);
            show(state, recorded);
            // A row that is waived moves down; what comes after it is next.
            if let (Some(place), Some(pane)) = (place, state.screen_mut().pane_mut()) {
                pane.cursor = place.min(pane.rows.len().saturating_sub(1));
                pane.skip_heading(true);
            }
            state.follow();
        }
        Err(Refused { failure, field }) => match &mut state.form {
            Some(form) => {
                form.saving = false;
                match field {
                    Some(field) => form.refuse(field, &failure.what),
                    None => form.failure = Some(failure),
                }
            }
            None => state.complain(&failure),
        },
    }
}

fn show(state: &mut State, recorded: Recorded) {
    let mut said = recorded.said;
    if recorded.done.is_some() {
        said.push_str(&format!(" {} takes it back.", state.key(Action::Undo)));
    }
    state.done.extend(recorded.done);
    state.session.records = recorded.problem;
    if let Some((_, report)) = recorded.report.filter(|(target, _)| *target == state.session.target) {
        // what waits to be shown was judged before
        state.session.next = None;
        state.show(report);
    }
    state.say(said);
}

/// A record of this session can be taken back.
pub fn can_undo(state: &State) -> bool {
    !state.done.is_empty()
}

/// Takes the last record of this session back.
pub fn undo(state: &mut State, _: Key) -> Vec<Effect> {
    let done = state.done.pop();
    done.map_or_else(Vec::new, |done| vec![Effect::Undo(state.session.target.clone(), Box::new(done))])
}

/// A record was taken back, or why not.
pub fn undone(state: &mut State, result: Result<Recorded, crate::app::Failure>) {
    match result {
        Ok(recorded) => {
            let before = state.session.report.clone();
            show(state, recorded);
            if let Some(row) = changed(state, before.as_deref()) {
                state.select(&row);
            }
        }
        Err(failure) => state.complain(&failure),
    }
}

/// The row of the current list whose finding says something else than before.
fn changed(state: &State, before: Option<&Report>) -> Option<RowId> {
    let before = before?;
    let before: HashMap<Arc<str>, FindingStatus> =
        before.findings.rows().map(|finding| (finding.fingerprint(), finding.status())).collect();
    let differs = |row: &&RowId| {
        let RowId::Finding(fingerprint) = row else { return false };
        let now = state.session.row(fingerprint).map(|finding| finding.status());
        now.is_some() && now != before.get(fingerprint).copied()
    };
    state.pane()?.rows.iter().find(differs).cloned()
}
