//! What was asked of the API server: the last requests, and sums by resource. Bounded, and cheap enough for every chunk.

use crate::model::{Asked, Place, Sums};
use indexmap::IndexMap;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Requests that are remembered.
const MOST: usize = 1000;

/// The journal of a session.
#[derive(Debug, Default)]
pub struct Journal(Mutex<Pages>);

/// A request's place in the journal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    number: u64,
    /// Its resource among those of the sums.
    resource: Option<usize>,
}

#[derive(Debug, Default)]
struct Pages {
    last: VecDeque<Asked>,
    next: u64,
    all: Sums,
    by_resource: IndexMap<String, Sums>,
    revision: u64,
}

impl Pages {
    /// A request that is still remembered.
    fn asked(&mut self, number: u64) -> Option<&mut Asked> {
        let first = self.last.front()?.number;
        self.last.get_mut(usize::try_from(number.checked_sub(first)?).ok()?)
    }

    /// The place of a path's resource among the sums.
    fn resource(&mut self, path: &str) -> Option<usize> {
        let entry = self.by_resource.entry(Place::of(path)?.full_resource());
        let place = entry.index();
        entry.or_default();
        Some(place)
    }

    /// Changes the sums of all and of a resource.
    fn add(&mut self, resource: Option<usize>, change: impl Fn(&mut Sums)) {
        self.revision += 1;
        change(&mut self.all);
        if let Some((_, sums)) = resource.and_then(|place| self.by_resource.get_index_mut(place)) {
            change(sums);
        }
    }
}

impl Journal {
    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request is sent.
    pub(super) fn begin(&self, method: &str, path: &str) -> Entry {
        let at = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let mut pages = self.pages();
        let number = pages.next;
        pages.next += 1;
        let resource = pages.resource(path);
        pages.add(resource, |sums| sums.requests += 1);
        if pages.last.len() == MOST {
            pages.last.pop_front();
        }
        let (method, path) = (method.into(), path.into());
        let asked =
            Asked { number, at: at.into(), method, path, status: None, problem: "".into(), millis: 0, bytes: 0 };
        pages.last.push_back(asked);
        Entry { number, resource }
    }

    /// Its answer began, or did not come.
    pub(super) fn answered(&self, entry: Entry, answer: Result<u16, &str>, took: Duration) {
        let mut pages = self.pages();
        if !answer.is_ok_and(|status| status < 400) {
            pages.add(entry.resource, |sums| sums.errors += 1);
        }
        pages.revision += 1;
        if let Some(asked) = pages.asked(entry.number) {
            asked.millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            match answer {
                Ok(status) => asked.status = Some(status),
                Err(problem) => asked.problem = problem.into(),
            }
        }
    }

    /// So many bytes more of its body came.
    pub(super) fn received(&self, entry: Entry, bytes: u64) {
        let mut pages = self.pages();
        if let Some(asked) = pages.asked(entry.number) {
            asked.bytes += bytes;
        }
        pages.add(entry.resource, |sums| sums.bytes += bytes);
    }

    /// A pause is made before it is asked again.
    pub(super) fn backed_off(&self, path: &str) {
        let mut pages = self.pages();
        let resource = pages.resource(path);
        pages.add(resource, |sums| sums.backoffs += 1);
    }

    /// Something happened that is no request.
    pub fn touch(&self) {
        self.pages().revision += 1;
    }

    /// Grows with every change.
    pub fn revision(&self) -> u64 {
        self.pages().revision
    }

    /// The last requests, all sums, and those of each resource.
    pub fn read(&self) -> (Vec<Asked>, Sums, BTreeMap<String, Sums>) {
        let pages = self.pages();
        let by_resource = pages.by_resource.iter().map(|(resource, sums)| (resource.clone(), *sums)).collect();
        (pages.last.iter().cloned().collect(), pages.all, by_resource)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_requests_are_kept_and_all_are_counted() {
        let journal = Journal::default();
        let pods = "/api/v1/pods?watch=true";
        let mut first = None;
        for _ in 0..MOST + 10 {
            let entry = journal.begin("GET", pods);
            journal.answered(entry, Ok(200), Duration::from_millis(7));
            journal.received(entry, 100);
            first.get_or_insert(entry);
        }
        let failed = journal.begin("GET", "/version");
        journal.answered(failed, Err("no answer"), Duration::from_secs(1));
        journal.received(first.unwrap(), 5);
        let (last, all, by_resource) = journal.read();
        assert_eq!((last.len(), last[0].number), (MOST, 11));
        assert_eq!(last.last().map(|asked| (&*asked.problem, asked.status)), Some(("no answer", None)));
        assert_eq!((all.requests, all.errors, all.bytes), (1011, 1, 101_005), "what is forgotten counts");
        assert_eq!(by_resource["pods"], Sums { requests: 1010, bytes: 101_005, errors: 0, backoffs: 0 });
    }
}
