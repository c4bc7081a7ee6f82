//! One target: what is being read of it, and what came of it.

use super::summary::{Group, Summary};
use super::{Document, Failure, Found, Progress, RemedyText, Target};
use crate::inventory::Question;
use crate::model::{ControlResult, Finding, FrameworkResult, Report};
use std::collections::HashMap;
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
    /// A first pass was completed.
    pub complete: bool,
    /// The results shown.
    pub report: Option<Arc<Report>>,
    /// Results of a repeated scan, held back until it is complete: numbers never fall because of a second look.
    pub next: Option<Arc<Report>>,
    /// Why the records of people count for nothing.
    pub records: Option<Failure>,
    /// Folds over the report shown.
    pub summary: Summary,
    /// Resources as YAML, by fingerprint.
    pub documents: HashMap<Arc<str>, Load<Document>>,
    /// Fixes, by fingerprint.
    pub remedies: HashMap<Arc<str>, Load<RemedyText>>,
    /// Answers, by question.
    pub found: HashMap<Question, Load<Found>>,
}

impl Session {
    /// Of a target, before anything was asked.
    pub fn new(target: Target) -> Self {
        Self { target, ..Self::default() }
    }

    /// Shows these results.
    pub fn show(&mut self, report: Arc<Report>) {
        self.summary = Summary::of(&report);
        self.report = Some(report);
    }

    /// Whether kinds are still being read.
    pub fn is_reading(&self) -> bool {
        matches!(self.phase, Phase::Connecting | Phase::Reading)
    }

    /// Position and result of a finding.
    pub fn finding(&self, fingerprint: &str) -> Option<&Finding> {
        self.report.as_deref()?.findings.get(self.summary.finding(fingerprint)?)
    }

    /// A control by framework and id.
    pub fn control(&self, framework: &Arc<str>, id: &Arc<str>) -> Option<&ControlResult> {
        self.report.as_deref()?.controls.get(self.summary.control(framework, id)?)
    }

    /// A framework by id.
    pub fn framework(&self, id: &str) -> Option<&FrameworkResult> {
        self.report.as_deref()?.frameworks.iter().find(|f| *f.id == *id)
    }

    /// A group by check and fix.
    pub fn group(&self, check: &str, fix: &str) -> Option<&Group> {
        self.summary.groups.iter().find(|g| g.check == check && g.fix == fix)
    }

    /// The document of a finding.
    pub fn document(&self, fingerprint: &str) -> Option<&Document> {
        self.documents.get(fingerprint)?.ready()
    }
}
