//! One target: what is being read of it, and what came of it.

use super::arrange::{Fold, Folded};
use super::summary::{Group, Summary};
use super::{Document, Failure, Found, Link, Progress, RemedyText, RowId, Sheet, Target};
use crate::inventory::nodes::NodeRow;
use crate::inventory::{Facts, Question};
use crate::model::findings::Row;
use crate::model::{Activity, Asked, ControlResult, Finding, FrameworkResult, Gap, KindActivity, Report, SeenIn};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Something that is asked for and comes later.
#[derive(Clone, Debug, Default)]
pub enum Load<T> {
    /// Not asked for.
    #[default]
    Idle,
    /// Asked for.
    Loading,
    /// Here.
    Ready(T),
    /// Cannot be had.
    Failed(Failure),
}

impl<T> Load<T> {
    /// The thing, when it is here.
    pub fn ready(&self) -> Option<&T> {
        match self {
            Self::Ready(thing) => Some(thing),
            _ => None,
        }
    }

    /// Whether nobody asked for it yet.
    pub fn is_wanted(&self) -> bool {
        matches!(self, Self::Idle)
    }
}

impl<T> From<Result<T, Failure>> for Load<T> {
    fn from(result: Result<T, Failure>) -> Self {
        match result {
            Ok(thing) => Self::Ready(thing),
            Err(failure) => Self::Failed(failure),
        }
    }
}

/// Where a scan stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Nothing was asked yet, or no answer yet.
    #[default]
    Connecting,
    /// Kinds are being read.
    Reading,
    /// The first pass is over.
    Done,
    /// It could not go on.
    Failed(Failure),
}

/// One target and its state.
#[derive(Debug, Default)]
pub struct Session {
    /// What is looked at.
    pub target: Target,
    /// Number of the scan whose events count.
    pub scan: u64,
    /// Where it stands.
    pub phase: Phase,
    /// Kinds that will be read; 0: not known yet.
    pub planned: usize,
    /// Progress by kind, in order of arrival.
    pub progress: Vec<Progress>,
    /// How results are kept true.
    pub link: Link,
    /// Later results wait until somebody lets the screen go on.
    pub frozen: bool,
    /// Findings that were opened and are gone since, by fingerprint.
    pub gone: HashMap<Arc<str>, Gone>,
    /// Findings that were in a template and are now in its last old pods only.
    pub rolling: HashSet<Arc<str>>,
    /// A first pass was completed.
    pub complete: bool,
    /// The results shown.
    pub report: Option<Arc<Report>>,
    /// Results of a repeated scan, held back until it is complete: numbers never fall because of a second look.
    pub next: Option<Arc<Report>>,
    /// The nodes.
    pub nodes: Vec<NodeRow>,
    /// Nodes are being looked at.
    pub collecting: bool,
    /// Why the records of people count for nothing.
    pub records: Option<Failure>,
    /// Folds over the report shown.
    pub summary: Arc<Summary>,
    /// The work on newer results that runs, by its number.
    pub(super) folding: Option<u64>,
    /// The newest results, which wait for it.
    pub(super) to_fold: Option<Arc<Report>>,
    /// Labels and ages of objects, once somebody wants them.
    pub facts: Load<Arc<Facts>>,
    /// They were asked for since the results came.
    pub(super) facts_asked: bool,
    /// Resources as YAML, by fingerprint.
    pub documents: HashMap<Arc<str>, Load<Sheet>>,
    /// Fixes, by fingerprint.
    pub remedies: HashMap<Arc<str>, Load<RemedyText>>,
    /// What is being done and was asked of the target, while somebody looks at it.
    pub activity: Load<Activity>,
    /// It is being asked for.
    pub watches_activity: bool,
    /// Findings that stand beside the one that is shown.
    pub siblings: Option<(Arc<str>, Siblings)>,
    /// Answers, by question.
    pub found: HashMap<Question, Load<Found>>,
}

/// Findings beside one, by their positions in the report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Siblings {
    /// Other checks' of the same field.
    pub field: Vec<usize>,
    /// All others of the same object.
    pub object: Vec<usize>,
}

/// What became of a finding that was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// Whose it was.
    pub resource: String,
    /// Of which check.
    pub check: &'static str,
    /// Time of the results that lack it, RFC 3339.
    pub since: Arc<str>,
    /// What the check reads was read: it passes now, or its object is gone.
    pub known: bool,
    /// It was on its way out by a rollout: it passes now.
    pub passes: bool,
}

impl Gone {
    fn of(finding: &Row<'_>, after: &Report, passes: bool) -> Self {
        let unread = |gap: &Gap| gap.checks.iter().any(|check| **check == *finding.check());
        Self {
            // the pod at fault may be gone where its owner is not
            resource: finding.owner().to_string(),
            check: finding.check(),
            since: after.finished.clone(),
            known: !after.gaps.iter().any(unread),
            passes,
        }
    }
}

impl Session {
    /// Of a target, before anything was asked.
    pub fn new(target: Target) -> Self {
        Self { target, ..Self::default() }
    }

    /// Shows these results.
    pub fn show(&mut self, report: Arc<Report>) {
        let folded = self.fold(report).work();
        self.install(folded);
    }

    /// The work that shows these results.
    pub(super) fn fold(&self, report: Arc<Report>) -> Fold {
        Fold { report, before: self.report.clone(), known: self.summary.clone(), rolling: self.rolling.clone() }
    }

    /// Shows results whose folds are worked out. Returns what was shown before.
    pub(super) fn install(&mut self, folded: Folded) -> Option<(Arc<Report>, Arc<Summary>)> {
        let Folded { report, summary, rolling } = folded;
        if let Some(before) = self.report.clone() {
            self.compare(&before, &report, &summary);
        }
        self.rolling = rolling;
        self.facts_asked = false;
        let before = std::mem::replace(&mut self.summary, summary);
        self.report.replace(report).map(|report| (report, before))
    }

    /// What became of findings between two reports.
    fn compare(&mut self, before: &Report, after: &Report, summary: &Summary) {
        let later = |fingerprint: &str| summary.finding(fingerprint).and_then(|at| after.findings.row(at));
        let opened: Vec<Arc<str>> = self.documents.keys().cloned().collect();
        for fingerprint in opened {
            let old = self.summary.finding(&fingerprint).and_then(|at| before.findings.row(at));
            let Some(old) = old else {
                if later(&fingerprint).is_some() {
                    // it is back: what was read of it is from before
                    self.gone.remove(&fingerprint);
                    self.documents.remove(&fingerprint);
                    self.remedies.remove(&fingerprint);
                }
                continue;
            };
            match later(&fingerprint) {
                None => {
                    let passes = self.rolling.contains(&fingerprint);
                    self.gone.insert(fingerprint, Gone::of(&old, after, passes));
                }
                Some(new) => {
                    self.gone.remove(&fingerprint);
                    if new.seen_in() != old.seen_in() || new.whole().paths != old.whole().paths {
                        // what is shown of it was read before the change
                        self.documents.remove(&fingerprint);
                        self.remedies.remove(&fingerprint);
                    }
                }
            }
        }
    }

    /// `ROLLING 9 of 12 pods still fail`, where a finding is on its way out.
    pub fn rolling(&self, finding: &Finding) -> Option<String> {
        let (failing, all) = (finding.instances?, finding.pods?);
        self.rolling.contains(&finding.fingerprint).then(|| format!("ROLLING {failing} of {all} pods still fail"))
    }

    /// Looks for the findings beside one: once when it is shown, and again with every report.
    pub(super) fn look_beside(&mut self, fingerprint: &Arc<str>) {
        let place = self.summary.finding(fingerprint);
        let found =
            self.report.as_deref().zip(place).and_then(|(report, place)| Some((report, report.findings.row(place)?)));
        let Some((report, here)) = found else {
            self.siblings = None;
            return;
        };
        let (path, own) = (here.fields().next(), here.owner());
        let mut siblings = Siblings::default();
        let mut named = self.summary.of_owners_named(&own.name).to_vec();
        named.sort_unstable();
        for (at, other) in named.into_iter().filter_map(|at| Some((at, report.findings.row(at)?))) {
            if other.owner() != own || Some(at) == place {
                continue;
            }
            if other.resource() == here.resource() && path.is_some() && other.fields().any(|field| Some(field) == path)
            {
                siblings.field.push(at);
            }
            siblings.object.push(at);
        }
        self.siblings = Some((fingerprint.clone(), siblings));
    }

    /// The findings beside one that is shown.
    pub fn beside(&self, fingerprint: &str) -> Option<&Siblings> {
        self.siblings.as_ref().filter(|(of, _)| **of == *fingerprint).map(|(_, siblings)| siblings)
    }

    /// Whether kinds are still being read.
    pub fn is_reading(&self) -> bool {
        matches!(self.phase, Phase::Connecting | Phase::Reading)
    }

    /// Position and result of a finding.
    pub fn finding(&self, fingerprint: &str) -> Option<Finding> {
        self.report.as_deref()?.findings.get(self.summary.finding(fingerprint)?)
    }

    /// A finding where it lies.
    pub fn row(&self, fingerprint: &str) -> Option<Row<'_>> {
        self.report.as_deref()?.findings.row(self.summary.finding(fingerprint)?)
    }

    /// A control by framework and id.
    pub fn control(&self, framework: &Arc<str>, id: &Arc<str>) -> Option<&ControlResult> {
        self.report.as_deref()?.controls.get(self.summary.control(framework, id)?)
    }

    /// A framework by id.
    pub fn framework(&self, id: &str) -> Option<&FrameworkResult> {
        self.report.as_deref()?.frameworks.iter().find(|f| *f.id == *id)
    }

    /// Whether what a row stands for is in the results; before they are complete it may still come.
    pub fn holds(&self, row: &RowId) -> bool {
        !self.complete
            || match row {
                RowId::Finding(fingerprint) => self.summary.finding(fingerprint).is_some(),
                RowId::Control(framework, id) | RowId::Answer(framework, id) => {
                    self.summary.control(framework, id).is_some()
                }
                RowId::Group(check, fix) => self.group(check, fix).is_some(),
                RowId::Node(name) => self.node(name).is_some(),
                _ => true,
            }
    }

    /// A group by check and fix.
    pub fn group(&self, check: &str, fix: &str) -> Option<&Group> {
        self.summary.groups.iter().find(|g| g.check == check && g.fix == fix)
    }

    /// The findings of a group.
    pub(super) fn findings_of<'s>(&'s self, group: &'s Group) -> impl Iterator<Item = Row<'s>> + Clone {
        group.findings.iter().filter_map(|i| self.report.as_deref()?.findings.row(*i))
    }

    /// A node by name.
    pub fn node(&self, name: &str) -> Option<&NodeRow> {
        self.nodes.iter().find(|node| *node.name == *name)
    }

    /// What is being done about a kind.
    pub fn kind(&self, name: &str) -> Option<&KindActivity> {
        self.activity.ready()?.kinds.iter().find(|kind| *kind.kind == *name)
    }

    /// A request by its number.
    pub fn asked(&self, number: u64) -> Option<&Asked> {
        let asked = &self.activity.ready()?.asked;
        let first = asked.first()?.number;
        asked.get(usize::try_from(number.checked_sub(first)?).ok()?)
    }

    /// The document of a finding.
    pub fn document(&self, fingerprint: &str) -> Option<&Document> {
        Some(&self.sheet(fingerprint)?.document)
    }

    /// The same with its lines.
    pub fn sheet(&self, fingerprint: &str) -> Option<&Sheet> {
        self.documents.get(fingerprint)?.ready()
    }
}

/// Findings that were in a template and are in old pods only, after these results came.
pub(super) fn rolling(
    before: &Report,
    after: &Report,
    summary: &Summary,
    mut rolling: HashSet<Arc<str>>,
) -> HashSet<Arc<str>> {
    let is_old = |finding: &Row<'_>| finding.seen_in() == Some(SeenIn::Pods);
    let only_pods = |fingerprint: &str| {
        summary.finding(fingerprint).and_then(|at| after.findings.row(at)).is_some_and(|new| is_old(&new))
    };
    let in_template: HashSet<Arc<str>> = if after.findings.rows().any(|new| is_old(&new)) {
        let template = |old: &Row<'_>| matches!(old.seen_in(), Some(SeenIn::Template | SeenIn::Both));
        before.findings.rows().filter(template).map(|old| old.fingerprint()).collect()
    } else {
        HashSet::new()
    };
    rolling.extend(in_template.into_iter().filter(|old| only_pods(old)));
    rolling.retain(|fingerprint| only_pods(fingerprint));
    rolling
}
