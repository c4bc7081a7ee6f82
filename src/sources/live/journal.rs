//! What was asked of the API server: the last requests, and sums by resource. Bounded, and cheap enough for every chunk.

use crate::model::{Asked, Place, Sums};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Requests that are remembered.
const MOST: usize = 1000;

/// The journal of a session.
#[derive(Debug, Default)]
pub struct Journal(Mutex<Pages>);

#[derive(Debug, Default)]
struct Pages {
    last: VecDeque<Asked>,
    next: u64,
    all: Sums,
    by_resource: BTreeMap<String, Sums>,
    revision: u64,
}

impl Pages {
    /// A request that is still remembered.
    fn asked(&mut self, number: u64) -> Option<&mut Asked> {
        let first = self.last.front()?.number;
        self.last.get_mut(usize::try_from(number.checked_sub(first)?).ok()?)
    }

    /// Changes the sums of all and of a path's resource.
    fn add(&mut self, path: &str, change: impl Fn(&mut Sums)) {
        self.revision += 1;
        change(&mut self.all);
        if let Some(place) = Place::of(path) {
            change(self.by_resource.entry(place.full_resource()).or_default());
        }
    }
}

impl Journal {
    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request is sent; returns its number.
    pub(super) fn begin(&self, method: &str, path: &str) -> u64 {
        let at = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let mut pages = self.pages();
        let number = pages.next;
        pages.next += 1;
        pages.add(path, |sums| sums.requests += 1);
        if pages.last.len() == MOST {
            pages.last.pop_front();
        }
        let (method, path) = (method.into(), path.into());
        let asked =
            Asked { number, at: at.into(), method, path, status: None, problem: "".into(), millis: 0, bytes: 0 };
        pages.last.push_back(asked);
        number
    }

    /// Its answer began, or did not come.
    pub(super) fn answered(&self, number: u64, path: &str, answer: Result<u16, &str>, took: Duration) {
        let mut pages = self.pages();
        if !answer.is_ok_and(|status| status < 400) {
            pages.add(path, |sums| sums.errors += 1);
        }
        pages.revision += 1;
        if let Some(asked) = pages.asked(number) {
            asked.millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            match answer {
                Ok(status) => asked.status = Some(status),
                Err(problem) => asked.problem = problem.into(),
            }
        }
    }

    /// So many bytes more of its body came.
    pub(super) fn received(&self, number: u64, bytes: u64) {
        let mut pages = self.pages();
        let path = pages.asked(number).map(|asked| {
            asked.bytes += bytes;
            asked.path.clone()
        });
        // a watch outlives its entry: its bytes count all the same
        pages.add(path.as_deref().unwrap_or_default(), |sums| sums.bytes += bytes);
    }

    /// A pause is made before it is asked again.
    pub(super) fn backed_off(&self, path: &str) {
        self.pages().add(path, |sums| sums.backoffs += 1);
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
        (pages.last.iter().cloned().collect(), pages.all, pages.by_resource.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_requests_are_kept_and_all_are_counted() {
        let journal = Journal::default();
        let pods = "/api/v1/pods?watch=true";
        for _ in 0..MOST + 10 {
            let number = journal.begin("GET", pods);
            journal.answered(number, pods, Ok(200), Duration::from_millis(7));
            journal.received(number, 100);
        }
        let failed = journal.begin("GET", "/version");
        journal.answered(failed, "/version", Err("no answer"), Duration::from_secs(1));
        journal.received(3, 5);
        let (last, all, by_resource) = journal.read();
        assert_eq!((last.len(), last[0].number), (MOST, 11));
        assert_eq!(last.last().map(|asked| (&*asked.problem, asked.status)), Some(("no answer", None)));
        assert_eq!((all.requests, all.errors, all.bytes), (1011, 1, 101_005), "what is forgotten counts");
        assert_eq!(by_resource["pods"], Sums { requests: 1010, bytes: 101_000, errors: 0, backoffs: 0 });
    }
}
