//! Rules are run on a thread of their own, a little ahead of what makes findings of what they say.

use super::evaluate::each_spec;
use super::memo::{Heard, OnSpec, Words, number};
use crate::checks::{Check, Cx, Hits, Judge, Known, Run, SpecCx};
use crate::inventory::Workload;
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::Scope;

/// Workloads from which a second thread is worth its start.
pub(super) const BESIDE: usize = 500;

/// Results that wait: what rules say may be large.
const WAITING: usize = 1;

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
    Objects(Judge),
}

/// A rule's run.
pub(super) struct Ran {
    pub found: Found,
    /// It asked for the time: it may say something else tomorrow.
    pub timed: bool,
}

/// How a rule that is no rule of specs alone looks at things.
type Each = fn(&Cx<'_>, &Workload<'_>, &SpecCx<'_>, &mut Hits);

fn each(check: &Check, cx: &Cx<'_>) -> Option<Each> {
    match check.run {
        Run::EachWorkload(each) => Some(each),
        Run::Configured { is_set, each, .. } if is_set(cx.settings()) => Some(each),
        _ => None,
    }
}

/// Runs a rule.
fn run(check: &'static Check, cx: &Cx<'_>, known: &mut Known) -> Ran {
    let found = match each(check, cx) {
        Some(each) => Found::Specs(join(check, cx, each)),
        None => {
            let mut judge = Judge { known: std::mem::take(known), ..Judge::new(check.id) };
            match check.run {
                Run::Objects(run) | Run::Cluster(run) | Run::Configured { unset: run, .. } => run(cx, &mut judge),
                Run::Row(row) => row.run(cx, &mut judge),
                Run::EachContainer(_) | Run::EachSpec(_) | Run::EachWorkload(_) => {}
            }
            *known = std::mem::take(&mut judge.known);
            Found::Objects(judge)
        }
    };
    Ran { found, timed: cx.asked_for_time.swap(false, Ordering::Relaxed) }
}

fn join(check: &Check, cx: &Cx<'_>, each: Each) -> OnSpecs {
    let version = cx.version();
    let OnSpecs { mut words, at: mut results } = OnSpecs::default();
    for (workload, of) in cx.workloads.iter().enumerate() {
        let first = results.len();
        for (spec, of_spec) in each_spec(of).enumerate() {
            // pods that are as the template says
            if spec > 0 && of.template.as_ref().is_some_and(|template| Arc::ptr_eq(template, of_spec)) {
                let of_template = results.get(first..).unwrap_or_default().iter().filter(|on| on.spec == 0);
                let same: Vec<_> = of_template.map(|on| OnSpec { spec: number(spec), ..*on }).collect();
                results.extend(same);
                continue;
            }
            let mut hits = Hits::default();
            each(cx, of, &SpecCx { spec: of_spec, version }, &mut hits);
            let at = |heard| OnSpec { workload: number(workload), spec: number(spec), heard };
            let said = hits.list.into_iter().map(|hit| Heard::of(check, hit, true));
            results.extend(said.map(|said| at(words.number(said))));
        }
    }
    OnSpecs { words, at: results }
}

/// Runs rules, in the order in which they are asked for.
pub(super) enum Ahead {
    /// As they are asked for.
    Here(RefCell<Known>),
    /// On a thread.
    Beside(Receiver<Ran>),
}

impl Ahead {
    /// Begins with these rules; `cx` is theirs alone.
    pub(super) fn begin<'scope, 'a: 'scope>(
        scope: &'scope Scope<'scope, '_>,
        cx: Cx<'a>,
        rules: Vec<&'static Check>,
    ) -> Self {
        if cx.workloads.len() < BESIDE {
            return Self::Here(RefCell::default());
        }
        let (sender, receiver) = sync_channel(WAITING);
        scope.spawn(move || {
            let mut known = Known::default();
            for rule in rules {
                if sender.send(run(rule, &cx, &mut known)).is_err() {
                    return;
                }
            }
        });
        Self::Beside(receiver)
    }

    /// What the next rule says.
    pub(super) fn next(&self, check: &'static Check, cx: &Cx<'_>) -> Ran {
        match self {
            Self::Here(known) => run(check, cx, &mut known.borrow_mut()),
            // a rule that panics there panics here as well, where that is told
            Self::Beside(ran) => ran.recv().unwrap_or_else(|_| run(check, cx, &mut Known::default())),
        }
    }
}
