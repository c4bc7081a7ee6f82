//! Texts as styled lines: explanations, fixes, help, YAML with its marks. Pure, and wrapped to a width, so that the
//! update knows their height and the view only draws them.

use super::actions::{ACTIONS, Context};
use super::commands::COMMANDS;
use super::rows::{PaneKind, TextKind};
use super::sheet::{Fault, Shape, with_found};
use super::summary::{is_criterion, reason_todo, reason_words};
use super::{Action, FixForm, Load, Mark, Origin, Pane, Reading, State, Tone, kubectl};
use crate::checks;
use crate::inventory::nodes::{KubeletKnown, NodeRow};
use crate::model::{
    AttestationState, AttestationUse, ControlRef, ControlResult, Disruption, Evidence, Finding, FindingStatus, SeenIn,
    Step, Verdict, Waiver, WaiverRecord, WaiverState, clean, clean_lines, versioned,
};
use std::sync::Arc;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Pieces of one line, with what they mean.
pub type Line = Vec<(Tone, String)>;

/// Column where the text of a labelled line begins.
const LABEL: usize = 10;

/// Lines of a text that has no cursor.
pub fn lines(state: &State, pane: &PaneKind, width: usize) -> Vec<Line> {
    let mut text = Text::new(width);
    match pane {
        PaneKind::Fix(fingerprint) => fix(&mut text, state, fingerprint),
        PaneKind::Text(TextKind::Finding(fingerprint)) => explain_finding(&mut text, state, fingerprint),
        PaneKind::Text(TextKind::Control(framework, id)) => explain_control(&mut text, state, framework, id),
        PaneKind::Text(TextKind::Check(id)) => explain_check(&mut text, state, id),
        PaneKind::Text(TextKind::Gap(i)) => explain_gap(&mut text, state, *i),
        PaneKind::Text(TextKind::Role) => role(&mut text, state),
        PaneKind::Text(TextKind::Node(name)) => node(&mut text, state, name),
        PaneKind::Text(TextKind::Collector(image)) => collector(&mut text, state, image),
        PaneKind::Text(TextKind::Records) => records(&mut text, state),
        PaneKind::Text(TextKind::Help) => help(&mut text, state),
        _ => {}
    }
    text.lines
}

/// Lines of a text pane that are on screen.
#[derive(Debug)]
pub struct Page {
    /// The lines.
    pub lines: Vec<Line>,
    /// How many there are above, on and below the screen.
    pub total: usize,
    /// Which of them has the cursor.
    pub cursor: Option<usize>,
}

/// So many lines of a text pane, from one on.
pub fn page(state: &State, pane: &Pane, (width, focus): (usize, bool), from: usize, count: usize) -> Page {
    if let PaneKind::Yaml(fingerprint) = &pane.kind {
        return match yaml(state, fingerprint, &pane.reading, (width, focus)) {
            Ok(shape) => Page {
                lines: shape.rows(from, count),
                total: shape.height(),
                cursor: Some(shape.row_of(pane.reading.line, pane.reading.row)),
            },
            Err(lines) => Page { total: lines.len(), lines, cursor: None },
        };
    }
    let lines = lines(state, &pane.kind, width);
    let total = lines.len();
    let marked = |line| with_found(line, &pane.reading.search);
    Page { lines: lines.into_iter().skip(from).take(count).map(marked).collect(), total, cursor: None }
}

/// Lines that a text pane needs.
pub fn height(state: &State, pane: &Pane, width: usize) -> usize {
    match &pane.kind {
        PaneKind::Yaml(fingerprint) => yaml(state, fingerprint, &pane.reading, (width, false))
            .map_or_else(|said| said.len(), |shape| shape.height()),
        kind => lines(state, kind, width).len(),
    }
}

/// The document of a pane in a width, where it is one and is there.
pub(super) fn shape<'s>(state: &'s State, pane: &'s Pane, width: usize) -> Option<Shape<'s>> {
    let PaneKind::Yaml(fingerprint) = &pane.kind else { return None };
    yaml(state, fingerprint, &pane.reading, (width, false)).ok()
}

/// Text under construction.
struct Text {
    width: usize,
    lines: Vec<Line>,
}

impl Text {
    fn new(width: usize) -> Self {
        Self { width: width.max(8), lines: Vec::new() }
    }

    fn blank(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(Line::new());
        }
    }

    fn line(&mut self, tone: Tone, text: &str) {
        self.paragraph(0, tone, text);
    }

    /// Wrapped at blanks, each line indented.
    fn paragraph(&mut self, indent: usize, tone: Tone, text: &str) {
        for part in wrap(&clean(text), self.width.saturating_sub(indent)) {
            self.lines.push(vec![(Tone::Text, " ".repeat(indent)), (tone, part)]);
        }
    }

    /// `Label     text`, wrapped under itself; the label stands above where there is no room beside it.
    fn field(&mut self, label: &str, tone: Tone, text: &str) {
        if self.width < 4 * LABEL {
            self.line(Tone::Title, label);
            return self.paragraph(2, tone, text);
        }
        for (i, part) in wrap(&clean(text), self.width - LABEL).into_iter().enumerate() {
            let label = if i == 0 { label } else { "" };
            self.lines.push(vec![(Tone::Title, format!("{label:LABEL$}")), (tone, part)]);
        }
    }

    /// Lines as they are; too long ones go on in the next line.
    fn verbatim(&mut self, indent: usize, text: &str, tone: impl Fn(&str) -> Tone) {
        for line in clean_lines(text).lines() {
            let line = line.replace('\t', "    ");
            for part in cut(&line, self.width.saturating_sub(indent)) {
                self.lines.push(vec![(Tone::Text, " ".repeat(indent)), (tone(&line), part)]);
            }
        }
    }
}

/// Wraps at blanks; words that are longer than a line are cut.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(4);
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in text.split_whitespace() {
        if !line.is_empty() && line.width() + 1 + word.width() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.width() > width {
            let mut parts = cut(&line, width);
            line = parts.pop().unwrap_or_default();
            lines.append(&mut parts);
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Cuts into pieces of at most so many columns.
pub(super) fn cut(text: &str, width: usize) -> Vec<String> {
    let width = width.max(2);
    let (mut parts, mut part, mut used) = (Vec::new(), String::new(), 0);
    for c in text.chars() {
        let columns = c.width().unwrap_or(0);
        if used + columns > width {
            parts.push(std::mem::take(&mut part));
            used = 0;
        }
        part.push(c);
        used += columns;
    }
    parts.push(part);
    parts
}

/// A value as shown: JSON on one line; null says that the field is not there.
pub fn value(value: &serde_json::Value) -> String {
    if value.is_null() { "not set".to_owned() } else { clean(&value.to_string()).into_owned() }
}

/// What a fix may do, in words.
pub fn disruption(disruption: Disruption) -> &'static str {
    match disruption {
        Disruption::None => "disturbs nothing",
        Disruption::Restarts => "restarts the pods",
        Disruption::MayBreak => "may break what relies on the old setting",
        Disruption::CutsTraffic => "cuts traffic that is not named first",
    }
}

/// The last field's name: what is missing, or at fault.
fn last_field(evidence: &Evidence) -> String {
    match evidence.path.steps().last() {
        Some(Step::Field(name) | Step::Key(name)) => name.to_string(),
        Some(Step::Flag { name, .. }) => format!("--{name}"),
        _ => evidence.path.to_string(),
    }
}

// YAML

/// The document as it is read, or what is said in its place.
fn yaml<'s>(
    state: &'s State,
    fingerprint: &Arc<str>,
    reading: &'s Reading,
    (width, focus): (usize, bool),
) -> Result<Shape<'s>, Vec<Line>> {
    let mut text = Text::new(width);
    let sheet = match state.session.documents.get(fingerprint) {
        Some(Load::Ready(sheet)) => sheet,
        Some(Load::Failed(failure)) => {
            text.line(Tone::Error, &failure.what);
            text.line(Tone::Text, &failure.todo);
            return Err(text.lines);
        }
        _ if state.session.finding(fingerprint).is_none() => {
            text.line(Tone::Dim, GONE);
            return Err(text.lines);
        }
        _ => {
            text.line(Tone::Dim, "Reading the resource …");
            return Err(text.lines);
        }
    };
    let finding = state.session.finding(fingerprint);
    let evidence = finding.as_ref().map_or(&[][..], |f| &f.paths);
    let status = finding.as_ref().map_or(FindingStatus::Fail, |f| f.status);
    if let Some(note) = &sheet.document.note {
        text.line(Tone::Notice, note);
    }
    let fault = |(mark, evidence): (&Mark, &Evidence)| Fault {
        first: mark.first,
        last: mark.last,
        exact: mark.exact,
        tone: status.into(),
        word: status.short(),
        expected: if mark.exact || evidence.path.is_root() {
            format!("expected {}", evidence.expected)
        } else {
            format!("{} is {}; expected {}", last_field(evidence), value(&evidence.actual), evidence.expected)
        },
    };
    let faults = sheet.document.marks.iter().zip(evidence).map(fault).collect();
    Ok(Shape::new(sheet, reading, state.managed_fields, (text.width, focus), text.lines, faults))
}

// The fix beside it

/// Disruption, the change under it; the advice comes first where there is no change to show.
fn fix(text: &mut Text, state: &State, fingerprint: &Arc<str>) {
    let Some(finding) = state.session.finding(fingerprint) else { return text.line(Tone::Dim, GONE) };
    let remedy = state.session.remedies.get(fingerprint);
    let change = remedy.and_then(Load::ready).and_then(|remedy| Some((remedy, remedy.shown(state.fix_form)?)));
    if change.is_none() {
        text.line(Tone::Text, finding.remediation);
    }
    let harmless = finding.disruption == Disruption::None;
    text.field("Disrupts", if harmless { Tone::Text } else { Tone::Notice }, disruption(finding.disruption));
    if !finding.try_first.is_empty() {
        text.field("Try first", Tone::Text, finding.try_first);
    }
    match (remedy, change) {
        (_, Some((change, form))) => {
            if let Some(manager) = &change.manager {
                text.field("Managed", Tone::Notice, manager);
            }
            match form {
                FixForm::Diff => diff(text, &change.diff),
                form => text.verbatim(0, change.form(form).unwrap_or_default(), |_| Tone::YamlValue),
            }
            text.blank();
            text.line(Tone::Text, finding.remediation);
            if let Some(command) = &change.command {
                text.blank();
                text.verbatim(0, command, |_| Tone::Dim);
            }
        }
        (Some(Load::Ready(remedy)), None) => {
            text.blank();
            text.line(Tone::Dim, remedy.note.as_deref().unwrap_or(ADVICE));
        }
        (Some(Load::Failed(failure)), None) => {
            text.line(Tone::Error, &failure.what);
            text.line(Tone::Text, &failure.todo);
        }
        _ => text.line(Tone::Dim, "Working out the change …"),
    }
}

/// A unified diff without its head, which names what the screen is about; with one hunk, without that one's either.
fn diff(text: &mut Text, diff: &str) {
    let body: Vec<&str> =
        diff.lines().skip_while(|line| line.starts_with("--- ") || line.starts_with("+++ ")).collect();
    let hunks = body.iter().filter(|line| line.starts_with("@@")).count();
    let shown: Vec<&str> = body.into_iter().filter(|line| hunks > 1 || !line.starts_with("@@")).collect();
    text.verbatim(0, &shown.join("\n"), |line| match line.chars().next() {
        Some('+') => Tone::Added,
        Some('-') => Tone::Removed,
        Some('@') => Tone::Dim,
        _ => Tone::Text,
    });
}

const ADVICE: &str = "No patch can be known from here: the sentence above says what to do.";

const GONE: &str = "This finding is not in the latest results: it was fixed, deleted, or could no longer be read.";

// Explanations

fn explain_finding(text: &mut Text, state: &State, fingerprint: &Arc<str>) {
    let Some(finding) = state.session.finding(fingerprint) else { return text.line(Tone::Dim, GONE) };
    let container = finding.container.as_deref().map(|c| format!(", container {c}")).unwrap_or_default();
    text.line(Tone::Strong, &format!("{} on {}{container}", finding.check, finding.resource));
    text.lines.push(vec![
        (finding.status.into(), finding.status.short().to_owned()),
        (Tone::Text, "  ".to_owned()),
        (finding.severity.into(), finding.severity.to_string()),
    ]);
    text.paragraph(0, Tone::Text, &finding.message);
    text.blank();
    read(text, state, &finding);
    for evidence in &finding.paths {
        text.field("Path", Tone::Text, &evidence.path.to_string());
        text.field("Value", Tone::Text, &value(&evidence.actual));
        text.field("Expected", Tone::Text, &evidence.expected);
        if let Some(line) = evidence.line {
            text.field("Line", Tone::Text, &line.to_string());
        }
    }
    if let Some(seen) = finding.seen_in {
        let pods = finding.instances.unwrap_or(0);
        let where_ = match seen {
            SeenIn::Template => "in the template only".to_owned(),
            SeenIn::Pods => format!("in {} only: injected at admission, or an old revision", live_pods(pods)),
            SeenIn::Both => format!("in the template and in {}", live_pods(pods)),
        };
        text.field("Seen", Tone::Text, &where_);
    }
    if !finding.reach.is_empty() {
        text.field("Reach", Tone::Text, &finding.reach.join(", "));
    }
    owners(text, state, &finding);
    if let Some(team) = &finding.team {
        text.field("Team", Tone::Text, team);
    }
    waiver(text, &finding);
    if let Some(check) = checks::find(finding.check) {
        text.field("Why", Tone::Text, check.why);
    }
    text.field("Fix", Tone::Text, finding.remediation);
    rules(text, state, &finding);
    siblings(text, state, &finding);
    if let Some(command) = kubectl::see(&finding) {
        text.blank();
        text.line(Tone::Title, "See it yourself");
        text.verbatim(2, &command, |_| Tone::Text);
    }
    if let Some(check) = checks::find(finding.check).filter(|check| !check.aliases.is_empty()) {
        text.blank();
        text.field("Peers", Tone::Dim, &check.aliases.join(" · "));
    }
    text.field("Id", Tone::Dim, &finding.fingerprint);
}

/// Who is above it, what deployed it, and who wrote the field.
fn owners(text: &mut Text, state: &State, finding: &Finding) {
    let document = state.session.document(&finding.fingerprint);
    let mut chain = vec![finding.resource.kind_name()];
    chain.extend(document.and_then(|document| document.controller.clone()));
    if finding.owner != finding.resource {
        chain.push(finding.owner.kind_name());
    }
    chain.dedup_by(|a, b| a.replace(' ', "/") == b.replace(' ', "/"));
    if chain.len() > 1 {
        text.field("Owner", Tone::Text, &chain.join(" < "));
    }
    if let Some(manager) = document.and_then(|document| document.manager.as_deref()) {
        text.field("Managed", Tone::Notice, &format!("by {manager}"));
    }
    match document.map(|document| document.writers.as_deref()) {
        Some(Some(writers)) => text.field("Set by", Tone::Text, writers),
        Some(None) if state.session.target.origin == Origin::Cluster => {
            text.field("Set by", Tone::Dim, "not written down: the object has no managed fields for it");
        }
        _ => {}
    }
}

/// Other findings of the same field and of the same object.
fn siblings(text: &mut Text, state: &State, finding: &Finding) {
    let Some(beside) = state.session.beside(&finding.fingerprint) else { return };
    let report = state.session.report.as_deref();
    let of = |at: &usize| report.and_then(|report| report.findings.row(*at));
    let field: Vec<String> =
        beside.field.iter().filter_map(of).map(|f| format!("{} {}", f.status().short(), f.check())).collect();
    if !field.is_empty() {
        text.field("Beside", Tone::Text, &format!("of the same field: {}", field.join(" · ")));
    }
    if !beside.object.is_empty() {
        let failing = beside.object.iter().filter_map(of).filter(|f| f.status() == FindingStatus::Fail).count();
        let others = match beside.object.len() {
            1 => "1 other finding".to_owned(),
            count => format!("{count} other findings"),
        };
        let key = state.key(Action::Object);
        let said = format!("{others} of {}, {failing} of them failing; {key} lists them", finding.owner.kind_name());
        text.field(if field.is_empty() { "Beside" } else { "" }, Tone::Text, &said);
    }
}

fn live_pods(pods: usize) -> String {
    if pods == 1 { "1 live pod".to_owned() } else { format!("{pods} live pods") }
}

fn read(text: &mut Text, state: &State, finding: &Finding) {
    let Some(report) = state.session.report.as_deref() else { return };
    let document = state.session.document(&finding.fingerprint);
    let what = match (&finding.source, document) {
        (Some(source), _) => {
            let demo = if state.session.target.origin == Origin::Demo { "the demo's " } else { "" };
            format!("{demo}{}, document {}", source.file, source.document + 1)
        }
        (None, Some(document)) if !document.origin.is_empty() && state.session.target.origin != Origin::Cluster => {
            document.origin.clone()
        }
        _ => match (state.session.target.origin, kubectl::request(&finding.resource)) {
            (Origin::Demo, _) => "the demo cluster inside the program".to_owned(),
            (_, Some(path)) => format!("GET {path}"),
            (_, None) => "several kinds together".to_owned(),
        },
    };
    let version = document.and_then(|d| d.version.clone()).map(|v| format!("  {v}")).unwrap_or_default();
    text.field("Read", Tone::Text, &format!("{what}{version}"));
    text.field("Time", Tone::Text, &format!("{} to {}", report.started, report.finished));
}

fn waiver(text: &mut Text, finding: &Finding) {
    if let Some(waiver) = &finding.waiver {
        text.field("Waived", Tone::Waived, &waiver_words(waiver));
    }
    if let Some(waiver) = &finding.expired_waiver {
        text.field("Expired", Tone::Notice, &format!("fails again; its waiver is over: {}", waiver_words(waiver)));
    }
}

/// Why, by whom and until when.
pub fn waiver_words(waiver: &Waiver) -> String {
    let mut said = format!("{} ({})", waiver.reason, waiver.source);
    let parts = [
        ("owner", &waiver.owner),
        ("approved by", &waiver.approved_by),
        ("ticket", &waiver.ticket),
        ("until", &waiver.expires),
    ];
    for (word, part) in parts {
        if let Some(part) = part {
            said.push_str(&format!(", {word} {part}"));
        }
    }
    said
}

/// A control as it is written: `cis 2.0.1 5.2.2`, `hygiene limits`.
pub fn control_name(control: &ControlRef) -> String {
    format!("{} {}", versioned(&control.framework, &control.version), control.id)
}

/// Controls that a finding counts against, a framework a piece; criteria apart.
fn rules(text: &mut Text, state: &State, finding: &Finding) {
    let (mut rules, mut relates) = (Vec::new(), Vec::new());
    for control in finding.controls.iter() {
        let result = state.session.control(&control.framework, &control.id);
        match result.and_then(|c| c.criterion.clone()) {
            Some(criterion) => relates.push(criterion.to_string()),
            None => rules.push(control_name(control)),
        }
    }
    relates.sort();
    relates.dedup();
    if !rules.is_empty() {
        text.field("Rule", Tone::Text, &rules.join(" · "));
    }
    if !relates.is_empty() {
        text.field("Relates", Tone::Text, &format!("SOC2 {} (plimsoll's mapping, not AICPA's)", relates.join(", ")));
    }
}

/// What a control's status rests on, in words.
pub fn basis(control: &ControlResult) -> String {
    let mut parts = Vec::new();
    if let Some(level) = control.level {
        parts.push(format!("level {level}"));
    }
    match (control.assessment.as_deref(), control.decides.as_deref()) {
        (Some("manual"), Some("measured")) => parts.push("benchmark: Manual, measured by plimsoll".to_owned()),
        (Some(label), Some("review")) => parts.push(format!("benchmark: {label}; a person decides")),
        (None, Some("review")) => parts.push("a person decides".to_owned()),
        (Some(label), _) => parts.push(format!("benchmark: {label}")),
        _ => {}
    }
    if let Some(criterion) = &control.criterion {
        parts.push(format!("criterion, relates to SOC2 {criterion} (plimsoll's mapping, not AICPA's)"));
    }
    parts.join(" · ")
}

/// Said on every SOC2 screen.
pub fn observed(state: &State) -> String {
    let time = state.session.report.as_deref().map_or("", |r| &r.finished);
    format!("as observed at {time}; not evidence of operation over a period")
}

/// A status in words: criteria have words of their own.
pub fn status_words(status: Verdict) -> String {
    status.as_str().replace('-', " ")
}

fn explain_control(text: &mut Text, state: &State, framework: &Arc<str>, id: &Arc<str>) {
    let Some(control) = state.session.control(framework, id) else { return text.line(Tone::Dim, GONE) };
    text.line(Tone::Strong, &format!("{framework} {id}  {}", control.title));
    text.lines.push(vec![(control.status.into(), status_words(control.status))]);
    text.paragraph(0, Tone::Text, &control.message);
    if is_criterion(control) {
        text.line(Tone::Notice, &observed(state));
    }
    text.blank();
    let basis = basis(control);
    if !basis.is_empty() {
        text.field("Decides", Tone::Text, &basis);
    }
    for used in attestations(state, control) {
        attestation(text, used);
    }
    if let Some(reason) = control.reason {
        text.field("Unread", Tone::Unread, &format!("{}: {}", reason_words(reason), reason_todo(state, reason)));
    }
    let facts = state.catalog.control(control);
    if let Some(facts) = facts {
        text.field("Why", Tone::Text, &facts.why);
        if let Some(note) = &facts.note {
            text.field("Note", Tone::Notice, note);
        }
        if !facts.relates.is_empty() {
            text.field("Relates", Tone::Text, &format!("{} (plimsoll's mapping)", facts.relates.join(", ")));
        }
    }
    for id in &control.checks {
        let said = checks::find(id).map_or("not built yet", |check| check.title);
        text.field("Check", Tone::Text, &format!("{id}: {said}"));
    }
    for id in &control.evidence {
        let said = checks::find(id).map_or("not built yet", |check| check.title);
        text.field("Shows", Tone::Text, &format!("{id}: {said}"));
    }
    let elsewhere = elsewhere(state, control);
    if !elsewhere.is_empty() {
        text.field("Elsewhere", Tone::Text, &elsewhere.join(" · "));
    }
    if let Some(facts) = facts.filter(|facts| !facts.collect.is_empty()) {
        text.blank();
        text.line(Tone::Title, "How a person collects the evidence");
        for line in &facts.collect {
            text.paragraph(2, Tone::Text, line);
            text.lines.push(Line::new());
        }
    }
}

/// Records of a control.
pub fn attestations<'s>(state: &'s State, control: &ControlResult) -> impl Iterator<Item = &'s AttestationUse> {
    let name = control.name();
    state.session.report.iter().flat_map(|report| &report.attestations).filter(move |used| used.record.is_of(&name))
}

/// What a person said, and whether it still holds.
fn attestation(text: &mut Text, used: &AttestationUse) {
    let record = &used.record;
    let tone = if used.state == AttestationState::Holds { Tone::Manual } else { Tone::Notice };
    text.field("Attested", tone, &format!("{}: {}", used.state.as_str().replace('-', " "), used.message));
    text.field("", Tone::Text, &record.statement);
    let reviewed = match record.reviewed.len() {
        1 => "1 candidate reviewed".to_owned(),
        count => format!("{count} candidates reviewed"),
    };
    let ticket = record.ticket.as_deref().map(|ticket| format!(", ticket {ticket}")).unwrap_or_default();
    text.field("", Tone::Dim, &format!("{reviewed}{ticket} ({}, line {})", used.source, used.line));
    for file in &record.attachments {
        text.field("", Tone::Dim, &format!("{}, sha256 {}", file.name, file.sha256));
    }
}

/// Waivers and attestations, each with what came of it.
fn records(text: &mut Text, state: &State) {
    if let Some(problem) = &state.session.records {
        text.line(Tone::Error, &problem.what);
        text.line(Tone::Text, &problem.todo);
        text.blank();
    }
    let Some(report) = state.session.report.as_deref() else {
        return text.line(Tone::Dim, "Nothing yet: the cluster is being read.");
    };
    if report.waivers.is_empty() && report.attestations.is_empty() {
        let (waive, attest) = (state.key(Action::Waive), state.key(Action::Attest));
        text.line(
            Tone::Text,
            &format!("Nobody recorded anything: {waive} waives a finding, {attest} attests a control."),
        );
    }
    for used in &report.waivers {
        let tone = if used.state == WaiverState::InForce { Tone::Waived } else { Tone::Notice };
        text.line(Tone::Strong, &used.record.subject());
        text.field(used.state.as_str(), tone, &used.message);
        text.field("", Tone::Text, &used.record.reason);
        let WaiverRecord { owner, approved_by, ticket, .. } = &used.record;
        let who = format!("owner {owner}, approved by {approved_by}, ticket {ticket}");
        text.field("", Tone::Dim, &format!("{who} ({}, line {})", used.source, used.line));
        text.blank();
    }
    for used in &report.attestations {
        text.line(Tone::Strong, &used.record.subject());
        attestation(text, used);
        text.blank();
    }
}

/// Controls of other frameworks in the report that share a check with one: `soc2 CC6.8`.
fn elsewhere(state: &State, control: &ControlResult) -> Vec<String> {
    let others = state.session.report.iter().flat_map(|report| &report.controls);
    let shares = |other: &&ControlResult| {
        other.framework != control.framework && other.checks.iter().any(|check| control.checks.contains(check))
    };
    let mut names: Vec<String> = Vec::new();
    let mut last: Option<&Arc<str>> = None;
    for other in others.filter(shares) {
        match names.last_mut() {
            Some(line) if last == Some(&other.framework) => line.push_str(&format!(", {}", other.id)),
            _ => names.push(format!("{} {}", other.framework, other.id)),
        }
        last = Some(&other.framework);
    }
    names
}

fn explain_check(text: &mut Text, state: &State, id: &str) {
    let Some(check) = checks::find(id) else { return text.line(Tone::Strong, id) };
    text.line(Tone::Strong, &format!("{id}  {}", check.title));
    text.lines.push(vec![(check.severity.into(), check.severity.to_string())]);
    text.blank();
    text.field("Why", Tone::Text, check.why);
    text.field("Fix", Tone::Text, check.remedy.advice);
    text.field("Disrupts", Tone::Text, disruption(check.remedy.disruption));
    text.field("Try first", Tone::Text, check.remedy.try_first);
    let over: Vec<&str> = check.over.iter().map(|kind| kind.info().plural).collect();
    text.field("Reads", Tone::Text, &over.join(", "));
    let mut rules = std::collections::BTreeSet::new();
    for control in state.session.report.iter().flat_map(|r| &r.controls).filter(|c| c.checks.iter().any(|c| **c == *id))
    {
        rules.insert(format!("{} {}", control.framework, control.id));
    }
    if !rules.is_empty() {
        text.field("Rule", Tone::Text, &rules.into_iter().collect::<Vec<_>>().join(" · "));
    }
    if !check.aliases.is_empty() {
        text.field("Peers", Tone::Dim, &check.aliases.join(" · "));
    }
}

fn explain_gap(text: &mut Text, state: &State, i: usize) {
    let Some(gap) = state.session.report.as_deref().and_then(|r| r.gaps.get(i)) else {
        return text.line(Tone::Dim, "This gap is not in the latest results.");
    };
    text.line(Tone::Strong, &format!("{} could not be looked at", gap.kind));
    text.line(Tone::Unread, reason_words(gap.reason));
    text.blank();
    text.field("Said", Tone::Text, &gap.message);
    text.field("Where", Tone::Text, gap.namespace.as_deref().unwrap_or("everywhere in scope"));
    text.field("To do", Tone::Text, &reason_todo(state, gap.reason));
    let checks: Vec<&str> = gap.checks.iter().map(|check| &**check).collect();
    text.field("Weakens", Tone::Text, &checks.join(", "));
}

fn role(text: &mut Text, state: &State) {
    match &state.role {
        Load::Ready(role) => {
            let again = state.key(Action::Rescan);
            text.line(
                Tone::Text,
                &format!("What plimsoll reads, and no more: get, list and watch, no Secrets, no writing. Apply it, then {again}."),
            );
            text.blank();
            text.verbatim(0, role, |_| Tone::YamlValue);
        }
        Load::Failed(failure) => {
            text.line(Tone::Error, &failure.what);
            text.line(Tone::Text, &failure.todo);
        }
        _ => text.line(Tone::Dim, "Working out the role …"),
    }
}

/// The words of a node that a filter looks at.
pub fn node_words(node: &NodeRow) -> String {
    let looks: Vec<&str> = node.looks.iter().map(|look| if look.stale { "stale" } else { "facts" }).collect();
    format!("{} {} {} {} {}", node.name, node.roles, node.version, node.troubles.join(" "), looks.join(" "))
}

/// `1 minor behind the API server`.
fn skew(node: &NodeRow) -> Option<String> {
    let minors = |n: i64| if n == 1 { "1 minor".to_owned() } else { format!("{n} minors") };
    match node.behind? {
        0 => None,
        n if n > 0 => Some(format!("{} behind the API server", minors(n))),
        n => Some(format!("{} ahead of the API server", minors(-n))),
    }
}

fn node(text: &mut Text, state: &State, name: &str) {
    let Some(node) = state.session.node(name) else {
        return text.line(Tone::Dim, "This node is gone.");
    };
    text.field("Roles", Tone::Text, if node.roles.is_empty() { "none that it names" } else { &node.roles });
    let skew = skew(node).map(|skew| format!(", {skew}")).unwrap_or_default();
    text.field("Kubelet", Tone::Text, &format!("{}{skew}", node.version));
    let ready = match node.ready {
        Some(true) => (Tone::Pass, "ready".to_owned()),
        Some(false) => (Tone::Fail, "not ready".to_owned()),
        None => (Tone::Unread, "does not say whether it is ready".to_owned()),
    };
    text.field("Condition", ready.0, &ready.1);
    for trouble in &node.troubles {
        text.field("", Tone::Fail, trouble);
    }
    let (tone, config) = match &node.kubelet {
        KubeletKnown::Asked => (Tone::Text, "its kubelet said it (configz)".to_owned()),
        KubeletKnown::Files => (Tone::Text, "from its own files and command line".to_owned()),
        KubeletKnown::Refused(why) => (Tone::Unread, format!("its kubelet did not say it: {why}")),
        KubeletKnown::No => (Tone::Unread, "not known. :kubelet asks every kubelet".to_owned()),
    };
    text.field("Config", tone, &config);
    for look in &node.looks {
        let (tone, stale) = if look.stale { (Tone::Unread, ": too long to pass") } else { (Tone::Text, "") };
        text.field("Looked at", tone, &format!("by {}, {}{stale}", look.by, look.age));
    }
    if node.looks.is_empty() {
        text.field("Looked at", Tone::Unread, "by nobody: its files and processes are unknown. :import takes what plimsoll node or kube-bench wrote there, :collect shows Jobs that look");
    }
    if let Some((end, file)) = &node.expires {
        text.field("Expires", Tone::Text, &format!("{end}: the first of its certificates, {file}"));
    }
    for (path, why) in &node.unreadable {
        text.field("Unread", Tone::Unread, &format!("{path}: {why}"));
    }
    let failing =
        if node.failing == 0 { "nothing that was looked at".to_owned() } else { format!("{} findings", node.failing) };
    text.field("Fails", if node.failing == 0 { Tone::Text } else { Tone::Fail }, &failing);
}

fn collector(text: &mut Text, state: &State, image: &str) {
    match &state.collector {
        (of, Load::Ready(manifests)) if *of == *image => {
            let apply = format!(
                "Nothing is created yet. :collect {image} apply creates it, reads its logs and removes it; c copies it."
            );
            text.line(Tone::Text, &apply);
            text.blank();
            text.verbatim(0, manifests, |line| if line.starts_with('#') { Tone::Dim } else { Tone::YamlValue });
        }
        (_, Load::Failed(failure)) => {
            text.line(Tone::Error, &failure.what);
            text.line(Tone::Text, &failure.todo);
        }
        _ => text.line(Tone::Dim, "Asking which nodes there are …"),
    }
}

fn help(text: &mut Text, state: &State) {
    const KEYS: usize = 20;
    for context in Context::ALL {
        text.blank();
        text.line(Tone::Title, context.title());
        for entry in ACTIONS.iter().filter(|e| e.contexts.first() == Some(&context)) {
            let keys: Vec<String> = state.preferences().keys.of(entry.action).iter().map(ToString::to_string).collect();
            let keys = match keys.as_slice() {
                [first, .., last] if keys.len() > 4 => format!("{first} – {last}"),
                keys => keys.join(" "),
            };
            let mut help = wrap(entry.help, text.width.saturating_sub(KEYS + 1)).into_iter();
            let first = help.next().unwrap_or_default();
            text.lines.push(vec![(Tone::Key, format!(" {keys:KEYS$}")), (Tone::Text, first)]);
            text.lines.extend(help.map(|rest| vec![(Tone::Text, " ".repeat(KEYS + 1)), (Tone::Text, rest)]));
        }
    }
    text.blank();
    text.line(Tone::Title, "Commands");
    for command in COMMANDS {
        let name = command.names.first().copied().unwrap_or_default();
        let head = format!(":{name} {}", command.arguments);
        if head.len() > KEYS {
            text.lines.push(vec![(Tone::Key, format!(" {head}"))]);
            text.paragraph(KEYS + 1, Tone::Text, command.help);
        } else {
            text.lines.push(vec![(Tone::Key, format!(" {head:KEYS$}")), (Tone::Text, command.help.to_owned())]);
        }
    }
    text.lines.push(vec![
        (Tone::Key, format!(" {:KEYS$}", ":FRAMEWORK")),
        (Tone::Text, "A framework by id: :cis, :soc2; a control of it: :cis 5.2.2".to_owned()),
    ]);
    let hotkeys = &state.preferences().hotkeys;
    if !hotkeys.is_empty() {
        text.blank();
        text.line(Tone::Title, "Your keys");
        for (key, command) in hotkeys {
            text.lines
                .push(vec![(Tone::Key, format!(" {:KEYS$}", key.to_string())), (Tone::Text, format!(":{command}"))]);
        }
    }
    text.blank();
    text.line(Tone::Title, &format!("Filters, after {}", state.key(Action::Filter)));
    for (typed, what) in FILTERS {
        text.lines.push(vec![(Tone::Key, format!(" {typed:KEYS$}")), (Tone::Text, (*what).to_owned())]);
    }
    let numbered = state.numbered();
    if !numbered.is_empty() {
        text.blank();
        text.line(Tone::Title, "Namespaces on 1-9");
        for (i, name) in numbered.iter().enumerate() {
            text.line(Tone::Text, &format!(" {}  {name}", i + 1));
        }
    }
    text.blank();
    text.line(Tone::Title, "Forms (W, A)");
    for (keys, what) in FORM_KEYS {
        text.lines.push(vec![(Tone::Key, format!(" {keys:KEYS$}")), (Tone::Text, (*what).to_owned())]);
    }
    text.blank();
    text.line(Tone::Title, "Words");
    for (tone, word, meaning) in WORDS {
        text.lines.push(vec![(*tone, format!(" {word:KEYS$}")), (Tone::Text, (*meaning).to_owned())]);
    }
}

/// What a filter may hold.
const FILTERS: &[(&str, &str)] = &[
    ("web priv", "Rows in which both words occur"),
    ("!web", "Rows in which it does not"),
    (">=high", "High and critical ones"),
    ("ns=shop team=pay", "Of a namespace, of a team"),
    ("level=1", "Controls of level 1"),
    ("app=web", "By labels of the owner; -l app=web,tier!=db as kubectl writes it"),
    ("-f dpwb", "Fuzzy: these letters in this order, in one word"),
];

/// Keys of forms, beside those that type.
const FORM_KEYS: &[(&str, &str)] = &[
    ("tab shift-tab", "The next field, the one before"),
    ("enter", "The next field; a new line in a long one"),
    ("ctrl-s", "Save"),
    ("ctrl-z ctrl-y", "Undo what was typed, redo it"),
    ("ctrl-left ctrl-right", "A word back, a word on"),
    ("ctrl-w ctrl-u", "Delete the word, the line before the cursor"),
    ("ctrl-x", "Take the record away"),
    ("esc", "Close; what was written is kept"),
];

/// Words that a table uses.
const WORDS: &[(Tone, &str, &str)] = &[
    (Tone::Pass, "PASS", "everything was read, nothing contradicts it"),
    (Tone::Fail, "FAIL", "at least one counter-example was seen"),
    (Tone::Manual, "MANUAL REVIEW", "evidence is listed, a person decides"),
    (Tone::Manual, "ATTEST", "a person decided, by a record that still holds"),
    (Tone::Waived, "WAIVED", "every failing object is waived or exempt"),
    (Tone::Notice, "EXPIRED", "its waiver is over: it fails again"),
    (Tone::Unread, "UNREAD", "could not be decided: never counted as a pass"),
    (Tone::NotApplicable, "N/A", "the thing does not exist here"),
    (Tone::Text, "score 48–69 %", "worst if all that is undecided fails, best if it passes"),
    (Tone::Text, "coverage 84/131", "controls that were decided, of those that apply"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_keeps_every_character() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("名名名名", 4), ["名名", "名名"]);
        assert_eq!(wrap("", 10), [""]);
    }
}
