use super::super::{Check, Cx, Judge, Run};
use super::age::{ago, time, within};
use super::product::{Product, product, running};
use crate::inventory::Kind;
use crate::inventory::kinds::custom::Custom;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// The newest report of Trivy Operator, or summary of Kubescape's, is not older than seven days. Scanners whose results
/// stand elsewhere are recognised by their images and are for a person to look at, and so is nothing at all: images may
/// be scanned in the registry or the pipeline.
pub static CHECK: Check = Check {
    id: "ops.vuln-scanning",
    title: "Images that run are scanned for vulnerabilities",
    severity: Severity::Medium,
    over: &[],
    needs: &[
        Kind::VulnerabilityReport,
        Kind::KubescapeVulnerabilities,
        Kind::Deployment,
        Kind::DaemonSet,
        Kind::StatefulSet,
    ],
    aliases: &[],
    why: "An image that was clean when it was built is not for long: vulnerabilities are found in what already runs.",
    remedy: Remedy {
        advice: "Scan what runs at least once a week, in the cluster (Trivy Operator, Kubescape) or in the registry, and say \
                 who mends what is found by when.",
        fix: Fix::Advice,
        disruption: Disruption::None,
        try_first: "Begin with the images that are reached from outside: the first scan of all finds more than can be read.",
    },
    run: Run::Cluster(run),
};

const DAYS: i64 = 7;

#[rustfmt::skip] // a table
static SCANNERS: &[Product] = &[
    product("Trivy Operator", &["aquasecurity/trivy-operator", "aquasec/trivy-operator", "mirrored-aquasec-trivy-operator"], ()),
    product("Kubescape", &["kubescape/kubevuln"], ()),
    product("NeuVector", &["neuvector/scanner", "neuvector/controller", "mirrored-neuvector-controller"], ()),
    product("StackRox", &["stackrox-io/scanner", "stackrox-io/scanner-v4", "rhacs-scanner-rhel8", "rhacs-scanner-v4-rhel8"], ()),
    product("Sysdig", &["sysdig/vuln-runtime-scanner", "sysdig/cluster-shield"], ()),
    product("Aqua", &["aquasec/scanner", "aquasec.com/scanner"], ()),
    product("Anchore", &["anchore/anchore-engine", "anchore/enterprise", "anchore/k8s-inventory"], ()),
    product("Snyk", &["snyk/kubernetes-monitor"], ()),
    product("Prisma Cloud", &["twistlock/defender"], ()),
];

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let hits = judge.cluster();
    let reports = || cx.inventory.customs_of(Kind::VulnerabilityReport);
    let summaries = || cx.inventory.customs_of(Kind::KubescapeVulnerabilities);
    let of_reports = reports().filter_map(|report| time(report, "/report/updateTimestamp"));
    // a summary is made anew with its image; it says no other time
    let of_summaries = summaries().filter_map(|summary| summary.meta.creation_timestamp).map(|time| time.seconds);
    let newest = of_reports.max().max(of_summaries.max());
    if newest.is_some_and(|newest| within(cx.now(), newest, DAYS)) {
        return;
    }
    let path = FieldPath::of("reports");
    let expected = format!("a report that is not older than {DAYS} days");
    if let Some(reason) = CHECK.needs.iter().find_map(|kind| cx.gap(*kind, None)) {
        hits.unread(path, reason, expected).message("no report of the last days was seen, and not everything was read");
        return;
    }
    let scanners = running(cx, &[Kind::Deployment, Kind::DaemonSet, Kind::StatefulSet], SCANNERS);
    let (count, critical) = (reports().count(), reports().filter_map(criticals).sum::<u64>());
    match (newest, scanners.first()) {
        (Some(newest), _) if count > 0 => {
            hits.fail(path, count, expected).message(format!(
                "the newest of {count} vulnerability reports is {} old; they name {critical} critical vulnerabilities",
                ago(cx.now(), newest)
            ));
        }
        (Some(newest), _) => {
            hits.review(path, summaries().count(), expected).message(format!(
                "Kubescape's newest summary was made {} ago; whether it was brought up to date since is not seen",
                ago(cx.now(), newest)
            ));
        }
        (None, Some(scanner)) if scanner.product.title == "Trivy Operator" => {
            hits.fail(path, 0, expected).message("Trivy Operator is there, and there is no report of it");
        }
        (None, Some(scanner)) => {
            hits.review(path, 0, expected)
                .severity(Severity::Info)
                .message(format!("{} is there: its results stand in its own console", scanner.product.title));
        }
        (None, None) => {
            hits.review(path, 0, expected).message(
                "nothing is recognised that scans what runs: scans in the registry or the pipeline are not seen from here",
            );
        }
    }
}

fn criticals(report: &Custom) -> Option<u64> {
    report.at("/report/summary/criticalCount").and_then(Value::as_u64)
}
