//! What plimsoll says of a case.

use super::alerts::{Alert, Named};
use super::case::Case;
use super::sensor;
use super::table::Answer;
use plimsoll::engine::{Engine, NoExemptions, Times};
use plimsoll::frameworks::from_texts;
use plimsoll::inventory::{AllowedRegistry, Kind, Medium, ReadState, Version, yaml};
use plimsoll::model::{FindingStatus, Report, Verdict};
use plimsoll::sources::files::Loader;
use std::collections::BTreeSet;

/// How an answer stands to what kubescape says.
#[derive(Debug)]
pub enum Ours {
    /// The same; `undecided`: as manifests alone something needs an object that they do not hold.
    Agrees { undecided: bool },
    /// Not the same; how.
    Parts(String),
}

/// A report on documents with a control that asks for these checks.
fn report(checks: &[String], texts: &[(String, String)], medium: Medium, allowed: &[AllowedRegistry]) -> Report {
    let mut loader = Loader::new(medium, Version::NEWEST, None);
    for (name, text) in texts {
        // some cases hold what no API server would take; what does not decode is not judged
        let _ = loader.text(name, text);
    }
    let (mut inventory, _) = loader.finish();
    inventory.settings.allowed_registries = allowed.to_vec();
    if medium == Medium::Cluster {
        Kind::ALL.iter().for_each(|kind| inventory.set_state(*kind, ReadState::Complete));
        Kind::ALL.iter().for_each(|kind| inventory.opt_in(*kind));
    }
    let section = format!(
        "section: one\ntitle: One\ncontrols:\n  - {{id: one, title: t, decides: measured, checks: [{}], why: w, collect: ['attach: a']}}\n",
        checks.join(", ")
    );
    let head = "id: one\ntitle: One\nsource: one\nkind: standard\nversions: [latest]\n";
    let pack = from_texts([("pack.yaml", head), ("one.yaml", section.as_str())].into_iter()).unwrap();
    let times = Times { started: "2026-01-01T00:00:00Z".into(), finished: "2026-01-01T00:00:00Z".into() };
    let edition = pack.edition("latest", Version::NEWEST);
    Engine::default().evaluate(&inventory, &[edition], &NoExemptions, false, times)
}

/// The objects that findings of these statuses are on.
fn found(report: &Report, statuses: &[FindingStatus]) -> BTreeSet<Named> {
    let is_object = |kind: &str| kind != "Cluster"; // what the cluster as a whole is asked for is on no object
    let findings = report.findings.iter().filter(|finding| statuses.contains(&finding.status));
    let findings = findings.filter(|finding| is_object(&finding.owner.kind));
    findings.map(|finding| (finding.owner.kind.to_string(), finding.owner.name.to_string())).collect()
}

/// Its objects together, as the manifests that they are and as all that a cluster holds: each alert is found, and
/// whatever is found is in some alert. What kubescape fails may be a candidate for review.
pub fn together(answer: &Answer, case: &Case) -> Ours {
    let candidates = [FindingStatus::Fail, FindingStatus::Manual];
    let manifests = report(&answer.checks, &case.texts, Medium::Files, &case.allowed);
    let whole = report(&answer.checks, &case.texts, Medium::Cluster, &case.allowed);
    let (now, ours) = (found(&manifests, &candidates), found(&whole, &candidates));
    let is_open = manifests.controls[0].status == Verdict::NotEvaluated
        || manifests.findings.iter().any(|finding| finding.status == FindingStatus::NotEvaluated);
    let difference = |ours: &BTreeSet<Named>| {
        let missed: Vec<&Alert> = case.alerts.iter().filter(|alert| alert.0.is_disjoint(ours)).collect();
        let more = ours.iter().filter(|one| !case.alerts.iter().any(|alert| alert.0.contains(one)));
        let more: Vec<&Named> = more.collect();
        (!missed.is_empty() || !more.is_empty()).then(|| format!("misses {missed:?}, and finds {more:?} beyond"))
    };
    let beyond = now.iter().find(|one| !case.alerts.iter().any(|alert| alert.0.contains(one)));
    match (difference(&now), difference(&ours)) {
        (None, None) => Ours::Agrees { undecided: false },
        // one object may be less than its question needs to arise
        (None, _) if whole.controls[0].status == Verdict::NotApplicable => Ours::Agrees { undecided: false },
        (Some(_), None) if is_open && beyond.is_none() => Ours::Agrees { undecided: true },
        (None, Some(how)) => Ours::Parts(format!("as a cluster {how}")),
        (Some(how), _) => Ours::Parts(how),
    }
}

/// Its objects one by one: as many fail as there are alerts.
pub fn one_by_one(answer: &Answer, case: &Case) -> Ours {
    let objects = case.objects();
    let fails = |text: String| {
        let texts = [("case".to_owned(), text)];
        report(&answer.checks, &texts, Medium::Cluster, &case.allowed).controls[0].status == Verdict::Fail
    };
    let ours = objects.iter().filter(|object| fails(yaml::print(&sensor::object(object)))).count();
    let theirs = case.alerts.len();
    // of a tree it reports each file
    if ours == theirs || (ours == objects.len() && theirs > ours) {
        Ours::Agrees { undecided: false }
    } else {
        Ours::Parts(format!("fails {ours} of {}, kubescape {theirs}", objects.len()))
    }
}
