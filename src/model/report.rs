use super::{AttestationUse, Findings, Verdict, WaiverUse};
use serde::Serialize;
use std::sync::Arc;

/// Version of the JSON schema (`assets/schema/report.schema.json`); a number that grows with each breaking change.
pub const SCHEMA_VERSION: &str = "1";

/// Why something could not be decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GapReason {
    /// 403, or preflight said no and the read agreed.
    Forbidden,
    /// No answer in time.
    TimedOut,
    /// An error, a cut stream, a 5xx.
    ReadFailed,
    /// The server could not say whether it serves the group.
    DiscoveryFailed,
    /// An object that does not decode.
    Undecodable,
    /// Readable only on request (`--with-secrets`, `--with-configmaps`).
    OptIn,
    /// Read before, lost since.
    Stale,
    /// No static control-plane pod to read flags from.
    NoControlPlanePod,
    /// The kubelet's configuration was not read.
    NoKubeletAccess,
    /// Nothing looked at the node's files.
    NoNodeEvidence,
    /// This kind of source cannot hold it (files, or a scope of namespaces).
    SourceCannotHoldIt,
    /// The check is named by a pack and not built yet.
    NotImplemented,
}

impl GapReason {
    /// The word of JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Forbidden => "forbidden",
            Self::TimedOut => "timed-out",
            Self::ReadFailed => "read-failed",
            Self::DiscoveryFailed => "discovery-failed",
            Self::Undecodable => "undecodable",
            Self::OptIn => "opt-in",
            Self::Stale => "stale",
            Self::NoControlPlanePod => "no-control-plane-pod",
            Self::NoKubeletAccess => "no-kubelet-access",
            Self::NoNodeEvidence => "no-node-evidence",
            Self::SourceCannotHoldIt => "source-cannot-hold-it",
            Self::NotImplemented => "not-implemented",
        }
    }

    /// Whether it makes a scan incomplete (exit code 4): a read that should work and did not.
    pub fn is_failure(self) -> bool {
        matches!(
            self,
            Self::Forbidden
                | Self::TimedOut
                | Self::ReadFailed
                | Self::DiscoveryFailed
                | Self::Undecodable
                | Self::Stale
        )
    }
}

/// What could not be read, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Gap {
    /// Kind that is missing, as in the API: `Secret`.
    pub kind: Arc<str>,
    /// Namespace that is missing; null: all in scope.
    pub namespace: Option<Arc<str>>,
    /// Why.
    pub reason: GapReason,
    /// One sentence, what was asked and what came back, or what to do.
    pub message: Arc<str>,
    /// Checks that it leaves undecided or weakens.
    pub checks: Vec<Arc<str>>,
}

/// A control's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ControlRef {
    /// Framework id: `cis`.
    pub framework: Arc<str>,
    /// Version of the framework: `2.0.1`.
    pub version: Arc<str>,
    /// Id within it: `5.2.2`.
    pub id: Arc<str>,
}

/// How many, by verdict: top owners or objects (of a control), controls (of a framework).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Passing.
    pub pass: usize,
    /// Failing.
    pub fail: usize,
    /// Waived or exempt.
    pub waived: usize,
    /// Decided by a person's record.
    pub attested: usize,
    /// For a person to decide.
    pub manual: usize,
    /// Undecided.
    pub not_evaluated: usize,
    /// Not there, or the provider's.
    pub not_applicable: usize,
}

/// A control and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ControlResult {
    /// Framework id.
    pub framework: Arc<str>,
    /// Version of the framework.
    pub version: Arc<str>,
    /// Section id.
    pub section: Arc<str>,
    /// Control id in this version.
    pub id: Arc<str>,
    /// Title, in our words.
    pub title: Arc<str>,
    /// Profile level, where the framework has levels.
    pub level: Option<u8>,
    /// The benchmark's label in this version: `manual` or `automated`.
    pub assessment: Option<Arc<str>>,
    /// `measured` or `review`.
    pub decides: Option<Arc<str>>,
    /// SOC2 criterion, for rows that are criteria.
    pub criterion: Option<Arc<str>>,
    /// What came of it.
    pub status: Verdict,
    /// Why not evaluated; null otherwise.
    pub reason: Option<GapReason>,
    /// One sentence on the status.
    pub message: Arc<str>,
    /// Ids of the checks that decide it.
    pub checks: Vec<Arc<str>>,
    /// Ids of checks that show what there is to weigh, and never decide it.
    pub evidence: Vec<Arc<str>>,
    /// Top owners or objects by verdict.
    pub counts: Counts,
}

impl ControlResult {
    /// Its name.
    pub fn name(&self) -> ControlRef {
        ControlRef { framework: self.framework.clone(), version: self.version.clone(), id: self.id.clone() }
    }
}

/// The score as an interval, 0–1; null where no control applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Score {
    /// pass / N.
    pub worst: Option<f64>,
    /// (pass + waived + unread) / N.
    pub best: Option<f64>,
}

/// A framework and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FrameworkResult {
    /// Framework id.
    pub id: Arc<str>,
    /// Title.
    pub title: Arc<str>,
    /// Version evaluated.
    pub version: Arc<str>,
    /// Kubernetes versions that this version was written for: `1.34–1.35`; null where it has none.
    pub benchmark_range: Option<Arc<str>>,
    /// Platforms that it is written for (`eks`); empty: any.
    pub platforms: Vec<Arc<str>>,
    /// Said where the server is outside that range.
    pub note: Option<Arc<str>>,
    /// The worst of its controls.
    pub status: Verdict,
    /// Interval.
    pub score: Score,
    /// Decided share, 0–1; null where no control applies.
    pub coverage: Option<f64>,
    /// Controls by verdict; criteria stand outside.
    pub counts: Counts,
}

/// A framework's id with its version, where it has several and the id does not say which: `cis 2.0.1`.
pub fn versioned(id: &str, version: &str) -> String {
    match version {
        "" | "latest" | "1" => id.to_owned(),
        version if id.ends_with(version) => id.to_owned(),
        version => format!("{id} {version}"),
    }
}

impl Report {
    /// Whether another report says the same at another time; false where that is not known.
    pub fn is_alike(&self, other: &Self) -> bool {
        let Self { schema_version: _, generator: _, started: _, finished: _, findings, .. } = self;
        let Self { cluster, scope, frameworks, controls, gaps, exempt, waivers, attestations, .. } = self;
        (cluster, scope, exempt, frameworks, gaps)
            == (&other.cluster, &other.scope, &other.exempt, &other.frameworks, &other.gaps)
            && (waivers, attestations, controls) == (&other.waivers, &other.attestations, &other.controls)
            && findings.is_alike(&other.findings)
    }

    /// Adds gaps that are not said yet.
    pub fn add_gaps(&mut self, gaps: impl IntoIterator<Item = Gap>) {
        for gap in gaps {
            if !self.gaps.iter().any(|known| (&known.kind, &known.message) == (&gap.kind, &gap.message)) {
                self.gaps.push(gap);
            }
        }
    }
}

impl FrameworkResult {
    /// Whether it is written for other platforms than this one, so that none of it applies.
    pub fn is_elsewhere(&self) -> bool {
        !self.platforms.is_empty() && self.status == Verdict::NotApplicable
    }
}

/// What was looked at: not a gap.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Scope {
    /// Namespaces; empty: all.
    pub namespaces: Vec<Arc<str>>,
    /// Label selector, as given.
    pub selector: Option<Arc<str>>,
}

impl Scope {
    /// The sentence of header, score and exports.
    pub fn sentence(&self) -> String {
        let mut text = match self.namespaces.as_slice() {
            [] => "all namespaces".to_owned(),
            [one] => format!("namespace {one}"),
            many => format!("namespaces {}", many.join(", ")),
        };
        if let Some(selector) = &self.selector {
            text.push_str(&format!(", selector {selector}"));
        }
        text
    }
}

/// Which cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cluster {
    /// Context name, or what the source is called.
    pub context: Option<Arc<str>>,
    /// API server's address.
    pub server: Option<Arc<str>>,
    /// Server's version: `v1.36.3`.
    pub version: Option<Arc<str>>,
    /// UID of namespace kube-system.
    pub id: Option<Arc<str>>,
}

/// One scan, as `scan -o json` prints it.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// [`SCHEMA_VERSION`].
    pub schema_version: &'static str,
    /// Program and version.
    pub generator: &'static str,
    /// Which cluster.
    pub cluster: Cluster,
    /// What was looked at.
    pub scope: Scope,
    /// RFC 3339, UTC.
    pub started: Arc<str>,
    /// RFC 3339, UTC.
    pub finished: Arc<str>,
    /// Frameworks in the order of the packs.
    pub frameworks: Vec<FrameworkResult>,
    /// Controls of all frameworks, passing and failing.
    pub controls: Vec<ControlResult>,
    /// Findings; passes are counted, not listed.
    pub findings: Findings,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    /// Findings that built-in exemptions turned into waived.
    pub exempt: usize,
    /// Waivers that people recorded, in the order of their file.
    pub waivers: Vec<WaiverUse>,
    /// Attestations that people recorded, in the order of their file.
    pub attestations: Vec<AttestationUse>,
}
