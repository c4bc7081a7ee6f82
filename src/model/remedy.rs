use serde::Serialize;

/// What a fix may do to running things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Disruption {
    /// Nothing restarts, nothing is refused.
    None,
    /// Pods are replaced by a rollout.
    Restarts,
    /// Something that relied on the old setting may stop working.
    MayBreak,
    /// Traffic that is not named beforehand is cut.
    CutsTraffic,
}

impl Disruption {
    /// The word of JSON and CSV.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Restarts => "restarts",
            Self::MayBreak => "may-break",
            Self::CutsTraffic => "cuts-traffic",
        }
    }
}

/// The change itself, as data; paths are those of the finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fix {
    /// Set the field at the finding's path to this JSON value; the text `{selector}` stands for the object's own
    /// `spec.selector`.
    Set(&'static str),
    /// Set a field beside it: dotted path from the thing that holds the finding (its container, else its PodSpec,
    /// else the object) to a JSON value.
    SetAt(&'static str, &'static str),
    /// Remove the field or list item at the finding's path.
    Remove,
    /// Make sure that the list at the finding's path holds this JSON value.
    Append(&'static str),
    /// Create an object: YAML with `{namespace}` and `{name}` for those of the finding's resource, and the quoted text
    /// `{selector}` for its `spec.selector`.
    Create(&'static str),
    /// By the last field on the finding's path, for checks that look at several: the first that fits; `""` fits all.
    ByField(&'static [(&'static str, Fix)]),
    /// No patch can be known from here: the advice says what to do.
    Advice,
}

/// How to put a finding right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// One or two sentences, imperative.
    pub advice: &'static str,
    /// The change.
    pub fix: Fix,
    /// What it may do to running things.
    pub disruption: Disruption,
    /// What to try before it is rolled out.
    pub try_first: &'static str,
}
