//! The screens, one a file; each draws the boxes of the layout.

mod activity;
mod analysis;
mod choose;
mod controls;
mod finding;
mod findings;
mod form;
mod found;
mod gaps;
mod nodes;
mod overview;
mod palette;
mod text;

pub(super) use form::form;
pub(super) use palette::palette;

use super::Theme;
use super::widgets::{Column, block, chosen, sentence};
use crate::app::{Action, Layout, Load, Pane, PaneKind, Phase, State, Tone, View, page, thousands};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Where a pane is drawn.
struct Box<'a> {
    theme: &'a Theme,
    state: &'a State,
    layout: &'a Layout,
    area: Rect,
    pane: &'a Pane,
    focus: bool,
    /// It stands beside another box, with room for names only.
    narrow: bool,
}

impl Box<'_> {
    fn inner(&self) -> Rect {
        self.layout.inner(self.area)
    }

    fn title(&self, buffer: &mut Buffer, title: &str) {
        let marked = match self.pane.mark_count() {
            0 => String::new(),
            count => format!("{} marked", thousands(count)),
        };
        let waiting = if self.pane.is_waiting() { "sorting …" } else { "" };
        let words: Vec<&str> = [title, &marked, waiting].into_iter().filter(|words| !words.is_empty()).collect();
        block(buffer, self.theme, self.layout, self.area, &words.join(" · "), self.focus);
    }

    /// Of a table's columns those that a narrow box has room for.
    fn narrowed(&self, columns: Vec<Column>, names: &[&str]) -> Vec<Column> {
        if !self.narrow {
            return columns;
        }
        let placed = columns.into_iter().enumerate().map(|(i, column)| Column {
            cell: column.cell.or(Some(i)),
            width: column.width.min(7),
            ..column
        });
        let kept: Vec<Column> = placed.filter(|column| names.contains(&column.name)).collect();
        // what room there is goes to the one that is the widest elsewhere
        let most = kept.iter().map(|column| column.grow).max().unwrap_or(0);
        let grow = |column: Column| Column { grow: u16::from(column.grow == most), ..column };
        kept.into_iter().map(grow).collect()
    }

    /// The columns of a table, as the user laid them down; `also` names hidden ones that are wanted here.
    fn columns(&self, table: &str, all: &[Column], also: &[&str]) -> Vec<Column> {
        chosen(all, self.state.preferences().columns.get(table), also, self.state.wide)
    }

    /// Says why there is nothing: what is going on, what the filter hides, else `empty`. True: it said something.
    fn says_empty(&self, buffer: &mut Buffer, empty: &str) -> bool {
        if !self.pane.rows.is_empty() {
            return false;
        }
        let text = if self.pane.is_waiting() {
            "Putting the list together …".to_owned()
        } else if let (true, Load::Failed(failure)) = (self.pane.filter.needs_labels(), &self.state.session.facts) {
            format!("{} {}", failure.what, failure.todo)
        } else if self.pane.total > 0 {
            format!("Nothing matches /{}. {} clears the filter.", self.pane.filter.text(), self.state.key(Action::Back))
        } else if self.state.session.is_reading() && !self.state.session.complete {
            "Nothing yet: the cluster is being read, rows appear as they come in.".to_owned()
        } else if self.state.failures_only {
            format!("No failures. {} shows everything.", self.state.key(Action::Failures))
        } else {
            empty.to_owned()
        };
        sentence(buffer, self.theme, self.inner(), Tone::Dim, &text);
        true
    }
}

/// Tables whose columns can be chosen, with their columns' names.
pub fn tables() -> Vec<(&'static str, Vec<&'static str>)> {
    let tables = [
        ("findings", findings::COLUMNS),
        ("controls", controls::COLUMNS),
        ("gaps", gaps::COLUMNS),
        ("namespaces", choose::NAMESPACES),
    ];
    tables.into_iter().map(|(name, columns)| (name, columns.iter().map(|column| column.name).collect())).collect()
}

/// Draws what stands between breadcrumbs and footer. Returns where the cursor is.
pub(super) fn body(buffer: &mut Buffer, theme: &Theme, state: &State, layout: &Layout) -> Option<(u16, u16)> {
    let screen = state.screen();
    if let (Phase::Failed(failure), None, View::Overview) = (&state.session.phase, &state.session.report, &screen.view)
    {
        overview::failed(buffer, theme, state, layout, failure);
        return None;
    }
    summary(buffer, theme, state, layout.summary);
    let sides = [(&screen.parent, layout.parent, true), (&screen.preview, layout.preview, layout.preview.width < 60)];
    for (pane, area, narrow) in sides {
        if let Some(pane) = pane.as_ref().filter(|_| !area.is_empty()) {
            draw(buffer, &Box { theme, state, layout, area, pane, focus: false, narrow });
        }
    }
    let mut cursor = None;
    for (i, (pane, area)) in screen.panes.iter().zip(&layout.panes).enumerate() {
        if area.is_empty() {
            continue;
        }
        let focus = i == screen.focus;
        let at = draw(buffer, &Box { theme, state, layout, area: *area, pane, focus, narrow: false });
        cursor = if focus { at } else { cursor };
    }
    cursor
}

/// The lines above the boxes that say what the screen is about.
pub(super) fn summary(buffer: &mut Buffer, theme: &Theme, state: &State, area: Rect) {
    match &state.screen().view {
        View::Framework(id, criteria) => controls::framework_summary(buffer, theme, state, area, id, *criteria),
        View::Analysis(id) => analysis::summary(buffer, theme, state, area, id),
        View::Control(framework, id) => controls::control_summary(buffer, theme, state, area, framework, id),
        View::Findings(query) => findings::summary(buffer, theme, state, area, query),
        View::Nodes => nodes::summary(buffer, theme, state, area),
        View::Activity | View::Requests => activity::summary(buffer, theme, state, area),
        View::Found(question) => found::summary(buffer, theme, state, area, question),
        View::Finding(id) | View::Yaml(id) => finding::summary(buffer, theme, state, area, id),
        _ => {}
    }
}

/// Rows of a page of plain text.
const PAGE: u16 = 1000;

/// The lines of a box as plain text: all of them, whole.
pub(super) fn plain(theme: &Theme, state: &State, pane: &Pane, width: u16, say: &mut dyn FnMut(String)) {
    if !pane.kind.is_list() {
        say(text::title(state, &pane.kind));
        let text = page(state, pane, (usize::from(width), false), 0, usize::MAX);
        text.lines.iter().for_each(|line| say(line.iter().map(|(_, text)| text.as_str()).collect()));
        return;
    }
    let layout = Layout { plain: true, ..Layout::default() };
    let area = Rect::new(0, 0, width, 2 + u16::try_from(pane.rows.len()).unwrap_or(PAGE).clamp(2, PAGE));
    let mut pane = pane.clone();
    for offset in (0..pane.rows.len().max(1)).step_by(usize::from(PAGE)) {
        pane.offset = offset;
        let mut buffer = Buffer::empty(area);
        draw(&mut buffer, &Box { theme, state, layout: &layout, area, pane: &pane, focus: false, narrow: false });
        // the titles stand above the first page only, where there are any
        let lines = super::plain::lines_of(&buffer).enumerate();
        let wanted = |(i, line): (usize, String)| (i > 1 || (offset == 0 && !line.is_empty())).then_some(line);
        lines.filter_map(wanted).for_each(&mut *say);
    }
}

fn draw(buffer: &mut Buffer, at: &Box<'_>) -> Option<(u16, u16)> {
    match &at.pane.kind {
        PaneKind::Frameworks | PaneKind::AllFrameworks => overview::frameworks(buffer, at),
        PaneKind::Analysis(_) => analysis::analysis(buffer, at),
        PaneKind::Activity => activity::kinds(buffer, at),
        PaneKind::Requests => activity::requests(buffer, at),
        PaneKind::Found(question) => found::found(buffer, at, question),
        PaneKind::ActFirst => overview::act_first(buffer, at),
        PaneKind::CouldNotLook => overview::could_not_look(buffer, at),
        PaneKind::Controls(framework, _) => controls::controls(buffer, at, framework),
        PaneKind::Failing(framework, id) => findings::failing(buffer, at, framework, id),
        PaneKind::Findings(_) => findings::findings(buffer, at),
        PaneKind::Gaps(_) => gaps::gaps(buffer, at),
        PaneKind::Contexts => choose::contexts(buffer, at),
        PaneKind::Namespaces => choose::namespaces(buffer, at),
        PaneKind::Nodes => nodes::nodes(buffer, at),
        PaneKind::Yaml(_) | PaneKind::Fix(_) | PaneKind::Text(_) => text::text(buffer, at),
    }
}
