use super::ahead::{Ahead, Found, OnSpecs, Ran};
use super::control::CheckVerdict;
use super::decisions::{Deciding, Decisions, Unseen};
use super::gaps::{gaps, scoped_gap};
use super::memo::{Heard, Kept, Memo, OnSpec, is_of_spec};
use super::outcome::{Mark, Outcomes, Population, Status, Weights, worst_of_each};
use super::reach::Reach;
use super::result::{control_result, elsewhere, framework_result, not_here};
use crate::checks::{self, Check, Cx, Joins, Judge, Judged, Missing, Outcome, Run};
use crate::frameworks::Edition;
use crate::inventory::kinds::meta::Map;
use crate::inventory::kinds::pod::PodSpec;
use crate::inventory::{Inventory, Kind, Medium, Rbac, Workload};
use crate::model::findings::{Asked, Extra, Gathering, Own, Owner, number};
use crate::model::{
    ControlRef, Date, FindingSource, FindingStatus, GapReason, ObjectRef, Report, SCHEMA_VERSION, SeenIn, Severity,
    Verdict, Waiver, WaiverRecord,
};
use foldhash::HashMap;
use foldhash::fast::RandomState;
use indexmap::IndexSet;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// When a scan began and ended, RFC 3339 in UTC: the engine has no clock.
#[derive(Clone, Debug)]
pub struct Times {
    /// Begin.
    pub started: Arc<str>,
    /// End.
    pub finished: Arc<str>,
}

impl Times {
    /// The end, in seconds since the epoch: what is followed for days is judged by the day it is.
    fn now(&self) -> i64 {
        self.finished.parse::<jiff::Timestamp>().map_or(0, |time| time.as_second())
    }

    /// The day of the end, in UTC; without one every record is over.
    fn today(&self) -> Date {
        let time = self.finished.parse::<jiff::Timestamp>();
        time.map_or(Date::MAX, |time| time.to_zoned(jiff::tz::TimeZone::UTC).date())
    }
}

/// Evaluates inventories; remembers what each distinct PodSpec came to, so that a later look at the same cluster
/// costs only what changed.
#[derive(Debug, Default)]
pub struct Engine {
    memo: Memo,
    decisions: Arc<Decisions>,
}

/// Decides whether a failure is exempt, and what belongs to the platform.
pub trait Exempt {
    /// The built-in waiver for a finding, if there is one.
    fn waiver(&self, check: &str, owner: &ObjectRef, images: &[&str]) -> Option<Waiver>;
    /// Whether any finding of a check may have one.
    fn concerns(&self, check: &str) -> bool;
    /// Whether what runs these images is a platform component, whatever it is called: for folding, never for a verdict.
    fn runs_platform(&self, images: &[&str]) -> bool;
    /// The same of an object that runs nothing.
    fn is_platform(&self, object: &ObjectRef) -> bool;
}

/// No exemptions, nothing of a platform: for single checks and tests.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoExemptions;

impl Exempt for NoExemptions {
    fn waiver(&self, _: &str, _: &ObjectRef, _: &[&str]) -> Option<Waiver> {
        None
    }
    fn concerns(&self, _: &str) -> bool {
        false
    }
    fn runs_platform(&self, _: &[&str]) -> bool {
        false
    }
    fn is_platform(&self, _: &ObjectRef) -> bool {
        false
    }
}

impl Engine {
    /// One that goes by what people recorded.
    pub fn with(decisions: Arc<Decisions>) -> Self {
        Self { decisions, ..Self::default() }
    }

    /// One for a cluster that is followed: it remembers what every rule came to, and runs it again only when
    /// something that it looks at has changed.
    pub fn following() -> Self {
        Self { memo: Memo::keeping(), ..Self::default() }
    }

    /// Goes by other records from now on.
    pub fn decide_by(&mut self, decisions: Arc<Decisions>) {
        self.decisions = decisions;
    }

    fn plan(&mut self, check: &'static Check, inventory: &Inventory) -> Plan {
        if is_of_spec(check) {
            return Plan::OfSpecs;
        }
        let whole = matches!(check.run, Run::Cluster(_)) && !inventory.scope.namespaces.is_empty();
        let of_objects = matches!(check.run, Run::Objects(_) | Run::Cluster(_) | Run::Row(_));
        if of_objects && (whole || only_cluster_scoped(check, inventory)) {
            return Plan::OutOfScope;
        }
        self.memo.kept(check, inventory).map_or(Plan::Run, Plan::Kept)
    }

    /// Evaluates an inventory against editions.
    pub fn evaluate(
        &mut self,
        inventory: &Inventory,
        editions: &[Edition],
        exempt: &dyn Exempt,
        strict: bool,
        times: Times,
    ) -> Report {
        let workloads = inventory.workloads();
        let rbac = Rbac::of(inventory);
        let joins = Joins::new(inventory, times.now());
        let (asked_for_time, asked_beside) = (AtomicBool::new(false), AtomicBool::new(false));
        let cx = Cx { inventory, workloads: &workloads, rbac: &rbac, joins: &joins, asked_for_time: &asked_for_time };
        let platform = cx.platform();
        let controls_of = controls_by_check(editions.iter().filter(|edition| !edition.is_elsewhere(platform)));
        let chosen = || controls_of.iter().filter_map(|(id, controls)| Some((checks::find(id)?, controls)));
        let of_spec = chosen().map(|(check, _)| check).filter(|check| is_of_spec(check)).collect();
        self.memo.begin(inventory, of_spec);
        let mut plans: Vec<Plan> = chosen().map(|(check, _)| self.plan(check, inventory)).collect();
        let to_run = chosen().zip(&plans).filter(|(_, plan)| matches!(plan, Plan::Run));
        let to_run = to_run.map(|((check, _), _)| check).collect();
        let decisions = self.decisions.clone();
        let deciding = Deciding::new(&decisions, times.today());
        let memo = &mut self.memo;
        let (run, results) = std::thread::scope(|scope| {
            let mut ahead = Ahead::begin(scope, Cx { asked_for_time: &asked_beside, ..cx }, to_run);
            let mut run = Evaluation::new(cx, exempt, strict, deciding, memo);
            let mut results: BTreeMap<&str, Outcomes> = BTreeMap::new();
            for ((check, controls), plan) in chosen().zip(plans.drain(..)) {
                let outcomes = run.check(check, controls, plan, &mut ahead);
                results.insert(check.id, outcomes);
            }
            (run, results)
        });
        let waivers = run.deciding.waivers(|record| run.unseen(record, &results));
        let Evaluation { findings, missing, objects, deciding, said, memo, .. } = run;
        memo.end(said.iter().filter(|number| **number != UNSAID).count());
        let findings = findings.sorted();
        let mut report = Report {
            schema_version: SCHEMA_VERSION,
            generator: concat!("plimsoll ", env!("CARGO_PKG_VERSION")),
            cluster: inventory.cluster.clone(),
            scope: inventory.scope.clone(),
            started: times.started,
            finished: times.finished,
            frameworks: Vec::new(),
            controls: Vec::new(),
            exempt: findings.waivers().filter(|waiver| !waiver.is_by_people()).count(),
            findings,
            gaps: gaps(inventory, &controls_of, missing),
            waivers,
            attestations: deciding.attestations(),
        };
        let mut weights = Weights::new(objects.len());
        // the platform's own benchmark first, those of other platforms last
        let mut order: Vec<&Edition> = editions.iter().collect();
        order.sort_by_key(|edition| (!edition.is_own(platform), edition.is_elsewhere(platform)));
        for edition in order {
            let from = report.controls.len();
            let elsewhere = edition.is_elsewhere(platform).then(|| elsewhere(inventory, edition));
            for (section, control) in edition.controls() {
                let mut result = control_result(edition, section, control, &results, &mut weights);
                if let Some(why) = &elsewhere {
                    result = not_here(result, why);
                }
                deciding.attest(&mut result, &report.findings, &mut report.attestations);
                report.controls.push(result);
            }
            report.frameworks.push(framework_result(edition, report.controls.get(from..).unwrap_or_default()));
        }
        report
    }
}

/// Where what a check says comes from.
enum Plan {
    /// Nothing of its population can be in the scope.
    OutOfScope,
    /// The memo has it, spec by spec.
    OfSpecs,
    /// It was kept: all that it looks at is as it was.
    Kept(Kept),
    /// Its rule is run.
    Run,
}

/// The controls that a check counts for.
#[derive(Clone, Default)]
pub(super) struct Controls {
    /// Those that it decides: what a failure is held against.
    pub deciding: Arc<[ControlRef]>,
    /// Those and the ones that it is evidence for: what a candidate is shown under.
    pub all: Arc<[ControlRef]>,
}

fn controls_by_check<'e>(editions: impl Iterator<Item = &'e Edition>) -> BTreeMap<Arc<str>, Controls> {
    let mut map: BTreeMap<Arc<str>, (Vec<ControlRef>, Vec<ControlRef>)> = BTreeMap::new();
    for edition in editions {
        for (_, control) in edition.controls() {
            let deciding = control.checks.checks();
            let name = ControlRef {
                framework: edition.framework.clone(),
                version: edition.version.clone(),
                id: control.id.clone(),
            };
            for check in control.all_checks() {
                let decides = deciding.contains(&check);
                let (deciding, all) = map.entry(check).or_default();
                deciding.extend(decides.then(|| name.clone()));
                all.push(name.clone());
            }
        }
    }
    let controls = |(check, (deciding, all)): (_, (Vec<_>, Vec<_>))| {
        (check, Controls { deciding: deciding.into(), all: all.into() })
    };
    map.into_iter().map(controls).collect()
}

/// What workloads of the same specs run.
struct Images {
    names: Vec<Arc<str>>,
    /// They are all the platform's; None: there are none.
    platform: Option<bool>,
}

/// What is true of a workload for all its findings.
#[derive(Clone)]
struct Facts {
    images: Rc<Images>,
    /// As an owner of findings.
    owner: u32,
    /// It is its own only pod.
    is_pod: bool,
}

/// No finding says it yet.
const UNSAID: u32 = u32::MAX;

struct Evaluation<'a> {
    cx: Cx<'a>,
    exempt: &'a dyn Exempt,
    strict: bool,
    deciding: Deciding<'a>,
    reach: Reach<'a>,
    memo: &'a mut Memo,
    /// Numbers in the memo of the specs of all workloads, one after the other: of each the template's first, where there
    /// is one.
    specs: Vec<u32>,
    /// Objects, each once; the workloads first.
    objects: IndexSet<Arc<ObjectRef>, RandomState>,
    /// Their places by address.
    places: HashMap<usize, u32>,
    /// What is known of workloads that have findings.
    facts: Vec<Option<Facts>>,
    /// Images by the addresses of specs.
    images: HashMap<Vec<usize>, Rc<Images>>,
    /// Objects as owners of findings that are not about their PodSpec.
    owners: HashMap<u32, u32>,
    findings: Gathering,
    /// What became of objects with findings of the check at hand; the room goes from check to check.
    marks: Vec<Mark>,
    /// Number among the findings of each result in the memo.
    said: Vec<u32>,
    /// Why the first undecided instance of the check at hand is undecided, as its rule says.
    undecided: Option<GapReason>,
    /// The same in words, where the rule has words of its own.
    undecided_words: Option<Arc<str>>,
    /// What rules missed beside the kinds of the API, and which checks.
    missing: BTreeMap<Missing, Vec<Arc<str>>>,
}

/// The check at hand.
struct Asking<'c> {
    check: &'static Check,
    controls: &'c Controls,
    /// Its number among the findings, from the first on.
    number: Option<u32>,
    /// Some of its findings may be exempt.
    may_be_exempt: bool,
}

/// A result on a workload with where it was seen.
struct Seen {
    heard: u32,
    in_template: bool,
    pods: usize,
    /// The place of the first variant that shows it.
    variant: usize,
}

impl<'a> Evaluation<'a> {
    fn new(cx: Cx<'a>, exempt: &'a dyn Exempt, strict: bool, deciding: Deciding<'a>, memo: &'a mut Memo) -> Self {
        let version = cx.version();
        let specs = memo.look(cx.workloads.iter().flat_map(each_spec), version);
        Self {
            cx,
            exempt,
            strict,
            deciding,
            reach: Reach::new(cx.inventory),
            memo,
            specs,
            objects: cx.workloads.iter().map(|workload| workload.owner.clone()).collect(),
            places: HashMap::default(),
            facts: vec![None; cx.workloads.len()],
            images: HashMap::default(),
            owners: HashMap::default(),
            findings: Gathering::default(),
            marks: Vec::new(),
            said: Vec::new(),
            undecided: None,
            undecided_words: None,
            missing: BTreeMap::new(),
        }
    }

    fn check(&mut self, check: &'static Check, controls: &Controls, plan: Plan, ahead: &mut Ahead) -> Outcomes {
        let mut asking =
            Asking { check, controls, number: None, may_be_exempt: !self.strict && self.exempt.concerns(check.id) };
        (self.undecided, self.undecided_words) = (None, None);
        let mut judged = Judge::default();
        let mut population = Population::Objects(Vec::new());
        let out_of_scope = matches!(plan, Plan::OutOfScope);
        let all = Population::Workloads(number(self.cx.workloads.len()));
        let (kept, timed) = match plan {
            Plan::OutOfScope | Plan::OfSpecs => (None, false),
            Plan::Kept(kept) => (Some(kept), false),
            Plan::Run => {
                let Ran { found, timed } = ahead.next(check, &self.cx);
                (Some(self.take(found)), timed)
            }
        };
        match kept {
            Some(Kept::Specs(results)) => {
                self.workloads(&mut asking, Some(&results));
                population = all;
                self.keep(check, Kept::Specs(results), timed);
            }
            Some(Kept::Objects(judge)) => (judged, population) = self.objects(&mut asking, judge, timed),
            None if out_of_scope => {}
            None => {
                self.workloads(&mut asking, None);
                population = all;
            }
        }
        let marked = worst_of_each(&mut self.marks);
        let missing = judged.missing.take();
        let gap = if out_of_scope { Some(GapReason::SourceCannotHoldIt) } else { self.population_gap(check) };
        let gap = gap.or(missing.as_ref().map(|missing| missing.reason));
        // of a user's check: what the cluster holds is not to blame, and no reason of the list says what is
        let words = missing.as_ref().filter(|missing| missing.reason == GapReason::Undecodable);
        let words = words.map(|missing| missing.message.as_str().into()).or_else(|| self.undecided_words.take());
        if let Some(missing) = missing {
            self.missing.entry(missing).or_default().push(check.id.into());
        }
        let any = |wanted| marked.iter().any(|mark| mark.status() == wanted);
        let (verdict, reason) = if any(Status::Fail) {
            (Verdict::Fail, None)
        } else if judged.not_applicable.is_some() {
            (Verdict::NotApplicable, None)
        } else if gap.is_some() {
            (Verdict::NotEvaluated, gap)
        } else if any(Status::NotEvaluated) {
            (Verdict::NotEvaluated, self.undecided.or(Some(GapReason::ReadFailed)))
        } else if any(Status::Manual) {
            (Verdict::Manual, None)
        } else if any(Status::Waived) {
            (Verdict::Waived, None)
        } else {
            (Verdict::Pass, None)
        };
        let verdict = CheckVerdict {
            verdict,
            reason,
            population: population.len(),
            partial: gap.is_some(),
            reading: self.cx.inventory.is_reading(),
            not_applicable: judged.not_applicable.map(Into::into),
            undecided: words.filter(|_| reason == Some(GapReason::Undecodable)),
            note: judged.note.map(Into::into),
        };
        Outcomes { verdict, population, marked }
    }

    /// What is known of the object of a waiver that no finding came under.
    fn unseen(&self, record: &WaiverRecord, results: &BTreeMap<&str, Outcomes>) -> Unseen {
        let inventory = self.cx.inventory;
        let Some(outcomes) = results.get(&*record.check) else { return Unseen::NotChosen };
        let check = &outcomes.verdict;
        let known = self.objects.get_index_of(&record.resource).and_then(|id| outcomes.of(number(id)));
        let scope = &inventory.scope;
        let within = scope.namespaces.is_empty()
            || record.resource.namespace.as_ref().is_some_and(|namespace| scope.namespaces.contains(namespace));
        let unread = check.partial || check.verdict == Verdict::NotEvaluated;
        match known {
            _ if check.reading => Unseen::NotRead,
            Some(Status::NotEvaluated) => Unseen::NotRead,
            Some(_) => Unseen::Passes,
            None if inventory.medium == Medium::Files || scope.selector.is_some() || !within => Unseen::OutOfScope,
            None if unread => Unseen::NotRead,
            None => Unseen::Gone,
        }
    }

    /// Why the population is not wholly known.
    fn population_gap(&self, check: &Check) -> Option<GapReason> {
        let inventory = self.cx.inventory;
        if check.over.is_empty() {
            // a demand for existence: one example decides, and the rule itself asks for the gaps
            return None;
        }
        let kinds = || check.over.iter().copied().filter(|kind| inventory.knows(*kind));
        if inventory.medium == Medium::Files {
            // manifests hold a part of a cluster: of a population, whatever is there is judged
            let absent = kinds().all(|kind| inventory.count(kind) == 0);
            let broken = inventory.undecodable().iter().any(|(kind, _, _)| check.over.contains(kind));
            return if absent { Some(GapReason::SourceCannotHoldIt) } else { broken.then_some(GapReason::Undecodable) };
        }
        kinds().find_map(|kind| scoped_gap(inventory, kind))
    }

    /// What a rule says, as it is kept.
    fn take(&mut self, found: Found) -> Kept {
        match found {
            Found::Objects(judge) => Kept::Objects(judge),
            Found::Specs(OnSpecs { words, mut at }) => {
                let numbers: Vec<u32> = words.into_heard().map(|heard| self.memo.number(heard)).collect();
                let number = |place: u32| numbers.get(place as usize).copied().unwrap_or(place);
                at.iter_mut().for_each(|on| on.heard = number(on.heard));
                Kept::Specs(at)
            }
        }
    }

    fn keep(&mut self, check: &'static Check, kept: Kept, timed: bool) {
        if !timed {
            self.memo.keep(check, self.cx.inventory, kept);
        }
    }

    /// Makes findings of what a rule says of specs; `joined` are its results, in order, where the memo has none.
    fn workloads(&mut self, asking: &mut Asking<'_>, joined: Option<&[OnSpec]>) {
        let position = self.memo.position(asking.check);
        if joined.map_or(!self.memo.tells(position), <[OnSpec]>::is_empty) {
            return;
        }
        let mut joined = joined.map(|results| results.iter().copied().peekable());
        let (mut seen, mut results): (Vec<Seen>, Vec<(u32, u32)>) = Default::default();
        let workloads = self.cx.workloads;
        let mut next = 0;
        for (place, workload) in workloads.iter().enumerate() {
            results.clear();
            let first = next;
            next += each_spec(workload).count();
            match &mut joined {
                Some(joined) => {
                    while let Some(result) = joined.next_if(|result| result.workload as usize == place) {
                        results.push((result.spec, result.heard));
                    }
                }
                None => {
                    let specs = self.specs.get(first..next).unwrap_or_default();
                    for (spec, of) in (0u32..).zip(specs) {
                        results.extend(self.memo.of_spec(*of, position).map(|heard| (spec, heard)));
                    }
                }
            }
            if results.is_empty() {
                continue;
            }
            seen.clear();
            for (spec, heard) in &results {
                self.see(workload, *spec, *heard, &mut seen);
            }
            for seen in &seen {
                self.workload_finding(asking, place, workload, seen);
            }
        }
    }

    /// Adds a result on a spec of a workload to what was seen of it before.
    fn see(&self, workload: &Workload<'_>, spec: u32, heard: u32, seen: &mut Vec<Seen>) {
        let templates = u32::from(workload.template.is_some());
        if spec < templates {
            return seen.push(Seen { heard, in_template: true, pods: 0, variant: 0 });
        }
        let variant = (spec - templates) as usize;
        let pods = workload.variants.get(variant).map_or(0, |variant| variant.pods.len());
        let is_same = |other: u32| {
            other == heard || self.memo.get(other).zip(self.memo.get(heard)).is_some_and(|(a, b)| a.is_same(b))
        };
        match seen.iter_mut().find(|known| is_same(known.heard)) {
            Some(known) => known.pods += pods,
            None => seen.push(Seen { heard, in_template: false, pods, variant }),
        }
    }

    fn workload_finding(&mut self, asking: &mut Asking<'_>, place: usize, workload: &Workload<'_>, seen: &Seen) {
        let Some(heard) = self.memo.get(seen.heard).cloned() else { return };
        let Facts { images, owner, is_pod } = self.facts_of(place, workload);
        // what stands in the template is shown there, and a pod is its own owner
        let in_pods = (!seen.in_template && !is_pod).then(|| workload.variants.get(seen.variant)).flatten();
        let first = in_pods.and_then(|variant| variant.pods.first());
        let resource = first.map(|pod| ObjectRef::new("v1", "Pod", Some(&pod.namespace), &pod.name));
        let seen_in = match (seen.in_template, seen.pods > 0) {
            (true, true) => SeenIn::Both,
            (true, false) => SeenIn::Template,
            (false, _) => SeenIn::Pods,
        };
        let (status, extra) = self.decide(asking, &heard, &workload.owner, resource, &images.names);
        let said = self.say(asking, seen.heard, &heard);
        let own = Own { status, seen_in: Some(seen_in), instances: Some(number(seen.pods)) };
        self.findings.push(said, owner, &own, extra);
        self.marks.push(Mark::new(number(place), status.into()));
    }

    /// What holds for all findings on a workload's specs.
    fn facts_of(&mut self, place: usize, workload: &Workload<'_>) -> Facts {
        if let Some(Some(facts)) = self.facts.get(place) {
            return facts.clone();
        }
        let images = self.images_of(workload);
        let platform = images.platform.unwrap_or_else(|| self.exempt.is_platform(&workload.owner));
        let (team, laid_down) = self.belongs(&workload.owner, &[workload.labels, workload.pod_labels]);
        let owner = self.findings.owner(Owner {
            object: workload.owner.clone(),
            pods: Some(number(workload.pod_count())),
            platform: laid_down || platform,
            team,
            reach: self.reach.of(workload),
        });
        let facts = Facts { images, owner, is_pod: &*workload.owner.kind == "Pod" };
        if let Some(known) = self.facts.get_mut(place) {
            *known = Some(facts.clone());
        }
        facts
    }

    /// Images that a workload runs, kept once for all that have the same specs.
    fn images_of(&mut self, workload: &Workload<'_>) -> Rc<Images> {
        let specs = each_spec(workload).map(|spec| Arc::as_ptr(spec).addr()).collect();
        let exempt = self.exempt;
        let images = || {
            let names = images(workload);
            let all: Vec<&str> = names.iter().map(|image| &**image).collect();
            let platform = (!all.is_empty()).then(|| exempt.runs_platform(&all));
            Images { names, platform }.into()
        };
        self.images.entry(specs).or_insert_with(images).clone()
    }

    /// Makes findings of what a rule says that walks through its population itself.
    fn objects(&mut self, asking: &mut Asking<'_>, mut judge: Box<Judge>, timed: bool) -> (Judge, Population) {
        let hits = if self.memo.keeps() { judge.said.clone() } else { std::mem::take(&mut judge.said) };
        let said = hits.into_iter().map(|hit| (self.memo.share(Heard::of(asking.check, hit, false)), None));
        let mut said: Vec<(Heard, Option<u32>)> = said.collect();
        let mut at = judge.at.iter().peekable();
        let mut population = Vec::with_capacity(judge.judged.len());
        let mut next = 0;
        for (place, judged) in (0u32..).zip(&judge.judged) {
            let id = self.place_of(judged.owner(), next);
            next = id + 1;
            population.push(id);
            while let Some((_, hit)) = at.next_if(|(of, _)| *of == place) {
                if let Some((heard, number)) = said.get_mut(*hit as usize) {
                    self.judged(asking, id, judged, heard, number);
                }
            }
        }
        let mut told = Judge::new(judge.check);
        (told.not_applicable, told.missing, told.note) =
            (judge.not_applicable.clone(), judge.missing.clone(), judge.note.clone());
        self.keep(asking.check, Kept::Objects(judge), timed);
        (told, Population::of(population))
    }

    /// Makes a finding of what a rule says of an object; `number` is that of what it says among the findings, once it has one.
    fn judged(&mut self, asking: &mut Asking<'_>, id: u32, judged: &Judged, heard: &Heard, number: &mut Option<u32>) {
        let owner = judged.owner();
        let resource = (judged.object != *owner).then(|| (*judged.object).clone());
        let (status, extra) = self.decide(asking, heard, owner, resource, &[]);
        let of = self.plain_owner(id, owner);
        let asked = self.asked(asking);
        let said = *number.get_or_insert_with(|| self.findings.said(asked, heard.said.clone()));
        let own = Own { status, seen_in: None, instances: None };
        self.findings.push(said, of, &own, extra);
        self.marks.push(Mark::new(id, status.into()));
    }

    /// The place of an object among all; `next` is a guess, since most rules walk through the workloads in order.
    fn place_of(&mut self, object: &Arc<ObjectRef>, next: u32) -> u32 {
        if self.objects.get_index(next as usize).is_some_and(|known| Arc::ptr_eq(known, object)) {
            return next;
        }
        let address = Arc::as_ptr(object).addr();
        if let Some(place) = self.places.get(&address) {
            return *place;
        }
        let (place, _) = self.objects.insert_full(object.clone());
        if self.objects.get_index(place).is_some_and(|kept| Arc::ptr_eq(kept, object)) {
            // it is kept, so that its address stays its own
            self.places.insert(address, number(place));
        }
        number(place)
    }

    fn plain_owner(&mut self, id: u32, object: &Arc<ObjectRef>) -> u32 {
        if let Some(owner) = self.owners.get(&id) {
            return *owner;
        }
        let (team, laid_down) = self.belongs(object, &[]);
        let platform = laid_down || self.exempt.is_platform(object);
        let owner = Owner { object: object.clone(), pods: None, platform, team, reach: Vec::new() };
        let owner = self.findings.owner(owner);
        self.owners.insert(id, owner);
        owner
    }

    /// The number of the check at hand among the findings.
    fn asked(&mut self, asking: &mut Asking<'_>) -> u32 {
        let Asking { check, controls, .. } = asking;
        *asking.number.get_or_insert_with(|| {
            self.findings.asked(Asked {
                check: check.id,
                remediation: check.remedy.advice,
                disruption: check.remedy.disruption,
                try_first: check.remedy.try_first,
                deciding: controls.deciding.clone(),
                all: controls.all.clone(),
            })
        })
    }

    /// The number among the findings of a result in the memo.
    fn say(&mut self, asking: &mut Asking<'_>, of: u32, heard: &Heard) -> u32 {
        if self.said.len() < self.memo.len() {
            self.said.resize(self.memo.len(), UNSAID);
        }
        match self.said.get(of as usize) {
            Some(said) if *said != UNSAID => return *said,
            _ => {}
        }
        let asked = self.asked(asking);
        let said = self.findings.said(asked, heard.said.clone());
        if let Some(known) = self.said.get_mut(of as usize) {
            *known = said;
        }
        said
    }

    /// The status of a finding, by what people and the program's own list say of it.
    fn decide(
        &mut self,
        asking: &Asking<'_>,
        heard: &Heard,
        owner: &ObjectRef,
        resource: Option<ObjectRef>,
        images: &[Arc<str>],
    ) -> (FindingStatus, Option<Extra>) {
        let reason = heard.unread();
        self.undecided = self.undecided.or(reason);
        if reason == Some(GapReason::Undecodable) && !heard.says_nothing_of_its_own() {
            self.undecided_words.get_or_insert_with(|| format!("{owner}: {}", heard.said.message).into());
        }
        let mut status = match heard.outcome {
            Outcome::Fail => FindingStatus::Fail,
            Outcome::Review => FindingStatus::Manual,
            Outcome::Unread(_) => FindingStatus::NotEvaluated,
        };
        let (mut waiver, mut expired_waiver) = (None, None);
        if reason.is_none() {
            let container = heard.said.container.as_deref();
            let check = asking.check.id;
            let decided = self.deciding.waiver(check, owner, resource.as_ref().unwrap_or(owner), container);
            let exempt = || {
                let images: Vec<&str> = images.iter().map(|image| &**image).collect();
                self.exempt.waiver(check, owner, &images)
            };
            let exempt = || asking.may_be_exempt.then(exempt).flatten();
            (waiver, expired_waiver) = (decided.waiver.or_else(exempt), decided.expired);
        }
        if waiver.is_some() {
            (status, expired_waiver) = (FindingStatus::Waived, None);
        }
        let source = self.source(resource.as_ref().unwrap_or(owner));
        let has_any = resource.is_some() || source.is_some() || waiver.is_some() || expired_waiver.is_some();
        let extra = || Extra {
            resource: resource.map(Box::new),
            source,
            waiver: waiver.map(Box::new),
            expired_waiver: expired_waiver.map(Box::new),
            lines: Box::default(),
        };
        (status, has_any.then(extra))
    }

    /// The file that an object is from.
    fn source(&self, object: &ObjectRef) -> Option<Arc<FindingSource>> {
        let sources = &self.cx.inventory.sources;
        if sources.is_empty() {
            return None;
        }
        let key = (object.namespace.clone().unwrap_or_else(|| "".into()), object.name.clone());
        let own = Kind::of(object.group(), &object.kind);
        let mut kinds = own.into_iter().chain(Kind::wholes(object.group(), &object.kind));
        kinds.find_map(|kind| sources.get(&(kind, key.clone())).cloned())
    }

    /// Whose an object is and whether it was laid down to be the platform's, by these labels and its namespace's.
    fn belongs(&self, object: &ObjectRef, labels: &[&Map]) -> (Option<Arc<str>>, bool) {
        let settings = &self.cx.inventory.settings;
        let is_namespace = &*object.kind == "Namespace";
        let namespace = if is_namespace { Some(&object.name) } else { object.namespace.as_ref() };
        let place = |name: &Arc<str>| self.cx.inventory.namespaces.get(&("".into(), name.clone()));
        let of_namespace = namespace.and_then(place).map(|namespace| &namespace.meta.labels);
        let namespace = namespace.map_or("", |name| name);
        let label = |key: &str| labels.iter().copied().chain(of_namespace).find_map(|map| map.get(key));
        let label = |key: &str| label(key).map(String::as_str);
        (settings.team(namespace, label), settings.is_platform(namespace, label))
    }
}

/// Whether under a scope of namespaces nothing of the population can be in it.
fn only_cluster_scoped(check: &Check, inventory: &Inventory) -> bool {
    !inventory.scope.namespaces.is_empty()
        && !check.over.is_empty()
        && check.over.iter().all(|kind| !kind.info().namespaced && kind.base() != Kind::Namespace)
}

/// The template, where there is one, and each variant.
pub(super) fn each_spec<'w>(workload: &'w Workload<'_>) -> impl Iterator<Item = &'w Arc<PodSpec>> {
    workload.template.iter().chain(workload.variants.iter().map(|variant| &variant.spec))
}

fn images(workload: &Workload<'_>) -> Vec<Arc<str>> {
    let mut images: Vec<Arc<str>> = workload
        .specs()
        .flat_map(|spec| spec.each_container().map(|(_, _, c)| c.image.as_str().into()).collect::<Vec<_>>())
        .collect();
    images.sort();
    images.dedup();
    images
}

/// Severities in a report's findings of a status, for tests and headers.
pub fn severities(report: &Report, status: FindingStatus) -> BTreeMap<Severity, usize> {
    let mut counts = BTreeMap::new();
    for finding in report.findings.iter().filter(|f| f.status == status) {
        *counts.entry(finding.severity).or_default() += 1;
    }
    counts
}
