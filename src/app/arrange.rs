//! Long work, away from the state: which findings a list holds and in which order, and what the screens need of a report. A
//! short list is worked out at once; a long one on another thread, and until its rows come the old ones stay.

use super::Filter;
use super::filter::Sieve;
use super::order::{self, Order};
use super::query::Query;
use super::rows::RowId;
use super::session::rolling;
use super::summary::Summary;
use crate::inventory::Facts;
use crate::model::findings::Row;
use crate::model::{FindingStatus, Report};
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Findings up to which nobody notices the work.
pub const AT_ONCE: usize = 4_000;

/// Findings from which a second thread is worth its start.
const SHARED: usize = 50_000;

/// Findings between two looks at whether the work is still wanted.
const STEP: usize = 4_096;

/// Which findings.
#[derive(Clone, Debug)]
pub(super) enum List {
    /// Those of a query.
    Query(Query),
    /// Those of a control.
    Control(Arc<str>, Arc<str>),
}

/// All that it takes to work out the rows of a list of findings.
#[derive(Clone)]
pub struct Arrangement {
    pub(super) list: List,
    pub(super) report: Arc<Report>,
    pub(super) summary: Arc<Summary>,
    pub(super) failures_only: bool,
    pub(super) filter: Filter,
    pub(super) order: Option<Order>,
    /// As many rows are enough.
    pub(super) most: Option<usize>,
    pub(super) facts: Option<Arc<Facts>>,
    /// Set when the rows are of no use any more.
    pub(super) stop: Arc<AtomicBool>,
}

impl fmt::Debug for Arrangement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { list, filter, order, .. } = self;
        write!(f, "Arrangement {list:?} /{} {order:?}", filter.text())
    }
}

/// The rows of a list.
#[derive(Clone, Debug, Default)]
pub struct Arranged {
    pub(super) rows: Vec<RowId>,
    /// Rows before the filter.
    pub(super) total: usize,
}

impl Arrangement {
    /// Findings that have to be looked at.
    pub(super) fn size(&self) -> usize {
        match &self.list {
            List::Query(_) => self.report.findings.len(),
            List::Control(framework, id) => self.summary.of_control(framework, id).len(),
        }
    }

    fn belongs(&self, finding: &Row<'_>) -> bool {
        (!self.failures_only || finding.status() == FindingStatus::Fail)
            && match &self.list {
                List::Query(query) => query.keeps(finding),
                List::Control(..) => true,
            }
    }

    fn fate(&self, i: usize, sieve: &mut Sieve<'_>) -> Fate {
        let Some(finding) = self.report.findings.row(i).filter(|finding| self.belongs(finding)) else {
            return Fate::Elsewhere;
        };
        let facts = || self.facts.as_deref().and_then(|facts| facts.get(finding.owner()));
        if sieve.keeps(&finding, facts) { Fate::Kept } else { Fate::Hidden }
    }

    /// What becomes of findings; None: nobody wants to know any more.
    fn fates(&self, places: &[usize]) -> Option<Vec<Fate>> {
        let (mut fates, mut sieve) = (Vec::with_capacity(places.len()), self.filter.over_findings());
        for step in places.chunks(STEP) {
            if self.stop.load(Ordering::Relaxed) {
                return None;
            }
            fates.extend(step.iter().map(|i| self.fate(*i, &mut sieve)));
        }
        Some(fates)
    }

    /// Positions of what stays, worst first, and how many there were before the filter; None: nobody wants it any more.
    fn pick(&self) -> Option<(Vec<usize>, usize)> {
        let places = match &self.list {
            List::Query(_) => self.summary.order(),
            List::Control(framework, id) => self.summary.of_control(framework, id),
        };
        let fates = in_halves(places, |half| self.fates(half))?;
        let total = fates.iter().filter(|fate| **fate != Fate::Elsewhere).count();
        let kept = places.iter().zip(&fates).filter(|(_, fate)| **fate == Fate::Kept);
        Some((kept.map(|(i, _)| *i).collect(), total))
    }

    /// Works the rows out; None: nobody wants them any more.
    pub fn work(&self) -> Option<Arranged> {
        let (mut kept, total) = self.pick()?;
        let findings = &self.report.findings;
        if let Some(order) = self.order {
            kept = if order.column == "id" {
                let id = |i| self.summary.fingerprint(i).map_or("", |id| id);
                order::sorted_by_id(&kept, order.descending, id)
            } else {
                order::sorted_findings(&kept, findings, order, self.facts.as_deref())
            };
        }
        kept.truncate(self.most.unwrap_or(usize::MAX));
        let row = |i: &usize| self.summary.fingerprint(*i).cloned().map(RowId::Finding);
        let rows = in_halves(&kept, |half| Some(half.iter().filter_map(row).collect()))?;
        Some(Arranged { rows, total })
    }
}

/// Whether a finding is on a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It is not of this list.
    Elsewhere,
    /// The filter hides it.
    Hidden,
    /// It is on it.
    Kept,
}

/// The same work for both halves of something long, on two threads; what comes of them stands in the same order.
fn in_halves<T: Sync, R: Send>(all: &[T], work: impl Fn(&[T]) -> Option<Vec<R>> + Sync) -> Option<Vec<R>> {
    if all.len() < SHARED {
        return work(all);
    }
    let (first, second) = all.split_at(all.len() / 2);
    let (first, second) = std::thread::scope(|scope| {
        let second = scope.spawn(|| work(second));
        (work(first), second.join().ok().flatten())
    });
    let mut both = first?;
    both.append(&mut second?);
    Some(both)
}

/// A report whose folds are to be worked out.
#[derive(Clone)]
pub struct Fold {
    pub(super) report: Arc<Report>,
    /// What is shown now.
    pub(super) before: Option<Arc<Report>>,
    /// What is known of that.
    pub(super) known: Arc<Summary>,
    pub(super) rolling: HashSet<Arc<str>>,
}

impl fmt::Debug for Fold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fold {} findings", self.report.findings.len())
    }
}

/// A report with its folds, ready to be shown.
#[derive(Clone)]
pub struct Folded {
    pub(super) report: Arc<Report>,
    pub(super) summary: Arc<Summary>,
    pub(super) rolling: HashSet<Arc<str>>,
}

impl fmt::Debug for Folded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Folded {} findings", self.report.findings.len())
    }
}

impl Fold {
    /// Works the folds out.
    pub fn work(self) -> Folded {
        let before = self.before.as_deref().map(|before| (before, &*self.known));
        let summary = Arc::new(Summary::after(&self.report, before));
        let rolling = match &self.before {
            Some(before) => rolling(before, &self.report, &summary, self.rolling),
            None => self.rolling,
        };
        Folded { report: self.report, summary, rolling }
    }
}
