//! The lines above a finding's YAML and fix.

use crate::app::{Line, State, Tone, value, waiver_words};
use crate::model::{Finding, SeenIn};
use crate::ui::Theme;
use crate::ui::chrome::clock;
use crate::ui::widgets::put;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

/// Status, where, and the field: what it is and what it should be.
pub(super) fn summary(buffer: &mut Buffer, theme: &Theme, state: &State, area: Rect, fingerprint: &str) {
    let width = area.width.saturating_sub(2);
    let Some(finding) = state.session.finding(fingerprint) else {
        let lines: Vec<Line> = match state.session.gone.get(fingerprint) {
            Some(gone) if gone.known => {
                let (word, text) = if gone.passes {
                    ("PASS", "no pod fails any more; seen at")
                } else {
                    ("GONE", "fixed or deleted; seen at")
                };
                vec![
                    vec![(Tone::Pass, word.to_owned()), (Tone::Strong, format!("  {}", gone.resource))],
                    vec![
                        (Tone::Text, format!("{text} {}", clock(&gone.since))),
                        (Tone::Dim, format!("  {}", gone.check)),
                    ],
                ]
            }
            Some(gone) => vec![
                vec![(Tone::Unread, "UNREAD".to_owned()), (Tone::Strong, format!("  {}", gone.resource))],
                vec![(
                    Tone::Text,
                    format!("not all that {} reads can be read since {}", gone.check, clock(&gone.since)),
                )],
            ],
            None => {
                let gone = "This finding is not in the latest results: fixed, deleted, or no longer readable.";
                vec![vec![(Tone::Notice, gone.to_owned())]]
            }
        };
        for (line, y) in lines.iter().zip(area.y..area.bottom()) {
            put(buffer, theme, (area.x + 1, y), width, line);
        }
        return;
    };
    let container = finding.container.as_deref().map(|c| format!(", container {c}")).unwrap_or_default();
    let rolling = state.session.rolling(&finding);
    let subject = if rolling.is_some() { &finding.owner } else { &finding.resource };
    let pods = match (finding.seen_in, finding.instances) {
        _ if rolling.is_some() => String::new(),
        (Some(SeenIn::Pods), Some(n)) => format!("  x{n} pods, not in the template"),
        (_, Some(1)) => "  1 pod".to_owned(),
        (_, Some(n)) if n > 0 => format!("  {n} pods"),
        _ => String::new(),
    };
    let others = match state.session.beside(fingerprint).map_or(0, |beside| beside.object.len()) {
        0 => String::new(),
        count => format!("  and {count} more of it"),
    };
    let mut lines: Vec<Line> = vec![
        vec![
            state_of(&finding, rolling),
            (Tone::Text, " ".to_owned()),
            (finding.severity.into(), finding.severity.short().to_owned()),
            (Tone::Strong, format!("  {subject}{container}")),
            (Tone::Dim, pods),
            (Tone::Dim, others),
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

/// Its status, or how far a rollout that mends it is.
fn state_of(finding: &Finding, rolling: Option<String>) -> (Tone, String) {
    match rolling {
        Some(rolling) => (Tone::Notice, rolling),
        None => (finding.status.into(), finding.status.short().to_owned()),
    }
}
