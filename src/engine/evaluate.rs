use super::control::{CheckVerdict, Decision, decide};
use super::decisions::{Deciding, Decisions, Unseen};
use super::reach::Reach;
use super::score::{count, score};
use crate::checks::{self, Check, Cx, Hit, Hits, Joins, Judge, Judged, Missing, Outcome, Run, SpecCx};
use crate::frameworks::{Control, Edition};
use crate::inventory::kinds::meta::Map;
use crate::inventory::kinds::pod::PodSpec;
use crate::inventory::{Inventory, Kind, Medium, Rbac, ReadState, Version, Wire, Workload};
use crate::model::{
    ControlRef, ControlResult, Counts, Date, Evidence, FieldPath, Finding, FindingStatus, FrameworkResult, Gap,
    GapReason, ObjectRef, Report, SCHEMA_VERSION, SeenIn, Severity, Verdict, Waiver, WaiverRecord, fingerprint,
};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

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
    memo: HashMap<(usize, &'static str), Vec<Hit>>,
    /// Keeps the specs alive whose addresses are keys above.
    specs: HashMap<usize, Arc<PodSpec>>,
    version: Option<Version>,
    decisions: Arc<Decisions>,
}

/// A check's result over its population.
struct Outcomes {
    verdict: CheckVerdict,
    /// Status per object, as an index into the evaluation's objects.
    objects: Vec<(usize, FindingStatusOrPass)>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum FindingStatusOrPass {
    Pass,
    Waived,
    Manual,
    NotEvaluated,
    Fail,
}

impl From<FindingStatus> for FindingStatusOrPass {
    fn from(status: FindingStatus) -> Self {
        match status {
            FindingStatus::Fail => Self::Fail,
            FindingStatus::Waived => Self::Waived,
            FindingStatus::Manual => Self::Manual,
            FindingStatus::NotEvaluated => Self::NotEvaluated,
        }
    }
}

/// Objects of an evaluation, each once.
#[derive(Default)]
struct Objects {
    ids: HashMap<ObjectRef, usize>,
}

impl Objects {
    fn id(&mut self, object: &ObjectRef) -> usize {
        if let Some(id) = self.ids.get(object) {
            return *id;
        }
        let id = self.ids.len();
        self.ids.insert(object.clone(), id);
        id
    }
}

/// Decides whether a failure is exempt, and what belongs to the platform.
pub trait Exempt {
    /// The built-in waiver for a finding, if there is one.
    fn waiver(&self, check: &str, owner: &ObjectRef, images: &[&str]) -> Option<Waiver>;
    /// Whether the object is a platform component: for folding, never for a verdict.
    fn is_platform(&self, owner: &ObjectRef, images: &[&str]) -> bool;
}

/// No exemptions, nothing of a platform: for single checks and tests.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoExemptions;

impl Exempt for NoExemptions {
    fn waiver(&self, _: &str, _: &ObjectRef, _: &[&str]) -> Option<Waiver> {
        None
    }
    fn is_platform(&self, _: &ObjectRef, _: &[&str]) -> bool {
        false
    }
}

impl Engine {
    /// One that goes by what people recorded.
    pub fn with(decisions: Arc<Decisions>) -> Self {
        Self { decisions, ..Self::default() }
    }

    /// Goes by other records from now on.
    pub fn decide_by(&mut self, decisions: Arc<Decisions>) {
        self.decisions = decisions;
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
        if self.version != Some(inventory.version) {
            self.memo.clear();
            self.specs.clear();
            self.version = Some(inventory.version);
        }
        let workloads = inventory.workloads();
        let rbac = Rbac::of(inventory);
        let joins = Joins::new(inventory);
        let cx = Cx { inventory, workloads: &workloads, rbac: &rbac, joins: &joins, now: times.now() };
        let platform = cx.platform();
        let controls_of = controls_by_check(editions.iter().filter(|edition| !edition.is_elsewhere(platform)));
        let decisions = self.decisions.clone();
        let mut run = Evaluation {
            cx,
            exempt,
            strict,
            deciding: Deciding::new(&decisions, times.today()),
            reach: Reach::new(inventory),
            images: HashMap::new(),
            facts: HashMap::new(),
            objects: Objects::default(),
            findings: Vec::new(),
            undecided: None,
            undecided_words: None,
            missing: BTreeMap::new(),
        };
        let mut results: BTreeMap<&str, Outcomes> = BTreeMap::new();
        for (id, controls) in &controls_of {
            if let Some(check) = checks::find(id) {
                let outcomes = run.check(check, controls, self);
                results.insert(check.id, outcomes);
            }
        }
        let waivers = run.deciding.waivers(|record| run.unseen(record, &results));
        let Evaluation { mut findings, missing, objects, deciding, .. } = run;
        let objects = objects.ids.len();
        findings.sort_by(|a, b| {
            (b.severity, b.reach.len())
                .cmp(&(a.severity, a.reach.len()))
                .then_with(|| (a.check, &a.owner, &a.container).cmp(&(b.check, &b.owner, &b.container)))
        });
        let mut report = Report {
            schema_version: SCHEMA_VERSION,
            generator: concat!("plimsoll ", env!("CARGO_PKG_VERSION")),
            cluster: inventory.cluster.clone(),
            scope: inventory.scope.clone(),
            started: times.started,
            finished: times.finished,
            frameworks: Vec::new(),
            controls: Vec::new(),
            exempt: findings.iter().filter(|f| f.waiver.is_some() && !f.is_waived_by_people()).count(),
            findings,
            gaps: gaps(inventory, &controls_of, missing),
            waivers,
            attestations: deciding.attestations(),
        };
        // the platform's own benchmark first, those of other platforms last
        let mut order: Vec<&Edition> = editions.iter().collect();
        order.sort_by_key(|edition| (!edition.is_own(platform), edition.is_elsewhere(platform)));
        for edition in order {
            let from = report.controls.len();
            let elsewhere = edition.is_elsewhere(platform).then(|| elsewhere(inventory, edition));
            for (section, control) in edition.controls() {
                let mut result = control_result(edition, section, control, &results, objects);
                if let Some(why) = &elsewhere {
                    result = not_here(result, why);
                }
                deciding.attest(&mut result, &report.findings, &mut report.attestations);
                report.controls.push(result);
            }
            report.frameworks.push(framework_result(edition, report.controls.get(from..).unwrap_or_default()));
        }
        self.forget_unused();
        report
    }

    /// Results of a spec check on a spec, computed once per distinct spec.
    fn spec_hits(&mut self, check: &'static Check, spec: &Arc<PodSpec>, version: Version) -> &[Hit] {
        let address = Arc::as_ptr(spec).addr();
        self.specs.entry(address).or_insert_with(|| spec.clone());
        self.memo.entry((address, check.id)).or_insert_with(|| {
            let cx = SpecCx { spec, version };
            let mut hits = Hits::default();
            match check.run {
                Run::EachContainer(run) => {
                    for container in cx.containers() {
                        hits.about(Some(&container.container.name));
                        run(&container, &mut hits);
                    }
                }
                Run::EachSpec(run) => run(&cx, &mut hits),
                Run::EachWorkload(_) | Run::Configured { .. } | Run::Objects(_) | Run::Cluster(_) | Run::Row(_) => {}
            }
            hits.list
        })
    }

    /// Drops what was remembered of specs that nobody has any more.
    fn forget_unused(&mut self) {
        self.specs.retain(|_, spec| Arc::strong_count(spec) > 2);
        let specs = &self.specs;
        self.memo.retain(|(address, _), _| specs.contains_key(address));
    }
}

/// The controls that a check counts for.
#[derive(Clone, Default)]
struct Controls {
    /// Those that it decides: what a failure is held against.
    deciding: Arc<[ControlRef]>,
    /// Those and the ones that it is evidence for: what a candidate is shown under.
    all: Arc<[ControlRef]>,
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

/// Why a benchmark of another platform does not apply.
fn elsewhere(inventory: &Inventory, edition: &Edition) -> Arc<str> {
    let names: Vec<&str> = edition.platforms.iter().map(|platform| platform.title()).collect();
    let unread = inventory.medium == Medium::Cluster && inventory.gap(Kind::Node, None).is_some();
    let seen =
        if unread { "the nodes that would show one were not read" } else { "this cluster does not show itself as one" };
    format!("written for {}; {seen} (--framework {} judges it all the same)", names.join(" and "), edition.framework)
        .into()
}

/// The result of a control that is for another platform.
fn not_here(result: ControlResult, why: &Arc<str>) -> ControlResult {
    ControlResult {
        status: Verdict::NotApplicable,
        reason: None,
        message: why.clone(),
        counts: Counts::default(),
        ..result
    }
}

/// What is true of a workload for all its findings.
#[derive(Clone)]
struct Facts {
    reach: Vec<&'static str>,
    platform: bool,
    team: Option<Arc<str>>,
}

struct Evaluation<'a> {
    cx: Cx<'a>,
    exempt: &'a dyn Exempt,
    strict: bool,
    deciding: Deciding<'a>,
    reach: Reach<'a>,
    images: HashMap<usize, Vec<Arc<str>>>,
    facts: HashMap<usize, Facts>,
    objects: Objects,
    findings: Vec<Finding>,
    /// Why the first undecided instance of the check at hand is undecided, as its rule says.
    undecided: Option<GapReason>,
    /// The same in words, where the rule has words of its own.
    undecided_words: Option<Arc<str>>,
    /// What rules missed beside the kinds of the API, and which checks.
    missing: BTreeMap<Missing, Vec<Arc<str>>>,
}

/// A hit with where it was seen.
struct Seen {
    hit: Hit,
    in_template: bool,
    pods: usize,
    first_pod: Option<(Arc<str>, Arc<str>)>,
}

impl Evaluation<'_> {
    fn check(&mut self, check: &'static Check, controls: &Controls, engine: &mut Engine) -> Outcomes {
        let first = self.findings.len();
        let mut population = Vec::new();
        let mut out_of_scope = false;
        let (mut not_applicable, mut missing, mut note) = (None, None, None);
        (self.undecided, self.undecided_words) = (None, None);
        match check.run {
            Run::Configured { is_set, unset, .. } if !is_set(&self.cx.inventory.settings) => {
                let mut judge = Judge::new(check.id);
                unset(&self.cx, &mut judge);
                self.judged(check, judge, controls, &mut population);
            }
            Run::EachContainer(_) | Run::EachSpec(_) | Run::EachWorkload(_) | Run::Configured { .. } => {
                for index in 0..self.cx.workloads.len() {
                    population.push(self.workload(check, index, controls, engine));
                }
            }
            Run::Objects(_) | Run::Cluster(_) | Run::Row(_) => {
                let whole = matches!(check.run, Run::Cluster(_)) && !self.cx.inventory.scope.namespaces.is_empty();
                out_of_scope = whole || self.only_cluster_scoped(check);
                let mut judge = Judge::new(check.id);
                match check.run {
                    _ if out_of_scope => {}
                    Run::Objects(run) | Run::Cluster(run) => run(&self.cx, &mut judge),
                    Run::Row(row) => row.run(&self.cx, &mut judge),
                    Run::EachContainer(_) | Run::EachSpec(_) | Run::EachWorkload(_) | Run::Configured { .. } => {}
                }
                not_applicable = judge.not_applicable.take();
                missing = judge.missing.take();
                note = judge.note.take();
                self.judged(check, judge, controls, &mut population);
            }
        }
        let mut statuses: HashMap<usize, FindingStatusOrPass> =
            population.iter().map(|id| (*id, FindingStatusOrPass::Pass)).collect();
        for finding in self.findings.get(first..).unwrap_or_default() {
            let id = self.objects.id(&finding.owner);
            let status = statuses.entry(id).or_insert(FindingStatusOrPass::Pass);
            *status = (*status).max(finding.status.into());
        }
        let gap = if out_of_scope { Some(GapReason::SourceCannotHoldIt) } else { self.population_gap(check) };
        let gap = gap.or(missing.as_ref().map(|missing| missing.reason));
        // of a user's check: what the cluster holds is not to blame, and no reason of the list says what is
        let words = missing.as_ref().filter(|missing| missing.reason == GapReason::Undecodable);
        let words = words.map(|missing| missing.message.as_str().into()).or_else(|| self.undecided_words.take());
        if let Some(missing) = missing {
            self.missing.entry(missing).or_default().push(check.id.into());
        }
        let any = |wanted| statuses.values().any(|status| *status == wanted);
        let (verdict, reason) = if any(FindingStatusOrPass::Fail) {
            (Verdict::Fail, None)
        } else if not_applicable.is_some() {
            (Verdict::NotApplicable, None)
        } else if gap.is_some() {
            (Verdict::NotEvaluated, gap)
        } else if any(FindingStatusOrPass::NotEvaluated) {
            (Verdict::NotEvaluated, self.undecided.or(Some(GapReason::ReadFailed)))
        } else if any(FindingStatusOrPass::Manual) {
            (Verdict::Manual, None)
        } else if any(FindingStatusOrPass::Waived) {
            (Verdict::Waived, None)
        } else {
            (Verdict::Pass, None)
        };
        let mut objects: Vec<_> = statuses.into_iter().collect();
        objects.sort_unstable();
        let verdict = CheckVerdict {
            verdict,
            reason,
            population: objects.len(),
            partial: gap.is_some(),
            reading: self.cx.inventory.is_reading(),
            not_applicable: not_applicable.map(Into::into),
            undecided: words.filter(|_| reason == Some(GapReason::Undecodable)),
            note: note.map(Into::into),
        };
        Outcomes { verdict, objects }
    }

    /// What is known of the object of a waiver that no finding came under.
    fn unseen(&self, record: &WaiverRecord, results: &BTreeMap<&str, Outcomes>) -> Unseen {
        let inventory = self.cx.inventory;
        let Some(outcomes) = results.get(&*record.check) else { return Unseen::NotChosen };
        let check = &outcomes.verdict;
        let id = self.objects.ids.get(&record.resource);
        let known = id.and_then(|id| outcomes.objects.iter().find(|(object, _)| object == id));
        let scope = &inventory.scope;
        let within = scope.namespaces.is_empty()
            || record.resource.namespace.as_ref().is_some_and(|namespace| scope.namespaces.contains(namespace));
        let unread = check.partial || check.verdict == Verdict::NotEvaluated;
        match known {
            _ if check.reading => Unseen::NotRead,
            Some((_, FindingStatusOrPass::NotEvaluated)) => Unseen::NotRead,
            Some(_) => Unseen::Passes,
            None if inventory.medium == Medium::Files || scope.selector.is_some() || !within => Unseen::OutOfScope,
            None if unread => Unseen::NotRead,
            None => Unseen::Gone,
        }
    }

    /// Whether under a scope of namespaces nothing of the population can be in it.
    fn only_cluster_scoped(&self, check: &Check) -> bool {
        !self.cx.inventory.scope.namespaces.is_empty()
            && !check.over.is_empty()
            && check.over.iter().all(|kind| !kind.info().namespaced && kind.base() != Kind::Namespace)
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

    /// Evaluates a workload check on one workload; returns the workload's object id.
    fn workload(&mut self, check: &'static Check, index: usize, controls: &Controls, engine: &mut Engine) -> usize {
        let Some(workload) = self.cx.workloads.get(index) else { return 0 };
        let id = self.objects.id(&workload.owner);
        let version = self.cx.version();
        let mut seen: Vec<Seen> = Vec::new();
        if let Some(template) = &workload.template {
            for hit in hits_of(check, &self.cx, workload, template, version, engine).iter() {
                seen.push(Seen { hit: hit.clone(), in_template: true, pods: 0, first_pod: None });
            }
        }
        for variant in &workload.variants {
            for hit in hits_of(check, &self.cx, workload, &variant.spec, version, engine).iter() {
                let same = |s: &&mut Seen| {
                    s.hit.container == hit.container && s.hit.outcome == hit.outcome && path_of(&s.hit) == path_of(hit)
                };
                let pods = variant.pods.len();
                match seen.iter_mut().find(same) {
                    Some(known) => known.pods += pods,
                    None => {
                        let first_pod = variant.pods.first().map(|p| (p.namespace.clone(), p.name.clone()));
                        seen.push(Seen { hit: hit.clone(), in_template: false, pods, first_pod });
                    }
                }
            }
        }
        for seen in seen {
            let finding = self.workload_finding(check, workload, id, seen, controls);
            self.findings.push(finding);
        }
        id
    }

    fn workload_finding(
        &mut self,
        check: &'static Check,
        workload: &Workload<'_>,
        id: usize,
        seen: Seen,
        controls: &Controls,
    ) -> Finding {
        let Seen { hit, in_template, pods, first_pod } = seen;
        let bare = &*workload.owner.kind == "Pod";
        let (resource, prefix) = match first_pod {
            Some((namespace, name)) if !in_template && !bare => {
                (ObjectRef::new("v1", "Pod", Some(&namespace), &name), "spec")
            }
            _ => (workload.owner.clone(), workload.prefix),
        };
        let prefix = FieldPath::of(prefix);
        let seen_in = match (in_template, pods > 0) {
            (true, true) => SeenIn::Both,
            (true, false) => SeenIn::Template,
            (false, _) => SeenIn::Pods,
        };
        let images = self.images.entry(id).or_insert_with(|| images(workload)).clone();
        let images: Vec<&str> = images.iter().map(|image| &**image).collect();
        let facts = match self.facts.get(&id) {
            Some(facts) => facts.clone(),
            None => {
                let (team, laid_down) = self.belongs(&workload.owner, &[workload.labels, workload.pod_labels]);
                let platform = laid_down || self.exempt.is_platform(&workload.owner, &images);
                let facts = Facts { reach: self.reach.of(workload), platform, team };
                self.facts.insert(id, facts.clone());
                facts
            }
        };
        // relative to the PodSpec: the same finding whether template or pods show it
        let fingerprint = fingerprint(check.id, &workload.owner, hit.container.as_deref(), path_of(&hit));
        let mut finding = self.finding(check, &workload.owner, resource, hit, fingerprint, controls, &images);
        for evidence in &mut finding.paths {
            evidence.path = prefix.join(&evidence.path);
        }
        finding.seen_in = Some(seen_in);
        finding.instances = Some(pods);
        finding.pods = Some(workload.pod_count());
        finding.platform = facts.platform;
        finding.team = facts.team;
        finding.reach = facts.reach;
        finding
    }

    fn judged(&mut self, check: &'static Check, judge: Judge, controls: &Controls, population: &mut Vec<usize>) {
        for Judged { object, owner, hits } in judge.judged {
            population.push(self.objects.id(&owner));
            for hit in hits.list {
                let fingerprint = fingerprint(check.id, &owner, hit.container.as_deref(), path_of(&hit));
                let mut finding = self.finding(check, &owner, object.clone(), hit, fingerprint, controls, &[]);
                let (team, laid_down) = self.belongs(&owner, &[]);
                finding.platform = laid_down || self.exempt.is_platform(&owner, &[]);
                finding.team = team;
                self.findings.push(finding);
            }
        }
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

    #[allow(clippy::too_many_arguments)] // the parts of a finding, assembled in one place
    fn finding(
        &mut self,
        check: &'static Check,
        owner: &ObjectRef,
        resource: ObjectRef,
        hit: Hit,
        fingerprint: Arc<str>,
        controls: &Controls,
        images: &[&str],
    ) -> Finding {
        let (mut status, reason) = match hit.outcome {
            Outcome::Fail => (FindingStatus::Fail, None),
            Outcome::Review => (FindingStatus::Manual, None),
            Outcome::Unread(reason) => (FindingStatus::NotEvaluated, Some(reason)),
        };
        self.undecided = self.undecided.or(reason);
        if reason == Some(GapReason::Undecodable) && !hit.message.is_empty() {
            self.undecided_words.get_or_insert_with(|| format!("{owner}: {}", hit.message).into());
        }
        let (mut waiver, mut expired_waiver) = (None, None);
        if matches!(status, FindingStatus::Fail | FindingStatus::Manual) {
            let decided = self.deciding.waiver(check.id, owner, &resource, hit.container.as_deref());
            let exempt = || if self.strict { None } else { self.exempt.waiver(check.id, owner, images) };
            (waiver, expired_waiver) = (decided.waiver.or_else(exempt), decided.expired);
        }
        if waiver.is_some() {
            (status, expired_waiver) = (FindingStatus::Waived, None);
        }
        let message = match (hit.message.is_empty(), reason) {
            (false, _) => hit.message,
            (true, Some(reason)) => format!("not decided: {}", reason.as_str()),
            (true, None) => format!("does not hold: {}", check.title),
        };
        let key = (resource.namespace.clone().unwrap_or_else(|| "".into()), resource.name.clone());
        let own = Kind::of(resource.group(), &resource.kind);
        let kinds = own.into_iter().chain(Kind::wholes(resource.group(), &resource.kind));
        let source = kinds.into_iter().find_map(|kind| self.cx.inventory.sources.get(&(kind, key.clone())).cloned());
        Finding {
            fingerprint,
            check: check.id,
            status,
            severity: checks::custom::grade_of(check.id).or(hit.severity).unwrap_or(check.severity),
            resource,
            owner: owner.clone(),
            container: hit.container,
            seen_in: None,
            instances: None,
            pods: None,
            paths: hit.paths,
            message: message.into(),
            remediation: check.remedy.advice,
            disruption: check.remedy.disruption,
            try_first: check.remedy.try_first,
            controls: if status == FindingStatus::Fail { controls.deciding.clone() } else { controls.all.clone() },
            source,
            waiver,
            expired_waiver,
            platform: false,
            team: None,
            reach: Vec::new(),
        }
    }
}

/// The gap of a kind over the scope: of the namespaces asked for, or of the whole cluster.
fn scoped_gap(inventory: &Inventory, kind: Kind) -> Option<GapReason> {
    if kind.info().namespaced && !inventory.scope.namespaces.is_empty() {
        return inventory.scope.namespaces.iter().find_map(|n| inventory.gap(kind, Some(n)));
    }
    inventory.gap(kind, None)
}

fn hits_of<'e>(
    check: &'static Check,
    cx: &Cx<'_>,
    workload: &Workload<'_>,
    spec: &Arc<PodSpec>,
    version: Version,
    engine: &'e mut Engine,
) -> std::borrow::Cow<'e, [Hit]> {
    if let Run::EachWorkload(run) | Run::Configured { each: run, .. } = check.run {
        let mut hits = Hits::default();
        run(cx, workload, &SpecCx { spec, version }, &mut hits);
        return hits.list.into();
    }
    engine.spec_hits(check, spec, version).into()
}

fn path_of(hit: &Hit) -> &FieldPath {
    static ROOT: std::sync::LazyLock<FieldPath> = std::sync::LazyLock::new(FieldPath::root);
    hit.paths.first().map_or(&ROOT, |evidence: &Evidence| &evidence.path)
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

fn control_result(
    edition: &Edition,
    section: Arc<str>,
    control: &Control,
    results: &BTreeMap<&str, Outcomes>,
    objects: usize,
) -> ControlResult {
    let ids = control.checks.checks();
    let (status, reason): Decision = decide(control, &|id| results.get(id).map(|outcomes| &outcomes.verdict));
    // by object: ids are dense, and a broad control has many checks on many objects
    let mut worst: Vec<Option<FindingStatusOrPass>> = vec![None; objects];
    let mut weigh = |object: usize, status: FindingStatusOrPass| {
        if let Some(known) = worst.get_mut(object) {
            *known = (*known).max(Some(status));
        }
    };
    for outcomes in ids.iter().filter_map(|id| results.get(&**id)) {
        outcomes.objects.iter().for_each(|(object, status)| weigh(*object, *status));
    }
    // where a person decides, what evidence points at is to be weighed; what it does not point at says nothing
    let weighs = matches!(status, Verdict::Manual | Verdict::NeedsPeople);
    for outcomes in control.evidence.iter().filter(|_| weighs).filter_map(|id| results.get(&**id)) {
        let pointed = |status| matches!(status, FindingStatusOrPass::Fail | FindingStatusOrPass::Manual);
        let objects = outcomes.objects.iter().filter(|(_, status)| pointed(*status));
        objects.for_each(|(object, _)| weigh(*object, FindingStatusOrPass::Manual));
    }
    let (mut counts, mut judged) = (Counts::default(), 0);
    for status in worst.iter().flatten() {
        judged += 1;
        match status {
            FindingStatusOrPass::Pass => counts.pass += 1,
            FindingStatusOrPass::Waived => counts.waived += 1,
            FindingStatusOrPass::Manual => counts.manual += 1,
            FindingStatusOrPass::NotEvaluated => counts.not_evaluated += 1,
            FindingStatusOrPass::Fail => counts.fail += 1,
        }
    }
    let verdicts = || ids.iter().filter_map(|id| results.get(&**id)).map(|outcomes| &outcomes.verdict);
    let partial = verdicts().any(|v| v.partial);
    let reading = verdicts().any(|v| v.reading);
    let message: Arc<str> = match status {
        Verdict::Fail if partial => format!("at least {} fail; not everything could be read", counts.fail).into(),
        Verdict::Fail => format!("{} of {judged} fail", counts.fail).into(),
        Verdict::Pass if judged == 0 => "nothing of the kind exists".into(),
        Verdict::Pass => format!("{judged} checked, none fails").into(),
        Verdict::Manual if ids.is_empty() && counts.manual == 0 => "a person decides: see what to collect".into(),
        Verdict::Manual if counts.manual == 0 => "no candidates found".into(),
        Verdict::Manual => format!("{} candidates to review", counts.manual).into(),
        Verdict::Waived => format!("{} waived or exempt, none else fails", counts.waived).into(),
        Verdict::NotEvaluated if control.broken.is_some() => control.broken.clone().unwrap_or_default(),
        Verdict::NotEvaluated if reading => "still reading".into(),
        Verdict::NotEvaluated if reason == Some(GapReason::Undecodable) => {
            verdicts().find_map(|v| v.undecided.clone()).unwrap_or_else(|| sentence(GapReason::Undecodable).into())
        }
        Verdict::NotEvaluated => reason.map_or("not decided", sentence).into(),
        Verdict::NotApplicable => {
            verdicts().find_map(|v| v.not_applicable.clone()).unwrap_or_else(|| "does not exist here".into())
        }
        Verdict::Attested => "a person attested it".into(),
        Verdict::Contradicted => format!("{} objects speak against it", counts.fail).into(),
        Verdict::SupportedInPart => "what the cluster shows supports it in part".into(),
        Verdict::NoTechnicalEvidence => "nothing in the cluster speaks for or against it".into(),
        Verdict::NeedsPeople => "people have to show it: see what to collect".into(),
    };
    let message = match verdicts().find_map(|v| v.note.clone()) {
        Some(note) => format!("{message}; {note}").into(),
        None => message,
    };
    ControlResult {
        framework: edition.framework.clone(),
        version: edition.version.clone(),
        section,
        id: control.id.clone(),
        title: control.title.clone(),
        level: control.level,
        assessment: control.assessment.clone(),
        decides: control.criterion.is_none().then(|| control.decides.as_str().into()),
        criterion: control.criterion.clone(),
        status,
        reason,
        message,
        checks: ids,
        evidence: control.evidence.clone(),
        counts,
    }
}

/// What a reason means, in a sentence.
fn sentence(reason: GapReason) -> &'static str {
    match reason {
        GapReason::Forbidden => "not read: the API server refused (403)",
        GapReason::TimedOut => "not read: no answer in time",
        GapReason::ReadFailed => "not read: the read failed",
        GapReason::DiscoveryFailed => "not read: the server could not say whether it serves the group",
        GapReason::Undecodable => "an object could not be decoded",
        GapReason::OptIn => "read on request only",
        GapReason::Stale => "read before, lost since",
        GapReason::NoControlPlanePod => "no static control-plane pod to read flags from",
        GapReason::NoKubeletAccess => "the kubelet's configuration was not read",
        GapReason::NoNodeEvidence => "nothing looked at the node's files",
        GapReason::SourceCannotHoldIt => "this source or scope does not hold it",
        GapReason::NotImplemented => "plimsoll does not check it yet",
    }
}

fn framework_result(edition: &Edition, controls: &[ControlResult]) -> FrameworkResult {
    let mut counts = Counts::default();
    for control in controls {
        count(&mut counts, control.status);
    }
    let (score, coverage) = score(&counts);
    let scored = controls.iter().filter(|c| c.criterion.is_none());
    let worst = |of: &mut dyn Iterator<Item = Verdict>| of.max_by_key(|verdict| verdict.rank_all());
    let status = worst(&mut scored.map(|c| c.status))
        .or_else(|| worst(&mut controls.iter().map(|c| c.status)))
        .unwrap_or(Verdict::NotApplicable);
    FrameworkResult {
        id: edition.framework.clone(),
        title: edition.title.clone(),
        version: edition.version.clone(),
        benchmark_range: edition.range.clone(),
        platforms: edition.platforms.iter().map(|platform| platform.as_str().into()).collect(),
        note: edition.note.clone(),
        status,
        score,
        coverage,
        counts,
    }
}

fn gaps(
    inventory: &Inventory,
    controls_of: &BTreeMap<Arc<str>, Controls>,
    missing: BTreeMap<Missing, Vec<Arc<str>>>,
) -> Vec<Gap> {
    let chosen: Vec<&'static Check> = controls_of.keys().filter_map(|id| checks::find(id)).collect();
    let mut gaps = Vec::new();
    for kind in Kind::every() {
        let uses = |check: &&&'static Check| check.over.contains(&kind) || check.needs.contains(&kind);
        let checks: Vec<Arc<str>> = chosen.iter().filter(uses).map(|check| check.id.into()).collect();
        if checks.is_empty() || !inventory.knows(kind) {
            continue;
        }
        let name: Arc<str> = kind.name().into();
        for (_, (namespace, object), error) in inventory.undecodable().iter().filter(|(k, _, _)| *k == kind) {
            gaps.push(Gap {
                kind: name.clone(),
                namespace: (!namespace.is_empty()).then(|| namespace.clone()),
                reason: GapReason::Undecodable,
                message: format!("{name} {object} does not decode: {error}").into(),
                checks: checks.clone(),
            });
        }
        let Some(reason) = scoped_gap(inventory, kind) else { continue };
        if reason == GapReason::Undecodable || (inventory.medium == Medium::Files && inventory.count(kind) > 0) {
            continue;
        }
        // what the nodes' own files or kube-bench say stands in for it, and says itself where it does not
        let has = |other: Kind| inventory.count(other) > 0;
        let stands_in = match kind {
            Kind::KubeletConfig => has(Kind::NodeFacts) || has(Kind::KubeBench),
            Kind::NodeFacts => has(Kind::KubeBench),
            _ => false,
        };
        if stands_in && !inventory.opted_in(kind) {
            continue;
        }
        let message: Arc<str> = match inventory.state(kind) {
            ReadState::Failed { message, .. } if kind.info().wire == Wire::Gathered => message.clone(),
            _ if kind.info().wire == Wire::Gathered => gathered(kind).into(),
            _ if reason == GapReason::OptIn => {
                let flag = if kind == Kind::Secret { "--with-secrets" } else { "--with-configmaps" };
                format!("{} are read on request only: {flag}", kind.info().plural).into()
            }
            ReadState::Failed { message, .. } => message.clone(),
            ReadState::Reading | ReadState::Unread if inventory.medium == Medium::Cluster => "not read yet".into(),
            _ => format!("no {name} in the source").into(),
        };
        gaps.push(Gap { kind: name, namespace: None, reason, message, checks });
    }
    // a kind that is read whole too is one gap
    let mut merged: Vec<Gap> = Vec::new();
    for gap in gaps {
        let same = |known: &&mut Gap| {
            (&known.kind, &known.namespace, known.reason, &known.message)
                == (&gap.kind, &gap.namespace, gap.reason, &gap.message)
        };
        match merged.iter_mut().find(same) {
            Some(known) => known.checks.extend(gap.checks),
            None => merged.push(gap),
        }
    }
    let mut gaps = merged;
    // where nothing of a kind is known the gap of the kind says so for all checks
    let said = |gaps: &[Gap], missing: &Missing| {
        gaps.iter().any(|gap| *gap.kind == *missing.kind && gap.reason == missing.reason && gap.namespace.is_none())
    };
    let missing: Vec<_> = missing.into_iter().filter(|(missing, _)| !said(&gaps, missing)).collect();
    gaps.extend(missing.into_iter().map(|(Missing { kind, reason, message }, checks)| Gap {
        kind: kind.into(),
        namespace: None,
        reason,
        message: message.into(),
        checks,
    }));
    let missing: Vec<Arc<str>> = controls_of.keys().filter(|id| checks::find(id).is_none()).cloned().collect();
    if !missing.is_empty() {
        gaps.push(Gap {
            kind: "Check".into(),
            namespace: None,
            reason: GapReason::NotImplemented,
            message: format!("{} checks that the packs name are not built yet", missing.len()).into(),
            checks: missing,
        });
    }
    gaps
}

/// What it would take to know what is gathered of each node.
fn gathered(kind: Kind) -> &'static str {
    match kind {
        Kind::KubeletConfig => {
            "kubelet configuration was not read: --with-kubelet-config asks for it. It takes the right to get \
             nodes/proxy, which also lets its holder run commands in every pod"
        }
        _ => {
            "nothing looked at the nodes themselves (modes and owners of files, command lines): run `plimsoll node` on \
             each, or `plimsoll collect nodes`, and give --node-facts what they wrote"
        }
    }
}

/// Severities in a report's findings of a status, for tests and headers.
pub fn severities(report: &Report, status: FindingStatus) -> BTreeMap<Severity, usize> {
    let mut counts = BTreeMap::new();
    for finding in report.findings.iter().filter(|f| f.status == status) {
        *counts.entry(finding.severity).or_default() += 1;
    }
    counts
}
