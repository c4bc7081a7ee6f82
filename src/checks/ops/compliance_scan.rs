use super::super::{Check, Cx, Judge, Run};
use super::age::{ago, stamp, time, within};
use super::product::{Product, product, running};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// Something compares the cluster with a benchmark, and did so within eight days: a ClusterComplianceReport, Kubescape's
/// summaries, or a CronJob of a known scanner with its last success. Scans from outside the cluster, this one included,
/// are not seen.
pub static CHECK: Check = Check {
    id: "ops.compliance-scan",
    title: "The cluster is compared with a benchmark every week",
    severity: Severity::Low,
    over: &[],
    needs: &[Kind::ClusterComplianceReport, Kind::KubescapeConfiguration, Kind::CronJob],
    aliases: &[],
    why: "A setting that was right at the last audit is changed by the next upgrade or the next hurry; only looking again \
          finds it.",
    remedy: Remedy {
        advice: "Run a scan on a schedule, this one for instance, keep its reports, and say who reads them.",
        fix: Fix::Advice,
        disruption: Disruption::None,
        try_first: "Run it once by hand and agree on what is waived, so that what is new stands out.",
    },
    run: Run::Cluster(run),
};

const DAYS: i64 = 8;

#[rustfmt::skip] // a table
static SCANNERS: &[Product] = &[
    product("kube-bench", &["aquasec/kube-bench", "aquasecurity/kube-bench", "mirrored-aquasec-kube-bench"], ()),
    product("Kubescape", &["kubescape/kubescape", "kubescape/kubescape-cli", "kubescape/http-request"], ()),
    product("Popeye", &["derailed/popeye"], ()),
    product("Polaris", &["fairwinds/polaris"], ()),
    product("Prowler", &["toniblyx/prowler", "prowler-cloud/prowler"], ()),
    product("Trivy", &["aquasec/trivy", "aquasecurity/trivy"], ()),
    product("plimsoll", &["plimsoll"], ()),
];

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let inventory = cx.inventory;
    let reports = inventory.customs_of(Kind::ClusterComplianceReport);
    let of_reports = reports.filter_map(|report| time(report, "/status/updateTimestamp")).max();
    let summaries = inventory.customs_of(Kind::KubescapeConfiguration);
    let of_summaries = summaries.filter_map(|summary| summary.meta.creation_timestamp).map(|time| time.seconds).max();
    let jobs = running(cx, &[Kind::CronJob], SCANNERS);
    let cron = |meta: &crate::inventory::kinds::meta::Meta| {
        let key = (Kind::CronJob, (meta.namespace.as_str().into(), meta.name.as_str().into()));
        inventory.controllers.get(&key).and_then(|row| row.detail.cron.as_ref())
    };
    let successes = jobs.iter().filter_map(|job| cron(job.meta)?.last_success).max();
    let newest = of_reports.max(of_summaries).max(successes);
    if newest.is_some_and(|newest| within(cx.now(), newest, DAYS)) {
        judge.cluster();
        return;
    }
    let path = FieldPath::of("scans");
    let expected = format!("a scan that is not older than {DAYS} days");
    if let Some(reason) = CHECK.needs.iter().find_map(|kind| cx.gap(*kind, None)) {
        judge
            .cluster()
            .unread(path, reason, expected)
            .message("no scan of the last days was seen, and not everything was read");
        return;
    }
    for job in &jobs {
        let Some(cron) = cron(job.meta) else { continue };
        let hits = judge.object(Kind::CronJob, job.meta);
        let title = job.product.title;
        if cron.suspend {
            hits.fail(FieldPath::of("spec.suspend"), true, "false, or the field absent")
                .message(format!("{title} is suspended"));
            continue;
        }
        let path = FieldPath::of("status.lastSuccessfulTime");
        match cron.last_success {
            Some(then) => hits
                .fail(path, stamp(then), expected.clone())
                .message(format!("{title} succeeded last {} ago", ago(cx.now(), then))),
            None => hits
                .fail(path, serde_json::Value::Null, expected.clone())
                .message(format!("{title} has not succeeded yet")),
        };
    }
    match newest {
        _ if !jobs.is_empty() => {}
        Some(newest) if of_reports == Some(newest) => {
            judge
                .cluster()
                .fail(path, stamp(newest), expected)
                .message(format!("the newest compliance report is {} old", ago(cx.now(), newest)));
        }
        Some(newest) => {
            judge.cluster().review(path, stamp(newest), expected).message(format!(
                "Kubescape's newest summary was made {} ago; whether it was brought up to date since is not seen",
                ago(cx.now(), newest)
            ));
        }
        None => {
            judge.cluster().review(path, 0, expected).message(
                "nothing is recognised that scans the cluster on a schedule: scans from outside are not seen from here",
            );
        }
    }
}
