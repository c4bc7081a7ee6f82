use super::{ControlRef, Disruption, FieldPath, ObjectRef, Severity};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::sync::Arc;

/// What a finding says of its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingStatus {
    /// A counter-example.
    Fail,
    /// A failure that is waived or exempt.
    Waived,
    /// A candidate of a review control: a person decides.
    Manual,
    /// Could not be decided for this object.
    NotEvaluated,
}

impl FindingStatus {
    /// The word of JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Waived => "waived",
            Self::Manual => "manual",
            Self::NotEvaluated => "not-evaluated",
        }
    }

    /// The word of a table.
    pub fn short(self) -> &'static str {
        match self {
            Self::Fail => "FAIL",
            Self::Waived => "WAIVED",
            Self::Manual => "REVIEW",
            Self::NotEvaluated => "UNREAD",
        }
    }
}

/// Where a finding on a workload was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SeenIn {
    /// In the owner's template only.
    Template,
    /// In live pods only: injected, or an old revision.
    Pods,
    /// In both.
    Both,
}

/// One field of the evidence.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Evidence {
    /// Where, from the root of the resource.
    pub path: FieldPath,
    /// The value read, masked where it may be a credential; null: absent.
    pub actual: Value,
    /// What would pass, in words.
    pub expected: Cow<'static, str>,
    /// Line in the source (1-based), for files.
    pub line: Option<usize>,
}

/// Source of the waivers that the program brings.
pub const BUILT_IN: &str = "built-in";

/// Who decided that a failure stands, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waiver {
    /// `built-in` or the file.
    pub source: Arc<str>,
    /// Why it may stand.
    pub reason: Arc<str>,
    /// Who answers for it.
    pub owner: Option<Arc<str>>,
    /// Who approved it.
    pub approved_by: Option<Arc<str>>,
    /// Ticket.
    pub ticket: Option<Arc<str>>,
    /// Last day, `YYYY-MM-DD`.
    pub expires: Option<Arc<str>>,
}

/// A document of a file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct FindingSource {
    /// Path as given.
    pub file: Arc<str>,
    /// Position in the file, from 0.
    pub document: usize,
    /// Position in the document, where that is a JSON list and was read item by item.
    #[serde(skip)]
    pub item: Option<usize>,
}

/// A check's result on a resource: (check, owner, container, normalised path).
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// Stable id: see [`fingerprint`].
    pub fingerprint: Arc<str>,
    /// Check id, `family.name`.
    pub check: &'static str,
    /// What it says.
    pub status: FindingStatus,
    /// How bad this one is.
    pub severity: Severity,
    /// The object in which the field stands.
    pub resource: ObjectRef,
    /// Its top owner; the resource itself where nothing owns it.
    pub owner: ObjectRef,
    /// Container's name, for findings inside one.
    pub container: Option<Arc<str>>,
    /// Template, pods or both; null for things that are no workload.
    pub seen_in: Option<SeenIn>,
    /// Live pods that show it; null for things that are no workload.
    pub instances: Option<usize>,
    /// Live pods of the owner, for a rollout's progress; null for things that are no workload.
    #[serde(skip)]
    pub pods: Option<usize>,
    /// The fields at fault; the first is part of the fingerprint.
    pub paths: Vec<Evidence>,
    /// One sentence.
    pub message: Arc<str>,
    /// What to do, one or two sentences.
    pub remediation: &'static str,
    /// What the fix may do to running things.
    pub disruption: Disruption,
    /// What to try first.
    pub try_first: &'static str,
    /// Controls that this finding counts against.
    pub controls: Arc<[ControlRef]>,
    /// File and document, for file sources.
    pub source: Option<FindingSource>,
    /// Set where the status is waived.
    pub waiver: Option<Waiver>,
    /// The waiver whose last day is over: the finding fails again.
    pub expired_waiver: Option<Waiver>,
    /// Platform component, by the configured selectors: folded into one line of the first screen.
    pub platform: bool,
    /// Whose it is, by the configured selectors; null: nobody said.
    pub team: Option<Arc<str>>,
    /// Reach: what makes it worse (exposed, holds a token with grants, touches the node), for ordering.
    pub reach: Vec<&'static str>,
}

impl Waiver {
    /// Whether a person recorded it, and not the program's own list.
    pub fn is_by_people(&self) -> bool {
        &*self.source != BUILT_IN
    }
}

impl Finding {
    /// Whether a person's record waives it, and not the program's own list.
    pub fn is_waived_by_people(&self) -> bool {
        self.waiver.as_ref().is_some_and(Waiver::is_by_people)
    }
}

/// The stable id of a finding: sha256 of check, group and kind, namespace, top owner's name, container and
/// normalised path, as 64 hexadecimal digits. No cluster, no pod names, no indexes of lists that have names.
pub fn fingerprint(check: &str, owner: &ObjectRef, container: Option<&str>, path: &FieldPath) -> Arc<str> {
    let mut hash = Sha256::new();
    let path = path.to_string();
    let parts = [
        check,
        owner.group(),
        &owner.kind,
        owner.namespace.as_deref().unwrap_or(""),
        &owner.name,
        container.unwrap_or(""),
        &path,
    ];
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
}
