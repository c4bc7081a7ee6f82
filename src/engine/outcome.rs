//! What a check came to, object by object, in few bytes: most objects pass, and what passes is not listed.

use super::control::CheckVerdict;
use crate::model::{Counts, FindingStatus};

/// What became of an object; ordered, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Status {
    Pass,
    Waived,
    Manual,
    NotEvaluated,
    Fail,
}

impl From<FindingStatus> for Status {
    fn from(status: FindingStatus) -> Self {
        match status {
            FindingStatus::Fail => Self::Fail,
            FindingStatus::Waived => Self::Waived,
            FindingStatus::Manual => Self::Manual,
            FindingStatus::NotEvaluated => Self::NotEvaluated,
        }
    }
}

/// An object that does not pass: its number, and what became of it; 100,000 pods fail a dozen checks each.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark(u32);

const STATUSES: [Status; 5] = [Status::Pass, Status::Waived, Status::Manual, Status::NotEvaluated, Status::Fail];

impl Mark {
    const BITS: u32 = 3;

    pub(super) fn new(object: u32, status: Status) -> Self {
        Self((object << Self::BITS) | status as u32)
    }

    pub(super) fn object(self) -> u32 {
        self.0 >> Self::BITS
    }

    pub(super) fn status(self) -> Status {
        let code = self.0 & ((1 << Self::BITS) - 1);
        STATUSES.get(code as usize).copied().unwrap_or(Status::Fail)
    }
}

/// Objects that a check judged, by their numbers in the evaluation.
pub(super) enum Population {
    /// All workloads: they have the first numbers.
    Workloads(u32),
    /// These, in order and each once.
    Objects(Vec<u32>),
}

impl Population {
    /// Of numbers in any order, some of them twice.
    pub(super) fn of(mut objects: Vec<u32>) -> Self {
        objects.sort_unstable();
        objects.dedup();
        objects.shrink_to_fit();
        Self::Objects(objects)
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Workloads(count) => *count as usize,
            Self::Objects(objects) => objects.len(),
        }
    }

    fn has(&self, object: u32) -> bool {
        match self {
            Self::Workloads(count) => object < *count,
            Self::Objects(objects) => objects.binary_search(&object).is_ok(),
        }
    }
}

/// A check's result over its population.
pub(super) struct Outcomes {
    pub verdict: CheckVerdict,
    pub population: Population,
    /// Objects that do not pass, in order, each with the worst of its findings.
    pub marked: Vec<Mark>,
}

impl Outcomes {
    /// What became of an object; None: it was not judged.
    pub(super) fn of(&self, object: u32) -> Option<Status> {
        match self.marked.binary_search_by_key(&object, |mark| mark.object()) {
            Ok(at) => self.marked.get(at).map(|mark| mark.status()),
            Err(_) => self.population.has(object).then_some(Status::Pass),
        }
    }
}

/// Takes all out, and keeps the worst of each object.
pub(super) fn worst_of_each(marked: &mut Vec<Mark>) -> Vec<Mark> {
    marked.sort_unstable();
    // of one object the last is the worst
    marked.reverse();
    marked.dedup_by_key(|mark| mark.object());
    marked.reverse();
    let worst = marked.as_slice().to_vec();
    marked.clear();
    worst
}

/// Objects of a control by the worst that its checks say of each; emptied and used again for the next control.
pub(super) struct Weights {
    worst: Vec<Option<Status>>,
    touched: Vec<u32>,
    workloads: u32,
}

impl Weights {
    pub(super) fn new(objects: usize) -> Self {
        Self { worst: vec![None; objects], touched: Vec::new(), workloads: 0 }
    }

    pub(super) fn weigh(&mut self, object: u32, status: Status) {
        if let Some(known) = self.worst.get_mut(object as usize) {
            if known.is_none() {
                self.touched.push(object);
            }
            *known = (*known).max(Some(status));
        }
    }

    /// Takes all that a check says.
    pub(super) fn add(&mut self, outcomes: &Outcomes) {
        match &outcomes.population {
            // counted, not walked through
            Population::Workloads(count) => self.workloads = *count,
            Population::Objects(objects) => objects.iter().for_each(|object| self.weigh(*object, Status::Pass)),
        }
        outcomes.marked.iter().for_each(|mark| self.weigh(mark.object(), mark.status()));
    }

    /// The objects, counted, and how many; nothing is left.
    pub(super) fn take(&mut self) -> (Counts, usize) {
        let mut counts = Counts::default();
        let mut others = self.workloads as usize;
        for object in self.touched.drain(..) {
            others -= usize::from(object < self.workloads);
            match self.worst.get_mut(object as usize).and_then(Option::take) {
                None => {}
                Some(Status::Pass) => counts.pass += 1,
                Some(Status::Waived) => counts.waived += 1,
                Some(Status::Manual) => counts.manual += 1,
                Some(Status::NotEvaluated) => counts.not_evaluated += 1,
                Some(Status::Fail) => counts.fail += 1,
            }
        }
        self.workloads = 0;
        counts.pass += others;
        let judged = counts.pass + counts.waived + counts.manual + counts.not_evaluated + counts.fail;
        (counts, judged)
    }
}
