//! The findings of a report, kept small: a hundred thousand pods of one shape fail the same checks in the same words.
//! What findings share is kept once; a finding is four numbers, made whole when somebody asks for it.

mod cells;
mod gathering;
mod taking;

pub use gathering::Gathering;

use super::{
    ControlRef, Disruption, Evidence, FieldPath, Finding, FindingSource, FindingStatus, ObjectRef, SeenIn, Severity,
    Waiver, fingerprint,
};
use cells::{Cells, NONE, Pieces};
use serde::{Serialize, Serializer};
use std::sync::Arc;

/// What all findings of a check share.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// Check id.
    pub check: &'static str,
    /// What to do.
    pub remediation: &'static str,
    /// What the fix may do to running things.
    pub disruption: Disruption,
    /// What to try first.
    pub try_first: &'static str,
    /// Controls that a failure counts against.
    pub deciding: Arc<[ControlRef]>,
    /// Controls under which anything else is shown.
    pub all: Arc<[ControlRef]>,
}

/// What a check says, of however many owners.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Said {
    /// How bad.
    pub severity: Severity,
    /// Container's name, for what is inside one.
    pub container: Option<Arc<str>>,
    /// The fields at fault, from the PodSpec or from the object's root.
    pub paths: Arc<[Evidence]>,
    /// Paths are from the PodSpec, wherever that stands in the resource.
    pub in_pod_spec: bool,
    /// One sentence.
    pub message: Arc<str>,
}

/// What all findings on an owner share.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Owner {
    /// The owner.
    pub object: Arc<ObjectRef>,
    /// Its live pods; None for what is no workload.
    pub pods: Option<u32>,
    /// Platform component.
    pub platform: bool,
    /// Whose it is.
    pub team: Option<Arc<str>>,
    /// What makes it worse.
    pub reach: Vec<&'static str>,
}

/// What few findings have.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extra {
    /// The object in which the field stands, where that is not the owner.
    pub resource: Option<Box<ObjectRef>>,
    /// File and document, for file sources; the findings of a document share it.
    pub source: Option<Arc<FindingSource>>,
    /// Set where the status is waived.
    pub waiver: Option<Box<Waiver>>,
    /// The waiver whose last day is over.
    pub expired_waiver: Option<Box<Waiver>>,
    /// Lines of the evidence, in its order, 0 where one is not known; empty: none is.
    pub lines: Box<[u32]>,
}

/// What a finding has for itself alone.
#[derive(Clone, Copy, Debug)]
pub struct Own {
    /// What it says.
    pub status: FindingStatus,
    /// Template, pods or both; None for what is no workload.
    pub seen_in: Option<SeenIn>,
    /// Live pods that show it; None for what is no workload.
    pub instances: Option<u32>,
}

/// Shared parts, each once.
#[derive(Clone, Debug, Default)]
struct Shared {
    asked: Vec<Asked>,
    said: Vec<(u32, Arc<Said>)>,
    owners: Vec<Owner>,
    extras: Vec<Extra>,
}

/// Findings in the order of the report.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    cells: Pieces,
    shared: Arc<Shared>,
}

/// A finding where it lies: as much of it as is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    cells: Cells,
    asked: &'a Asked,
    said: &'a Said,
    owner: &'a Owner,
    extra: Option<&'a Extra>,
}

/// The field of an object of this kind under which its PodSpec stands.
pub fn pod_spec_field(kind: &str) -> &'static str {
    match kind {
        "Pod" => "spec",
        "CronJob" => "spec.jobTemplate.spec.template.spec",
        _ => "spec.template.spec",
    }
}

impl<'a> Row<'a> {
    /// Number of what it says, which findings of many owners share: what is known of one is known of all of them.
    pub fn said_number(&self) -> usize {
        self.cells.said as usize
    }

    /// Number of its owner.
    pub fn owner_number(&self) -> usize {
        self.cells.owner as usize
    }

    /// Check id.
    pub fn check(&self) -> &'static str {
        self.asked.check
    }

    /// What to do.
    pub fn remediation(&self) -> &'static str {
        self.asked.remediation
    }

    /// What it says.
    pub fn status(&self) -> FindingStatus {
        self.cells.status()
    }

    /// How bad this one is.
    pub fn severity(&self) -> Severity {
        self.said.severity
    }

    /// One sentence.
    pub fn message(&self) -> &'a Arc<str> {
        &self.said.message
    }

    /// Container's name, for findings inside one.
    pub fn container(&self) -> Option<&'a Arc<str>> {
        self.said.container.as_ref()
    }

    /// Its top owner.
    pub fn owner(&self) -> &'a ObjectRef {
        &self.owner.object
    }

    /// The object in which the field stands.
    pub fn resource(&self) -> &'a ObjectRef {
        self.extra.and_then(|extra| extra.resource.as_deref()).unwrap_or(&self.owner.object)
    }

    /// Platform component.
    pub fn platform(&self) -> bool {
        self.owner.platform
    }

    /// Whose it is.
    pub fn team(&self) -> Option<&'a Arc<str>> {
        self.owner.team.as_ref()
    }

    /// What makes it worse.
    pub fn reach(&self) -> &'a [&'static str] {
        &self.owner.reach
    }

    /// Live pods that show it; None for things that are no workload.
    pub fn instances(&self) -> Option<usize> {
        (self.cells.instances != NONE).then_some(self.cells.instances as usize)
    }

    /// Where it was seen; None for things that are no workload.
    pub fn seen_in(&self) -> Option<SeenIn> {
        self.cells.seen_in()
    }

    /// Controls that it counts against.
    pub fn controls(&self) -> &'a Arc<[ControlRef]> {
        if self.status() == FindingStatus::Fail { &self.asked.deciding } else { &self.asked.all }
    }

    /// Set where the status is waived.
    pub fn waiver(&self) -> Option<&'a Waiver> {
        self.extra?.waiver.as_deref()
    }

    /// The waiver whose last day is over.
    pub fn expired_waiver(&self) -> Option<&'a Waiver> {
        self.extra?.expired_waiver.as_deref()
    }

    /// File and document, for file sources.
    pub fn source(&self) -> Option<&'a FindingSource> {
        self.extra?.source.as_deref()
    }

    /// Whether a person's record waives it, and not the program's own list.
    pub fn is_waived_by_people(&self) -> bool {
        self.waiver().is_some_and(Waiver::is_by_people)
    }

    /// Stable id: see [`fingerprint`].
    pub fn fingerprint(&self) -> Arc<str> {
        let root = FieldPath::root();
        let path = self.said.paths.first().map_or(&root, |evidence| &evidence.path);
        fingerprint(self.check(), self.owner(), self.container().map(|name| &**name), path)
    }

    /// Whether it has the fingerprint of another: far cheaper than working both out.
    pub fn is_same(&self, other: &Row<'_>) -> bool {
        self.check() == other.check()
            && self.owner() == other.owner()
            && self.container() == other.container()
            && self.path() == other.path()
    }

    /// The fields at fault, from the root of the resource.
    pub fn fields(&self) -> impl Iterator<Item = FieldPath> + use<'a> {
        let (prefix, said) = (self.prefix(), self.said);
        said.paths.iter().map(move |evidence| prefix.join(&evidence.path))
    }

    /// The first field at fault, from the PodSpec or from the object's root: two findings of a check on one owner differ
    /// in it.
    pub fn path(&self) -> Option<&'a FieldPath> {
        self.said.paths.first().map(|evidence| &evidence.path)
    }

    fn prefix(&self) -> FieldPath {
        if self.said.in_pod_spec { FieldPath::of(pod_spec_field(&self.resource().kind)) } else { FieldPath::root() }
    }

    /// The whole of it.
    pub fn whole(&self) -> Finding {
        let prefix = self.prefix();
        let lines = self.extra.map_or(&[][..], |extra| &extra.lines);
        let evidence = |(i, said): (usize, &Evidence)| Evidence {
            path: prefix.join(&said.path),
            line: lines.get(i).filter(|line| **line > 0).and_then(|line| usize::try_from(*line).ok()),
            ..said.clone()
        };
        Finding {
            fingerprint: self.fingerprint(),
            check: self.check(),
            status: self.status(),
            severity: self.severity(),
            resource: self.resource().clone(),
            owner: self.owner().clone(),
            container: self.container().cloned(),
            seen_in: self.seen_in(),
            instances: self.instances(),
            pods: self.owner.pods.filter(|_| self.seen_in().is_some()).map(|pods| pods as usize),
            paths: self.said.paths.iter().enumerate().map(evidence).collect(),
            message: self.message().clone(),
            remediation: self.asked.remediation,
            disruption: self.asked.disruption,
            try_first: self.asked.try_first,
            controls: self.controls().clone(),
            source: self.source().cloned(),
            waiver: self.waiver().cloned(),
            expired_waiver: self.expired_waiver().cloned(),
            platform: self.platform(),
            team: self.team().cloned(),
            reach: self.reach().to_vec(),
        }
    }
}

impl Findings {
    /// How many.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn at(&self, cells: Cells) -> Option<Row<'_>> {
        let Shared { asked, said, owners, extras } = &*self.shared;
        let (check, said) = said.get(cells.said as usize)?;
        Some(Row {
            cells,
            asked: asked.get(*check as usize)?,
            said,
            owner: owners.get(cells.owner as usize)?,
            extra: cells.extra().and_then(|place| extras.get(place)),
        })
    }

    /// A finding where it lies, by position.
    pub fn row(&self, position: usize) -> Option<Row<'_>> {
        self.at(self.cells.get(position)?)
    }

    /// All of them where they lie.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = Row<'_>> + Clone {
        self.cells.iter().filter_map(|cells| self.at(cells))
    }

    /// The waiver of each finding that has one.
    pub fn waivers(&self) -> impl Iterator<Item = &Waiver> {
        let extras = self.cells.iter().filter_map(Cells::extra).filter_map(|place| self.shared.extras.get(place));
        extras.filter_map(|extra| extra.waiver.as_deref())
    }

    /// A finding made whole, by position.
    pub fn get(&self, position: usize) -> Option<Finding> {
        self.row(position).map(|row| row.whole())
    }

    /// The first, whole.
    pub fn first(&self) -> Option<Finding> {
        self.get(0)
    }

    /// Each of them made whole, one after the other.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Finding> + Clone {
        self.rows().map(|row| row.whole())
    }

    /// All of them whole, at once.
    pub fn to_vec(&self) -> Vec<Finding> {
        self.iter().collect()
    }

    /// Those at these positions, in this order.
    #[must_use]
    pub fn select(&self, positions: &[usize]) -> Self {
        let cells = positions.iter().filter_map(|position| self.cells.get(*position)).collect();
        Self { cells, shared: self.shared.clone() }
    }

    /// Whether they are the same, put together in the same order, as two looks at a cluster put them together in which
    /// nothing changed. Far cheaper than comparing one by one; false where it is not known.
    pub fn is_alike(&self, other: &Self) -> bool {
        let (ours, theirs) = (&*self.shared, &*other.shared);
        self.cells == other.cells
            && ours.said.len() == theirs.said.len()
            && ours
                .said
                .iter()
                .zip(&theirs.said)
                .all(|((check, a), (other, b))| check == other && (Arc::ptr_eq(a, b) || a == b))
            && ours.owners == theirs.owners
            && ours.asked == theirs.asked
            && ours.extras == theirs.extras
    }

    /// Tells the lines of the evidence of findings, by their positions.
    pub fn set_lines(&mut self, found: impl IntoIterator<Item = (usize, Vec<Option<usize>>)>) {
        let shared = Arc::make_mut(&mut self.shared);
        for (position, lines) in found {
            let Some(cells) = self.cells.get_mut(position) else { continue };
            let extra = cells.extra().and_then(|place| shared.extras.get(place)).cloned().unwrap_or_default();
            let lines = lines.into_iter().map(kept_line).collect();
            let place = place_of(&mut shared.extras, Extra { lines, ..extra });
            *cells = cells.with_extra(place);
        }
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = Finding;
    type IntoIter = Box<dyn Iterator<Item = Finding> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

impl PartialEq for Findings {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Serialize for Findings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

/// A line as it is kept.
fn kept_line(line: Option<usize>) -> u32 {
    line.and_then(|line| u32::try_from(line).ok()).unwrap_or(0)
}

/// A place as a number that is kept.
pub fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(NONE)
}

fn place_of<T>(list: &mut Vec<T>, thing: T) -> u32 {
    list.push(thing);
    number(list.len() - 1)
}
