//! Findings that come check by check.

use super::cells::{Cells, Pieces};
use super::{Asked, Extra, Findings, Own, Owner, Said, Shared, place_of};
use foldhash::HashMap;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Findings from which a second thread is worth its start.
const BESIDE: usize = 50_000;

/// What an extra is found by: the address of its source, and why it is waived.
type Clue = (Option<usize>, Option<Arc<str>>);

/// Findings that are being gathered, check by check.
#[derive(Debug, Default)]
pub struct Gathering {
    pub(super) shared: Shared,
    /// Those of the checks before, each put in order by itself.
    by_check: Vec<Vec<Cells>>,
    /// Those of the check that was asked last.
    current: Vec<Cells>,
    /// Extras that many findings have.
    known: HashMap<Clue, Vec<u32>>,
}

impl Gathering {
    /// A check that has findings; its number.
    pub fn asked(&mut self, asked: Asked) -> u32 {
        self.close();
        place_of(&mut self.shared.asked, asked)
    }

    /// Keeps the findings of a check without room to spare; the room goes to the next.
    fn close(&mut self) {
        self.by_check.push(self.current.as_slice().to_vec());
        self.current.clear();
    }

    /// What a check says; its number.
    pub fn said(&mut self, asked: u32, said: Arc<Said>) -> u32 {
        place_of(&mut self.shared.said, (asked, said))
    }

    /// An owner of findings; its number.
    pub fn owner(&mut self, owner: Owner) -> u32 {
        place_of(&mut self.shared.owners, owner)
    }

    /// A finding of the check that was asked last.
    pub fn push(&mut self, said: u32, owner: u32, own: &Own, extra: Option<Extra>) {
        let cells = self.cells(said, owner, own, extra);
        self.current.push(cells);
    }

    /// A finding as it is kept.
    pub(super) fn cells(&mut self, said: u32, owner: u32, own: &Own, extra: Option<Extra>) -> Cells {
        let extra = extra.map(|extra| self.extra(extra));
        Cells::new(said, owner, own, extra)
    }

    fn extra(&mut self, extra: Extra) -> u32 {
        let extras = &mut self.shared.extras;
        if extra.resource.is_some() || !extra.lines.is_empty() {
            return place_of(extras, extra);
        }
        let source = extra.source.as_ref().map(|source| Arc::as_ptr(source).addr());
        let reason = extra.waiver.as_ref().or(extra.expired_waiver.as_ref()).map(|waiver| waiver.reason.clone());
        let known = self.known.entry((source, reason)).or_default();
        if let Some(known) = known.iter().find(|place| extras.get(**place as usize) == Some(&extra)) {
            return *known;
        }
        let place = place_of(extras, extra);
        known.push(place);
        place
    }

    /// The findings gathered, worst first: by severity, then by reach; then by check, owner and container.
    pub fn sorted(mut self) -> Findings {
        self.close();
        self.current = Vec::new();
        let Self { shared, by_check, .. } = self;
        let order = Order::of(&shared);
        let count: usize = by_check.iter().map(Vec::len).sum();
        let work = Mutex::new(by_check.into_iter().enumerate());
        let next = || work.lock().unwrap_or_else(PoisonError::into_inner).next();
        let sorted = Mutex::new(Vec::new());
        let sort = || {
            while let Some((place, findings)) = next() {
                let runs = order.runs(findings).map(|(top, run)| (top, place, run));
                sorted.lock().unwrap_or_else(PoisonError::into_inner).extend(runs);
            }
        };
        std::thread::scope(|scope| {
            if count >= BESIDE {
                scope.spawn(sort);
            }
            sort();
        });
        let mut runs = sorted.into_inner().unwrap_or_else(PoisonError::into_inner);
        runs.sort_unstable_by_key(|(top, place, _)| (*top, *place));
        let mut cells = Pieces::default();
        runs.into_iter().for_each(|(_, _, run)| cells.add(run));
        Findings { cells, shared: shared.into() }
    }
}

/// The order of findings, as numbers: a key is put together from what a said and an owner give to it. From its top: severity,
/// reach, check, owner.
struct Order<'s> {
    shared: &'s Shared,
    of_said: Vec<u64>,
    of_owner: Vec<u64>,
}

/// A place in the order, by the place of each.
fn ranks(count: usize, compare: impl Fn(&u32, &u32) -> Ordering) -> Vec<u32> {
    let mut places: Vec<u32> = (0..count).filter_map(|i| u32::try_from(i).ok()).collect();
    places.sort_by(compare);
    let mut ranks = vec![0u32; count];
    for (rank, place) in (0u32..).zip(places) {
        if let Some(at) = ranks.get_mut(place as usize) {
            *at = rank;
        }
    }
    ranks
}

impl<'s> Order<'s> {
    fn of(shared: &'s Shared) -> Self {
        let object = |place: &u32| shared.owners.get(*place as usize).map(|owner| &owner.object);
        let owners = ranks(shared.owners.len(), |a, b| object(a).cmp(&object(b)));
        let check = |place: &u32| shared.asked.get(*place as usize).map(|asked| asked.check);
        let checks = ranks(shared.asked.len(), |a, b| check(a).cmp(&check(b)));
        // the first on top
        let low = |value: u64| 0xff - value.min(0xff);
        let of_said = |(asked, said): &(u32, Arc<Said>)| {
            let check = checks.get(*asked as usize).copied().unwrap_or(u32::MAX);
            (low(said.severity as u64) << 56) | (u64::from(check & 0xffff) << 32)
        };
        let of_owner = |(owner, rank): (&Owner, u32)| (low(owner.reach.len() as u64) << 48) | u64::from(rank);
        Self {
            shared,
            of_said: shared.said.iter().map(of_said).collect(),
            of_owner: shared.owners.iter().zip(owners).map(of_owner).collect(),
        }
    }

    fn key(&self, cells: Cells) -> u64 {
        let part = |parts: &[u64], place: u32| parts.get(place as usize).copied().unwrap_or_default();
        part(&self.of_said, cells.said) | part(&self.of_owner, cells.owner)
    }

    /// Severity, reach and check.
    fn top(&self, cells: Cells) -> u64 {
        self.key(cells) >> 32
    }

    fn compare(&self, a: Cells, b: Cells) -> Ordering {
        let said = |cells: Cells| self.shared.said.get(cells.said as usize);
        let container = |cells: Cells| said(cells).and_then(|(_, said)| said.container.as_ref());
        self.key(a).cmp(&self.key(b)).then_with(|| container(a).cmp(&container(b)))
    }

    /// Findings of a check, in runs of one severity and reach, each in order: as they come, owner by owner, most runs are.
    fn runs(&self, findings: Vec<Cells>) -> impl Iterator<Item = (u64, Vec<Cells>)> {
        let mut runs: BTreeMap<u64, Vec<Cells>> = BTreeMap::new();
        for alike in findings.chunk_by(|a, b| self.top(*a) == self.top(*b)) {
            let top = alike.first().map_or(0, |cells| self.top(*cells));
            runs.entry(top).or_default().extend_from_slice(alike);
        }
        runs.into_iter().map(|(top, mut run)| {
            run.sort_by(|a, b| self.compare(*a, *b));
            // no room to spare
            run.shrink_to_fit();
            (top, run)
        })
    }
}
