//! The vocabulary of plimsoll: what a scan says and about what. No IO, no Kubernetes client.

mod asked;
mod finding;
pub mod findings;
mod near;
mod object;
mod path;
mod record;
mod remedy;
mod report;
mod text;
mod verdict;

pub use asked::{Activity, Asked, Doing, KindActivity, Place, Sums};
pub use finding::{BUILT_IN, Evidence, Finding, FindingSource, FindingStatus, SeenIn, Waiver, fingerprint};
pub use findings::Findings;
pub use near::nearest;
pub use object::{ObjectRef, OwnObject};
pub use path::{FieldPath, Step, flag_name, flag_position};
pub use record::{
    Attachment, Attestation, AttestationState, AttestationUse, Date, Placed, WaiverRecord, WaiverState, WaiverUse,
    is_candidate, is_same_person, parse_day,
};
pub use remedy::{Disruption, Fix, Remedy};
pub use report::{
    Cluster, ControlRef, ControlResult, Counts, FrameworkResult, Gap, GapReason, Report, SCHEMA_VERSION, Scope, Score,
    versioned,
};
pub use text::{clean, clean_lines, is_hostile};
pub use verdict::{Severity, Verdict};
