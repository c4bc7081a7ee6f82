//! Screens and their panes.

use super::query::Query;
use super::rows::{PaneKind, RowId, TextKind};
use super::{Filter, Reading, State};
use crate::inventory::Question;
use crate::model::{GapReason, versioned};
use std::sync::Arc;

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
        }
    }

    /// The selected row.
    pub fn selected(&self) -> Option<&RowId> {
        self.rows.get(self.cursor)
    }

    /// Takes new rows; the selection stays on its row, or near it where that row is gone.
    pub fn take(&mut self, rows: Vec<RowId>, total: usize) {
        let selected = self.selected().cloned();
        let kept = selected.and_then(|selected| rows.iter().position(|row| *row == selected));
        self.cursor = kept.unwrap_or(self.cursor).min(rows.len().saturating_sub(1));
        self.rows = rows;
        self.total = total;
        if kept.is_none() {
            self.skip_heading(true);
        }
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
}

impl Screen {
    /// Of a view, with empty boxes.
    pub fn new(view: View) -> Self {
        let panes = view.panes().into_iter().map(Pane::new).collect();
        Self { focus: 0, panes, view }
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
