use super::super::{Check, Cx, Judge, Run};
use super::product::{Product, product, running};
use super::velero::{Fault, covers, covers_all, faults};
use crate::inventory::kinds::custom::Custom;
use crate::inventory::{Kind, Medium};
use crate::model::{Disruption, FieldPath, Fix, ObjectRef, Remedy, Severity};
use std::collections::BTreeSet;

/// Velero's schedules that work, taken together, back up every namespace in which something runs, volumes included: not
/// paused, at most a day between two runs, the newest Backup Completed within 26 hours, its location Available. Which
/// schedule does not work and why is told where none does enough. Without Velero a person has to show what backs up.
pub static CHECK: Check = Check {
    id: "ops.backup-velero",
    title: "Applications and their volumes are backed up every day",
    severity: Severity::High,
    over: &[],
    needs: NEEDS,
    aliases: &[],
    why: "Without a backup that worked, a mistake, a fault of the storage or ransomware is the end of the data.",
    remedy: Remedy {
        advice: "Schedule a daily backup of all namespaces with their volumes, to storage that the cluster's credentials \
                 cannot delete from, and alert on phases other than Completed.",
        fix: Fix::ByField(&[("paused", Fix::Set("false")), ("", Fix::Advice)]),
        disruption: Disruption::None,
        try_first: "velero backup create --from-schedule NAME, and velero backup describe --details shows what is missing.",
    },
    run: Run::Cluster(run),
};

const NEEDS: &[Kind] = &[
    Kind::VeleroSchedule,
    Kind::VeleroBackup,
    Kind::VeleroLocation,
    Kind::PersistentVolumeClaim,
    Kind::Pod,
    Kind::Deployment,
    Kind::StatefulSet,
    Kind::DaemonSet,
    Kind::CronJob,
];

/// Namespaces that a cluster is made again with.
const SYSTEM: [&str; 3] = ["kube-system", "kube-public", "kube-node-lease"];

#[rustfmt::skip] // a table
static OTHERS: &[Product] = &[
    product("Kasten K10", &["kasten-images/gateway", "kasten-images/crypto", "kasten-images/executor"], ()),
    product("Stash or KubeStash", &["appscode/stash", "stash-enterprise/stash-enterprise", "appscode/kubestash"], ()),
    product("Trilio", &["trilio/control-plane", "triliovault/control-plane"], ()),
    product("Portworx Backup", &["portworx/px-backup"], ()),
    product("CloudCasa", &["catalogicsoftware/amds-kagent"], ()),
];

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let inventory = cx.inventory;
    let path = FieldPath::of("backups");
    let expected = "a daily schedule that works and covers what runs";
    let schedules: Vec<(&Custom, Vec<Fault>)> =
        inventory.customs_of(Kind::VeleroSchedule).map(|schedule| (schedule, faults(cx, schedule))).collect();
    let good: Vec<&Custom> = schedules.iter().filter(|(_, faults)| faults.is_empty()).map(|(one, _)| *one).collect();
    // what a cluster is made again with, and Velero itself, which a restore begins with
    let veleros: BTreeSet<&str> =
        inventory.customs_of(Kind::VeleroLocation).map(|location| location.meta.namespace.as_str()).collect();
    let mut missed: BTreeSet<&str> = cx.workloads.iter().map(|workload| workload.namespace()).collect();
    missed.retain(|namespace| !SYSTEM.contains(namespace) && !veleros.contains(namespace));
    missed.retain(|namespace| !good.iter().any(|schedule| covers(schedule, namespace)));
    // what is in manifests has not run
    if cx.inventory.medium == Medium::Cluster && good.iter().any(|schedule| covers_all(schedule)) {
        judge.cluster();
        return;
    }
    if let Some(reason) = NEEDS.iter().find_map(|kind| cx.gap(*kind, None)) {
        judge.cluster().unread(path, reason, expected).message("not everything that tells of backups was read");
        return;
    }
    if !good.is_empty() && missed.is_empty() {
        judge.cluster();
        return;
    }
    if schedules.is_empty() {
        let backups = inventory.count(Kind::VeleroBackup) + inventory.count(Kind::VeleroLocation);
        let other = running(cx, &[Kind::Deployment, Kind::StatefulSet], OTHERS);
        let hits = judge.cluster();
        match (backups, other.first()) {
            (_, Some(other)) => hits
                .review(path, 0, expected)
                .severity(Severity::Info)
                .message(format!("{} is here: its own console shows what it backs up", other.product.title)),
            (0, None) => hits.review(path, 0, expected).severity(Severity::Medium).message(
                "no Velero schedule: another product, snapshots of the storage or of the provider are not seen from here",
            ),
            (_, None) => hits.fail(path, 0, expected).message("Velero is here, and no schedule makes it back anything up"),
        };
        return;
    }
    for fault in schedules.into_iter().flat_map(|(_, faults)| faults) {
        let (namespace, name) = &fault.name;
        let object = ObjectRef::new(&fault.kind.api_version(), fault.kind.name(), Some(namespace), name);
        let hits = judge.reference(object);
        hits.fail(fault.path, fault.actual, fault.expected).message(fault.message);
    }
    if !missed.is_empty() && !good.is_empty() {
        let list = missed.into_iter().collect::<Vec<_>>().join(", ");
        judge
            .cluster()
            .fail(path, list.as_str(), "no namespace without a schedule that works")
            .message(format!("no schedule that works covers {list}"));
    }
}
