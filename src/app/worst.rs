//! The order in which findings are shown.

use crate::model::findings::{Findings, Row};
use crate::model::{FindingStatus, ObjectRef};
use foldhash::HashMap;
use std::cmp::Reverse;

/// Positions of findings, worst first: status, severity, reach, then by name, so that a row keeps its place. Names are
/// compared once for all findings that share them.
pub(super) fn worst_first(findings: &Findings) -> Vec<usize> {
    let (mut owners, mut others, mut said) = (HashMap::default(), Vec::new(), HashMap::default());
    for row in findings.rows() {
        match elsewhere(&row) {
            None => drop(owners.entry(row.owner_number()).or_insert_with(|| name(row.owner()))),
            Some(resource) => others.push(name(resource)),
        }
        said.entry(row.said_number()).or_insert_with(|| (row.check(), row.container(), row.path()));
    }
    let places = Places::of(owners.values().chain(&others).copied());
    let owners: HashMap<usize, usize> = owners.iter().map(|(number, name)| (*number, places.get(name))).collect();
    let words = Places::of(said.values().copied());
    let said: HashMap<usize, usize> = said.iter().map(|(number, words_of)| (*number, words.get(words_of))).collect();
    let keys = findings.rows().map(|row| {
        let resource = match elsewhere(&row) {
            None => owners.get(&row.owner_number()).copied(),
            Some(resource) => Some(places.get(&name(resource))),
        };
        (severity(&row), resource, said.get(&row.said_number()).copied())
    });
    let mut keyed: Vec<_> = keys.zip(0..).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, position)| position).collect()
}

fn severity(row: &Row<'_>) -> impl Ord + use<> {
    let status = match row.status() {
        FindingStatus::Fail => 0,
        FindingStatus::Manual => 1,
        FindingStatus::NotEvaluated => 2,
        FindingStatus::Waived => 3,
    };
    (status, Reverse(row.severity()), row.platform(), Reverse(row.reach().len()))
}

/// The resource, where that is not the owner.
fn elsewhere<'r>(row: &Row<'r>) -> Option<&'r ObjectRef> {
    (!std::ptr::eq(row.resource(), row.owner())).then(|| row.resource())
}

fn name(object: &ObjectRef) -> impl Ord + Copy + '_ {
    (&object.namespace, &object.kind, &object.name)
}

/// Things in order, each once.
struct Places<T>(Vec<T>);

impl<T: Ord> Places<T> {
    fn of(things: impl Iterator<Item = T>) -> Self {
        let mut things: Vec<T> = things.collect();
        things.sort_unstable();
        things.dedup();
        Self(things)
    }

    /// Where one of them stands.
    fn get(&self, thing: &T) -> usize {
        self.0.partition_point(|other| other < thing)
    }
}
