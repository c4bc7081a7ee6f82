//! The boxes beside a list in a wide window: what it is part of, and what its selected row opens. Neither asks the cluster for
//! anything: both show what the results hold.

use super::rows::{PaneKind, RowId, TextKind};
use super::screen::Screen;
use super::{Pane, Query, State, View, found, layout};

/// A box of the current screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// One that can have the focus.
    Pane(usize),
    /// What the list is part of.
    Parent,
    /// What the selected row opens.
    Preview,
}

impl Screen {
    /// A box.
    pub(super) fn slot(&self, slot: Slot) -> Option<&Pane> {
        match slot {
            Slot::Pane(i) => self.panes.get(i),
            Slot::Parent => self.parent.as_ref(),
            Slot::Preview => self.preview.as_ref(),
        }
    }

    /// A box.
    pub(super) fn slot_mut(&mut self, slot: Slot) -> Option<&mut Pane> {
        match slot {
            Slot::Pane(i) => self.panes.get_mut(i),
            Slot::Parent => self.parent.as_mut(),
            Slot::Preview => self.preview.as_mut(),
        }
    }

    /// All boxes.
    pub(super) fn slots_mut(&mut self) -> impl Iterator<Item = &mut Pane> {
        self.panes.iter_mut().chain(&mut self.parent).chain(&mut self.preview)
    }
}

/// What the current list is part of, and the row of it that leads here.
fn parent(state: &State) -> Option<(PaneKind, RowId)> {
    match &state.screen().view {
        View::Framework(id, criteria) => {
            let row = if *criteria { RowId::Criteria(id.clone()) } else { RowId::Framework(id.clone()) };
            Some((PaneKind::AllFrameworks, row))
        }
        View::Control(framework, id) => {
            let control = state.session.control(framework, id)?;
            let kind = PaneKind::Controls(framework.clone(), control.criterion.is_some());
            Some((kind, RowId::Control(framework.clone(), id.clone())))
        }
        _ => None,
    }
}

/// What the selected row opens, as far as the results hold it.
fn preview(state: &State) -> Option<PaneKind> {
    let screen = state.screen();
    let row = screen.pane()?.selected()?;
    Some(match (&screen.view, row) {
        (_, RowId::Finding(fingerprint)) => PaneKind::Text(TextKind::Finding(fingerprint.clone())),
        (_, RowId::Control(framework, id)) if state.session.summary.of_control(framework, id).is_empty() => {
            PaneKind::Text(TextKind::Control(framework.clone(), id.clone()))
        }
        (_, RowId::Control(framework, id)) => PaneKind::Failing(framework.clone(), id.clone()),
        (View::Frameworks, RowId::Framework(id)) => PaneKind::Controls(id.clone(), false),
        (View::Frameworks, RowId::Criteria(id)) => PaneKind::Controls(id.clone(), true),
        (View::Namespaces, RowId::Namespace(namespace)) => {
            PaneKind::Findings(Query { namespace: namespace.clone(), failing: true, ..Query::default() })
        }
        (View::Found(question), RowId::Found(id)) => match found::leads_to(state, question, id)? {
            View::Findings(query) => PaneKind::Findings(query),
            _ => return None,
        },
        _ => return None,
    })
}

/// Puts the boxes beside the current list in step with it.
pub(super) fn sync(state: &mut State) {
    let wide = layout::has_sides(state);
    let parent = wide.then(|| parent(state)).flatten();
    let preview = wide.then(|| preview(state)).flatten();
    let screen = state.screen_mut();
    let keep = |pane: Option<Pane>, kind: Option<&PaneKind>| {
        kind.map(|kind| pane.filter(|pane| pane.kind == *kind).unwrap_or_else(|| Pane::new(kind.clone())))
    };
    screen.parent = keep(screen.parent.take(), parent.as_ref().map(|(kind, _)| kind));
    screen.preview = keep(screen.preview.take(), preview.as_ref());
    state.settle_slot(Slot::Parent);
    state.settle_slot(Slot::Preview);
    let height = layout::layout(state).inner(layout::layout(state).parent).height;
    if let (Some((_, row)), Some(pane)) = (parent, &mut state.screen_mut().parent) {
        pane.cursor = pane.rows.iter().position(|known| *known == row).unwrap_or(pane.cursor);
        pane.follow(usize::from(height));
    }
}
