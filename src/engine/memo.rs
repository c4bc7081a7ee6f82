//! What rules came to, remembered from one look at a cluster to the next.

use super::ahead;
use crate::checks::{Check, Hit, Judge, Outcome, Run, SpecCx, custom};
use crate::inventory::kinds::pod::PodSpec;
use crate::inventory::{Inventory, Kind, Medium, Settings, Version};
use crate::model::findings::{Said, number};
use crate::model::{Evidence, GapReason, Scope};
use foldhash::fast::RandomState;
use indexmap::{IndexMap, IndexSet};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

/// A result of a rule, in the words of its findings.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Heard {
    pub check: &'static str,
    pub outcome: Outcome,
    pub said: Arc<Said>,
}

impl Heard {
    pub(super) fn of(check: &Check, hit: Hit, in_pod_spec: bool) -> Self {
        let Hit { outcome, container, paths, message, severity } = hit;
        let message = match (message.is_empty(), outcome) {
            (false, _) => message,
            (true, Outcome::Unread(reason)) => undecided(reason),
            (true, _) => format!("does not hold: {}", check.title),
        };
        let said = Said {
            severity: custom::grade_of(check.id).or(severity).unwrap_or(check.severity),
            container,
            paths: paths.into(),
            in_pod_spec,
            message: message.into(),
        };
        Self { check: check.id, outcome, said: Arc::new(said) }
    }

    /// Why it could not be decided.
    pub(super) fn unread(&self) -> Option<GapReason> {
        match self.outcome {
            Outcome::Unread(reason) => Some(reason),
            Outcome::Fail | Outcome::Review => None,
        }
    }

    /// Whether its words are the ones that any check has.
    pub(super) fn says_nothing_of_its_own(&self) -> bool {
        self.unread().is_some_and(|reason| *self.said.message == *undecided(reason))
    }

    /// Whether it is the same finding on the same owner.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let path = |heard: &Self| heard.said.paths.first().map(|evidence| evidence.path.clone());
        self.outcome == other.outcome && self.said.container == other.said.container && path(self) == path(other)
    }
}

/// Results, each once, and the fields that they point at, each list once: what is said of many objects differs in little
/// more than a name.
#[derive(Debug, Default)]
pub(super) struct Words {
    heard: IndexSet<Heard, RandomState>,
    fields: HashSet<Arc<[Evidence]>, RandomState>,
}

impl Words {
    /// The number of a result.
    pub(super) fn number(&mut self, heard: Heard) -> u32 {
        if let Some(known) = self.heard.get_index_of(&heard) {
            return number(known);
        }
        let heard = self.share(heard);
        number(self.heard.insert_full(heard).0)
    }

    /// The same result, pointing at fields that are kept once.
    pub(super) fn share(&mut self, mut heard: Heard) -> Heard {
        let paths = self.fields.get(&heard.said.paths).cloned().unwrap_or_else(|| {
            // a copy has no room to spare, as what was put together piece by piece has
            let paths: Arc<[Evidence]> = heard.said.paths.iter().cloned().collect();
            self.fields.insert(paths.clone());
            paths
        });
        Arc::make_mut(&mut heard.said).paths = paths;
        heard
    }

    /// Each result, in the order of its number.
    pub(super) fn into_heard(self) -> impl Iterator<Item = Heard> {
        self.heard.into_iter()
    }
}

/// Specs at which is looked at a time, by this thread or one beside it.
const CHUNK: usize = 16;

/// Chunks that wait.
const WAITING: usize = 4;

/// A distinct PodSpec and what the rules that look at nothing else say of it.
#[derive(Debug)]
struct Spec {
    /// Keeps the spec alive whose address is the key.
    spec: Arc<PodSpec>,
    /// Position of the check, and number of what it said; in order. None: nobody looked yet.
    heard: Option<Vec<(u16, u32)>>,
}

/// A result of a rule on one spec of a workload: 0 is the template, then follow the variants.
#[derive(Clone, Copy, Debug)]
pub(super) struct OnSpec {
    pub workload: u32,
    pub spec: u32,
    pub heard: u32,
}

/// What a rule came to when all that it looks at was as it is.
#[derive(Debug)]
pub(super) enum Kept {
    /// On specs of workloads.
    Specs(Vec<OnSpec>),
    /// On objects.
    Objects(Box<Judge>),
}

/// All that decides beside the objects.
#[derive(Clone, Debug, PartialEq)]
struct Basis {
    inventory: u64,
    version: Version,
    medium: Medium,
    scope: Scope,
    settings: Settings,
}

/// Remembers what each distinct spec came to and, for what is followed, what each rule came to.
#[derive(Debug, Default)]
pub(super) struct Memo {
    /// By address.
    specs: IndexMap<usize, Spec, RandomState>,
    /// Checks that depend on nothing but the spec and the version, in order.
    checks: Vec<&'static Check>,
    /// Positions of those that said anything of any spec; most say nothing.
    telling: HashSet<u16, RandomState>,
    words: Words,
    basis: Option<Basis>,
    kept: HashMap<&'static str, (u64, Kept)>,
    /// Whether results of rules are kept.
    keeps: bool,
}

/// Whether a check depends on nothing but the spec and the version.
pub(super) fn is_of_spec(check: &Check) -> bool {
    matches!(check.run, Run::EachContainer(_) | Run::EachSpec(_))
}

/// Kinds that decide about a cluster as a whole, and what is brought of nodes.
const ALWAYS: &[Kind] = &[Kind::Namespace, Kind::Node, Kind::KubeletConfig, Kind::NodeFacts, Kind::KubeBench];

/// Kinds that workloads are made of.
const WORKLOADS: &[Kind] = &[
    Kind::Pod,
    Kind::Deployment,
    Kind::ReplicaSet,
    Kind::ReplicationController,
    Kind::StatefulSet,
    Kind::DaemonSet,
    Kind::Job,
    Kind::CronJob,
];

const RBAC: &[Kind] = &[Kind::Role, Kind::RoleBinding, Kind::ClusterRole, Kind::ClusterRoleBinding];

/// Checks that ask of a workload what it runs and as whom, and never for its labels, its node or how many pods it has.
const OF_WHAT_RUNS: &str = "rbac.";

/// Kinds that change the words or the severity of what some rules say, and never whether they say it.
const ALSO: &[(&str, &[Kind])] = &[
    ("netpol.cni-supports", &[Kind::NetworkPolicy]),
    ("netpol.default-deny-egress", &[Kind::Pod]),
    ("netpol.default-deny-ingress", &[Kind::Pod]),
    ("netpol.namespace-none", &[Kind::Pod]),
    ("pod.sa-token-automount", RBAC),
    ("rbac.anonymous-bindings", RBAC),
    ("rbac.authenticated-bindings", RBAC),
    ("sa.long-lived-token", &[Kind::ServiceAccount]),
];

impl Memo {
    /// One that keeps what rules came to.
    pub(super) fn keeping() -> Self {
        Self { keeps: true, ..Self::default() }
    }

    /// Makes ready for a look: forgets what was said of something else.
    pub(super) fn begin(&mut self, inventory: &Inventory, checks: Vec<&'static Check>) {
        let same = |a: &[&'static Check], b: &[&'static Check]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.id == b.id)
        };
        let basis = Basis {
            inventory: inventory.id(),
            version: inventory.version,
            medium: inventory.medium,
            scope: inventory.scope.clone(),
            settings: inventory.settings.clone(),
        };
        let is_version = self.basis.as_ref().is_some_and(|known| known.version == basis.version);
        if !is_version || !same(&self.checks, &checks) {
            self.forget();
        }
        if self.basis.as_ref() != Some(&basis) {
            self.kept.clear();
        }
        self.basis = Some(basis);
        self.checks = checks;
        // a rule that panicked left them behind
        self.specs.retain(|_, spec| spec.heard.is_some());
    }

    fn forget(&mut self) {
        self.specs.clear();
        self.telling.clear();
        self.words = Words::default();
        self.kept.clear();
    }

    /// The numbers of specs; looks at those at which nobody has.
    pub(super) fn look<'s>(&mut self, specs: impl Iterator<Item = &'s Arc<PodSpec>>, version: Version) -> Vec<u32> {
        let mut new = Vec::new();
        let numbers = specs.map(|spec| {
            let entry = self.specs.entry(Arc::as_ptr(spec).addr());
            let place = entry.index();
            entry.or_insert_with(|| {
                new.push((place, spec.clone()));
                Spec { spec: spec.clone(), heard: None }
            });
            number(place)
        });
        let numbers = numbers.collect();
        let checks = self.checks.clone();
        let judge =
            |chunk: &[(usize, Arc<PodSpec>)]| chunk.iter().map(|(_, spec)| said(&checks, spec, version)).collect();
        let chunks = || new.chunks(CHUNK).enumerate();
        // two of three, since this thread has to note them all
        let is_beside = |place: usize| !place.is_multiple_of(3);
        std::thread::scope(|scope| {
            let beside = (new.len() >= ahead::BESIDE).then(|| {
                let (sender, beside) = sync_channel::<Vec<Vec<(u16, Heard)>>>(WAITING);
                scope.spawn(move || {
                    chunks().filter(|(place, _)| is_beside(*place)).all(|(_, chunk)| sender.send(judge(chunk)).is_ok())
                });
                beside
            });
            for (place, chunk) in chunks() {
                let found = beside.as_ref().filter(|_| is_beside(place)).and_then(|beside| beside.recv().ok());
                let found = found.unwrap_or_else(|| judge(chunk));
                chunk.iter().zip(found).for_each(|((place, _), found)| self.hear(*place, found));
            }
        });
        numbers
    }

    /// Notes what was said of a spec.
    fn hear(&mut self, place: usize, found: Vec<(u16, Heard)>) {
        self.telling.extend(found.iter().map(|(position, _)| *position));
        let mut heard = Vec::with_capacity(found.len());
        heard.extend(found.into_iter().map(|(position, said)| (position, self.words.number(said))));
        if let Some((_, spec)) = self.specs.get_index_mut(place) {
            spec.heard = Some(heard);
        }
    }

    /// What a check, by its position among those given, said of a spec.
    pub(super) fn of_spec(&self, spec: u32, check: u16) -> impl Iterator<Item = u32> + '_ {
        let heard = self.specs.get_index(spec as usize).and_then(|(_, spec)| spec.heard.as_deref()).unwrap_or_default();
        let from = heard.partition_point(|(position, _)| *position < check);
        heard.iter().skip(from).take_while(move |(position, _)| *position == check).map(|(_, heard)| *heard)
    }

    /// Whether a check, by its position, may have said anything of any spec.
    pub(super) fn tells(&self, check: u16) -> bool {
        self.telling.contains(&check)
    }

    /// The position of a check among those given.
    pub(super) fn position(&self, check: &Check) -> u16 {
        let position = self.checks.iter().position(|known| known.id == check.id);
        position.and_then(|position| u16::try_from(position).ok()).unwrap_or(u16::MAX)
    }

    /// The number of a result.
    pub(super) fn number(&mut self, heard: Heard) -> u32 {
        self.words.number(heard)
    }

    /// The same result, pointing at fields that are kept once.
    pub(super) fn share(&mut self, heard: Heard) -> Heard {
        self.words.share(heard)
    }

    /// Whether what rules came to is kept.
    pub(super) fn keeps(&self) -> bool {
        self.keeps
    }

    /// A result by number.
    pub(super) fn get(&self, number: u32) -> Option<&Heard> {
        self.words.heard.get_index(number as usize)
    }

    /// How many results there are.
    pub(super) fn len(&self) -> usize {
        self.words.heard.len()
    }

    /// The state of all that a check looks at: another number, another state.
    fn stamp(check: &Check, inventory: &Inventory) -> u64 {
        let also = ALSO.iter().filter(|(id, _)| *id == check.id).flat_map(|(_, kinds)| *kinds);
        let named = || check.over.iter().chain(check.needs).chain(also.clone());
        // what looks at one kind of them looks at workloads, which are made of all
        let workloads = if named().any(|kind| WORKLOADS.contains(kind)) { WORKLOADS } else { &[] };
        let kinds = named().chain(ALWAYS).chain(workloads);
        // a scope may go by labels
        let of_what_runs = check.id.starts_with(OF_WHAT_RUNS) && inventory.scope.selector.is_none();
        let changes = |kind| match of_what_runs && WORKLOADS.contains(&kind) {
            true => inventory.changes_of_what_runs(kind),
            false => inventory.changes_of(kind),
        };
        kinds.map(|kind| changes(*kind)).sum()
    }

    /// What a check came to, if nothing that it looks at has changed since.
    pub(super) fn kept(&mut self, check: &Check, inventory: &Inventory) -> Option<Kept> {
        let (stamp, kept) = self.kept.remove(check.id)?;
        (stamp == Self::stamp(check, inventory)).then_some(kept)
    }

    /// Keeps what a check came to.
    pub(super) fn keep(&mut self, check: &'static Check, inventory: &Inventory, kept: Kept) {
        if self.keeps {
            self.kept.insert(check.id, (Self::stamp(check, inventory), kept));
        }
    }

    /// Drops what nobody has any more; `used` is how many results had findings in this look.
    pub(super) fn end(&mut self, used: usize) {
        // what is followed for days would gather the words of all that was ever wrong
        if self.words.heard.len() > 2 * used + 4096 {
            return self.forget();
        }
        self.specs.retain(|_, spec| Arc::strong_count(&spec.spec) > 2);
        self.words.fields.retain(|fields| Arc::strong_count(fields) > 1);
    }
}

/// What is said where a rule says nothing.
fn undecided(reason: GapReason) -> String {
    format!("not decided: {}", reason.as_str())
}

/// What the checks of a spec alone say, each with its position.
fn said(checks: &[&'static Check], spec: &PodSpec, version: Version) -> Vec<(u16, Heard)> {
    let of = |(position, check): (u16, &&'static Check)| {
        let check: &'static Check = check;
        check.of_spec(SpecCx { spec, version }).into_iter().map(move |hit| (position, Heard::of(check, hit, true)))
    };
    (0u16..).zip(checks).flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_that_look_at_more_exist() {
        for (id, kinds) in ALSO {
            assert!(crate::checks::find(id).is_some() && !kinds.is_empty(), "{id}");
        }
    }

    #[test]
    fn what_is_kept_by_place_of_workloads_looks_at_their_kinds() {
        let by_place =
            |check: &&Check| matches!(check.run, Run::EachAlike(_) | Run::EachWorkload(_) | Run::Configured { .. });
        for check in crate::checks::ALL.iter().copied().filter(by_place) {
            assert!(check.over.iter().any(|kind| WORKLOADS.contains(kind)), "{}", check.id);
        }
    }
}
