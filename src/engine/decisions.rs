//! What people decided, applied: waivers to findings, attestations to controls, and what came of each record.

use crate::checks;
use crate::model::{
    Attestation, AttestationState, AttestationUse, ControlResult, Date, Findings, ObjectRef, Placed, Verdict, Waiver,
    WaiverRecord, WaiverState, WaiverUse, is_candidate, nearest,
};
use std::collections::HashMap;
use std::sync::Arc;

/// The records that a scan goes by; none by default.
#[derive(Debug, Default)]
pub struct Decisions {
    waivers: Vec<Placed<WaiverRecord>>,
    attestations: Vec<Placed<Attestation>>,
    /// Positions of waivers, by check and object.
    by_subject: HashMap<Arc<str>, HashMap<ObjectRef, Vec<usize>>>,
}

impl Decisions {
    /// Of these records.
    pub fn new(waivers: Vec<Placed<WaiverRecord>>, attestations: Vec<Placed<Attestation>>) -> Self {
        let mut by_subject: HashMap<Arc<str>, HashMap<ObjectRef, Vec<usize>>> = HashMap::new();
        for (i, Placed { record, .. }) in waivers.iter().enumerate() {
            by_subject.entry(record.check.clone()).or_default().entry(record.resource.clone()).or_default().push(i);
        }
        Self { waivers, attestations, by_subject }
    }

    /// The waivers, in the order of their file.
    pub fn waivers(&self) -> &[Placed<WaiverRecord>] {
        &self.waivers
    }

    /// The attestations, in the order of their file.
    pub fn attestations(&self) -> &[Placed<Attestation>] {
        &self.attestations
    }

    /// The position of the waiver of a failure: one that counts, else one that has expired.
    fn find(
        &self,
        check: &str,
        owner: &ObjectRef,
        resource: &ObjectRef,
        container: Option<&str>,
        today: Date,
    ) -> Option<usize> {
        let of_check = self.by_subject.get(check)?;
        let named = [owner, resource].into_iter().filter_map(|object| of_check.get(object)).flatten().copied();
        let covering =
            named.filter(|i| self.record(*i).is_some_and(|record| record.covers(check, owner, resource, container)));
        covering.min_by_key(|i| (self.record(*i).is_none_or(|record| record.is_expired(today)), *i))
    }

    fn record(&self, index: usize) -> Option<&WaiverRecord> {
        self.waivers.get(index).map(|placed| &placed.record)
    }
}

/// The records at work in one evaluation.
#[derive(Debug)]
pub(super) struct Deciding<'d> {
    decisions: &'d Decisions,
    today: Date,
    /// Findings by waiver.
    findings: Vec<usize>,
}

/// The waiver of a failure.
#[derive(Debug, Default)]
pub(super) struct Decided {
    /// It counts.
    pub waiver: Option<Waiver>,
    /// It counted once.
    pub expired: Option<Waiver>,
}

/// What is known of the object of a waiver that no finding came under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unseen {
    /// Its check was not asked for.
    NotChosen,
    /// The scope or the source does not hold it.
    OutOfScope,
    /// What the check looks at was not read whole.
    NotRead,
    /// It is there and does not fail.
    Passes,
    /// It is not there.
    Gone,
}

impl<'d> Deciding<'d> {
    pub(super) fn new(decisions: &'d Decisions, today: Date) -> Self {
        Self { decisions, today, findings: vec![0; decisions.waivers.len()] }
    }

    /// The waiver of a failure, if people recorded one.
    pub(super) fn waiver(
        &mut self,
        check: &str,
        owner: &ObjectRef,
        resource: &ObjectRef,
        container: Option<&str>,
    ) -> Decided {
        let found = self.decisions.find(check, owner, resource, container, self.today);
        let Some((i, placed)) = found.and_then(|i| Some((i, self.decisions.waivers.get(i)?))) else {
            return Decided::default();
        };
        if let Some(count) = self.findings.get_mut(i) {
            *count += 1;
        }
        let waiver = Some(placed.record.waiver(&placed.source));
        if placed.record.is_expired(self.today) {
            Decided { waiver: None, expired: waiver }
        } else {
            Decided { waiver, expired: None }
        }
    }

    /// What came of each waiver; `unseen` says what is known of one that no finding came under.
    pub(super) fn waivers(&self, unseen: impl Fn(&WaiverRecord) -> Unseen) -> Vec<WaiverUse> {
        let uses = self.decisions.waivers.iter().zip(&self.findings).map(|(placed, findings)| {
            let (state, message) = self.came_to(&placed.record, *findings, &unseen);
            WaiverUse {
                source: placed.source.clone(),
                line: placed.line,
                record: placed.record.clone(),
                state,
                findings: *findings,
                message: message.into(),
            }
        });
        uses.collect()
    }

    fn came_to(
        &self,
        record: &WaiverRecord,
        findings: usize,
        unseen: impl Fn(&WaiverRecord) -> Unseen,
    ) -> (WaiverState, String) {
        let counted = if findings == 1 { "1 finding".to_owned() } else { format!("{findings} findings") };
        let day = record.expires;
        if findings > 0 {
            return if record.is_expired(self.today) {
                (WaiverState::Expired, format!("expired on {day}: {counted} no longer waived"))
            } else {
                (WaiverState::InForce, format!("{counted} waived until {day}"))
            };
        }
        if checks::find(&record.check).is_none() {
            let near = nearest(&record.check, checks::ALL.iter().map(|check| check.id));
            let near = near.map(|near| format!(": did you mean {near:?}?")).unwrap_or_default();
            return (WaiverState::Unused, format!("there is no check {:?}{near}", record.check));
        }
        let (state, message) = match unseen(record) {
            Unseen::NotChosen => (WaiverState::NotJudged, "its check is not part of this scan"),
            Unseen::OutOfScope => (WaiverState::NotJudged, "the scope of this scan does not hold its object"),
            Unseen::NotRead => (WaiverState::NotJudged, "what its check looks at was not read whole"),
            Unseen::Passes => (WaiverState::Unused, "nothing that it covers fails"),
            Unseen::Gone => (WaiverState::Unused, "its object does not exist"),
        };
        if record.is_expired(self.today) {
            return (WaiverState::Expired, format!("expired on {day}; {message}"));
        }
        (state, message.to_owned())
    }

    /// The attestations before any control was looked at.
    pub(super) fn attestations(&self) -> Vec<AttestationUse> {
        let uses = self.decisions.attestations.iter().map(|placed| AttestationUse {
            source: placed.source.clone(),
            line: placed.line,
            record: placed.record.clone(),
            state: AttestationState::NotApplied,
            message: "its control is not part of this scan in this version".into(),
        });
        uses.collect()
    }

    /// Attests a control that is left to a person, where a record of it holds; says why where none does.
    pub(super) fn attest(&self, control: &mut ControlResult, findings: &Findings, uses: &mut [AttestationUse]) {
        let name = control.name();
        let mut records: Vec<&mut AttestationUse> =
            uses.iter_mut().filter(|attestation| attestation.record.is_of(&name)).collect();
        if records.is_empty() {
            return;
        }
        // the latest first; of one day the lower in the file
        records.sort_by_key(|attestation| std::cmp::Reverse((attestation.record.on, attestation.line)));
        if control.status != Verdict::Manual {
            for attestation in records {
                attestation.message =
                    format!("the control is {}: only what is left to a person is attested", control.status).into();
            }
            return;
        }
        let candidates: Vec<Arc<str>> = findings
            .rows()
            .filter(|finding| is_candidate(control, finding.check(), finding.status()))
            .map(|finding| finding.fingerprint())
            .collect();
        let mut holding = None;
        for attestation in &mut records {
            let (state, message) = match self.holds(&attestation.record, &candidates) {
                Err(why) => why,
                Ok(()) if holding.is_some() => (AttestationState::Superseded, "a later one holds".to_owned()),
                Ok(()) => {
                    let Attestation { by, on, valid_until, .. } = &attestation.record;
                    let message = format!("attested by {by} on {on}, until {valid_until}");
                    holding = Some(message.clone());
                    (AttestationState::Holds, message)
                }
            };
            attestation.state = state;
            attestation.message = message.into();
        }
        match (holding, records.first()) {
            (Some(message), _) => {
                control.status = Verdict::Attested;
                control.message = message.into();
                control.counts.attested += control.counts.manual;
                control.counts.manual = 0;
            }
            (None, Some(latest)) => {
                control.message = format!("{}; {}", control.message, latest.message).into();
            }
            (None, None) => {}
        }
    }

    /// Whether a record still says what it said.
    fn holds(&self, record: &Attestation, candidates: &[Arc<str>]) -> Result<(), (AttestationState, String)> {
        let Attestation { by, on, .. } = record;
        if record.on > self.today {
            return Err((AttestationState::NotApplied, format!("{by} attests it for {on}, which is to come")));
        }
        if record.is_expired(self.today) {
            return Err((
                AttestationState::Expired,
                format!("{by} attested it on {on}, until {}: that is over", record.valid_until),
            ));
        }
        let new = candidates.iter().filter(|candidate| !record.reviewed.contains(candidate)).count();
        let are = if new == 1 { "candidate is" } else { "candidates are" };
        match new {
            0 => Ok(()),
            _ => Err((AttestationState::Reopened, format!("{new} {are} new since {by} attested it on {on}"))),
        }
    }
}
