//! What people decided, applied to the demo: a waiver covers what it names and until when it says, an attestation holds
//! while what was reviewed is all there is.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use plimsoll::engine::{BuiltIn, Decisions, Engine, Selection, Times};
use plimsoll::frameworks::embedded;
use plimsoll::model::*;
use plimsoll::sources::demo;
use std::sync::Arc;

const DAY: &str = "2026-07-22";

fn day(text: &str) -> Date {
    parse_day(text).unwrap()
}

fn scan(waivers: &[WaiverRecord], attestations: &[Attestation], strict: bool, namespaces: &[&str]) -> Report {
    fn placed<T: Clone>(records: &[T]) -> Vec<Placed<T>> {
        let place = |(i, record): (usize, &T)| Placed {
            source: "waivers.yaml".into(),
            line: i * 10 + 1,
            column: 3,
            record: record.clone(),
        };
        records.iter().enumerate().map(place).collect()
    }
    let (mut inventory, _) = demo::load();
    inventory.scope.namespaces = namespaces.iter().map(|name| (*name).into()).collect();
    let editions = Selection::default().editions(&embedded().unwrap(), inventory.version).unwrap();
    let exempt = BuiltIn::new(&inventory).unwrap();
    let time: Arc<str> = format!("{DAY}T23:59:59Z").into();
    let decisions = Arc::new(Decisions::new(placed(waivers), placed(attestations)));
    let times = Times { started: time.clone(), finished: time };
    Engine::with(decisions).evaluate(&inventory, &editions, &exempt, strict, times)
}

fn waiver(finding: &Finding) -> WaiverRecord {
    WaiverRecord {
        check: finding.check.into(),
        resource: finding.owner.clone(),
        container: finding.container.clone(),
        reason: "it is being replaced".into(),
        owner: "ana@example.com".into(),
        approved_by: "bo@example.com".into(),
        ticket: "SEC-1".into(),
        expires: day(DAY),
    }
}

fn find(report: &Report, check: &str, name: &str) -> Finding {
    report.findings.iter().find(|f| f.check == check && &*f.owner.name == name).unwrap()
}

fn control<'r>(report: &'r Report, framework: &str, id: &str) -> &'r ControlResult {
    report.controls.iter().find(|c| &*c.framework == framework && &*c.id == id).unwrap()
}

#[test]
fn a_waiver_covers_exactly_what_it_names_and_its_last_day_is_whole() {
    let before = scan(&[], &[], false, &[]);
    let failing = find(&before, "container.privileged", "health-check");
    let report = scan(&[waiver(&failing)], &[], false, &[]);
    let waived = report.findings.iter().find(|f| f.fingerprint == failing.fingerprint).unwrap();
    assert_eq!(waived.status, FindingStatus::Waived);
    let said = waived.waiver.as_ref().unwrap();
    assert_eq!(
        (&*said.source, said.owner.as_deref(), said.expires.as_deref()),
        ("waivers.yaml", Some("ana@example.com"), Some(DAY))
    );
    let others = |report: &Report| -> Vec<(Arc<str>, FindingStatus)> {
        let others = report.findings.iter().filter(|f| f.fingerprint != failing.fingerprint);
        let mut all: Vec<_> = others.map(|f| (f.fingerprint.clone(), f.status)).collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    };
    assert_eq!(others(&before), others(&report), "nothing else is waived");
    assert_eq!(before.exempt, report.exempt, "exemptions are the program's own");
    assert_eq!((report.waivers[0].state, report.waivers[0].findings), (WaiverState::InForce, 1));

    // every part of the name counts
    let other = |change: &dyn Fn(&mut WaiverRecord)| {
        let mut record = waiver(&failing);
        change(&mut record);
        let report = scan(&[record], &[], false, &[]);
        assert_eq!(others(&before), others(&report));
        let finding = report.findings.iter().find(|f| f.fingerprint == failing.fingerprint).unwrap();
        (finding.status, report.waivers[0].state, report.waivers[0].message.to_string())
    };
    use FindingStatus::Fail;
    use WaiverState::Unused;
    let (status, state, said) = other(&|record| record.check = "container.priviledged".into());
    assert_eq!((status, state), (Fail, Unused));
    assert!(said.contains("did you mean \"container.privileged\""), "{said}");
    let (status, state, said) = other(&|record| record.resource.name = "health".into());
    assert_eq!((status, state, said.as_str()), (Fail, Unused, "its object does not exist"));
    assert_eq!(other(&|record| record.resource.namespace = Some("shop".into())).0, Fail);
    assert_eq!(other(&|record| record.resource.kind = "DaemonSet".into()).0, Fail);
    assert_eq!(other(&|record| record.resource.api_version = "apps/v1beta1".into()).0, Fail);
    let (status, state, said) = other(&|record| record.container = Some("sidecar".into()));
    assert_eq!((status, state, said.as_str()), (Fail, Unused, "nothing that it covers fails"));
    assert_eq!(other(&|record| record.container = None).0, FindingStatus::Waived, "without one it covers all");
}

#[test]
fn an_expired_waiver_fails_again_and_says_so() {
    let before = scan(&[], &[], false, &[]);
    let failing = find(&before, "container.privileged", "health-check");
    let expired = WaiverRecord { expires: day("2026-07-21"), ..waiver(&failing) };
    let report = scan(std::slice::from_ref(&expired), &[], false, &[]);
    let finding = report.findings.iter().find(|f| f.fingerprint == failing.fingerprint).unwrap();
    assert_eq!((finding.status, &finding.waiver), (FindingStatus::Fail, &None));
    assert_eq!(finding.expired_waiver.as_ref().unwrap().expires.as_deref(), Some("2026-07-21"));
    let used = &report.waivers[0];
    assert_eq!(
        (used.state, &*used.message),
        (WaiverState::Expired, "expired on 2026-07-21: 1 finding no longer waived")
    );
    let figures = |report: &Report| -> Vec<_> { report.frameworks.iter().map(|f| (f.counts, f.score)).collect() };
    assert_eq!(figures(&before), figures(&report), "an expired waiver changes no figure");
    // a current one about the same wins, wherever it stands
    for records in [[expired.clone(), waiver(&failing)], [waiver(&failing), expired]] {
        let report = scan(&records, &[], false, &[]);
        let finding = report.findings.iter().find(|f| f.fingerprint == failing.fingerprint).unwrap();
        assert_eq!((finding.status, &finding.expired_waiver), (FindingStatus::Waived, &None));
    }
}

/// `verdicts.md`: every failing object waived makes the control waived; it counts for the best end only.
#[test]
fn a_control_is_waived_when_every_failure_is() {
    let before = scan(&[], &[], false, &[]);
    let of_control = |report: &Report, status| -> Vec<Finding> {
        let id = |f: &Finding| f.controls.iter().any(|c| &*c.framework == "cis" && &*c.id == "5.2.2");
        report.findings.iter().filter(id).filter(|f| f.status == status).collect()
    };
    let failing = of_control(&before, FindingStatus::Fail);
    assert!(failing.len() > 1);
    let some = scan(&[waiver(&failing[0])], &[], false, &[]);
    assert_eq!(control(&some, "cis", "5.2.2").status, Verdict::Fail);
    let records: Vec<WaiverRecord> = failing.iter().map(waiver).collect();
    let all = scan(&records, &[], false, &[]);
    assert_eq!(control(&all, "cis", "5.2.2").status, Verdict::Waived);
    let cis = |report: &Report| report.frameworks.iter().find(|f| &*f.id == "cis").cloned().unwrap();
    let (before, after) = (cis(&before), cis(&all));
    assert_eq!((after.counts.waived, after.counts.fail), (before.counts.waived + 1, before.counts.fail - 1));
    assert_eq!((after.counts.pass, after.score.worst), (before.counts.pass, before.score.worst), "waived is no pass");
    assert!(after.score.best > before.score.best);
    assert_eq!(after.coverage, before.coverage);
}

#[test]
fn strict_drops_exemptions_and_no_waiver_of_people() {
    let exempt = scan(&[], &[], false, &[]);
    let proxy = find(&exempt, "container.privileged", "kube-proxy");
    assert_eq!(proxy.status, FindingStatus::Waived);
    let status = |report: &Report| {
        let finding = report.findings.iter().find(|f| f.fingerprint == proxy.fingerprint).unwrap();
        (finding.status, finding.waiver.as_ref().map(|waiver| waiver.source.to_string()))
    };
    assert_eq!(status(&scan(&[], &[], true, &[])), (FindingStatus::Fail, None));
    let waived = (FindingStatus::Waived, Some("waivers.yaml".to_owned()));
    assert_eq!(status(&scan(&[waiver(&proxy)], &[], true, &[])), waived);
    let both = scan(&[waiver(&proxy)], &[], false, &[]);
    assert_eq!((status(&both), both.exempt), (waived, exempt.exempt - 1), "what people decided comes first");
}

#[test]
fn what_a_scan_cannot_tell_is_not_called_unused() {
    let before = scan(&[], &[], false, &[]);
    let failing = find(&before, "container.privileged", "health-check");
    let report = scan(&[waiver(&failing)], &[], false, &["shop"]);
    assert_eq!(report.waivers[0].state, WaiverState::NotJudged, "{}", report.waivers[0].message);
    let report =
        scan(&[WaiverRecord { check: "pod.host-pid".into(), container: None, ..waiver(&failing) }], &[], false, &[]);
    assert_eq!(report.waivers[0].state, WaiverState::Unused, "{}", report.waivers[0].message);
}

fn attestation(report: &Report, id: &str) -> Attestation {
    let control = control(report, "cis", id);
    let candidates = report.findings.iter().filter(|finding| is_candidate(control, finding.check, finding.status));
    Attestation {
        framework: control.framework.clone(),
        version: control.version.clone(),
        control: control.id.clone(),
        statement: "each was looked at".into(),
        by: "ana@example.com".into(),
        on: day("2026-07-01"),
        valid_until: day(DAY),
        ticket: None,
        attachments: Vec::new(),
        reviewed: candidates.map(|finding| finding.fingerprint.clone()).collect(),
    }
}

/// A review control of the demo that has candidates.
fn open_control(report: &Report) -> &ControlResult {
    let open = |c: &&ControlResult| &*c.framework == "cis" && c.status == Verdict::Manual && c.counts.manual > 1;
    report.controls.iter().find(open).unwrap()
}

#[test]
fn an_attestation_holds_while_what_was_reviewed_is_all_there_is() {
    let before = scan(&[], &[], false, &[]);
    let open = open_control(&before);
    let record = attestation(&before, &open.id);
    assert!(record.reviewed.len() > 1);
    let after = scan(&[], std::slice::from_ref(&record), false, &[]);
    let attested = control(&after, "cis", &open.id);
    assert_eq!(attested.status, Verdict::Attested);
    assert_eq!(&*attested.message, format!("attested by ana@example.com on 2026-07-01, until {DAY}"));
    assert_eq!((attested.counts.attested, attested.counts.manual), (open.counts.manual, 0));
    assert_eq!(after.attestations[0].state, AttestationState::Holds);
    let cis = |report: &Report| report.frameworks.iter().find(|f| &*f.id == "cis").cloned().unwrap();
    let (a, b) = (cis(&before), cis(&after));
    assert_eq!((a.score, a.coverage, a.counts.pass), (b.score, b.coverage, b.counts.pass), "a count beside the score");
    assert_eq!((b.counts.attested, b.counts.manual), (1, a.counts.manual - 1));

    let reopened = |change: &dyn Fn(&mut Attestation)| {
        let mut record = record.clone();
        change(&mut record);
        let report = scan(&[], &[record], false, &[]);
        let control = control(&report, "cis", &open.id);
        assert_eq!(control.status, Verdict::Manual);
        assert_eq!(control.counts, open.counts);
        (report.attestations[0].state, control.message.to_string())
    };
    let (state, said) = reopened(&|record| record.valid_until = day("2026-07-21"));
    assert_eq!(state, AttestationState::Expired);
    assert!(said.ends_with("; ana@example.com attested it on 2026-07-01, until 2026-07-21: that is over"), "{said}");
    let (state, said) = reopened(&|record| drop(record.reviewed.pop()));
    assert_eq!(state, AttestationState::Reopened);
    assert!(said.ends_with("; 1 candidate is new since ana@example.com attested it on 2026-07-01"), "{said}");
    let (state, said) = reopened(&|record| record.version = "1.12".into());
    assert_eq!((state, &*said), (AttestationState::NotApplied, &*open.message), "another version's control");
    let (state, _) = reopened(&|record| (record.on, record.valid_until) = (day("2027-01-01"), day("2027-12-31")));
    assert_eq!(state, AttestationState::NotApplied, "a statement that is still to come");
    // a candidate that went away reopens nothing
    let more = Attestation { reviewed: [&record.reviewed[..], &["f".repeat(64).into()]].concat(), ..record.clone() };
    assert_eq!(control(&scan(&[], &[more], false, &[]), "cis", &open.id).status, Verdict::Attested);
}

#[test]
fn the_latest_attestation_that_holds_counts() {
    let before = scan(&[], &[], false, &[]);
    let id = open_control(&before).id.clone();
    let old = Attestation { on: day("2026-01-01"), ..attestation(&before, &id) };
    let over = Attestation { valid_until: day("2026-03-31"), ..old.clone() };
    let new = Attestation { by: "bo@example.com".into(), ..attestation(&before, &id) };
    let report = scan(&[], &[over, old, new], false, &[]);
    assert!(control(&report, "cis", &id).message.starts_with("attested by bo@example.com"));
    let states: Vec<_> = report.attestations.iter().map(|used| used.state).collect();
    assert_eq!(states, [AttestationState::Expired, AttestationState::Superseded, AttestationState::Holds]);
}

#[test]
fn only_what_is_left_to_a_person_is_attested() {
    let before = scan(&[], &[], false, &[]);
    let mut records = Vec::new();
    for control in before.controls.iter().filter(|c| c.status != Verdict::Manual) {
        records.push(Attestation {
            framework: control.framework.clone(),
            version: control.version.clone(),
            control: control.id.clone(),
            ..attestation(&before, "5.1.1")
        });
    }
    let after = scan(&[], &records, false, &[]);
    for (a, b) in before.controls.iter().zip(&after.controls) {
        assert_eq!((a.status, a.counts, &a.message), (b.status, b.counts, &b.message), "{} {}", a.framework, a.id);
    }
    assert!(after.attestations.iter().all(|used| used.state == AttestationState::NotApplied));
    assert!(after.attestations[0].message.starts_with("the control is "), "{}", after.attestations[0].message);
}
