//! The forms in which a person waives a finding or attests a control.

use crate::app::{
    Candidate, Field, Form, Layout, Line, PaneKind, State, Subject, TextKind, Tone, lines, thousands, wrap,
};
use crate::model::clean;
use crate::ui::Theme;
use crate::ui::widgets::{block, put, sentence};
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout as Split, Rect};
use ratatui::widgets::Widget;

/// Columns of a label, its mark included.
const LABEL: u16 = 14;
/// Columns from which a label stands beside its field.
const BESIDE: u16 = 44;
/// Columns from which what it is about stands beside the form.
const WIDE: u16 = 110;
/// Rows of a long field at most.
const LONGEST: u16 = 8;

/// A row of the form, or a field's rows.
enum Row {
    Line(Line),
    Field(usize, u16),
}

impl Row {
    fn height(&self) -> u16 {
        match self {
            Self::Line(_) => 1,
            Self::Field(_, height) => *height,
        }
    }
}

/// Draws the form in place of the screen under it. Returns where the cursor is.
pub(in crate::ui) fn form(
    buffer: &mut Buffer,
    theme: &Theme,
    state: &State,
    layout: &Layout,
    form: &Form,
) -> Option<(u16, u16)> {
    let top = layout.crumbs.bottom();
    let body = Rect { y: top, height: layout.footer.y.saturating_sub(top), ..layout.footer };
    let flat = Layout { boxed: false, ..layout.clone() };
    let wide = body.width >= WIDE;
    let [left, right] = if wide {
        Split::horizontal([Constraint::Fill(3), Constraint::Fill(2)]).areas(body)
    } else {
        [body, Rect::ZERO]
    };
    let mut head = head(state, form, left.width.saturating_sub(2));
    head.truncate(usize::from(left.height / 3));
    let room = left.height.saturating_sub(rows_of(&head));
    let mut area = Rect { x: left.x + 1, width: left.width.saturating_sub(2), ..left };
    // In a low window the fields come first.
    if room >= 8 {
        for line in &head {
            put(buffer, theme, (area.x, area.y), area.width, line);
            area.y += 1;
        }
        area.height = room;
        block(buffer, theme, &flat, Rect { height: 1, x: left.x, width: left.width, y: area.y }, "", true);
        (area.y, area.height) = (area.y + 1, area.height - 1);
    }
    let below = if wide { 0 } else { candidates_height(form, area.height) };
    area.height -= below;
    if wide {
        beside(buffer, theme, state, &Layout { boxed: true, ..layout.clone() }, right, form);
    } else if below > 0 {
        let list = Rect { y: area.bottom(), height: below, x: left.x, width: left.width };
        candidates(buffer, theme, &flat, list, form);
    }
    fields(buffer, theme, area, form)
}

fn rows_of(lines: &[Line]) -> u16 {
    u16::try_from(lines.len()).unwrap_or(u16::MAX)
}

/// What the form is about.
fn head(state: &State, form: &Form, width: u16) -> Vec<Line> {
    let wrapped = |tone: Tone, text: &str| {
        wrap(&clean(text), usize::from(width)).into_iter().map(move |part| vec![(tone, part)]).collect::<Vec<Line>>()
    };
    match &form.subject {
        Subject::Waive { check, resource, container, fingerprint, old } => {
            let container = container.as_deref().map(|name| format!(", container {name}")).unwrap_or_default();
            let mut first: Line = Vec::new();
            if let Some(finding) = state.session.finding(fingerprint) {
                first.push((finding.status.into(), format!("{} ", finding.status.short())));
                first.push((finding.severity.into(), format!("{}  ", finding.severity.short())));
            }
            let mut lines = after(first, &format!("{check} on {resource}{container}"), width);
            if let Some(finding) = state.session.finding(fingerprint) {
                lines.extend(wrapped(Tone::Text, &finding.message));
            }
            let is_over =
                form.ready.as_ref().is_some_and(|ready| old.as_ref().is_some_and(|old| old.is_expired(ready.today)));
            let said = match old {
                Some(old) if is_over => {
                    format!("Its waiver was over on {}; what you save takes its place.", old.expires)
                }
                Some(old) => format!("It has a waiver until {}; what you save takes its place.", old.expires),
                None => "Covers this check on this object only, in every cluster that has one of this name.".to_owned(),
            };
            lines.extend(wrapped(Tone::Dim, &said));
            lines
        }
        Subject::WaiveMarked { failures } => {
            let what = format!("{} failures of the marked rows", thousands(failures.len()));
            let mut lines = wrapped(Tone::Strong, &what);
            let said = "A waiver each, for this check on this object only; all are recorded or none.";
            lines.extend(wrapped(Tone::Dim, said));
            lines
        }
        Subject::Attest { control, title, old, .. } => {
            let status = state.session.control(&control.framework, &control.id).map(|control| control.status);
            let mut first: Line = Vec::new();
            if let Some(status) = status {
                first.push((status.into(), format!("{}  ", status.short())));
            }
            let name = crate::app::control_name(control);
            let said = match old {
                Some(old) => format!(
                    "{} attested it on {}, until {}; what you save is added to that.",
                    old.by, old.on, old.valid_until
                ),
                None => "Shown as ATTEST, never as PASS; a new candidate or its last day reopens it.".to_owned(),
            };
            let mut lines = after(first, &format!("{name}  {title}"), width);
            lines.extend(wrapped(Tone::Dim, &said));
            lines
        }
    }
}

/// A text after the words that begin its first line; nothing of it is cut off.
fn after(first: Line, text: &str, width: u16) -> Vec<Line> {
    let used: usize = first.iter().map(|(_, word)| word.len()).sum();
    let mut first = Some(first);
    let line = |part: String| {
        let mut line = first.take().unwrap_or_else(|| vec![(Tone::Text, " ".repeat(used))]);
        line.push((Tone::Strong, part));
        line
    };
    wrap(&clean(text), usize::from(width).saturating_sub(used)).into_iter().map(line).collect()
}

/// Rows, so that what the focus is on is in sight.
fn fields(buffer: &mut Buffer, theme: &Theme, area: Rect, form: &Form) -> Option<(u16, u16)> {
    let rows = rows(form, area);
    let (mut end, mut top) = (0, 0);
    for row in &rows {
        let start: u16 = end;
        end += row.height();
        if matches!(row, Row::Field(i, _) if *i == form.focus) {
            // what is wrong with it stands under it
            top = (end + 1).saturating_sub(area.height).min(start);
        }
    }
    let (mut at, mut cursor) = (0, None);
    for row in &rows {
        let (from, height) = (at, row.height());
        at += height;
        if from < top || from - top >= area.height {
            continue;
        }
        let y = area.y + from - top;
        match row {
            Row::Line(line) => {
                put(buffer, theme, (area.x, y), area.width, line);
            }
            Row::Field(i, _) => {
                let Some(field) = form.fields.get(*i) else { continue };
                let rect = Rect { y, height: height.min(area.bottom() - y), ..area };
                let focus = *i == form.focus;
                let at = draw(buffer, theme, rect, field, focus);
                cursor = if focus { Some(at) } else { cursor };
            }
        }
    }
    cursor
}

fn rows(form: &Form, area: Rect) -> Vec<Row> {
    let width = usize::from(area.width);
    let indent = if area.width >= BESIDE { usize::from(LABEL) + 2 } else { 2 };
    let told = |tone: Tone, text: &str| {
        let parts = wrap(text, width.saturating_sub(indent)).into_iter();
        parts.map(|part| Row::Line(vec![(Tone::Text, " ".repeat(indent)), (tone, part)])).collect::<Vec<Row>>()
    };
    let mut notes = Vec::new();
    if let Some(failure) = &form.failure {
        notes.extend(told(Tone::Error, &failure.what));
        notes.extend(told(Tone::Text, &failure.todo));
    }
    notes.extend(place(form).into_iter().flat_map(|(tone, text)| told(tone, &text)));
    let label = u16::from(area.width < BESIDE);
    let mut under: Vec<Vec<Row>> = Vec::new();
    for field in &form.fields {
        under.push(match (&field.error, form.flag(field.name)) {
            (Some(error), _) => told(Tone::Error, &format!("! {error}")),
            (None, Some(flag)) => told(Tone::Notice, &format!("! {flag}")),
            (None, None) => Vec::new(),
        });
    }
    let long = form.fields.iter().filter(|field| field.name.is_long()).count();
    let fixed = form.fields.len() - long + notes.len() + under.iter().map(Vec::len).sum::<usize>() + 1;
    let fixed = u16::try_from(fixed).unwrap_or(u16::MAX).saturating_add(label * rows_of_fields(form));
    // what is left goes to the first long field; a second one has two rows
    let second = u16::from(long > 1) * 2;
    let first = area.height.saturating_sub(fixed.saturating_add(second)).clamp(2, LONGEST);
    let mut rows = Vec::new();
    let mut seen_long = false;
    for ((i, field), under) in form.fields.iter().enumerate().zip(under) {
        let height = match (field.name.is_long(), seen_long) {
            (false, _) => 1,
            (true, false) => first,
            (true, true) => 2,
        };
        seen_long |= field.name.is_long();
        rows.push(Row::Field(i, height + label));
        rows.extend(under);
    }
    rows.push(Row::Line(Line::new()));
    rows.extend(notes);
    rows
}

fn rows_of_fields(form: &Form) -> u16 {
    u16::try_from(form.fields.len()).unwrap_or(u16::MAX)
}

/// Where it is saved, and who sees it there.
fn place(form: &Form) -> Vec<(Tone, String)> {
    let Some(ready) = &form.ready else { return Vec::new() };
    if form.saving {
        return vec![(Tone::Notice, "Saving …".to_owned())];
    }
    match &ready.file {
        Some(file) if ready.shared => vec![(Tone::Dim, format!("Saved to {file}, in a git repository"))],
        Some(file) => vec![
            (Tone::Dim, format!("Saved to {file}")),
            (Tone::Notice, "only on this machine: the file is in no git repository".to_owned()),
        ],
        None => vec![(Tone::Error, "There is no place for it: no home directory is set".to_owned())],
    }
}

/// A field: its label, a bar, its text. Returns where the cursor is in it.
fn draw(buffer: &mut Buffer, theme: &Theme, area: Rect, field: &Field, focus: bool) -> (u16, u16) {
    let tone = if focus { Tone::Strong } else { Tone::Title };
    let mark = if focus { "> " } else { "  " };
    let label = vec![(Tone::Key, mark.to_owned()), (tone, field.name.label().to_owned())];
    put(buffer, theme, (area.x, area.y), area.width, &label);
    let text = if area.width >= BESIDE {
        Rect { x: area.x + LABEL, width: area.width - LABEL, ..area }
    } else {
        Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area }
    };
    let bar = if focus { Tone::Focus } else { Tone::Border };
    for y in text.y..text.bottom() {
        put(buffer, theme, (text.x, y), 1, &vec![(bar, "│".to_owned())]);
    }
    let text = Rect { x: text.x + 2, width: text.width.saturating_sub(2), ..text };
    if field.is_empty() {
        put(buffer, theme, (text.x, text.y), text.width, &vec![(Tone::Dim, field.name.hint().to_owned())]);
    }
    if text.is_empty() {
        return (area.x, area.y);
    }
    if !field.is_empty() {
        // the editor keeps what it wraps at, so that up and down go by the lines on screen
        (&field.area).render(text, buffer);
        buffer.set_style(text, theme.style(Tone::Text));
    }
    let (cursor, (top, left)) = (field.area.screen_cursor(), field.area.scroll_offset());
    let along = |at: usize, from: u16, room: u16| {
        u16::try_from(at).unwrap_or(u16::MAX).saturating_sub(from).min(room.saturating_sub(1))
    };
    (text.x + along(cursor.col, left, text.width), text.y + along(cursor.row, top, text.height))
}

/// Beside the form: what is waived, or the candidates that are reviewed.
fn beside(buffer: &mut Buffer, theme: &Theme, state: &State, layout: &Layout, area: Rect, form: &Form) {
    match &form.subject {
        Subject::Waive { fingerprint, .. } => {
            block(buffer, theme, layout, area, "What fails", false);
            let inner = layout.inner(area);
            let kind = PaneKind::Text(TextKind::Finding(fingerprint.clone()));
            let lines = lines(state, &kind, usize::from(inner.width));
            for (line, y) in lines.iter().zip(inner.y..inner.bottom()) {
                put(buffer, theme, (inner.x, y), inner.width, line);
            }
        }
        Subject::WaiveMarked { .. } | Subject::Attest { .. } => candidates(buffer, theme, layout, area, form),
    }
}

/// Rows under the form for the candidates; one line where there is little room.
fn candidates_height(form: &Form, height: u16) -> u16 {
    let Some(listed) = form.listed() else { return 0 };
    let wanted = u16::try_from(listed.len()).unwrap_or(u16::MAX).saturating_add(1).max(2);
    // the fields need thirteen rows
    wanted.min(height.saturating_sub(13).max(u16::from(height > 6)))
}

/// The candidates that the record covers.
fn candidates(buffer: &mut Buffer, theme: &Theme, layout: &Layout, area: Rect, form: &Form) {
    let Some(candidates) = form.listed() else { return };
    let title = match (form.waives(), candidates.len()) {
        (true, count) => format!("{count} waived"),
        (false, 1) => "1 candidate reviewed".to_owned(),
        (false, count) => format!("{count} candidates reviewed"),
    };
    block(buffer, theme, layout, area, &title, false);
    let inner = layout.inner(area);
    if candidates.is_empty() {
        return sentence(buffer, theme, inner, Tone::Dim, "No candidates: what was measured names nothing to review.");
    }
    let mut y = inner.y;
    for Candidate { severity, text, .. } in candidates.iter().skip(form.offset) {
        let parts = wrap(text, usize::from(inner.width.saturating_sub(6)));
        // whole in a box, a line each in a list
        let parts: Vec<String> = if layout.boxed { parts } else { vec![text.clone()] };
        for (i, part) in parts.into_iter().enumerate() {
            if y >= inner.bottom() {
                return;
            }
            let word = if i == 0 { severity.short() } else { "" };
            let line = vec![((*severity).into(), format!("{word:<5}")), (Tone::Text, part)];
            put(buffer, theme, (inner.x + 1, y), inner.width.saturating_sub(1), &line);
            y += 1;
        }
    }
}
