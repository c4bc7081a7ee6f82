//! Forms: what a person writes to let a failure stand, or to say what was found of a control.

use super::prompt::input;
use super::{Change, Code, Failure, Key, Prepared};
use crate::model::{
    Attestation, ControlRef, ControlResult, Date, Finding, Findings, ObjectRef, Report, Severity, WaiverRecord,
    is_hostile, is_same_person, parse_day,
};
use std::path::PathBuf;
use std::sync::Arc;
use tui_textarea::{CursorMove, TextArea, WrapMode};

/// Days that a record holds where nobody says otherwise.
const DAYS: i32 = 90;

/// A field of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldName {
    /// Why a failure may stand.
    Reason,
    /// Who answers for it.
    Owner,
    /// Who approved it.
    ApprovedBy,
    /// Where it is followed up.
    Ticket,
    /// The last day of a waiver.
    Expires,
    /// What was found.
    Statement,
    /// Who says so.
    By,
    /// The day on which it was said.
    On,
    /// The last day of an attestation.
    ValidUntil,
    /// Files that were looked at.
    Attachments,
}

impl FieldName {
    /// Its label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Reason => "Reason",
            Self::Owner => "Owner",
            Self::ApprovedBy => "Approved by",
            Self::Ticket => "Ticket",
            Self::Expires => "Expires",
            Self::Statement => "Statement",
            Self::By => "By",
            Self::On => "On",
            Self::ValidUntil => "Valid until",
            Self::Attachments => "Attachments",
        }
    }

    /// What belongs there: shown while it is empty.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Reason => "why it may stand, and what limits the damage meanwhile",
            Self::Owner => "who answers for it",
            Self::ApprovedBy => "who approved it: somebody else",
            Self::Ticket => "where it is followed up",
            Self::Expires | Self::ValidUntil => "the last day: YYYY-MM-DD, or +30 days",
            Self::Statement => "what was looked at, and what was found",
            Self::By => "who says so",
            Self::On => "the day: YYYY-MM-DD",
            Self::Attachments => "files, a path a line; only their SHA-256 is kept",
        }
    }

    /// Whether it takes several lines.
    pub fn is_long(self) -> bool {
        matches!(self, Self::Reason | Self::Statement | Self::Attachments)
    }

    fn is_optional(self) -> bool {
        matches!(self, Self::Attachments) || self == Self::Ticket
    }
}

/// A field and what stands in it.
#[derive(Clone, Debug)]
pub struct Field {
    /// Which.
    pub name: FieldName,
    /// The editor.
    pub area: TextArea<'static>,
    /// What is wrong with it.
    pub error: Option<String>,
    /// A person changed it.
    touched: bool,
    /// Its text is a proposal: what is typed first stands in its place.
    proposed: bool,
}

impl Field {
    fn new(name: FieldName, text: &str) -> Self {
        let mut field = Self { name, area: TextArea::default(), error: None, touched: false, proposed: false };
        field.set(text);
        field
    }

    /// Replaces its text.
    fn set(&mut self, text: &str) {
        let lines: Vec<String> = clean(text, self.name.is_long()).split('\n').map(str::to_owned).collect();
        self.area = TextArea::new(lines);
        // the view styles it, and the terminal's own cursor shows where one is
        self.area.set_cursor_line_style(Default::default());
        self.area.set_cursor_style(Default::default());
        self.area.set_placeholder_text("");
        if self.name.is_long() {
            self.area.set_wrap_mode(WrapMode::WordOrGlyph);
        }
        self.area.move_cursor(CursorMove::Bottom);
        self.area.move_cursor(CursorMove::End);
    }

    /// Its text, without blanks around it.
    pub fn text(&self) -> String {
        let lines: Vec<&str> = self.area.lines().iter().map(|line| line.trim_end()).collect();
        lines.join("\n").trim().to_owned()
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.area.lines().iter().all(String::is_empty)
    }

    /// Makes room for what is typed over a proposal; undo brings that back.
    fn begin(&mut self) {
        if std::mem::take(&mut self.proposed) {
            self.area.select_all();
            self.area.cut();
        }
    }

    /// Moves by a line; false: there is none.
    fn moves(&mut self, step: CursorMove) -> bool {
        let before = self.area.cursor();
        self.area.move_cursor(step);
        self.area.cursor() != before
    }
}

/// What may be drawn and stored: nothing that acts on a terminal or hides text; lines only where they are wanted.
fn clean(text: &str, long: bool) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept = text.chars().filter_map(|c| match c {
        '\n' if long => Some('\n'),
        '\n' | '\t' => Some(' '),
        c => (!is_hostile(c)).then_some(c),
    });
    let kept: String = kept.collect();
    if long { kept } else { kept.trim().to_owned() }
}

/// A candidate that an attestation covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Fingerprint.
    pub fingerprint: Arc<str>,
    /// How bad.
    pub severity: Severity,
    /// Where, and what it says.
    pub text: String,
}

/// A failure that may stand, with others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waivable {
    /// Check id.
    pub check: &'static str,
    /// The object: the top owner.
    pub resource: ObjectRef,
    /// The container.
    pub container: Option<Arc<str>>,
    /// The finding, as it is listed.
    pub finding: Candidate,
}

/// What a form is about.
#[derive(Clone, Debug)]
pub enum Subject {
    /// A failure that may stand.
    Waive {
        /// Check id.
        check: &'static str,
        /// The object: the top owner.
        resource: ObjectRef,
        /// The container.
        container: Option<Arc<str>>,
        /// The finding at which the form was opened.
        fingerprint: Arc<str>,
        /// The record that covers it now, in force or expired.
        old: Option<Box<WaiverRecord>>,
    },
    /// Failures that may stand for one reason: those of the marked rows.
    WaiveMarked {
        /// Each once: a record covers a check on an object, at most one container of it.
        failures: Vec<Waivable>,
    },
    /// What was found of a control.
    Attest {
        /// The control.
        control: ControlRef,
        /// Its title.
        title: Arc<str>,
        /// The candidates that are there now.
        candidates: Vec<Candidate>,
        /// The record that holds now.
        old: Option<Box<Attestation>>,
    },
}

impl Subject {
    /// Whether two forms are about the same, so that one may go on where the other was left.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Waive { check, resource, container, .. },
                Self::Waive { check: other, resource: object, container: inside, .. },
            ) => (check, resource, container) == (other, object, inside),
            (Self::Attest { control, .. }, Self::Attest { control: other, .. }) => control == other,
            (Self::WaiveMarked { failures }, Self::WaiveMarked { failures: other }) => failures == other,
            _ => false,
        }
    }
}

/// What a key leads to.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Nothing more.
    Stay,
    /// The form closes.
    Close,
    /// This shall be recorded.
    Record(Box<Change>),
}

/// An open form.
#[derive(Clone, Debug)]
pub struct Form {
    /// What it is about.
    pub subject: Subject,
    /// Its fields, in their order.
    pub fields: Vec<Field>,
    /// The field with the cursor.
    pub focus: usize,
    /// What the machine says: the day, the user, the file.
    pub ready: Option<Prepared>,
    /// It was sent, and there is no answer yet.
    pub saving: bool,
    /// Why it was not saved.
    pub failure: Option<Failure>,
    /// First candidate on screen.
    pub offset: usize,
}

impl Form {
    /// To let a finding stand; filled in from the record that covers it.
    pub(super) fn waive(finding: &Finding, report: &Report) -> Self {
        let old = report.waivers.iter().map(|used| &used.record).find(|record| record.covers_finding(finding));
        let said = |of: fn(&WaiverRecord) -> &str| old.map(of).unwrap_or_default();
        let is_over = finding.expired_waiver.is_some();
        // who approved it for the time that is over has not approved it for longer
        let approver = if is_over { "" } else { said(|record| &record.approved_by) };
        let fields = vec![
            Field::new(FieldName::Reason, said(|record| &record.reason)),
            Field::new(FieldName::Owner, said(|record| &record.owner)),
            Field::new(FieldName::ApprovedBy, approver),
            Field::new(FieldName::Ticket, said(|record| &record.ticket)),
            Field::new(FieldName::Expires, ""),
        ];
        // a record that has expired gets a new day, one that counts keeps its own
        let expires = old.filter(|_| !is_over).map(|record| record.expires.to_string());
        let subject = Subject::Waive {
            check: finding.check,
            resource: old.map_or_else(|| finding.owner.clone(), |record| record.resource.clone()),
            container: old.map_or_else(|| finding.container.clone(), |record| record.container.clone()),
            fingerprint: finding.fingerprint.clone(),
            old: old.cloned().map(Box::new),
        };
        let mut form = Self::of(subject, fields);
        if let (Some(day), Some(field)) = (expires, form.field_mut(FieldName::Expires)) {
            field.set(&day);
        }
        form
    }

    /// To let several findings stand for one reason.
    pub(super) fn waive_marked(findings: &[Finding]) -> Self {
        let mut failures: Vec<Waivable> = Vec::new();
        for finding in findings {
            let known = |failure: &Waivable| {
                (failure.check, &failure.resource, &failure.container)
                    == (finding.check, &finding.owner, &finding.container)
            };
            if !failures.iter().any(known) {
                failures.push(Waivable {
                    check: finding.check,
                    resource: finding.owner.clone(),
                    container: finding.container.clone(),
                    finding: candidate(finding, &format!("{} on ", finding.check)),
                });
            }
        }
        let names = [FieldName::Reason, FieldName::Owner, FieldName::ApprovedBy, FieldName::Ticket, FieldName::Expires];
        Self::of(Subject::WaiveMarked { failures }, names.into_iter().map(|name| Field::new(name, "")).collect())
    }

    /// To say what was found of a control.
    pub(super) fn attest(control: &ControlResult, candidates: &Findings, old: Option<&Attestation>) -> Self {
        let candidates = candidates.iter().map(|finding| candidate(&finding, ""));
        let subject = Subject::Attest {
            control: control.name(),
            title: control.title.clone(),
            candidates: candidates.collect(),
            old: old.cloned().map(Box::new),
        };
        let names = [
            FieldName::Statement,
            FieldName::By,
            FieldName::On,
            FieldName::ValidUntil,
            FieldName::Ticket,
            FieldName::Attachments,
        ];
        Self::of(subject, names.into_iter().map(|name| Field::new(name, "")).collect())
    }

    fn of(subject: Subject, fields: Vec<Field>) -> Self {
        Self { subject, fields, focus: 0, ready: None, saving: false, failure: None, offset: 0 }
    }

    /// A draft of the same form goes on where it was left.
    pub(super) fn resume(&mut self, draft: Form) {
        (self.fields, self.focus) = (draft.fields, draft.focus);
    }

    /// Whether a person wrote something.
    pub fn is_touched(&self) -> bool {
        self.fields.iter().any(|field| field.touched)
    }

    fn field(&self, name: FieldName) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    fn field_mut(&mut self, name: FieldName) -> Option<&mut Field> {
        self.fields.iter_mut().find(|field| field.name == name)
    }

    fn text(&self, name: FieldName) -> String {
        self.field(name).map(Field::text).unwrap_or_default()
    }

    /// What the machine says came: it fills in what is empty.
    pub(super) fn prepare(&mut self, ready: Prepared) {
        let user = ready.user.clone().unwrap_or_default();
        let later = in_days(ready.today, DAYS).to_string();
        let today = ready.today.to_string();
        for field in &mut self.fields {
            let text = match field.name {
                FieldName::Owner | FieldName::By => &user,
                FieldName::On => &today,
                FieldName::Expires | FieldName::ValidUntil => &later,
                _ => continue,
            };
            if field.is_empty() && !field.touched {
                field.set(text);
                field.proposed = true;
            }
        }
        self.ready = Some(ready);
    }

    /// Said at a field that is filled in, but not as it should be: who asks must not be who approves.
    pub fn flag(&self, name: FieldName) -> Option<&'static str> {
        if name != FieldName::ApprovedBy {
            return None;
        }
        let approver = self.text(FieldName::ApprovedBy);
        let user = self.ready.as_ref().and_then(|ready| ready.user.clone()).unwrap_or_default();
        let own = [self.text(FieldName::Owner), user].iter().any(|name| is_same_person(name, &approver));
        own.then_some("the approver is the requester: have somebody else approve it")
    }

    /// Whether there is a record that can be taken away.
    pub fn can_remove(&self) -> bool {
        match &self.subject {
            Subject::Waive { old, .. } => old.is_some(),
            Subject::Attest { old, .. } => old.is_some(),
            Subject::WaiveMarked { .. } => false,
        }
    }

    /// What is listed beside the fields: candidates to review, or failures to waive.
    pub fn listed(&self) -> Option<Vec<&Candidate>> {
        match &self.subject {
            Subject::Waive { .. } => None,
            Subject::WaiveMarked { failures } => Some(failures.iter().map(|failure| &failure.finding).collect()),
            Subject::Attest { candidates, .. } => Some(candidates.iter().collect()),
        }
    }

    /// Keys that do something, and what.
    pub fn keys(&self) -> Vec<(&'static str, &'static str)> {
        let mut keys = vec![("ctrl-s", "save"), ("tab", "next field"), ("esc", "close, text is kept")];
        match &self.subject {
            Subject::Waive { old: Some(_), .. } => keys.push(("ctrl-x", "unwaive")),
            Subject::Attest { old: Some(_), .. } => keys.push(("ctrl-x", "withdraw")),
            _ => {}
        }
        if self.listed().is_some_and(|listed| listed.len() > 1) {
            keys.push(("pgdn", if self.waives() { "the rows" } else { "candidates" }));
        }
        keys.push(("ctrl-z", "undo"));
        keys
    }

    /// Takes a key.
    pub(super) fn press(&mut self, key: Key) -> Outcome {
        if self.saving {
            return Outcome::Stay;
        }
        if key.code == Code::Esc {
            return Outcome::Close;
        }
        let last = self.focus + 1 == self.fields.len();
        let long = self.fields.get(self.focus).is_some_and(|field| field.name.is_long());
        match (key.code, key.ctrl) {
            (Code::Char('s'), true) => return self.record(),
            (Code::Char('x'), true) => return self.remove(),
            (Code::Enter, _) if !long && last => return self.record(),
            (Code::Tab, _) => self.turn(1),
            (Code::Enter, _) | (Code::Char('j' | 'm'), true) if !long => self.turn(1),
            (Code::BackTab, _) => self.turn(self.fields.len().saturating_sub(1)),
            (Code::PageDown, _) => self.scroll(4),
            (Code::PageUp, _) => self.scroll(-4),
            (Code::Up | Code::Down, false) => self.climb(key.code == Code::Down),
            _ => self.edit(key),
        }
        Outcome::Stay
    }

    fn turn(&mut self, step: usize) {
        self.focus = (self.focus + step) % self.fields.len().max(1);
    }

    fn scroll(&mut self, rows: isize) {
        let Some(listed) = self.listed() else { return };
        self.offset = self.offset.saturating_add_signed(rows).min(listed.len().saturating_sub(1));
    }

    /// Whether it lets failures stand.
    pub fn waives(&self) -> bool {
        matches!(self.subject, Subject::Waive { .. } | Subject::WaiveMarked { .. })
    }

    /// By a line; beyond the first and the last one to the field above or below.
    fn climb(&mut self, down: bool) {
        let step = if down { CursorMove::Down } else { CursorMove::Up };
        let moved = self.fields.get_mut(self.focus).is_some_and(|field| field.name.is_long() && field.moves(step));
        match (moved, down) {
            (true, _) => {}
            (false, true) => self.focus = (self.focus + 1).min(self.fields.len().saturating_sub(1)),
            (false, false) => self.focus = self.focus.saturating_sub(1),
        }
    }

    fn edit(&mut self, key: Key) {
        let Some(field) = self.fields.get_mut(self.focus) else { return };
        match (key.code, key.ctrl || key.alt) {
            (Code::Char(c), false) if !is_hostile(c) => field.begin(),
            // whoever moves in it or takes away from it goes on from it
            _ => field.proposed = false,
        }
        let changed = match (key.code, key.ctrl, key.alt) {
            (Code::Char('z'), true, _) => field.area.undo(),
            (Code::Char('y'), true, _) => field.area.redo(),
            (Code::Char('u'), true, _) => field.area.delete_line_by_head(),
            (Code::Enter, ..) | (Code::Char('j' | 'm'), true, _) => {
                field.area.insert_newline();
                true
            }
            (Code::Char(c), false, false) if is_hostile(c) => false,
            // the editor scrolls with this one
            (Code::Char('v'), true, _) => false,
            _ => input(key).is_some_and(|input| field.area.input(input)),
        };
        if changed {
            (field.touched, field.error) = (true, None);
        }
    }

    /// Takes pasted text.
    pub(super) fn paste(&mut self, text: &str) {
        let Some(field) = self.fields.get_mut(self.focus).filter(|_| !self.saving) else { return };
        field.begin();
        field.area.insert_str(clean(text, field.name.is_long()));
        (field.touched, field.error) = (true, None);
    }

    /// Puts the cursor on a field and says there what is wrong.
    pub(super) fn refuse(&mut self, name: FieldName, why: &str) {
        if let Some(i) = self.fields.iter().position(|field| field.name == name) {
            self.focus = i;
        }
        if let Some(field) = self.field_mut(name) {
            field.error = Some(why.to_owned());
        }
    }

    fn remove(&mut self) -> Outcome {
        let change = match &self.subject {
            Subject::Waive { old: Some(old), .. } => Change::Unwaive((**old).clone()),
            Subject::Attest { old: Some(old), .. } => Change::Withdraw((**old).clone()),
            _ => return Outcome::Stay,
        };
        self.saving = true;
        Outcome::Record(Box::new(change))
    }

    /// The record, or what is still wrong, said at the fields.
    fn record(&mut self) -> Outcome {
        self.failure = None;
        let Some(today) = self.ready.as_ref().map(|ready| ready.today) else {
            self.failure = Some(Failure::new("The machine was not asked for the day yet.", "Save it once more."));
            return Outcome::Stay;
        };
        let wrong: Vec<(FieldName, String)> = self
            .fields
            .iter()
            .filter_map(|field| self.wrong(field, today).map(|why| (field.name, why.to_owned())))
            .collect();
        for field in &mut self.fields {
            field.error = None;
        }
        // the first of them last: there the cursor stays
        for (name, why) in wrong.iter().rev() {
            self.refuse(*name, why);
        }
        match self.change(today).filter(|_| wrong.is_empty()) {
            Some(change) => {
                self.saving = true;
                Outcome::Record(Box::new(change))
            }
            None => Outcome::Stay,
        }
    }

    fn wrong(&self, field: &Field, today: Date) -> Option<&'static str> {
        let text = field.text();
        let waives = self.waives();
        if text.is_empty() {
            let optional = field.name.is_optional() && !(waives && field.name == FieldName::Ticket);
            let wanted = match field.name {
                FieldName::Reason => "say why it may stand",
                FieldName::Statement => "say what was found",
                FieldName::ApprovedBy => "name who approved it",
                FieldName::Ticket => "name a ticket, or where it was agreed",
                FieldName::Owner | FieldName::By => "name somebody",
                _ => "name a day: YYYY-MM-DD, or +30",
            };
            return (!optional).then_some(wanted);
        }
        let day = || read_day(&text, today);
        match field.name {
            FieldName::Expires | FieldName::ValidUntil => match day() {
                None => Some("no day: write YYYY-MM-DD, or +30 for 30 days"),
                Some(day) if day < today => Some("that day is over already"),
                Some(_) => None,
            },
            FieldName::On => match day() {
                None => Some("no day: write YYYY-MM-DD"),
                Some(day) if day > today => Some("that day is still to come"),
                Some(_) => None,
            },
            _ => None,
        }
    }

    fn change(&self, today: Date) -> Option<Change> {
        let text = |name| Arc::<str>::from(self.text(name));
        let day = |name| read_day(&self.text(name), today);
        let waiver = |check: &str, resource: &ObjectRef, container: &Option<Arc<str>>| {
            Some(WaiverRecord {
                check: check.into(),
                resource: resource.clone(),
                container: container.clone(),
                reason: text(FieldName::Reason),
                owner: text(FieldName::Owner),
                approved_by: text(FieldName::ApprovedBy),
                ticket: text(FieldName::Ticket),
                expires: day(FieldName::Expires)?,
            })
        };
        Some(match &self.subject {
            Subject::Waive { check, resource, container, .. } => Change::Waive(waiver(check, resource, container)?),
            Subject::WaiveMarked { failures } => {
                let records = failures.iter().map(|f| waiver(f.check, &f.resource, &f.container));
                Change::WaiveMarked(records.collect::<Option<_>>()?)
            }
            Subject::Attest { control, candidates, .. } => {
                let attestation = Attestation {
                    framework: control.framework.clone(),
                    version: control.version.clone(),
                    control: control.id.clone(),
                    statement: text(FieldName::Statement),
                    by: text(FieldName::By),
                    on: day(FieldName::On)?,
                    valid_until: day(FieldName::ValidUntil)?,
                    ticket: Some(text(FieldName::Ticket)).filter(|ticket| !ticket.is_empty()),
                    attachments: Vec::new(),
                    reviewed: candidates.iter().map(|candidate| candidate.fingerprint.clone()).collect(),
                };
                let files = self.text(FieldName::Attachments);
                let files = files.lines().map(str::trim).filter(|line| !line.is_empty()).map(PathBuf::from);
                Change::Attest(attestation, files.collect())
            }
        })
    }
}

/// A finding as a form lists it.
fn candidate(finding: &Finding, before: &str) -> Candidate {
    let container = finding.container.as_deref().map(|name| format!(", container {name}")).unwrap_or_default();
    Candidate {
        fingerprint: finding.fingerprint.clone(),
        severity: finding.severity,
        text: format!("{before}{}{container}: {}", finding.owner, finding.message),
    }
}

/// A day so many days later.
fn in_days(day: Date, days: i32) -> Date {
    day.saturating_add(jiff::Span::new().days(days))
}

/// A day, or `+30`: so many days from today.
fn read_day(text: &str, today: Date) -> Option<Date> {
    match text.strip_prefix('+') {
        Some(days) => {
            let days = days.trim().trim_end_matches("days").trim_end_matches('d').trim();
            let days: i32 = days.parse().ok().filter(|days| (0..=36_500).contains(days))?;
            Some(in_days(today, days))
        }
        None => parse_day(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> Date {
        parse_day("2026-07-22").unwrap()
    }

    #[test]
    fn days_may_be_counted_from_today() {
        let read = |text| read_day(text, today()).map(|day| day.to_string());
        assert_eq!(read("+30").as_deref(), Some("2026-08-21"));
        assert_eq!(read("+ 30 days"), read("+30d"));
        assert_eq!(read("2026-10-20").as_deref(), Some("2026-10-20"));
        assert_eq!((read("+x"), read("-3"), read("+99999999")), (None, None, None));
    }

    #[test]
    fn nothing_that_acts_on_a_terminal_gets_in() {
        assert_eq!(clean("a\u{1b}[31m\r\nb\tc\u{202e}", true), "a[31m\nb c");
        assert_eq!(clean("a\nb\u{200b} ", false), "a b");
        let mut field = Field::new(FieldName::Owner, "ana\u{1b}@x\n");
        assert_eq!(field.text(), "ana@x");
        field.set("");
        assert!(field.is_empty());
    }
}
