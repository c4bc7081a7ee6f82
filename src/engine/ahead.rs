//! Rules are run on a thread of their own, a little ahead of what makes findings of what they say; what makes findings runs
//! rules as well while it has to wait.

use super::evaluate::each_spec;
use super::memo::{Heard, OnSpec, Words};
use crate::checks::{Alike, Check, Cx, Hits, Judge, Known, Run, SpecCx};
use crate::inventory::Workload;
use crate::model::findings::number;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::Scope;

/// Workloads from which a second thread is worth its start.
pub(super) const BESIDE: usize = 500;

/// Results of the other thread that wait: what rules say may be large.
const WAITING: usize = 1;

/// Results that wait for their turn before no more rules are run for want of the one that is asked for.
const HELD: usize = 2;

/// What a rule says of specs: a hundred thousand pods hear few different things.
#[derive(Default)]
pub(super) struct OnSpecs {
    /// Each result once.
    pub words: Words,
    /// Where each is said, in order; by its place among them.
    pub at: Vec<OnSpec>,
}

/// What a rule says.
pub(super) enum Found {
    /// Of specs of workloads.
    Specs(OnSpecs),
    /// Of objects.
    Objects(Box<Judge>),
}

/// A rule's run.
pub(super) struct Ran {
    pub found: Found,
    /// It asked for the time: it may say something else tomorrow.
    pub timed: bool,
}

/// How a rule that is no rule of specs alone looks at things.
enum Each {
    Alike(fn(&Cx<'_>, &Alike<'_>, &SpecCx<'_>, &mut Hits)),
    Workload(fn(&Cx<'_>, &Workload<'_>, &SpecCx<'_>, &mut Hits)),
}

fn each(check: &Check, cx: &Cx<'_>) -> Option<Each> {
    match check.run {
        Run::EachAlike(each) => Some(Each::Alike(each)),
        Run::EachWorkload(each) => Some(Each::Workload(each)),
        Run::Configured { is_set, each, .. } if is_set(cx.settings()) => Some(Each::Alike(each)),
        _ => None,
    }
}

/// Runs a rule.
fn run(check: &'static Check, cx: &Cx<'_>, known: &Known) -> Ran {
    let found = match each(check, cx) {
        Some(each) => Found::Specs(join(check, cx, &each)),
        None => {
            let mut judge = Box::new(Judge::new(check.id));
            judge.known = known.clone();
            match check.run {
                Run::Objects(run) | Run::Cluster(run) | Run::Configured { unset: run, .. } => run(cx, &mut judge),
                Run::Row(row) => row.run(cx, &mut judge),
                Run::EachContainer(_) | Run::EachSpec(_) | Run::EachAlike(_) | Run::EachWorkload(_) => {}
            }
            judge.settle();
            judge.known = Known::default();
            Found::Objects(judge)
        }
    };
    Ran { found, timed: cx.asked_for_time.swap(false, Ordering::Relaxed) }
}

fn join(check: &Check, cx: &Cx<'_>, each: &Each) -> OnSpecs {
    let version = cx.version();
    let OnSpecs { mut words, at: mut results } = OnSpecs::default();
    let groups = if matches!(each, Each::Alike(_)) { cx.alike() } else { &[] };
    // where the results on the first of each group lie
    let mut firsts: Vec<Range<usize>> = Vec::new();
    for (place, of) in cx.workloads.iter().enumerate() {
        let workload = number(place);
        let first = results.len();
        let group = groups.get(place);
        if let Some(known) = group.and_then(|group| firsts.get(*group as usize)) {
            results.extend_from_within(known.clone());
            results.get_mut(first..).into_iter().flatten().for_each(|on| on.workload = workload);
            continue;
        }
        for (spec, of_spec) in each_spec(of).enumerate() {
            // pods that are as the template says
            if spec > 0 && of.template.as_ref().is_some_and(|template| Arc::ptr_eq(template, of_spec)) {
                let of_template = results.get(first..).unwrap_or_default().iter().filter(|on| on.spec == 0);
                let same: Vec<_> = of_template.map(|on| OnSpec { spec: number(spec), ..*on }).collect();
                results.extend(same);
                continue;
            }
            let mut hits = Hits::default();
            let pod = SpecCx { spec: of_spec, version };
            match each {
                Each::Alike(run) => run(cx, &Alike::of(of), &pod, &mut hits),
                Each::Workload(run) => run(cx, of, &pod, &mut hits),
            }
            let at = |heard| OnSpec { workload, spec: number(spec), heard };
            let said = hits.list.into_iter().map(|hit| Heard::of(check, hit, true));
            results.extend(said.map(|said| at(words.number(said))));
        }
        firsts.extend(group.map(|_| first..results.len()));
    }
    OnSpecs { words, at: results }
}

/// Rules that two threads take in turn.
struct Queue {
    rules: Vec<&'static Check>,
    /// The place of the first that nobody took.
    next: AtomicUsize,
}

impl Queue {
    fn take(&self) -> Option<&'static Check> {
        self.rules.get(self.next.fetch_add(1, Ordering::Relaxed)).copied()
    }
}

/// Runs rules: on a thread of its own, and on the one that asks for results while there is none to take.
pub(super) struct Ahead {
    queue: Arc<Queue>,
    /// What the other thread says, by rule.
    beside: Option<Receiver<(&'static str, Ran)>>,
    /// Results that nobody asked for yet, by rule.
    ready: BTreeMap<&'static str, Ran>,
    known: Known,
}

impl Ahead {
    /// Begins with these rules; `cx` is the other thread's alone.
    pub(super) fn begin<'scope, 'a: 'scope>(
        scope: &'scope Scope<'scope, '_>,
        cx: Cx<'a>,
        rules: Vec<&'static Check>,
    ) -> Self {
        let queue = Arc::new(Queue { rules, next: AtomicUsize::new(0) });
        let known = Known::default();
        let beside = (cx.workloads.len() >= BESIDE).then(|| {
            let (sender, receiver) = sync_channel(WAITING);
            let (queue, of_both) = (queue.clone(), known.clone());
            scope.spawn(move || {
                while let Some(rule) = queue.take() {
                    if sender.send((rule.id, run(rule, &cx, &of_both))).is_err() {
                        return;
                    }
                }
            });
            receiver
        });
        Self { queue, beside, ready: BTreeMap::new(), known }
    }

    /// What the next rule says, which is this one.
    pub(super) fn next(&mut self, check: &'static Check, cx: &Cx<'_>) -> Ran {
        let Self { queue, beside, ready, known } = self;
        loop {
            if let Some(ran) = ready.remove(check.id) {
                return ran;
            }
            let said = beside.as_ref().and_then(|beside| beside.try_recv().ok());
            let said = said.or_else(|| {
                let rule = (ready.len() < HELD).then(|| queue.take()).flatten()?;
                Some((rule.id, run(rule, cx, known)))
            });
            let Some((rule, ran)) = said.or_else(|| beside.as_ref()?.recv().ok()) else {
                // a rule that panicked there panics here as well, where that is told
                return run(check, cx, known);
            };
            ready.insert(rule, ran);
        }
    }
}
