use serde::{Deserialize, Serialize};
use std::fmt;

/// How bad a finding is; ordered, `Info` lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is wrong yet.
    Info,
    /// Hygiene.
    Low,
    /// Weakens a defence.
    Medium,
    /// Opens a way in, or a way up.
    High,
    /// One step from the node, the cluster or every credential.
    Critical,
}

impl Severity {
    /// All severities, worst first.
    pub const ALL: [Severity; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Info];

    /// The word of the command line and of JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The four-letter word of a table.
    pub fn short(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Low => "LOW",
            Self::Medium => "MED",
            Self::High => "HIGH",
            Self::Critical => "CRIT",
        }
    }

    /// One step less severe; `Info` stays.
    pub fn lower(self) -> Self {
        match self {
            Self::Critical => Self::High,
            Self::High => Self::Medium,
            Self::Medium => Self::Low,
            Self::Low | Self::Info => Self::Info,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Severity {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or_else(|| format!("unknown severity {text:?}: expected critical, high, medium, low or info"))
    }
}

/// What a control, a framework or a SOC2 criterion comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Everything it needs was read, and nothing contradicts it.
    Pass,
    /// At least one counter-example was seen.
    Fail,
    /// Evidence is shown, a person decides.
    Manual,
    /// A person decided a manual control, with a record that still holds.
    Attested,
    /// Every failing object is waived or exempt.
    Waived,
    /// The thing does not exist here, or the provider owns it.
    NotApplicable,
    /// It could not be decided; a reason says why.
    NotEvaluated,
    /// SOC2: a finding speaks against the criterion.
    Contradicted,
    /// SOC2: what the cluster shows supports the criterion in part.
    SupportedInPart,
    /// SOC2: nothing in the cluster speaks for or against it.
    NoTechnicalEvidence,
    /// SOC2: only people can show it.
    NeedsPeople,
}

impl Verdict {
    /// The word of JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Manual => "manual",
            Self::Attested => "attested",
            Self::Waived => "waived",
            Self::NotApplicable => "not-applicable",
            Self::NotEvaluated => "not-evaluated",
            Self::Contradicted => "contradicted",
            Self::SupportedInPart => "supported-in-part",
            Self::NoTechnicalEvidence => "no-technical-evidence",
            Self::NeedsPeople => "needs-people",
        }
    }

    /// The word of a table: a status is a word, never a colour alone.
    pub fn short(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Manual => "MANUAL",
            Self::Attested => "ATTEST",
            Self::Waived => "WAIVED",
            Self::NotApplicable => "N/A",
            Self::NotEvaluated => "UNREAD",
            Self::Contradicted => "CONTRA",
            Self::SupportedInPart => "PARTLY",
            Self::NoTechnicalEvidence => "NONE",
            Self::NeedsPeople => "PEOPLE",
        }
    }

    /// Rank inside `all:`: the highest decides.
    pub fn rank_all(self) -> u8 {
        match self {
            Self::Fail | Self::Contradicted => 6,
            Self::NotEvaluated | Self::NoTechnicalEvidence => 5,
            Self::Manual | Self::NeedsPeople => 4,
            Self::Attested => 3,
            Self::Waived => 2,
            Self::Pass | Self::SupportedInPart => 1,
            Self::NotApplicable => 0,
        }
    }

    /// Rank inside `any:`: the highest decides.
    pub fn rank_any(self) -> u8 {
        match self {
            Self::Pass | Self::SupportedInPart => 6,
            Self::Waived => 5,
            Self::NotEvaluated | Self::NoTechnicalEvidence => 4,
            Self::Manual | Self::Attested | Self::NeedsPeople => 3,
            Self::Fail | Self::Contradicted => 2,
            Self::NotApplicable => 0,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
