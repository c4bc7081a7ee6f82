//! The first screen of a large cluster without hardening: short, nothing critical out of reach, applications first.
#![cfg(all(feature = "live", feature = "tui"))]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use plimsoll::app::{FIRST_ROWS, Summary};
use plimsoll::engine::{BuiltIn, Engine, Selection, Times};
use plimsoll::model::{Finding, FindingStatus, Report, Severity};
use plimsoll::sources::apply;
use plimsoll::sources::live::{Flags, Mode, Session};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use xtask::cluster::{Cluster, Options, load, skip};

async fn scan(cluster: &Cluster) -> Report {
    let flags = Flags { kubeconfig: Some(cluster.kubeconfig().to_path_buf()), ..Flags::default() };
    let session = Session::connect(&flags).await.unwrap();
    let packs = plimsoll::frameworks::embedded().unwrap();
    let editions = Selection::default().editions(&packs, session.version()).unwrap();
    let mut inventory = session.inventory();
    let mut updates = session.read(plimsoll::engine::kinds(&editions, &[]), Mode::Once);
    while let Some(update) = updates.recv().await {
        apply(&mut inventory, update);
    }
    let exempt = BuiltIn::new(&inventory).unwrap();
    let times = Times { started: "".into(), finished: "".into() };
    Engine::default().evaluate(&inventory, &editions, &exempt, false, times)
}

fn is_severe(finding: &Finding) -> bool {
    finding.status == FindingStatus::Fail && finding.severity >= Severity::High
}

#[test]
fn four_hundred_workloads_fit_one_short_screen() {
    if skip("four_hundred_workloads_fit_one_short_screen").unwrap() {
        return;
    }
    let cluster = Cluster::start(Options::default()).unwrap();
    load::unhardened(&cluster, 400).unwrap();
    let report = tokio::runtime::Runtime::new().unwrap().block_on(scan(&cluster));
    let severe = report.findings.iter().filter(is_severe).count();
    assert!(report.findings.len() > 2000 && severe > 0, "{} findings, {severe} severe", report.findings.len());

    let summary = Summary::of(&report);
    let rows = summary.shown + usize::from(summary.platform.total() > 0) + usize::from(summary.beyond.total() > 0);
    assert!(rows <= FIRST_ROWS, "{rows} rows");

    // every critical and high is in a row that is shown, or in the platform's line
    let shown: BTreeSet<usize> = summary.groups[..summary.shown].iter().flat_map(|g| g.findings.clone()).collect();
    for (place, finding) in report.findings.iter().enumerate().filter(|(_, f)| is_severe(f)) {
        assert!(finding.platform || shown.contains(&place), "out of reach: {} {}", finding.check, finding.owner);
    }

    let agents = ["kube-proxy", "node-exporter", "cilium", "calico", "csi", "flannel", "aws-node", "kindnet"];
    for group in summary.groups.iter().take(5) {
        for finding in group.findings.iter().filter_map(|place| report.findings.get(*place)) {
            let name = finding.owner.name.to_lowercase();
            assert!(!agents.iter().any(|agent| name.contains(agent)), "{} {}", finding.check, finding.owner);
        }
    }
    drop(cluster);
}

fn of_demo() -> Report {
    let inventory = plimsoll::sources::demo::load().0;
    let packs = plimsoll::frameworks::embedded().unwrap();
    let editions = Selection::default().editions(&packs, inventory.version).unwrap();
    let times = Times { started: "2026-07-21T23:41:05Z".into(), finished: "2026-07-21T23:41:07Z".into() };
    let exempt = BuiltIn::new(&inventory).unwrap();
    Engine::default().evaluate(&inventory, &editions, &exempt, false, times)
}

/// What is taken from the summary before is what would be worked out.
#[test]
fn fingerprints_are_known_again() {
    let report = of_demo();
    let all: Vec<usize> = (0..report.findings.len()).collect();
    let fresh = Summary::of(&report);
    let thinned: Vec<usize> = all.iter().copied().filter(|i| i % 7 != 0 && !(40..70).contains(i)).collect();
    for (before, after) in [(&all, &thinned), (&thinned, &all), (&all, &all), (&thinned, &thinned)] {
        let of = |places: &[usize]| Report { findings: report.findings.select(places), ..report.clone() };
        let (before, after) = (of(before), of(after));
        let known = Summary::of(&before);
        let again = Summary::after(&after, Some((&before, &known)));
        assert_eq!(again.fingerprints(), Summary::of(&after).fingerprints());
    }
    assert_eq!(fresh.fingerprints().len(), all.len());
}

/// Lists, counts and the order are those of one finding after the other, by their names.
#[test]
fn what_findings_share_is_counted_as_if_they_did_not() {
    let report = of_demo();
    let summary = Summary::of(&report);
    let key = |i: usize, finding: &Finding| {
        let status = match finding.status {
            FindingStatus::Fail => 0,
            FindingStatus::Manual => 1,
            FindingStatus::NotEvaluated => 2,
            FindingStatus::Waived => 3,
        };
        let resource = &finding.resource;
        let names = (resource.namespace.clone(), resource.kind.clone(), resource.name.clone());
        let path = report.findings.row(i).and_then(|row| row.path().cloned());
        let worst = (status, Reverse(finding.severity), finding.platform, Reverse(finding.reach.len()));
        (worst, names, finding.check, finding.container.clone(), path)
    };
    let all = report.findings.to_vec();
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_cached_key(|i| key(*i, &all[*i]));
    assert_eq!(summary.order(), order);

    for control in &report.controls {
        let is_of = |finding: &Finding| {
            finding.controls.iter().any(|of| (&of.framework, &of.id) == (&control.framework, &control.id))
        };
        let positions: Vec<usize> = order.iter().copied().filter(|i| is_of(&all[*i])).collect();
        assert_eq!(summary.of_control(&control.framework, &control.id), positions, "{}", control.id);
    }
    // one of each name
    let by_name: BTreeMap<_, _> = all.iter().map(|finding| (&finding.owner.name, finding)).collect();
    for finding in by_name.values() {
        let named: Vec<usize> = order.iter().copied().filter(|i| all[*i].owner.name == finding.owner.name).collect();
        assert_eq!(summary.of_owners_named(&finding.owner.name), named);
        assert!(summary.owners[&finding.owner.kind].contains(&finding.owner.name));
        assert!(finding.team.as_ref().is_none_or(|team| summary.teams.contains(team)));
    }
    let fails = |f: &&Finding| f.status == FindingStatus::Fail && !f.platform;
    let checks: BTreeSet<_> = all.iter().filter(fails).map(|f| (f.check, f.remediation)).collect();
    assert_eq!(summary.groups.iter().map(|g| (g.check, g.fix)).collect::<BTreeSet<_>>(), checks);
    for group in &summary.groups {
        let found = || all.iter().filter(fails).filter(|f| (f.check, f.remediation) == (group.check, group.fix));
        let reach: BTreeSet<_> = found().flat_map(|f| f.reach.iter().copied()).collect();
        assert_eq!(group.findings.len(), found().count());
        assert_eq!(group.applications, found().map(|f| &f.owner).collect::<BTreeSet<_>>().len(), "{}", group.check);
        assert_eq!(group.namespaces, found().flat_map(|f| &f.owner.namespace).collect::<BTreeSet<_>>().len());
        assert_eq!(group.instances, found().filter_map(|f| f.instances).sum::<usize>());
        assert_eq!(group.reach, reach.into_iter().collect::<Vec<_>>());
    }
}
