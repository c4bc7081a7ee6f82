use super::super::{Check, Cx, Judge, Run};
use super::age::{ago, stamp, time};
use super::product::{Product, product, repositories};
use crate::inventory::kinds::pod::PodSpec;
use crate::inventory::{ControllerRow, Kind};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// A snapshot of etcd that succeeded within 26 hours: of a CronJob or Job that runs `etcdctl` or `etcdutl snapshot`, an
/// EtcdBackup, or a snapshot that RKE2 or k3s reports. A provider backs up its own control plane. A timer on a
/// control-plane node is not seen, so that nothing at all is for a person to judge.
pub static CHECK: Check = Check {
    id: "ops.etcd-backup",
    title: "etcd is backed up every day",
    severity: Severity::Medium,
    over: &[],
    needs: &[Kind::Node, Kind::CronJob, Kind::Job, Kind::EtcdBackup, Kind::EtcdSnapshotFile],
    aliases: &[],
    why: "etcd holds every object of the cluster: without a snapshot its loss is the loss of the cluster.",
    remedy: Remedy {
        advice: "Snapshot etcd at least daily from a control-plane node, encrypt the file (it holds every Secret), and keep it \
                 away from the cluster.",
        fix: Fix::ByField(&[("suspend", Fix::Set("false")), ("", Fix::Advice)]),
        disruption: Disruption::None,
        try_first: "etcdutl snapshot status FILE tells whether a snapshot is whole; restore one on a scratch machine.",
    },
    run: Run::Cluster(run),
};

const FRESH: i64 = 26 * 3600;

static TOOLS: &[Product] = &[
    product("etcd-backup-restore", &["gardener/etcdbrctl", "gardener/etcd-backup-restore"], ()),
    product("talos-backup", &["siderolabs/talos-backup"], ()),
];

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    if cx.platform().is_managed() {
        judge.not_applicable("the provider backs up its control plane: see its SOC report");
        return;
    }
    let inventory = cx.inventory;
    let path = FieldPath::of("snapshots");
    let expected = "a snapshot that succeeded within 26 hours";
    let crons: Vec<&ControllerRow> = snapshots(cx, Kind::CronJob).collect();
    let cron = |row: &ControllerRow| row.detail.cron.clone().unwrap_or_default();
    let of_crons = crons.iter().filter_map(|row| cron(row).last_success).max();
    let of_jobs = snapshots(cx, Kind::Job).filter_map(|row| row.detail.completed).max();
    let backups = inventory.customs_of(Kind::EtcdBackup);
    let succeeded = backups.filter(|backup| backup.at("/status/succeeded") == Some(&Value::Bool(true)));
    let of_backups = succeeded.filter_map(|backup| time(backup, "/status/lastSuccessDate")).max();
    let files = inventory.customs_of(Kind::EtcdSnapshotFile);
    let usable = files.filter(|file| file.at("/status/readyToUse") != Some(&Value::Bool(false)));
    let of_files = usable.filter_map(|file| time(file, "/status/creationTime")).max();
    let newest = of_crons.max(of_jobs).max(of_backups).max(of_files);
    if newest.is_some_and(|newest| cx.now() - newest <= FRESH) {
        judge.cluster();
        return;
    }
    if let Some(reason) = CHECK.needs.iter().find_map(|kind| cx.gap(*kind, None)) {
        judge.cluster().unread(path, reason, expected).message("not everything that tells of snapshots was read");
        return;
    }
    for row in &crons {
        let hits = judge.object(Kind::CronJob, &row.meta);
        let (name, cron) = (&row.meta.name, cron(row));
        let last = FieldPath::of("status.lastSuccessfulTime");
        match cron.last_success {
            _ if cron.suspend => hits
                .fail(FieldPath::of("spec.suspend"), true, "false, or the field absent")
                .message(format!("CronJob {name}, which snapshots etcd, is suspended")),
            Some(then) => hits
                .fail(last, stamp(then), expected)
                .message(format!("CronJob {name}, which snapshots etcd, succeeded last {} ago", ago(cx.now(), then))),
            None => hits
                .fail(last, Value::Null, expected)
                .message(format!("CronJob {name}, which snapshots etcd, has not succeeded yet")),
        };
    }
    match newest.filter(|_| crons.is_empty()) {
        Some(newest) => {
            judge
                .cluster()
                .fail(path, stamp(newest), expected)
                .message(format!("the newest snapshot of etcd is {} old", ago(cx.now(), newest)));
        }
        None if crons.is_empty() => {
            judge.cluster().review(path, 0, expected).message(
                "nothing is recognised that snapshots etcd: a timer on a control-plane node, or a copy of its disk, is not \
                 seen from here",
            );
        }
        None => {}
    }
}

/// Workloads of a kind that snapshot etcd.
fn snapshots<'a>(cx: &Cx<'a>, kind: Kind) -> impl Iterator<Item = &'a ControllerRow> + use<'a> {
    cx.inventory.controllers_of(kind).filter(|row| row.template.as_ref().is_some_and(|spec| snapshots_etcd(spec)))
}

/// By what it runs: the words may be arguments of their own or lines of a script.
fn snapshots_etcd(spec: &PodSpec) -> bool {
    let repositories = repositories(spec);
    let known = TOOLS.iter().any(|tool| tool.is_among(&repositories));
    let mut lines = spec.each_container().map(|(_, _, container)| {
        let words = container.command.iter().chain(&container.args).flat_map(|text| text.split_whitespace());
        words.collect::<Vec<_>>().join(" ")
    });
    known
        || lines.any(|line| {
            let tool = ["etcdctl", "etcdutl", "talosctl"].iter().any(|tool| line.contains(tool));
            (tool && (line.contains("snapshot save") || line.contains("etcd snapshot")))
                || line.contains("cluster-backup.sh")
        })
}
