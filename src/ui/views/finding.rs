//! The lines above a finding's YAML and fix.

use crate::app::{Line, State, Tone, value, waiver_words};
use crate::model::SeenIn;
use crate::ui::Theme;
use crate::ui::widgets::put;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

/// Status, where, and the field: what it is and what it should be.
pub(super) fn summary(buffer: &mut Buffer, theme: &Theme, state: &State, area: Rect, fingerprint: &str) {
    let width = area.width.saturating_sub(2);
    let Some(finding) = state.session.finding(fingerprint) else {
        let gone = "This finding is not in the latest results: fixed, deleted, or no longer readable.";
        put(buffer, theme, (area.x + 1, area.y), width, &vec![(Tone::Notice, gone.to_owned())]);
        return;
    };
    let container = finding.container.as_deref().map(|c| format!(", container {c}")).unwrap_or_default();
    let pods = match (finding.seen_in, finding.instances) {
        (Some(SeenIn::Pods), Some(n)) => format!("  x{n} pods, not in the template"),
        (_, Some(1)) => "  1 pod".to_owned(),
        (_, Some(n)) if n > 0 => format!("  {n} pods"),
        _ => String::new(),
    };
    let mut lines: Vec<Line> = vec![
        vec![
            (finding.status.into(), finding.status.short().to_owned()),
            (Tone::Text, " ".to_owned()),
            (finding.severity.into(), finding.severity.short().to_owned()),
            (Tone::Strong, format!("  {}{container}", finding.resource)),
            (Tone::Dim, pods),
        ],
        vec![(Tone::Text, finding.message.to_string()), (Tone::Dim, format!("  {}", finding.check))],
    ];
    if let Some(waiver) = &finding.waiver {
        lines.push(vec![(Tone::Waived, format!("Waived: {}", waiver_words(waiver)))]);
    }
    if let Some(waiver) = &finding.expired_waiver {
        lines.push(vec![(Tone::Notice, format!("EXPIRED waiver, fails again: {}", waiver_words(waiver)))]);
    }
    for evidence in &finding.paths {
        let path = evidence.path.to_string();
        let is = vec![
            (Tone::Dim, "  is ".to_owned()),
            (Tone::Fail, value(&evidence.actual)),
            (Tone::Dim, ", expected ".to_owned()),
            (Tone::Text, evidence.expected.to_string()),
        ];
        let long = path.width() + is.iter().map(|(_, text)| text.width()).sum::<usize>() > usize::from(width);
        let mut line = vec![(Tone::Title, path)];
        if long {
            lines.push(std::mem::take(&mut line));
        }
        line.extend(is);
        lines.push(line);
    }
    for (line, y) in lines.iter().zip(area.y..area.bottom()) {
        put(buffer, theme, (area.x + 1, y), width, line);
    }
}
