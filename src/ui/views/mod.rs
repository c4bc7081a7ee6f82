//! The screens, one a file; each draws the boxes of the layout.

mod analysis;
mod choose;
mod controls;
mod finding;
mod findings;
mod form;
mod gaps;
mod overview;
mod text;

pub(super) use form::form;

use super::Theme;
use super::widgets::{block, sentence};
use crate::app::{Layout, PaneKind, Phase, State, Tone, View};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Where a pane is drawn.
struct Box<'a> {
    theme: &'a Theme,
    state: &'a State,
    layout: &'a Layout,
    area: Rect,
    pane: &'a crate::app::Pane,
    focus: bool,
}

impl Box<'_> {
    fn inner(&self) -> Rect {
        self.layout.inner(self.area)
    }

    fn title(&self, buffer: &mut Buffer, title: &str) {
        block(buffer, self.theme, self.layout, self.area, title, self.focus);
    }

    /// Says why there is nothing: what is going on, what the filter hides, else `empty`. True: it said something.
    fn says_empty(&self, buffer: &mut Buffer, empty: &str) -> bool {
        if !self.pane.rows.is_empty() {
            return false;
        }
        let text = if self.pane.total > 0 {
            format!("Nothing matches /{}. Esc clears the filter.", self.pane.filter.text())
        } else if self.state.session.is_reading() && !self.state.session.complete {
            "Nothing yet: the cluster is being read, rows appear as they come in.".to_owned()
        } else if self.state.failures_only {
            "No failures. ctrl-z shows everything.".to_owned()
        } else {
            empty.to_owned()
        };
        sentence(buffer, self.theme, self.inner(), Tone::Dim, &text);
        true
    }
}

/// Draws what stands between breadcrumbs and footer. Returns where the cursor is.
pub(super) fn body(buffer: &mut Buffer, theme: &Theme, state: &State, layout: &Layout) -> Option<(u16, u16)> {
    let screen = state.screen();
    if let (Phase::Failed(failure), None, View::Overview) = (&state.session.phase, &state.session.report, &screen.view)
    {
        overview::failed(buffer, theme, state, layout, failure);
        return None;
    }
    match &screen.view {
        View::Framework(id, criteria) => {
            controls::framework_summary(buffer, theme, state, layout.summary, id, *criteria)
        }
        View::Analysis(id) => analysis::summary(buffer, theme, state, layout.summary, id),
        View::Control(framework, id) => controls::control_summary(buffer, theme, state, layout.summary, framework, id),
        View::Findings(query) => findings::summary(buffer, theme, state, layout.summary, query),
        View::Finding(id) | View::Yaml(id) => finding::summary(buffer, theme, state, layout.summary, id),
        _ => {}
    }
    let mut cursor = None;
    for (i, (pane, area)) in screen.panes.iter().zip(&layout.panes).enumerate() {
        if area.is_empty() {
            continue;
        }
        let focus = i == screen.focus;
        let at = draw(buffer, &Box { theme, state, layout, area: *area, pane, focus });
        cursor = if focus { at } else { cursor };
    }
    cursor
}

fn draw(buffer: &mut Buffer, at: &Box<'_>) -> Option<(u16, u16)> {
    match &at.pane.kind {
        PaneKind::Frameworks | PaneKind::AllFrameworks => overview::frameworks(buffer, at),
        PaneKind::Analysis(_) => analysis::analysis(buffer, at),
        PaneKind::ActFirst => overview::act_first(buffer, at),
        PaneKind::CouldNotLook => overview::could_not_look(buffer, at),
        PaneKind::Controls(framework, _) => controls::controls(buffer, at, framework),
        PaneKind::Failing(framework, id) => findings::failing(buffer, at, framework, id),
        PaneKind::Findings(_) => findings::findings(buffer, at),
        PaneKind::Gaps(_) => gaps::gaps(buffer, at),
        PaneKind::Contexts => choose::contexts(buffer, at),
        PaneKind::Namespaces => choose::namespaces(buffer, at),
        PaneKind::Yaml(_) | PaneKind::Fix(_) | PaneKind::Text(_) => text::text(buffer, at),
    }
}
