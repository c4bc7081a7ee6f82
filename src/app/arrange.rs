//! Long work, away from the state: which findings a list holds and in which order, and what the screens need of a report. A
//! short list is worked out at once; a long one on another thread, and until its rows come the old ones stay.

use super::Filter;
use super::order::{self, Order};
use super::query::Query;
use super::rows::{RowId, write_finding};
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
    fn candidates(&self) -> &[usize] {
        match &self.list {
            List::Query(_) => self.summary.order(),
            List::Control(framework, id) => self.summary.of_control(framework, id),
        }
    }

    /// Findings that have to be looked at.
    pub(super) fn size(&self) -> usize {
        self.candidates().len()
    }

    fn belongs(&self, finding: &Row<'_>) -> bool {
        (!self.failures_only || finding.status() == FindingStatus::Fail)
            && match &self.list {
                List::Query(query) => query.keeps(finding),
                List::Control(..) => true,
            }
    }

    fn keeps(&self, finding: &Row<'_>, text: &mut String) -> bool {
        if self.filter.is_empty() {
            return true;
        }
        text.clear();
        write_finding(finding, text);
        if text.is_ascii() {
            text.make_ascii_lowercase();
        } else {
            *text = text.to_lowercase();
        }
        self.filter.keeps_lower(text, self.facts.as_deref().and_then(|facts| facts.get(finding.owner())))
    }

    /// Of some candidates those that stay, and how many there were before the filter; None: nobody wants it any more.
    fn pick(&self, candidates: &[usize]) -> Option<(Vec<usize>, usize)> {
        let (mut kept, mut total, mut text) = (Vec::new(), 0, String::new());
        for step in candidates.chunks(STEP) {
            if self.stop.load(Ordering::Relaxed) {
                return None;
            }
            for i in step {
                let Some(finding) = self.report.findings.row(*i).filter(|finding| self.belongs(finding)) else {
                    continue;
                };
                total += 1;
                if self.keeps(&finding, &mut text) {
                    kept.push(*i);
                }
            }
        }
        Some((kept, total))
    }

    /// Works the rows out; None: nobody wants them any more.
    pub fn work(&self) -> Option<Arranged> {
        let candidates = self.candidates();
        let (mut kept, total) = if candidates.len() < SHARED {
            self.pick(candidates)?
        } else {
            let (first, second) = candidates.split_at(candidates.len() / 2);
            let (first, second) = std::thread::scope(|scope| {
                let second = scope.spawn(|| self.pick(second));
                (self.pick(first), second.join().ok().flatten())
            });
            let ((mut kept, total), (more, rest)) = (first?, second?);
            kept.extend(more);
            (kept, total + rest)
        };
        let findings = &self.report.findings;
        if let Some(order) = self.order {
            let value = |i: &usize| {
                let finding = findings.row(*i);
                finding.map_or(order::Value::Number(0), |f| order::of_finding(order.column, &f, self.facts.as_deref()))
            };
            let values: Vec<order::Value<'_>> = kept.iter().map(value).collect();
            kept = order::sorted(kept, order.descending, &values);
        }
        let most = self.most.unwrap_or(usize::MAX);
        let rows =
            kept.iter().take(most).filter_map(|i| self.summary.fingerprint(*i).cloned().map(RowId::Finding)).collect();
        Some(Arranged { rows, total })
    }
}

/// A report whose folds are to be worked out.
#[derive(Clone)]
pub struct Fold {
    pub(super) report: Arc<Report>,
    /// What is shown now.
    pub(super) before: Option<Arc<Report>>,
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
        let summary = Arc::new(Summary::of(&self.report));
        let rolling = match &self.before {
            Some(before) => rolling(before, &self.report, &summary, self.rolling),
            None => self.rolling,
        };
        Folded { report: self.report, summary, rolling }
    }
}
