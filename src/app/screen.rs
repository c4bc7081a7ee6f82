//! Screens and their panes.

use super::query::Query;
use super::rows::{PaneKind, RowId, TextKind};
use super::{Filter, Order, Reading, State};
use crate::inventory::Question;
use crate::model::{GapReason, versioned};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a screen shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// Frameworks, what to act on, what could not be read.
    Overview,
    /// All frameworks.
    Frameworks,
    /// Sections and controls of a framework; true: its SOC2 rows.
    Framework(Arc<str>, bool),
    /// Who answers the controls of a framework: checks, evidence, people, the provider.
    Analysis(Arc<str>),
    /// Findings of a control: framework and id.
    Control(Arc<str>, Arc<str>),
    /// A list of findings.
    Findings(Query),
    /// One finding: YAML, fix.
    Finding(Arc<str>),
    /// The YAML alone.
    Yaml(Arc<str>),
    /// A text about one thing.
    Text(TextKind),
    /// Gaps.
    Gaps(Option<GapReason>),
    /// Contexts.
    Contexts,
    /// Namespaces.
    Namespaces,
    /// Nodes.
    Nodes,
    /// The answer to a question.
    Found(Question),
    /// What is being done about each kind.
    Activity,
    /// The requests that were made.
    Requests,
}

impl View {
    fn panes(&self) -> Vec<PaneKind> {
        match self {
            Self::Overview => vec![PaneKind::Frameworks, PaneKind::ActFirst, PaneKind::CouldNotLook],
            Self::Frameworks => vec![PaneKind::AllFrameworks],
            Self::Framework(id, criteria) => vec![PaneKind::Controls(id.clone(), *criteria)],
            Self::Analysis(id) => vec![PaneKind::Analysis(id.clone())],
            Self::Control(framework, id) => vec![PaneKind::Failing(framework.clone(), id.clone())],
            Self::Findings(query) => vec![PaneKind::Findings(query.clone())],
            Self::Finding(fingerprint) => vec![PaneKind::Yaml(fingerprint.clone()), PaneKind::Fix(fingerprint.clone())],
            Self::Yaml(fingerprint) => vec![PaneKind::Yaml(fingerprint.clone())],
            Self::Text(kind) => vec![PaneKind::Text(kind.clone())],
            Self::Gaps(reason) => vec![PaneKind::Gaps(*reason)],
            Self::Contexts => vec![PaneKind::Contexts],
            Self::Namespaces => vec![PaneKind::Namespaces],
            Self::Nodes => vec![PaneKind::Nodes],
            Self::Found(question) => vec![PaneKind::Found(question.clone())],
            Self::Activity => vec![PaneKind::Activity],
            Self::Requests => vec![PaneKind::Requests],
        }
    }

    /// Its word in the breadcrumbs.
    pub fn crumb(&self, state: &State) -> String {
        match self {
            Self::Overview => "Overview".to_owned(),
            Self::Framework(id, criteria) => {
                let version = state.session.framework(id).map_or("", |f| &*f.version);
                let title = versioned(id, version);
                if *criteria { format!("{title} SOC2 criteria") } else { title }
            }
            Self::Frameworks => "Frameworks".to_owned(),
            Self::Analysis(id) => format!("{id} gap analysis"),
            Self::Control(_, id) => id.to_string(),
            Self::Findings(query) if *query == Query::default() => "Findings".to_owned(),
            Self::Findings(query) => format!("Findings {}", query.title()),
            Self::Finding(fingerprint) => {
                state.session.finding(fingerprint).map_or_else(|| "Finding".to_owned(), |f| f.resource.kind_name())
            }
            Self::Yaml(_) => "YAML".to_owned(),
            Self::Text(TextKind::Help) => "Help".to_owned(),
            Self::Text(TextKind::Node(name)) => name.to_string(),
            Self::Text(TextKind::Collector(_)) => "What would look at the nodes".to_owned(),
            Self::Text(TextKind::Role) => "Role to ask for".to_owned(),
            Self::Text(TextKind::Records) => "Waivers and attestations".to_owned(),
            Self::Text(_) => "Explain".to_owned(),
            Self::Gaps(_) => "Could not look".to_owned(),
            Self::Contexts => "Contexts".to_owned(),
            Self::Namespaces => "Namespaces".to_owned(),
            Self::Nodes => "Nodes".to_owned(),
            Self::Found(question) => super::found::title(question),
            Self::Activity => "Activity".to_owned(),
            Self::Requests => "Requests".to_owned(),
        }
    }
}

/// A box of a screen: a list with a cursor, or a text that scrolls.
#[derive(Clone, Debug)]
pub struct Pane {
    /// What it shows.
    pub kind: PaneKind,
    /// Rows of a list, filtered.
    pub rows: Vec<RowId>,
    /// Rows before the filter.
    pub total: usize,
    /// Position of the selection.
    pub cursor: usize,
    /// First row or line on screen.
    pub offset: usize,
    /// What was typed after `/` in a list.
    pub filter: Filter,
    /// How a text is read.
    pub reading: Reading,
    /// Rows that were marked, whether the filter shows them or not.
    marks: BTreeSet<RowId>,
    /// The row that was marked last: a range begins there.
    last_mark: Option<RowId>,
    /// The row that was selected and is not there, as long as it may come back.
    lost: Option<RowId>,
    /// Rows on the list that are no headings.
    pub shown: usize,
    /// By what the rows are sorted; None: in the list's own order.
    pub order: Option<Order>,
    /// The column that was chosen to sort by.
    pub column: Option<&'static str>,
    /// The rows have to be worked out again.
    pub(super) stale: bool,
    /// Rows that are on their way: the number of the work, and what ends it.
    awaited: Option<(u64, Arc<AtomicBool>)>,
}

impl Pane {
    /// Empty, of this kind.
    pub fn new(kind: PaneKind) -> Self {
        Self {
            kind,
            rows: Vec::new(),
            total: 0,
            cursor: 0,
            offset: 0,
            filter: Filter::default(),
            reading: Reading::default(),
            marks: BTreeSet::new(),
            last_mark: None,
            lost: None,
            shown: 0,
            order: None,
            column: None,
            stale: true,
            awaited: None,
        }
    }

    /// The selected row.
    pub fn selected(&self) -> Option<&RowId> {
        self.rows.get(self.cursor)
    }

    /// Whether rows are on their way: until they come, the old ones stay.
    pub fn is_waiting(&self) -> bool {
        self.awaited.is_some()
    }

    /// Whether it waits for the work of this number.
    pub(super) fn waits_for(&self, number: u64) -> bool {
        self.awaited.as_ref().is_some_and(|(awaited, _)| *awaited == number)
    }

    /// Its rows come from this work, and from none that was begun before.
    pub(super) fn wait_for(&mut self, number: u64, stop: Arc<AtomicBool>) {
        self.wait_no_more();
        self.awaited = Some((number, stop));
    }

    /// Work that was begun is of no use any more.
    fn wait_no_more(&mut self) {
        if let Some((_, stop)) = self.awaited.take() {
            stop.store(true, Ordering::Relaxed);
        }
    }

    /// Whether a row is marked.
    pub fn is_marked(&self, row: &RowId) -> bool {
        self.marks.contains(row)
    }

    /// How many rows are marked.
    pub fn mark_count(&self) -> usize {
        self.marks.len()
    }

    /// The rows that are marked, in no order that means anything.
    pub fn marks(&self) -> impl Iterator<Item = &RowId> {
        self.marks.iter()
    }

    /// The rows that are marked: those on the list in its order, then those that its filter hides.
    pub fn marked(&self) -> Vec<&RowId> {
        if self.marks.is_empty() {
            return Vec::new();
        }
        let shown: Vec<&RowId> = self.rows.iter().filter(|row| self.marks.contains(*row)).collect();
        if shown.len() == self.marks.len() {
            return shown;
        }
        let seen: BTreeSet<&RowId> = shown.iter().copied().collect();
        let hidden = self.marks.iter().filter(|row| !seen.contains(row));
        shown.into_iter().chain(hidden).collect()
    }

    /// Gives its rows away; the selected one is selected again when they are back.
    pub(super) fn forget(&mut self) -> Vec<RowId> {
        self.lost = self.lost.take().or_else(|| self.selected().cloned());
        self.wait_no_more();
        self.stale = true;
        std::mem::take(&mut self.rows)
    }

    /// The selected row is the one that is meant, whatever was selected before.
    pub(super) fn settle_on(&mut self, cursor: usize) {
        self.cursor = cursor;
        self.lost = None;
    }

    /// Marks the selected row, or takes its mark away.
    pub(super) fn toggle_mark(&mut self) {
        let Some(row) = self.selected().filter(|row| row.can_be_marked()).cloned() else { return };
        if self.marks.remove(&row) {
            self.last_mark = None;
        } else {
            self.marks.insert(row.clone());
            self.last_mark = Some(row);
        }
    }

    /// Marks from the row that was marked last to the selected one; the selected one alone where there is no such row.
    pub(super) fn mark_range(&mut self) {
        let last = self.last_mark.as_ref().and_then(|last| self.rows.iter().position(|row| row == last));
        let (from, to) = (last.unwrap_or(self.cursor).min(self.cursor), last.unwrap_or(self.cursor).max(self.cursor));
        let range = self.rows.iter().take(to + 1).skip(from).filter(|row| row.can_be_marked());
        self.marks.extend(range.cloned());
        self.last_mark = self.selected().filter(|row| row.can_be_marked()).cloned();
    }

    /// Takes all marks away.
    pub(super) fn clear_marks(&mut self) {
        self.marks.clear();
        self.last_mark = None;
    }

    /// Takes the marks of rows away that are not there any more.
    pub(super) fn keep_marks(&mut self, is_there: impl Fn(&RowId) -> bool) {
        self.marks.retain(is_there);
    }

    /// Takes new rows; the selection stays on its row, or near it where that row is gone.
    /// Where it may still come, it is selected again when it does.
    /// Returns the old rows.
    pub fn take(&mut self, rows: Vec<RowId>, total: usize, complete: bool) -> Vec<RowId> {
        let selected = self.lost.take().or_else(|| self.selected().cloned());
        let kept = selected.as_ref().and_then(|selected| rows.iter().position(|row| row == selected));
        if kept.is_none() && (rows.is_empty() || !complete) {
            self.lost = selected;
        }
        if let Some(kept) = kept {
            // it keeps its line on the screen as well
            let moved = isize::try_from(kept).unwrap_or(0) - isize::try_from(self.cursor).unwrap_or(0);
            self.offset = self.offset.saturating_add_signed(moved);
        }
        self.cursor = kept.unwrap_or(self.cursor).min(rows.len().saturating_sub(1));
        self.shown = rows.iter().filter(|row| !matches!(row, RowId::Section(..))).count();
        let old = std::mem::replace(&mut self.rows, rows);
        self.total = total;
        self.stale = false;
        self.wait_no_more();
        if kept.is_none() {
            self.skip_heading(true);
        }
        old
    }

    /// Moves off a heading, downwards first if `down`.
    pub fn skip_heading(&mut self, down: bool) {
        let heading = |row: Option<&RowId>| matches!(row, Some(RowId::Section(..)));
        let mut cursor = self.cursor;
        while heading(self.rows.get(cursor)) {
            match (down, cursor.checked_sub(1)) {
                (true, _) => cursor += 1,
                (false, Some(up)) => cursor = up,
                (false, None) => return self.skip_heading(true),
            }
        }
        if cursor < self.rows.len() {
            self.cursor = cursor;
        }
    }

    /// Scrolls so that the cursor is within `height` rows.
    pub fn follow(&mut self, height: usize) {
        let height = height.max(1);
        // A heading just above the first row comes along.
        let top = if matches!(self.cursor.checked_sub(1).and_then(|i| self.rows.get(i)), Some(RowId::Section(..))) {
            self.cursor - 1
        } else {
            self.cursor
        };
        self.offset = self.offset.min(top).max((self.cursor + 1).saturating_sub(height));
        self.offset = self.offset.min(self.rows.len().saturating_sub(height));
    }
}

/// A screen on the stack.
#[derive(Clone, Debug)]
pub struct Screen {
    /// What it shows.
    pub view: View,
    /// Its boxes.
    pub panes: Vec<Pane>,
    /// Position of the box with the focus.
    pub focus: usize,
    /// In a wide window: what the list is part of.
    pub parent: Option<Pane>,
    /// In a wide window: what the selected row opens.
    pub preview: Option<Pane>,
}

impl Screen {
    /// Of a view, with empty boxes.
    pub fn new(view: View) -> Self {
        let panes = view.panes().into_iter().map(Pane::new).collect();
        Self { focus: 0, panes, view, parent: None, preview: None }
    }

    /// The box with the focus.
    pub fn pane(&self) -> Option<&Pane> {
        self.panes.get(self.focus)
    }

    /// The box with the focus.
    pub fn pane_mut(&mut self) -> Option<&mut Pane> {
        self.panes.get_mut(self.focus)
    }
}
