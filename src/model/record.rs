//! What people decided and wrote down: waivers of failures, attestations of what is left to a person.

use super::{ControlRef, ControlResult, Finding, FindingStatus, ObjectRef, Waiver};
pub use jiff::civil::Date;
use serde::{Serialize, Serializer};
use std::sync::Arc;

/// A record and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<T> {
    /// The file, as it was named.
    pub source: Arc<str>,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// The record.
    pub record: T,
}

/// A failure that may stand: an entry of `waivers.yaml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WaiverRecord {
    /// Check id.
    pub check: Arc<str>,
    /// The object, exactly: the top owner, or the object in which the field stands.
    pub resource: ObjectRef,
    /// The container; None: all of them.
    pub container: Option<Arc<str>>,
    /// Why it may stand.
    pub reason: Arc<str>,
    /// Who answers for it.
    pub owner: Arc<str>,
    /// Who approved it.
    pub approved_by: Arc<str>,
    /// Where it is followed up.
    pub ticket: Arc<str>,
    /// The last day (UTC) on which it counts.
    #[serde(serialize_with = "day")]
    pub expires: Date,
}

/// A date as `YYYY-MM-DD`.
fn day<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(date)
}

impl WaiverRecord {
    /// Whether it covers findings of a check on an object. `owner` is the top owner of `resource`.
    pub fn covers(&self, check: &str, owner: &ObjectRef, resource: &ObjectRef, container: Option<&str>) -> bool {
        *self.check == *check
            && (self.resource == *owner || self.resource == *resource)
            && self.container.as_ref().is_none_or(|own| Some(&**own) == container)
    }

    /// The same for a finding.
    pub fn covers_finding(&self, finding: &Finding) -> bool {
        self.covers(finding.check, &finding.owner, &finding.resource, finding.container.as_deref())
    }

    /// Whether two records are about the same thing, whatever they say of it.
    pub fn is_about(&self, other: &Self) -> bool {
        (&self.check, &self.resource, &self.container) == (&other.check, &other.resource, &other.container)
    }

    /// Whether its last day is over.
    pub fn is_expired(&self, today: Date) -> bool {
        today > self.expires
    }

    /// `container.privileged on Deployment shop/web, container app`.
    pub fn subject(&self) -> String {
        let container = self.container.as_deref().map(|name| format!(", container {name}")).unwrap_or_default();
        format!("{} on {}{container}", self.check, self.resource)
    }

    /// As a finding carries it.
    pub fn waiver(&self, source: &Arc<str>) -> Waiver {
        Waiver {
            source: source.clone(),
            reason: self.reason.clone(),
            owner: Some(self.owner.clone()),
            approved_by: Some(self.approved_by.clone()),
            ticket: Some(self.ticket.clone()),
            expires: Some(self.expires.to_string().into()),
        }
    }
}

/// A file that was looked at for an attestation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attachment {
    /// Its name, without folders.
    pub name: Arc<str>,
    /// Its SHA-256, 64 hexadecimal digits.
    pub sha256: Arc<str>,
}

/// What a person found of a control that is left to a person: an entry of `attestations.yaml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attestation {
    /// Framework id.
    pub framework: Arc<str>,
    /// Version of the framework: an id means different things in different versions.
    pub version: Arc<str>,
    /// Control id.
    pub control: Arc<str>,
    /// What was found.
    pub statement: Arc<str>,
    /// Who says so.
    pub by: Arc<str>,
    /// The day on which it was said.
    #[serde(serialize_with = "day")]
    pub on: Date,
    /// The last day (UTC) on which it holds.
    #[serde(serialize_with = "day")]
    pub valid_until: Date,
    /// Where it is followed up.
    pub ticket: Option<Arc<str>>,
    /// What was looked at.
    pub attachments: Vec<Attachment>,
    /// Fingerprints of the candidates that were reviewed: any other one reopens the control.
    pub reviewed: Vec<Arc<str>>,
}

impl Attestation {
    /// Whether it is about a control in this version.
    pub fn is_of(&self, control: &ControlRef) -> bool {
        (&self.framework, &self.version, &self.control) == (&control.framework, &control.version, &control.id)
    }

    /// Whether its last day is over.
    pub fn is_expired(&self, today: Date) -> bool {
        today > self.valid_until
    }

    /// `cis 2.0.1 5.1.1`.
    pub fn subject(&self) -> String {
        format!("{} {} {}", self.framework, self.version, self.control)
    }
}

/// What came of a waiver in a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaiverState {
    /// Findings are waived by it.
    InForce,
    /// Its last day is over: what it covered fails again.
    Expired,
    /// Nothing that it covers fails.
    Unused,
    /// Whether it is of use cannot be said from this scan.
    NotJudged,
}

impl WaiverState {
    /// The word of JSON and of lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InForce => "in-force",
            Self::Expired => "expired",
            Self::Unused => "unused",
            Self::NotJudged => "not-judged",
        }
    }
}

/// A waiver and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WaiverUse {
    /// The file.
    pub source: Arc<str>,
    /// Line of the file, from 1.
    pub line: usize,
    /// The waiver.
    #[serde(flatten)]
    pub record: WaiverRecord,
    /// What came of it.
    pub state: WaiverState,
    /// Findings that it waives, or, expired, waived.
    pub findings: usize,
    /// One sentence.
    pub message: Arc<str>,
}

/// What came of an attestation in a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttestationState {
    /// Its control is attested by it.
    Holds,
    /// Its last day is over.
    Expired,
    /// There are candidates that it did not see.
    Reopened,
    /// A later one holds.
    Superseded,
    /// Its control is not in this scan, or is decided otherwise.
    NotApplied,
}

impl AttestationState {
    /// The word of JSON and of lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Expired => "expired",
            Self::Reopened => "reopened",
            Self::Superseded => "superseded",
            Self::NotApplied => "not-applied",
        }
    }
}

/// An attestation and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AttestationUse {
    /// The file.
    pub source: Arc<str>,
    /// Line of the file, from 1.
    pub line: usize,
    /// The attestation.
    #[serde(flatten)]
    pub record: Attestation,
    /// What came of it.
    pub state: AttestationState,
    /// One sentence.
    pub message: Arc<str>,
}

/// Whether a finding is for the person to weigh who decides this control.
pub fn is_candidate(control: &ControlResult, check: &str, status: FindingStatus) -> bool {
    matches!(status, FindingStatus::Manual | FindingStatus::Fail) && control.checks.iter().any(|of| **of == *check)
}

/// A day as `YYYY-MM-DD` and in no other way.
pub fn parse_day(text: &str) -> Option<Date> {
    let digit = |(i, byte): (usize, u8)| if i == 4 || i == 7 { byte == b'-' } else { byte.is_ascii_digit() };
    let shape = text.len() == 10 && text.bytes().enumerate().all(digit);
    text.parse().ok().filter(|_| shape)
}

/// Whether two names mean one person: by mail address where there is one, upper and lower case alike.
pub fn is_same_person(one: &str, other: &str) -> bool {
    fn bare(name: &str) -> String {
        let address = name.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(address, _)| address);
        address.unwrap_or(name).trim().to_lowercase()
    }
    !bare(one).is_empty() && bare(one) == bare(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_written_in_one_way() {
        assert_eq!(parse_day("2026-10-20").map(|day| day.to_string()).as_deref(), Some("2026-10-20"));
        for text in ["20261020", "2026-10-20T00:00:00", "2026-13-01", "2026-02-30", "26-10-20", "+02026-10", "soon"] {
            assert_eq!(parse_day(text), None, "{text}");
        }
    }

    #[test]
    fn a_person_is_known_by_the_address() {
        assert!(is_same_person("Ana <ana@example.com>", "ANA@example.com "));
        assert!(!is_same_person("ana@example.com", "bo@example.com"));
        assert!(!is_same_person("", " "));
    }
}
