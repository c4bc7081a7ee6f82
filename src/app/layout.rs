//! Where everything stands: pure, used by the update (page size) and by the view.

use super::{Screen, State, View};
use ratatui::layout::{Constraint, Layout as Split, Rect};

/// The smallest window that is drawn.
pub const SMALLEST: (u16, u16) = (30, 6);

/// Rectangles of a frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// Program, cluster, scope, state of the scan.
    pub header: Rect,
    /// Breadcrumbs, progress.
    pub crumbs: Rect,
    /// Lines that say what the screen is about.
    pub summary: Rect,
    /// What the list is part of; empty: not shown.
    pub parent: Rect,
    /// What the selected row opens; empty: not shown.
    pub preview: Rect,
    /// A box for each pane; empty: not shown.
    pub panes: Vec<Rect>,
    /// What the tour says; empty: there is none.
    pub tour: Rect,
    /// Keys, prompt or notice.
    pub footer: Rect,
    /// Boxes have all four borders; else only the upper one.
    pub boxed: bool,
    /// Text without boxes, for reading aloud and for pipes: as wide as what stands in it, with titles on their own lines.
    pub plain: bool,
}

impl Layout {
    /// The inside of a box.
    pub fn inner(&self, pane: Rect) -> Rect {
        let side = u16::from(self.boxed);
        if self.plain {
            let titles = 2.min(pane.height);
            return Rect { y: pane.y + titles, height: pane.height - titles, ..pane };
        }
        Rect {
            x: pane.x + side.min(pane.width),
            y: pane.y + 1.min(pane.height),
            width: pane.width.saturating_sub(2 * side),
            height: pane.height.saturating_sub(1 + side),
        }
    }

    /// Rows of the pane at this position.
    pub fn page(&self, pane: usize) -> usize {
        self.panes.get(pane).map_or(0, |rect| usize::from(self.inner(*rect).height))
    }

    /// Columns of the pane at this position.
    pub fn width(&self, pane: usize) -> usize {
        self.panes.get(pane).map_or(0, |rect| usize::from(self.inner(*rect).width))
    }
}

/// Whether a window is too small to draw in.
pub fn too_small((width, height): (u16, u16)) -> bool {
    width < SMALLEST.0 || height < SMALLEST.1
}

/// The layout of the current screen.
pub fn layout(state: &State) -> Layout {
    let (width, height) = state.size;
    let area = Rect::new(0, 0, width, height);
    let [header, crumbs, body, footer] =
        Split::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Min(0), Constraint::Length(1)])
            .areas(area);
    let touring = match state.tour {
        Some(_) if body.height >= 14 => 4,
        Some(_) => 2.min(body.height / 2),
        None => 0,
    };
    let [body, tour] = Split::vertical([Constraint::Min(0), Constraint::Length(touring)]).areas(body);
    let screen = state.screen();
    let lines = summary_lines(state, &screen.view, body.height);
    let [summary, body] = Split::vertical([Constraint::Length(lines), Constraint::Min(0)]).areas(body);
    let (parent, body, preview) = sides(state, body);
    let (panes, boxed) = panes(state, screen, body);
    let boxed = boxed || !(parent.is_empty() && preview.is_empty());
    Layout { header, crumbs, summary, parent, preview, panes, tour, footer, boxed, plain: false }
}

/// Columns from which there is room for boxes beside a list.
const SIDES: u16 = 120;

/// Columns from which there is room beside a list of findings, which is wide itself.
const WIDE: u16 = 160;

/// Columns of what a list is part of.
const PARENT: u16 = 28;

/// Whether boxes may stand beside the current list.
pub(super) fn has_sides(state: &State) -> bool {
    let (width, height) = state.size;
    let least = match state.screen().view {
        View::Framework(..) | View::Control(..) | View::Frameworks | View::Namespaces => SIDES,
        View::Findings(_) | View::Found(_) => WIDE,
        _ => return false,
    };
    width >= least && height >= 20
}

/// The body without the boxes beside the list, and those: before it what it is part of, after it what its row opens.
fn sides(state: &State, body: Rect) -> (Rect, Rect, Rect) {
    let screen = state.screen();
    let (parent, preview) = (screen.parent.is_some(), screen.preview.is_some());
    if !has_sides(state) || !(parent || preview) {
        return (Rect::ZERO, body, Rect::ZERO);
    }
    let left = if parent { PARENT + (body.width - SIDES) / 8 } else { 0 };
    let right = if preview { Constraint::Fill(2) } else { Constraint::Length(0) };
    let [parent, body, preview] = Split::horizontal([Constraint::Length(left), Constraint::Fill(3), right]).areas(body);
    (parent, body, preview)
}

/// Lines above the boxes that say what the screen is about.
fn summary_lines(state: &State, view: &View, height: u16) -> u16 {
    let wanted = match view {
        View::Finding(_) => 4,
        View::Control(..) => 4,
        View::Framework(..) => 2,
        View::Analysis(_) => 3,
        View::Nodes | View::Found(_) | View::Activity => 2,
        View::Requests => 3,
        View::Findings(query) if query.object.is_some() && state.vulnerabilities().is_some() => 2,
        View::Yaml(_) | View::Findings(_) => 1,
        _ => 0,
    };
    if height < 14 { wanted.min(1) } else { wanted }
}

/// Whole body for the pane with the focus, nothing for the others.
fn focused(screen: &Screen, body: Rect) -> Vec<Rect> {
    (0..screen.panes.len()).map(|i| if i == screen.focus { body } else { Rect::ZERO }).collect()
}

fn panes(state: &State, screen: &Screen, body: Rect) -> (Vec<Rect>, bool) {
    let roomy = body.height >= 14 && body.width >= 60;
    match screen.view {
        View::Overview if roomy => (overview(state, screen, body), true),
        View::Finding(_) if roomy && body.width >= 110 => {
            let [yaml, fix] = Split::horizontal([Constraint::Fill(3), Constraint::Fill(2)]).areas(body);
            (vec![yaml, fix], true)
        }
        View::Finding(_) if roomy => {
            let [yaml, fix] = Split::vertical([Constraint::Fill(1), Constraint::Fill(1)]).areas(body);
            (vec![yaml, fix], false)
        }
        _ => (focused(screen, body), false),
    }
}

/// Rows that a pane would like, its borders included.
fn wish(screen: &Screen, pane: usize, least: usize) -> u16 {
    let rows = screen.panes.get(pane).map_or(0, |pane| pane.rows.len());
    u16::try_from(rows.max(least) + 2).unwrap_or(u16::MAX)
}

/// Rows that the overview's frameworks may take in a window of this height.
pub fn framework_rows(height: u16) -> usize {
    let body = height.saturating_sub(3);
    usize::from(frameworks_height(body).saturating_sub(2)).max(3)
}

/// A third of the overview, half of a tall one.
fn frameworks_height(body: u16) -> u16 {
    if body >= 42 { body / 2 } else { body / 3 }
}

fn overview(state: &State, screen: &Screen, body: Rect) -> Vec<Rect> {
    if state.session.report.is_none() {
        return focused(screen, body);
    }
    let frameworks = wish(screen, 0, 1).min(frameworks_height(body.height));
    let [top, rest] = Split::vertical([Constraint::Length(frameworks), Constraint::Min(0)]).areas(body);
    let [act, gaps] = if body.width >= 110 {
        Split::horizontal([Constraint::Fill(2), Constraint::Fill(1)]).areas(rest)
    } else {
        let left = rest.height.saturating_sub(wish(screen, 1, 1));
        let gaps = wish(screen, 2, 1).min(left.max(rest.height / 3).max(4));
        Split::vertical([Constraint::Min(0), Constraint::Length(gaps)]).areas(rest)
    };
    vec![top, act, gaps]
}
