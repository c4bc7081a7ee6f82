//! The whole state of the terminal.

use super::arrange::{AT_ONCE, Arranged, Arrangement, Folded, List};
use super::order::{self, Order};
use super::rows::{self, PaneKind, RowId};
use super::screen::{Pane, Screen, View};
use super::sheet::Reading;
use super::sides::Slot;
use super::{
    Action, Catalog, ContextInfo, Done, Effect, Filter, FixForm, Form, History, Load, Palette, Preferences, Profiles,
    Prompt, Session, Take, Target, Tour, commands, layout, text,
};
use crate::inventory::{Kind, Question};
use crate::model::{Finding, ObjectRef, Report};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A sentence in the footer, until the next key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The sentence.
    pub text: String,
    /// Whether it tells of a failure.
    pub error: bool,
}

/// Favourite namespaces on the keys 1–9, as k9s has them.
pub const FAVOURITES: usize = 9;

/// Rows of a list that is only shown beside another.
const PREVIEWED: usize = 200;

/// The state.
#[derive(Debug)]
pub struct State {
    /// Columns and rows of the window.
    pub size: (u16, u16),
    /// What is looked at.
    pub session: Session,
    /// Titles and reasons from the packs.
    pub catalog: Arc<Catalog>,
    /// Screens, the current one last; never empty.
    stack: Vec<Screen>,
    /// The open prompt.
    pub prompt: Option<Prompt>,
    /// What the palette lists while it is open.
    pub palette: Palette,
    /// Where somebody stands in the tour.
    pub tour: Option<Tour>,
    /// The open form.
    pub form: Option<Form>,
    /// Forms that were closed and not saved, the latest first.
    pub drafts: Vec<Form>,
    /// Records of this session, the latest last.
    pub done: Vec<Done>,
    /// What the footer says.
    pub notice: Option<Notice>,
    /// Contexts of the kubeconfig.
    pub contexts: Load<Vec<ContextInfo>>,
    /// Namespaces of the target.
    pub namespaces: Load<Vec<Arc<str>>>,
    /// The role to ask for, as YAML.
    pub role: Load<String>,
    /// What would look at the nodes, with this image.
    pub collector: (String, Load<String>),
    /// Namespaces on the keys 1–9, the latest chosen first.
    pub favourites: Vec<Arc<str>>,
    /// Only what fails is listed.
    pub failures_only: bool,
    /// Frameworks whose level 2 is unfolded.
    pub level_two: HashSet<Arc<str>>,
    /// How the fix is shown.
    pub fix_form: FixForm,
    /// Marked rows that are being saved; 0: what the list shows.
    pub saving_marked: usize,
    /// A finding, and what is done with its fix when that arrives.
    pub when_ready: Option<(Arc<str>, Take)>,
    /// Managed fields are shown.
    pub managed_fields: bool,
    /// Theme in use.
    pub theme: String,
    /// Themes that there are.
    pub themes: Vec<String>,
    /// What the user laid down.
    pub profiles: Profiles,
    /// Whether the mouse is heeded.
    pub mouse: bool,
    /// Commands that were carried out.
    pub history: History,
    /// By what tables are sorted, by their names.
    pub orders: HashMap<&'static str, Order>,
    /// Further columns are shown.
    pub wide: bool,
    /// Screens of what was looked at before, by origin and context.
    places: HashMap<(super::Origin, Option<Arc<str>>), Vec<Screen>>,
    /// Effects that came up on the way; they go out with those of the message.
    pending: Vec<Effect>,
    /// Number of the last work that was given away.
    work: u64,
    /// Command to begin with, until there is something to carry it out on.
    pub opening: Option<String>,
}

impl State {
    /// At the start: the overview, and the scan of this target.
    pub fn new(target: Target, catalog: Arc<Catalog>, size: (u16, u16)) -> (Self, Vec<Effect>) {
        let favourites = target.namespaces.iter().take(FAVOURITES).cloned().collect();
        let mut state = Self {
            size,
            session: Session::new(target),
            catalog,
            stack: vec![Screen::new(View::Overview)],
            prompt: None,
            palette: Palette::default(),
            tour: None,
            form: None,
            drafts: Vec::new(),
            done: Vec::new(),
            notice: None,
            contexts: Load::Idle,
            namespaces: Load::Idle,
            role: Load::Idle,
            collector: Default::default(),
            favourites,
            failures_only: false,
            level_two: HashSet::new(),
            fix_form: FixForm::default(),
            saving_marked: 0,
            when_ready: None,
            managed_fields: false,
            theme: String::new(),
            themes: Vec::new(),
            profiles: Profiles::default(),
            mouse: false,
            history: History::default(),
            orders: HashMap::new(),
            wide: false,
            places: HashMap::new(),
            pending: Vec::new(),
            work: 0,
            opening: None,
        };
        let effects = state.scan();
        (state, effects)
    }

    /// What the user laid down for what is looked at.
    pub fn preferences(&self) -> &Preferences {
        self.profiles.of(&self.session.target)
    }

    /// The key of an action, as texts name it.
    pub fn key(&self, action: Action) -> String {
        self.preferences().keys.of(action).first().map_or_else(|| "(no key)".to_owned(), ToString::to_string)
    }

    /// Starts a scan of the session's target.
    pub fn scan(&mut self) -> Vec<Effect> {
        let session = &mut self.session;
        session.scan += 1;
        session.phase = super::Phase::Connecting;
        session.planned = 0;
        session.link = super::Link::None;
        session.progress.clear();
        session.next = None;
        vec![Effect::StartScan(session.scan, session.target.clone())]
    }

    /// The place that a target's screens are kept under: where it is looked at again, they are back.
    fn place(&self, target: &Target) -> (super::Origin, Option<Arc<str>>) {
        let here = *target == self.session.target;
        let read = || self.session.report.as_deref().filter(|_| here).and_then(|report| report.cluster.context.clone());
        let current = || self.profiles.current.as_deref().map(Into::into);
        (target.origin, target.context.clone().or_else(read).or_else(current))
    }

    /// Looks at another target; where `keep` is false its own screens are back, or there is its overview.
    pub fn retarget(&mut self, mut target: Target, keep: bool) -> Vec<Effect> {
        let (scan, before) = (self.session.scan, self.preferences().clone());
        let (left, entered) = (self.place(&self.session.target), self.place(&target));
        if !keep && target.namespaces.is_empty() {
            target.namespaces.clone_from(&self.profiles.of(&target).namespaces);
        }
        self.session = Session { scan, ..Session::new(target) };
        let mut effects = self.prefer(&before);
        self.when_ready = None;
        self.namespaces = Load::Idle;
        self.role = Load::Idle;
        self.collector = Default::default();
        if !keep {
            let back = self.places.remove(&entered).filter(|_| entered != left);
            let rows: Vec<Vec<RowId>> = self.stack.iter_mut().flat_map(Screen::slots_mut).map(Pane::forget).collect();
            rows.into_iter().for_each(|rows| self.throw(rows));
            let here = std::mem::replace(&mut self.stack, back.unwrap_or_else(|| vec![Screen::new(View::Overview)]));
            self.places.insert(left, here);
        }
        effects.extend(self.scan());
        self.refresh();
        effects
    }

    /// Begins with a command: at once, or when there are results that it is about.
    pub fn open(&mut self, command: &str) -> Vec<Effect> {
        let command = command.trim_start_matches(':');
        if commands::is_known(command) || self.session.report.is_some() {
            return commands::run(self, command);
        }
        self.opening = Some(command.to_owned());
        Vec::new()
    }

    /// Takes what the user laid down, at the start or when it has changed.
    pub fn configure(&mut self, profiles: Profiles) -> Vec<Effect> {
        let before = self.preferences().clone();
        self.profiles = profiles;
        let effects = self.prefer(&before);
        self.refresh();
        effects
    }

    /// Follows the preferences where they are not those of before: what was chosen by hand since stays.
    fn prefer(&mut self, before: &Preferences) -> Vec<Effect> {
        let now = self.preferences().clone();
        for namespace in &now.favourites {
            if !self.favourites.contains(namespace) && self.favourites.len() < FAVOURITES {
                self.favourites.push(namespace.clone());
            }
        }
        let mut effects = Vec::new();
        if now.theme != before.theme {
            effects.push(Effect::UseTheme(now.theme));
        }
        if now.mouse != before.mouse {
            self.mouse = now.mouse;
            effects.push(Effect::SetMouse(now.mouse));
        }
        effects
    }

    /// The screens, the current one last.
    pub fn screens(&self) -> &[Screen] {
        &self.stack
    }

    /// The current screen.
    #[allow(clippy::expect_used)] // the stack is private, begins with one screen, and pop keeps it
    pub fn screen(&self) -> &Screen {
        self.stack.last().expect("a screen")
    }

    /// The current screen.
    #[allow(clippy::expect_used)] // as above
    pub fn screen_mut(&mut self) -> &mut Screen {
        self.stack.last_mut().expect("a screen")
    }

    /// The box with the focus.
    pub fn pane(&self) -> Option<&Pane> {
        self.screen().pane()
    }

    /// The selected row of the list with the focus.
    pub fn selected(&self) -> Option<&RowId> {
        self.pane()?.selected()
    }

    /// The finding that is selected or shown.
    pub fn current(&self) -> Option<Finding> {
        self.session.finding(self.shown_fingerprint()?)
    }

    /// The fingerprint of the finding that is selected or shown, where it is in the results.
    pub fn shown_fingerprint(&self) -> Option<&str> {
        let fingerprint = match &self.screen().view {
            View::Finding(fingerprint) | View::Yaml(fingerprint) => fingerprint,
            View::Text(rows::TextKind::Finding(fingerprint)) => fingerprint,
            _ => match self.selected()? {
                RowId::Finding(fingerprint) => fingerprint,
                RowId::Group(check, fix) => {
                    // A row that stands for one finding is that finding.
                    let [only] = self.session.group(check, fix)?.findings.as_slice() else { return None };
                    self.session.summary.fingerprint(*only)?
                }
                _ => return None,
            },
        };
        self.session.row(fingerprint).map(|_| &**fingerprint)
    }

    /// The workload whose findings are listed.
    pub fn workload(&self) -> Option<ObjectRef> {
        let View::Findings(query) = &self.screen().view else { return None };
        let (kind, name) = query.object.as_ref()?;
        let Some(RowId::Finding(fingerprint)) = self.pane()?.rows.first() else { return None };
        let row = self.session.row(fingerprint)?;
        let owner = row.owner();
        let runs = Kind::POD_SPEC.iter().any(|own| own.name() == &**kind);
        (runs && owner.kind == *kind && owner.name == *name).then(|| owner.clone())
    }

    /// What Trivy Operator counted in its images, where that is known and more than nothing.
    pub fn vulnerabilities(&self) -> Option<String> {
        let question = Question::Vulnerabilities(self.workload()?);
        super::vulnerabilities(self.session.found.get(&question)?.ready()?)
    }

    /// Opens a screen on top; the same view is not opened twice in a row.
    pub fn push(&mut self, view: View) -> Vec<Effect> {
        if self.screen().view != view {
            self.stack.push(Screen::new(view));
        }
        self.settle();
        self.wanted()
    }

    /// Back by one screen; false: this is the first.
    pub fn pop(&mut self) -> bool {
        let back = self.stack.len() > 1;
        if back {
            if let Some(mut left) = self.stack.pop() {
                left.slots_mut().for_each(|pane| self.throw(pane.forget()));
            }
            self.settle();
        }
        back
    }

    /// Puts the cursor of the current screen's list on this row.
    pub fn select(&mut self, row: &RowId) {
        if let Some(pane) = self.screen_mut().pane_mut()
            && let Some(at) = pane.rows.iter().position(|r| r == row)
        {
            pane.settle_on(at);
        }
        self.follow();
    }

    /// The same, where it is known where the row stands.
    pub(super) fn select_at(&mut self, at: usize, row: &RowId) {
        match self.screen_mut().pane_mut() {
            Some(pane) if pane.rows.get(at) == Some(row) => {
                pane.settle_on(at);
                self.follow();
            }
            _ => self.select(row),
        }
    }

    /// The same, where the current screen shows this view.
    pub fn select_if(&mut self, view: View, row: &RowId) {
        if self.screen().view == view {
            self.select(row);
        }
    }

    /// What a finding's screen still lacks.
    pub fn wanted_by_finding(&mut self) -> Vec<Effect> {
        match self.screen().view {
            View::Finding(_) | View::Yaml(_) | View::Text(rows::TextKind::Finding(_)) | View::Findings(_) => {
                self.wanted()
            }
            _ => Vec::new(),
        }
    }

    /// Back to the overview.
    pub fn home(&mut self) {
        self.back_to(0);
    }

    /// Back to a screen, counted from the first.
    pub fn back_to(&mut self, screen: usize) {
        self.stack.truncate(screen + 1);
        self.settle();
    }

    /// What the current screen shows and nobody has asked for yet.
    pub fn wanted(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        let target = self.session.target.clone();
        match self.screen().view.clone() {
            View::Finding(fingerprint) | View::Yaml(fingerprint) | View::Text(rows::TextKind::Finding(fingerprint)) => {
                let Some(finding) = self.session.finding(&fingerprint) else { return effects };
                let document = self.session.documents.entry(fingerprint.clone()).or_default();
                if document.is_wanted() {
                    *document = Load::Loading;
                    effects.push(Effect::LoadYaml(target.clone(), Box::new(finding.clone())));
                }
                let remedy = self.session.remedies.entry(fingerprint).or_default();
                if remedy.is_wanted() {
                    *remedy = Load::Loading;
                    effects.push(Effect::LoadRemedy(target, Box::new(finding)));
                }
            }
            View::Text(rows::TextKind::Role) if self.role.is_wanted() => {
                self.role = Load::Loading;
                effects.push(Effect::LoadRole);
            }
            View::Text(rows::TextKind::Collector(image)) => {
                let known = *self.collector.0 == *image && !self.collector.1.is_wanted();
                if !known {
                    self.collector = (image.to_string(), Load::Loading);
                    effects.push(Effect::LoadCollector(target, image.to_string()));
                }
            }
            View::Found(question) => {
                let found = self.session.found.entry(question.clone()).or_default();
                if !matches!(found, Load::Ready(_) | Load::Loading) {
                    *found = Load::Loading;
                    effects.push(Effect::Ask(target, question));
                }
            }
            // what a scanner counted in its images stands above what is found of a workload
            View::Findings(_) => {
                let Some(owner) = self.workload() else { return effects };
                let question = Question::Vulnerabilities(owner);
                let found = self.session.found.entry(question.clone()).or_default();
                if found.is_wanted() {
                    *found = Load::Loading;
                    effects.push(Effect::Ask(target, question));
                }
            }
            View::Activity | View::Requests if !self.session.watches_activity => {
                self.session.watches_activity = true;
                let known = self.session.activity.ready().map_or(0, |activity| activity.revision);
                effects.push(Effect::LoadActivity(target, known));
            }
            View::Contexts => {
                self.contexts = Load::Loading;
                effects.push(Effect::ListContexts);
            }
            View::Namespaces => {
                self.namespaces = Load::Loading;
                effects.push(Effect::ListNamespaces(target));
            }
            _ => {}
        }
        effects
    }

    /// Works the rows out again, of the current screen now and of those below it when they are back; selections, filters and
    /// marks stay.
    pub fn refresh(&mut self) {
        self.session.siblings = None;
        self.stack.iter_mut().flat_map(Screen::slots_mut).for_each(|pane| pane.stale = true);
        self.settle();
    }

    /// Gives the list with the focus another filter.
    pub(super) fn set_filter(&mut self, filter: Filter) {
        if let Some(pane) = self.screen_mut().pane_mut() {
            pane.filter = filter;
            pane.stale = true;
        }
        self.settle();
    }

    /// Works out those rows of the current screen that something has changed for.
    fn settle(&mut self) {
        if let View::Finding(fingerprint) | View::Yaml(fingerprint) | View::Text(rows::TextKind::Finding(fingerprint)) =
            self.screen().view.clone()
            && self.session.beside(&fingerprint).is_none()
        {
            self.session.look_beside(&fingerprint);
        }
        for i in 0..self.screen().panes.len() {
            self.settle_slot(Slot::Pane(i));
        }
        self.follow();
    }

    /// Works the rows of a box out, where they are not what they were.
    pub(super) fn settle_slot(&mut self, slot: Slot) {
        let Some(pane) = self.screen().slot(slot).filter(|pane| pane.stale && pane.kind.is_list()) else { return };
        let (kind, filter) = (pane.kind.clone(), pane.filter.clone());
        let table = order::columns(self, &kind);
        let order = table.and_then(|(table, columns)| {
            self.orders.get(table).copied().filter(|order| columns.contains(&order.column))
        });
        let of_findings = matches!(kind, PaneKind::Findings(_) | PaneKind::Failing(..));
        if of_findings && (self.wide || filter.needs_labels() || order::needs_facts(order)) {
            self.want_facts();
            if filter.needs_labels() && matches!(self.session.facts, Load::Idle | Load::Loading) {
                return; // the old rows stay until it is known
            }
        }
        let most = matches!(slot, Slot::Preview).then_some(PREVIEWED);
        let taken = match self.arrangement(&kind, &filter, order, most) {
            Some(work) if work.size() > AT_ONCE => {
                self.work += 1;
                let number = self.work;
                if let Some(pane) = self.screen_mut().slot_mut(slot) {
                    pane.wait_for(number, work.stop.clone());
                    (pane.stale, pane.order) = (false, order);
                }
                self.pending.push(Effect::Arrange(number, Box::new(work)));
                return;
            }
            Some(work) => work.work().unwrap_or_default(),
            None => {
                let all = rows::rows(self, &kind);
                let total = all.iter().filter(|row| !matches!(row, RowId::Section(..))).count();
                let rows = filtered(self, all, &filter);
                let rows = match order {
                    Some(order) => order::arranged(self, &kind, rows, order),
                    None => rows,
                };
                Arranged { rows, total }
            }
        };
        let session = &self.session;
        if let Some(pane) = self.stack.last_mut().and_then(|screen| screen.slot_mut(slot)) {
            pane.order = order;
            let old = pane.take(taken.rows, taken.total, session.complete);
            pane.keep_marks(|row| session.holds(row));
            self.throw(old);
        }
    }

    /// Throws rows away, elsewhere where they are many.
    fn throw(&mut self, rows: Vec<RowId>) {
        if rows.len() > AT_ONCE {
            self.pending.push(Effect::Forget(Arc::new(rows)));
        }
    }

    /// The work that lists findings; None: it is another list.
    fn arrangement(
        &self,
        kind: &PaneKind,
        filter: &Filter,
        order: Option<Order>,
        most: Option<usize>,
    ) -> Option<Arrangement> {
        let list = match kind {
            PaneKind::Findings(query) => List::Query(query.clone()),
            PaneKind::Failing(framework, id) => List::Control(framework.clone(), id.clone()),
            _ => return None,
        };
        Some(Arrangement {
            list,
            report: self.session.report.clone()?,
            summary: self.session.summary.clone(),
            failures_only: self.failures_only,
            filter: filter.clone(),
            order,
            most,
            facts: self.session.facts.ready().cloned(),
            stop: Default::default(),
        })
    }

    /// Rows that were worked out elsewhere; of no use where nothing waits for them.
    pub(super) fn arranged(&mut self, number: u64, arranged: Arranged) {
        let session = &self.session;
        let waiting = self.stack.iter_mut().flat_map(Screen::slots_mut).find(|pane| pane.waits_for(number));
        if let Some(pane) = waiting {
            let stale = pane.stale;
            let old = pane.take(arranged.rows, arranged.total, session.complete);
            pane.keep_marks(|row| session.holds(row));
            pane.stale = stale;
            self.throw(old);
        }
        self.follow();
    }

    /// Asks for labels and ages, once for each report.
    fn want_facts(&mut self) {
        if self.session.report.is_some() && !self.session.facts_asked {
            self.session.facts_asked = true;
            if self.session.facts.is_wanted() {
                self.session.facts = Load::Loading;
            }
            self.pending.push(Effect::LoadFacts(self.session.target.clone()));
        }
    }

    /// Shows results: at once, or when the work on them is done where there are many. True: they are shown.
    pub(super) fn show(&mut self, report: Arc<Report>) -> bool {
        let is_long = report.findings.len() > AT_ONCE && self.session.folding.is_none();
        if is_long && self.session.report.as_ref().is_some_and(|before| before.is_alike(&report)) {
            // it holds at another time: nothing else is to be worked out
            self.session.report = Some(report);
            self.session.facts_asked = false;
            return true;
        }
        match self.session.folding {
            Some(_) => self.session.to_fold = Some(report),
            None if report.findings.len() > AT_ONCE => {
                self.work += 1;
                self.session.folding = Some(self.work);
                self.pending.push(Effect::Fold(self.work, Box::new(self.session.fold(report))));
            }
            None => {
                self.session.show(report);
                self.refresh();
                return true;
            }
        }
        false
    }

    /// Takes results whose work is done. False: something else is looked at by now.
    pub(super) fn folded(&mut self, number: u64, folded: Folded) -> bool {
        if self.session.folding != Some(number) {
            return false;
        }
        self.session.folding = None;
        if let Some(before) = self.session.install(folded) {
            self.pending.push(Effect::Forget(Arc::new(before)));
        }
        self.refresh();
        if let Some(next) = self.session.to_fold.take() {
            self.show(next);
        }
        true
    }

    /// Effects that came up on the way.
    pub(super) fn take_pending(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.pending)
    }

    /// Scrolls every box so that its cursor or text is on screen.
    pub fn follow(&mut self) {
        let layout = layout::layout(self);
        for i in 0..self.screen().panes.len() {
            let (page, width) = (layout.page(i), layout.width(i));
            let Some(pane) = self.screen().panes.get(i) else { continue };
            let last = (!pane.kind.is_list()).then(|| text::height(self, pane, width).saturating_sub(page));
            let cursor = text::shape(self, pane, width).map(|shape| shape.row_of(pane.reading.line, pane.reading.row));
            let Some(pane) = self.screen_mut().panes.get_mut(i) else { continue };
            match last {
                Some(last) => {
                    if let Some(row) = cursor {
                        pane.offset = pane.offset.min(row).max((row + 1).saturating_sub(page.max(1)));
                    }
                    pane.offset = pane.offset.min(last);
                }
                None => pane.follow(page),
            }
        }
    }

    /// Puts the cursor of the YAML on the first field at fault, in the upper third.
    pub fn scroll_to_mark(&mut self) {
        let layout = layout::layout(self);
        for i in 0..self.screen().panes.len() {
            let Some(pane) = self.screen().panes.get(i) else { continue };
            let PaneKind::Yaml(fingerprint) = &pane.kind else { continue };
            let mark = self.session.document(fingerprint).and_then(|document| document.marks.first());
            let line = mark.map_or(0, |mark| mark.first);
            let mut reading = Reading { line, row: 0, ..pane.reading.clone() };
            if let Some(sheet) = self.session.sheet(fingerprint) {
                sheet.reveal(&mut reading, line);
            }
            let mut fresh = pane.clone();
            fresh.reading = reading;
            let row = text::shape(self, &fresh, layout.width(i)).map_or(0, |shape| shape.row_of(line, 0));
            fresh.offset = row.saturating_sub(layout.page(i) / 3);
            if let Some(pane) = self.screen_mut().panes.get_mut(i) {
                *pane = fresh;
            }
        }
        self.follow();
    }

    /// A document came or was read again: lines of the one before mean nothing in it.
    pub fn reread(&mut self, fingerprint: &Arc<str>) {
        let managed = self.managed_fields;
        let Some(sheet) = self.session.documents.get(fingerprint).and_then(Load::ready) else { return };
        for pane in self.stack.iter_mut().flat_map(|screen| &mut screen.panes) {
            if pane.kind == PaneKind::Yaml(fingerprint.clone()) {
                pane.reading.folded.clear();
                pane.reading.found = sheet.find(&pane.reading.search, managed);
            }
        }
    }

    /// Says what of the configuration was ignored: the first of it, and where the rest is told.
    pub fn ignore(&mut self, ignored: &[String]) {
        let Some(first) = ignored.first() else { return };
        let more = match ignored.len() {
            1 => String::new(),
            n => format!(" And {} more.", n - 1),
        };
        let end = if first.ends_with(['?', '.']) { "" } else { "." };
        let text = format!("Ignored: {first}{end}{more} plimsoll config check tells all.");
        self.notice = Some(Notice { text, error: true });
    }

    /// Says something in the footer.
    pub fn say(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), error: false });
    }

    /// Says in the footer that something failed and what to do.
    pub fn complain(&mut self, failure: &super::Failure) {
        self.notice = Some(Notice { text: format!("{} {}", failure.what, failure.todo), error: true });
    }

    /// Puts a namespace first among the favourites.
    pub fn favour(&mut self, namespace: &Arc<str>) {
        if !self.favourites.contains(namespace) {
            self.favourites.insert(0, namespace.clone());
            self.favourites.truncate(FAVOURITES);
        }
    }

    /// Namespaces on the keys 1–9: those chosen, then those of the findings.
    pub fn numbered(&self) -> Vec<Arc<str>> {
        let found = self.session.summary.namespaces.iter().filter(|n| !self.favourites.contains(n));
        self.favourites.iter().chain(found).take(FAVOURITES).cloned().collect()
    }
}

/// Rows that a filter keeps; a heading stays while a row under it does, or where it matches itself.
fn filtered(state: &State, rows: Vec<RowId>, filter: &Filter) -> Vec<RowId> {
    if filter.is_empty() {
        return rows;
    }
    let (mut kept, mut groups): (Vec<RowId>, _) = (Vec::new(), filter.over_groups());
    let mut keeps = |row: &RowId| match row {
        RowId::Group(check, fix) => state.session.group(check, fix).is_some_and(|group| {
            groups.keeps(&rows::group_words(group).to_lowercase(), state.session.findings_of(group))
        }),
        row => filter.keeps(&rows::haystack(state, row)),
    };
    let mut heading = None;
    for row in rows {
        if matches!(row, RowId::Section(..)) {
            heading = Some(row);
        } else if keeps(&row) {
            kept.extend(heading.take());
            kept.push(row);
        }
    }
    kept
}
