//! What a piece of text means; a theme says how that looks.

use crate::model::{FindingStatus, Severity, Verdict};

macro_rules! tones {
    ($($(#[$doc:meta])* $tone:ident = $name:literal;)*) => {
        /// The meaning of a piece of text. Themes name each in kebab case.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Tone { $($(#[$doc])* $tone),* }

        impl Tone {
            /// All of them.
            pub const ALL: &'static [Tone] = &[$(Tone::$tone),*];

            /// Its name in a theme file.
            pub fn name(self) -> &'static str {
                match self { $(Tone::$tone => $name),* }
            }
        }
    };
}

tones! {
    /// Plain text.
    Text = "text";
    /// Less important text.
    Dim = "dim";
    /// Text that stands out.
    Strong = "strong";
    /// The header line.
    Header = "header";
    /// Titles of boxes and labels.
    Title = "title";
    /// Borders.
    Border = "border";
    /// Borders of the box that has the focus.
    Focus = "focus";
    /// The selected row, over its cells' own tones.
    Selected = "selected";
    /// A marked row, over its cells' own tones.
    Picked = "picked";
    /// Keys in footer and help.
    Key = "key";
    /// A message that a person should read.
    Notice = "notice";
    /// Something went wrong.
    Error = "error";
    /// FAIL, contradicted.
    Fail = "fail";
    /// PASS.
    Pass = "pass";
    /// MANUAL, REVIEW, needs people.
    Manual = "manual";
    /// WAIVED.
    Waived = "waived";
    /// UNREAD.
    Unread = "unread";
    /// N/A.
    NotApplicable = "not-applicable";
    /// CRIT.
    Critical = "critical";
    /// HIGH.
    High = "high";
    /// MED.
    Medium = "medium";
    /// LOW.
    Low = "low";
    /// INFO.
    Info = "info";
    /// The sure part of a score's bar.
    BarSure = "bar-sure";
    /// The undecided part of a score's bar.
    BarOpen = "bar-open";
    /// The rest of a score's bar.
    BarRest = "bar-rest";
    /// A line that a diff adds.
    Added = "added";
    /// A line that a diff removes.
    Removed = "removed";
    /// A line of YAML that is at fault.
    Marked = "marked";
    /// A key of YAML.
    YamlKey = "yaml-key";
    /// A value of YAML.
    YamlValue = "yaml-value";
    /// What is looked for in a text, where it stands.
    Found = "found";
}

impl From<Severity> for Tone {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Critical => Self::Critical,
            Severity::High => Self::High,
            Severity::Medium => Self::Medium,
            Severity::Low => Self::Low,
            Severity::Info => Self::Info,
        }
    }
}

impl From<Verdict> for Tone {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Fail | Verdict::Contradicted => Self::Fail,
            Verdict::Pass | Verdict::SupportedInPart => Self::Pass,
            Verdict::Manual | Verdict::Attested | Verdict::NeedsPeople => Self::Manual,
            Verdict::Waived => Self::Waived,
            Verdict::NotEvaluated => Self::Unread,
            Verdict::NotApplicable | Verdict::NoTechnicalEvidence => Self::NotApplicable,
        }
    }
}

impl From<FindingStatus> for Tone {
    fn from(status: FindingStatus) -> Self {
        match status {
            FindingStatus::Fail => Self::Fail,
            FindingStatus::Waived => Self::Waived,
            FindingStatus::Manual => Self::Manual,
            FindingStatus::NotEvaluated => Self::Unread,
        }
    }
}
