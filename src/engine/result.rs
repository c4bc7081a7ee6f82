//! From the outcomes of checks to the rows of a report: controls and frameworks.

use super::control::{Decision, decide};
use super::outcome::{Outcomes, Status, Weights};
use super::score::{count, score};
use crate::frameworks::{Control, Edition};
use crate::inventory::{Inventory, Kind, Medium};
use crate::model::{ControlResult, Counts, FrameworkResult, GapReason, Verdict};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Why a benchmark of another platform does not apply.
pub(super) fn elsewhere(inventory: &Inventory, edition: &Edition) -> Arc<str> {
    let names: Vec<&str> = edition.platforms.iter().map(|platform| platform.title()).collect();
    let unread = inventory.medium == Medium::Cluster && inventory.gap(Kind::Node, None).is_some();
    let seen =
        if unread { "the nodes that would show one were not read" } else { "this cluster does not show itself as one" };
    format!("written for {}; {seen} (--framework {} judges it all the same)", names.join(" and "), edition.framework)
        .into()
}

/// The result of a control that is for another platform.
pub(super) fn not_here(result: ControlResult, why: &Arc<str>) -> ControlResult {
    ControlResult {
        status: Verdict::NotApplicable,
        reason: None,
        message: why.clone(),
        counts: Counts::default(),
        ..result
    }
}

pub(super) fn control_result(
    edition: &Edition,
    section: Arc<str>,
    control: &Control,
    results: &BTreeMap<&str, Outcomes>,
    weights: &mut Weights,
) -> ControlResult {
    let ids = control.checks.checks();
    let (status, reason): Decision = decide(control, &|id| results.get(id).map(|outcomes| &outcomes.verdict));
    for outcomes in ids.iter().filter_map(|id| results.get(&**id)) {
        weights.add(outcomes);
    }
    // where a person decides, what evidence points at is to be weighed; what it does not point at says nothing
    let weighs = matches!(status, Verdict::Manual | Verdict::NeedsPeople);
    for outcomes in control.evidence.iter().filter(|_| weighs).filter_map(|id| results.get(&**id)) {
        let pointed = outcomes.marked.iter().filter(|mark| matches!(mark.status(), Status::Fail | Status::Manual));
        pointed.for_each(|mark| weights.weigh(mark.object(), Status::Manual));
    }
    let (counts, judged) = weights.take();
    let verdicts = || ids.iter().filter_map(|id| results.get(&**id)).map(|outcomes| &outcomes.verdict);
    let partial = verdicts().any(|v| v.partial);
    let reading = verdicts().any(|v| v.reading);
    let message: Arc<str> = match status {
        Verdict::Fail if partial => format!("at least {} fail; not everything could be read", counts.fail).into(),
        Verdict::Fail => format!("{} of {judged} fail", counts.fail).into(),
        Verdict::Pass if judged == 0 => "nothing of the kind exists".into(),
        Verdict::Pass => format!("{judged} checked, none fails").into(),
        Verdict::Manual if ids.is_empty() && counts.manual == 0 => "a person decides: see what to collect".into(),
        Verdict::Manual if counts.manual == 0 => "no candidates found".into(),
        Verdict::Manual => format!("{} candidates to review", counts.manual).into(),
        Verdict::Waived => format!("{} waived or exempt, none else fails", counts.waived).into(),
        Verdict::NotEvaluated if control.broken.is_some() => control.broken.clone().unwrap_or_default(),
        Verdict::NotEvaluated if reading => "still reading".into(),
        Verdict::NotEvaluated if reason == Some(GapReason::Undecodable) => {
            verdicts().find_map(|v| v.undecided.clone()).unwrap_or_else(|| sentence(GapReason::Undecodable).into())
        }
        Verdict::NotEvaluated => reason.map_or("not decided", sentence).into(),
        Verdict::NotApplicable => {
            verdicts().find_map(|v| v.not_applicable.clone()).unwrap_or_else(|| "does not exist here".into())
        }
        Verdict::Attested => "a person attested it".into(),
        Verdict::Contradicted => format!("{} objects speak against it", counts.fail).into(),
        Verdict::SupportedInPart => "what the cluster shows supports it in part".into(),
        Verdict::NoTechnicalEvidence => "nothing in the cluster speaks for or against it".into(),
        Verdict::NeedsPeople => "people have to show it: see what to collect".into(),
    };
    let message = match verdicts().find_map(|v| v.note.clone()) {
        Some(note) => format!("{message}; {note}").into(),
        None => message,
    };
    ControlResult {
        framework: edition.framework.clone(),
        version: edition.version.clone(),
        section,
        id: control.id.clone(),
        title: control.title.clone(),
        level: control.level,
        assessment: control.assessment.clone(),
        decides: control.criterion.is_none().then(|| control.decides.as_str().into()),
        criterion: control.criterion.clone(),
        status,
        reason,
        message,
        checks: ids,
        evidence: control.evidence.clone(),
        counts,
    }
}

/// What a reason means, in a sentence.
fn sentence(reason: GapReason) -> &'static str {
    match reason {
        GapReason::Forbidden => "not read: the API server refused (403)",
        GapReason::TimedOut => "not read: no answer in time",
        GapReason::ReadFailed => "not read: the read failed",
        GapReason::DiscoveryFailed => "not read: the server could not say whether it serves the group",
        GapReason::Undecodable => "an object could not be decoded",
        GapReason::OptIn => "read on request only",
        GapReason::Stale => "read before, lost since",
        GapReason::NoControlPlanePod => "no static control-plane pod to read flags from",
        GapReason::NoKubeletAccess => "the kubelet's configuration was not read",
        GapReason::NoNodeEvidence => "nothing looked at the node's files",
        GapReason::SourceCannotHoldIt => "this source or scope does not hold it",
        GapReason::NotImplemented => "plimsoll does not check it yet",
    }
}

pub(super) fn framework_result(edition: &Edition, controls: &[ControlResult]) -> FrameworkResult {
    let mut counts = Counts::default();
    for control in controls {
        count(&mut counts, control.status);
    }
    let (score, coverage) = score(&counts);
    let scored = controls.iter().filter(|c| c.criterion.is_none());
    let worst = |of: &mut dyn Iterator<Item = Verdict>| of.max_by_key(|verdict| verdict.rank_all());
    let status = worst(&mut scored.map(|c| c.status))
        .or_else(|| worst(&mut controls.iter().map(|c| c.status)))
        .unwrap_or(Verdict::NotApplicable);
    FrameworkResult {
        id: edition.framework.clone(),
        title: edition.title.clone(),
        version: edition.version.clone(),
        benchmark_range: edition.range.clone(),
        platforms: edition.platforms.iter().map(|platform| platform.as_str().into()).collect(),
        note: edition.note.clone(),
        status,
        score,
        coverage,
        counts,
    }
}
