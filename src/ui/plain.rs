//! The current screen as text: the same views, without boxes, colours, bars and limits, from top to bottom. For screen
//! readers, dumb terminals, pipes and pagers.

use super::{Theme, ascii, chrome, views};
use crate::app::{Line, PaneKind, Phase, State, crumbs};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Columns of lists and of YAML: what is longer than that is no name.
const LIST: u16 = 500;

/// Columns of texts that people read.
const TEXT: u16 = 100;

/// Lines above the boxes, at most.
const SUMMARY: u16 = 12;

/// What the screen says, a line each; with `only_ascii` nothing else is in it.
pub fn plain(state: &State, only_ascii: bool, out: &mut dyn FnMut(&str)) {
    // One blank line between parts, none at the begin.
    let (mut begun, mut owed) = (false, false);
    let mut say = |line: String| {
        let line = line.trim_end();
        if line.is_empty() {
            owed = begun;
            return;
        }
        if std::mem::take(&mut owed) {
            out("");
        }
        begun = true;
        if only_ascii { out(&ascii::text(line)) } else { out(line) }
    };
    let joined = |left: &Line, right: &Line| {
        let text = |line: &Line| line.iter().map(|(_, text)| text.as_str()).collect::<String>();
        format!("{}  {}", text(left).trim(), text(right).trim())
    };
    let (left, right) = chrome::heading(state, LIST);
    say(joined(&left, &right));
    let crumbs = crumbs(state, usize::from(LIST));
    let way = crumbs.way.into_iter().map(|crumb| (crumb.tone, crumb.text)).collect();
    say(joined(&way, &crumbs.right));
    if let (Phase::Failed(failure), None) = (&state.session.phase, &state.session.report) {
        say(failure.what.clone());
        say(failure.todo.clone());
    }
    let theme = Theme::default();
    let mut summary = Buffer::empty(Rect::new(0, 0, LIST, SUMMARY));
    let area = summary.area;
    views::summary(&mut summary, &theme, state, area);
    // a bar is for the eye; its figures stand beside it
    let words = |line: &str| {
        line.split(['█', '▒', '░']).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ")
    };
    lines_of(&summary).map(|line| words(&line)).filter(|line| !line.is_empty()).for_each(&mut say);
    for pane in &state.screen().panes {
        say(String::new());
        let verbatim = pane.kind.is_list() || matches!(pane.kind, PaneKind::Yaml(_));
        let width = if verbatim { LIST } else { TEXT };
        views::plain(&theme, state, pane, width, &mut say);
    }
    if let Some(notice) = &state.notice {
        say(String::new());
        say(crate::model::clean(&notice.text).into_owned());
    }
}

/// The lines of a drawn buffer, without blanks at their ends.
pub(super) fn lines_of(buffer: &Buffer) -> impl Iterator<Item = String> + '_ {
    use unicode_width::UnicodeWidthStr;
    buffer.content.chunks(usize::from(buffer.area.width.max(1))).map(|cells| {
        let (mut line, mut skip) = (String::new(), 0);
        for cell in cells {
            // what is wide has the next cell as well
            if skip == 0 {
                line.push_str(cell.symbol());
                skip = cell.symbol().width().saturating_sub(1);
            } else {
                skip -= 1;
            }
        }
        line.trim_end().to_owned()
    })
}
