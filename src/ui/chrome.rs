//! What every screen has: header, breadcrumbs with progress, footer with keys, prompt or notice.

use super::Theme;
use super::widgets::{block, put};
use crate::app::{Action, Layout, Line, Link, Origin, Phase, PromptKind, State, Tone, available, complete, wrap};
use crate::model::clean;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};
use unicode_width::UnicodeWidthStr;

/// `23:41:07Z` of an RFC 3339 time.
pub(super) fn clock(time: &str) -> String {
    let time = time.split_once('T').map_or(time, |(_, clock)| clock);
    match time.split_once('.') {
        Some((seconds, _)) => format!("{seconds}Z"),
        None => time.to_owned(),
    }
}

fn width(line: &Line) -> u16 {
    u16::try_from(line.iter().map(|(_, text)| text.width()).sum::<usize>()).unwrap_or(u16::MAX)
}

/// One piece at the left, one at the right; the right one stays whole where both do not fit, if it leaves a third.
fn both(buffer: &mut Buffer, theme: &Theme, area: Rect, left: &Line, right: &Line) {
    let right_width = width(right).min(area.width * 2 / 3);
    let gap = u16::from(right_width > 0);
    put(buffer, theme, (area.x, area.y), area.width.saturating_sub(right_width + gap), left);
    put(buffer, theme, (area.right() - right_width, area.y), right_width, right);
}

fn count(kinds: usize) -> String {
    if kinds == 1 { "1 kind".to_owned() } else { format!("{kinds} kinds") }
}

/// Program, cluster, scope; when it was read.
pub(super) fn header(buffer: &mut Buffer, theme: &Theme, state: &State, area: Rect) {
    let (left, right) = heading(state, area.width);
    both(buffer, theme, area, &left, &right);
}

/// The first line in a window of this width: what stands at the left, and at the right.
pub(super) fn heading(state: &State, room: u16) -> (Line, Line) {
    let session = &state.session;
    let report = session.report.as_deref();
    let name = match (report.and_then(|r| r.cluster.context.as_deref()), session.target.origin) {
        (Some(context), _) => context.to_owned(),
        (None, Origin::Demo) => "demo".to_owned(),
        (None, Origin::Files) => "files".to_owned(),
        (None, Origin::Cluster) => session.target.context.as_deref().unwrap_or("current context").to_owned(),
    };
    let version = report.and_then(|r| r.cluster.version.as_deref()).map(|v| format!(" @ {v}")).unwrap_or_default();
    let scope = match (report, session.target.namespaces.as_slice()) {
        (Some(report), _) => report.scope.sentence(),
        (None, []) => "all namespaces".to_owned(),
        (None, names) => format!("namespace {}", names.join(", ")),
    };
    let mut counts = String::new();
    for (count, word) in [(report.map_or(0, |r| r.exempt), "exempt"), (session.summary.waived, "waived")] {
        if count > 0 {
            counts.push_str(&format!(" · {count} {word}"));
        }
    }
    let left = |program: &str, version: &str, scope: &str| {
        let rest = format!(" · read-only · {scope}{counts}");
        vec![(Tone::Header, program.to_owned()), (Tone::Strong, format!("{name}{version}")), (Tone::Dim, rest)]
    };
    let time = report.map(|r| clock(&r.finished)).unwrap_or_default();
    let mut right = match (&session.phase, report.is_some()) {
        (Phase::Connecting, false) => vec![(Tone::Notice, "connecting ".to_owned())],
        (Phase::Connecting | Phase::Reading, true) if session.complete => {
            vec![(Tone::Notice, format!("reading again · as of {time} "))]
        }
        (Phase::Connecting | Phase::Reading, _) => vec![(Tone::Notice, "reading ".to_owned())],
        (Phase::Done, _) if session.frozen => vec![(Tone::Notice, format!("FROZEN as of {time} "))],
        (Phase::Done, _) => match &session.link {
            Link::None => vec![(Tone::Dim, format!("as of {time} "))],
            Link::Live => vec![(Tone::Pass, "live".to_owned()), (Tone::Dim, format!(" · changed {time} "))],
            Link::Partly { since, kinds, .. } => {
                vec![(Tone::Notice, format!("live, but for {} as of {since} ", count(*kinds)))]
            }
            Link::Lost { since, kinds, .. } => vec![(Tone::Error, format!("STALE since {since}, {} ", count(*kinds)))],
        },
        (Phase::Failed(_), false) => vec![(Tone::Error, "NOT READ ".to_owned())],
        (Phase::Failed(_), true) if !session.complete => vec![(Tone::Error, "CUT SHORT ".to_owned())],
        (Phase::Failed(_), true) => vec![(Tone::Error, format!("STALE as of {time} "))],
    };
    if session.records.is_some() {
        right.insert(0, (Tone::Error, "WAIVERS NOT READ  ".to_owned()));
    }
    // What is said at more length than there is room for is said shorter; what bears on the verdicts stays.
    let short = scope.replace("all namespaces", "all ns").replace("namespace ", "ns ");
    let forms =
        [left(" plimsoll  ", &version, &scope), left(" plimsoll  ", &version, &short), left(" ", &version, &short)];
    let fits = |line: &Line| width(line) + width(&right) < room;
    let left = forms.into_iter().find(fits).unwrap_or_else(|| left(" ", "", &short));
    (left, right)
}

/// Where one is, and what is being read or filtered.
pub(super) fn crumbs(buffer: &mut Buffer, theme: &Theme, state: &State, area: Rect) {
    let crumbs = crate::app::crumbs(state, usize::from(area.width));
    let way: Line = crumbs.way.into_iter().map(|crumb| (crumb.tone, crumb.text)).collect();
    both(buffer, theme, area, &way, &crumbs.right);
}

/// What the tour says.
pub(super) fn tour(buffer: &mut Buffer, theme: &Theme, state: &State, layout: &Layout) {
    let (Some(tour), area) = (state.tour, layout.tour) else { return };
    if area.is_empty() {
        return;
    }
    Clear.render(area, buffer);
    buffer.set_style(area, theme.style(Tone::Text));
    let (step, steps) = tour.place();
    let flat = Layout { boxed: false, ..layout.clone() };
    block(buffer, theme, &flat, area, &format!("Tour, step {step} of {steps}; esc leaves it"), true);
    let inner = flat.inner(area);
    let lines = wrap(&tour.says(state), usize::from(inner.width.saturating_sub(2)));
    for (line, y) in lines.into_iter().zip(inner.y..inner.bottom()) {
        put(buffer, theme, (inner.x + 1, y), inner.width.saturating_sub(1), &vec![(Tone::Notice, line)]);
    }
}

/// Keys that do something now; the prompt while one types; else what there is to say.
pub(super) fn footer(buffer: &mut Buffer, theme: &Theme, state: &State, area: Rect) -> Option<(u16, u16)> {
    if let Some(prompt) = &state.prompt {
        let sign = match prompt.kind {
            PromptKind::Filter | PromptKind::Search => "/",
            PromptKind::Command => ":",
            PromptKind::Palette => ">",
        };
        let before: String = prompt.text().chars().take(prompt.cursor()).collect();
        let mut line = vec![(Tone::Key, sign.to_owned()), (Tone::Strong, prompt.text().to_owned())];
        if prompt.kind == PromptKind::Command
            && let Some(rest) = complete(state, prompt.text())
        {
            line.push((Tone::Dim, rest));
        }
        // What is typed scrolls so that the cursor stays in sight.
        let beyond = (before.width() + 2).saturating_sub(usize::from(area.width));
        if beyond > 0 {
            line = vec![(Tone::Key, "…".to_owned()), (Tone::Strong, prompt.text().chars().skip(beyond).collect())];
        }
        put(buffer, theme, (area.x, area.y), area.width, &line);
        let x = u16::try_from(before.width() + 1 - beyond.min(before.width())).unwrap_or(0);
        return Some((area.x + x.min(area.width.saturating_sub(1)), area.y));
    }
    if let Some(notice) = &state.notice {
        let tone = if notice.error { Tone::Error } else { Tone::Notice };
        // All of it: a long one takes lines of the screen above, until the next key.
        let lines = wrap(&clean(&notice.text), usize::from(area.width.saturating_sub(2)));
        let count = u16::try_from(lines.len()).unwrap_or(1).min(area.y);
        let top = area.bottom().saturating_sub(count);
        for (line, y) in lines.into_iter().zip(top..area.bottom()) {
            Clear.render(Rect { y, height: 1, ..area }, buffer);
            put(buffer, theme, (area.x + 1, y), area.width.saturating_sub(1), &vec![(tone, line)]);
        }
        return None;
    }
    if let Some(form) = &state.form {
        let mut line: Line = vec![(Tone::Text, " ".to_owned())];
        for (key, word) in form.keys() {
            let pieces = vec![(Tone::Key, key.to_owned()), (Tone::Dim, format!(" {word}  "))];
            if width(&line) + width(&pieces) <= area.width {
                line.extend(pieces);
            }
        }
        put(buffer, theme, (area.x, area.y), area.width, &line);
        return None;
    }
    let help: Line = vec![(Tone::Key, state.key(Action::Help)), (Tone::Dim, " help ".to_owned())];
    let room = area.width.saturating_sub(width(&help) + 1);
    let mut line: Line = vec![(Tone::Text, " ".to_owned())];
    for entry in available(state).filter(|entry| !entry.label.is_empty() && entry.label != "help") {
        let Some(key) = state.preferences().keys.of(entry.action).first() else { continue };
        let pieces = vec![(Tone::Key, key.to_string()), (Tone::Dim, format!(" {}  ", entry.label))];
        if width(&line) + width(&pieces) <= room {
            line.extend(pieces);
        }
    }
    both(buffer, theme, area, &line, &help);
    None
}
