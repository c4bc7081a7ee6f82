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

/// Findings of one check, severity and reach.
#[derive(Debug)]
struct Run {
    severity: u8,
    reach: u8,
    asked: usize,
    cells: Vec<Cells>,
}

/// The most on top.
fn low(value: usize) -> u8 {
    u8::MAX - u8::try_from(value).unwrap_or(u8::MAX)
}

/// Findings that are being gathered, check by check.
#[derive(Debug, Default)]
pub struct Gathering {
    pub(super) shared: Shared,
    /// The severity of each said, and the reach of each owner, as numbers of which the first is the worst.
    severities: Vec<u8>,
    reaches: Vec<u8>,
    /// Those of the checks before.
    runs: Vec<Run>,
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

    /// Keeps the findings of a check in runs, without room to spare; the room goes to the next.
    fn close(&mut self) {
        let part = |parts: &[u8], place: u32| parts.get(place as usize).copied().unwrap_or(u8::MAX);
        let top = |cells: &Cells| (part(&self.severities, cells.said), part(&self.reaches, cells.owner));
        let mut runs: BTreeMap<(u8, u8), Vec<&[Cells]>> = BTreeMap::new();
        for alike in self.current.chunk_by(|a, b| top(a) == top(b)) {
            runs.entry(alike.first().map(top).unwrap_or_default()).or_default().push(alike);
        }
        let asked = self.shared.asked.len().saturating_sub(1);
        let run =
            |((severity, reach), cells): (_, Vec<&[Cells]>)| Run { severity, reach, asked, cells: cells.concat() };
        self.runs.extend(runs.into_iter().map(run));
        self.current.clear();
    }

    /// What a check says; its number.
    pub fn said(&mut self, asked: u32, said: Arc<Said>) -> u32 {
        self.severities.push(low(said.severity as usize));
        place_of(&mut self.shared.said, (asked, said))
    }

    /// An owner of findings; its number.
    pub fn owner(&mut self, owner: Owner) -> u32 {
        self.reaches.push(low(owner.reach.len()));
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
        let Self { shared, mut runs, .. } = self;
        let order = Order::of(&shared);
        let count: usize = runs.iter().map(|run| run.cells.len()).sum();
        let work = Mutex::new(runs.iter_mut());
        let next = || work.lock().unwrap_or_else(PoisonError::into_inner).next();
        let sort = || {
            while let Some(run) = next() {
                // as they come, owner by owner, most are in order
                run.cells.sort_by(|a, b| order.compare(*a, *b));
            }
        };
        std::thread::scope(|scope| {
            if count >= BESIDE {
                scope.spawn(sort);
            }
            sort();
        });
        runs.sort_by_key(|run| (run.severity, run.reach, order.checks.get(run.asked).copied()));
        let mut cells = Pieces::default();
        runs.into_iter().for_each(|run| cells.add(run.cells));
        Findings { cells, shared: shared.into() }
    }
}

/// The order of checks, and of owners, as numbers.
struct Order<'s> {
    shared: &'s Shared,
    checks: Vec<u32>,
    owners: Vec<u32>,
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
        Self { shared, checks, owners }
    }

    /// Of findings in one run.
    fn compare(&self, a: Cells, b: Cells) -> Ordering {
        let owner = |cells: Cells| self.owners.get(cells.owner as usize);
        let said = |cells: Cells| self.shared.said.get(cells.said as usize);
        let container = |cells: Cells| said(cells).and_then(|(_, said)| said.container.as_ref());
        owner(a).cmp(&owner(b)).then_with(|| container(a).cmp(&container(b)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Disruption, FindingStatus, ObjectRef, Severity};
    use std::cmp::Reverse;

    /// Enough for two threads; owners and containers come in no order.
    #[test]
    fn the_worst_stand_first() {
        let mut dice = 0x5eed_u64;
        let mut roll = |sides: u64| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from((dice >> 33) % sides).unwrap()
        };
        let reasons = ["reached from outside", "holds secrets", "privileged"];
        let severities = [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
        let mut gathering = Gathering::default();
        let owners: Vec<u32> = (0..200)
            .map(|_| {
                let name = format!("pod-{}", roll(1_000_000));
                gathering.owner(Owner {
                    object: ObjectRef::new("v1", "Pod", Some("shop"), &name).into(),
                    pods: Some(1),
                    platform: false,
                    team: None,
                    reach: reasons.iter().copied().take(roll(4)).collect(),
                })
            })
            .collect();
        for check in ["pod.z", "pod.a", "container.m"] {
            let asked = gathering.asked(Asked {
                check,
                remediation: "",
                disruption: Disruption::None,
                try_first: "",
                deciding: Arc::default(),
                all: Arc::default(),
            });
            let said: Vec<u32> = (0..12)
                .map(|_| {
                    let container = (roll(3) > 0).then(|| format!("c{}", roll(5)).into());
                    let (severity, paths) = (severities[roll(5)], Arc::default());
                    let said = Said { severity, container, paths, in_pod_spec: true, message: "".into() };
                    gathering.said(asked, said.into())
                })
                .collect();
            for _ in 0..20_000 {
                let own = Own { status: FindingStatus::Fail, seen_in: None, instances: Some(1) };
                gathering.push(said[roll(12)], owners[roll(200)], &own, None);
            }
        }
        let findings = gathering.sorted();
        let keys = |row: super::super::Row<'_>| {
            let (worst, furthest) = (Reverse(row.severity()), Reverse(row.reach().len()));
            (worst, furthest, row.check(), row.owner().name.to_string(), row.container().cloned())
        };
        let keys: Vec<_> = findings.rows().map(keys).collect();
        assert_eq!(keys.len(), 60_000);
        let wrong = keys.windows(2).find(|pair| pair[0] > pair[1]);
        assert_eq!(wrong, None);
    }
}
