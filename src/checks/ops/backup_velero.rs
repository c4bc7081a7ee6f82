use super::super::{Check, Cx, Judge, Run};
use super::age::{ago, time};
use super::product::{Product, product, running};
use crate::inventory::kinds::custom::Custom;
use crate::inventory::schedule::{DAY, longest_gap};
use crate::inventory::{Kind, Medium};
use crate::model::{Disruption, FieldPath, Fix, GapReason, Remedy, Severity};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

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

const FRESH: i64 = 26 * 3600;

#[rustfmt::skip] // a table
static OTHERS: &[Product] = &[
    product("Kasten K10", &["kasten-images/gateway", "kasten-images/crypto", "kasten-images/executor"], ()),
    product("Stash or KubeStash", &["appscode/stash", "stash-enterprise/stash-enterprise", "appscode/kubestash"], ()),
    product("Trilio", &["trilio/control-plane", "triliovault/control-plane"], ()),
    product("Portworx Backup", &["portworx/px-backup"], ()),
    product("CloudCasa", &["catalogicsoftware/amds-kagent"], ()),
];

/// What is wrong with a schedule: where, what stands there, what would do, in a sentence.
struct Fault {
    kind: Kind,
    name: (String, String),
    path: FieldPath,
    actual: Value,
    expected: &'static str,
    message: String,
    unread: Option<GapReason>,
}

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let inventory = cx.inventory;
    let path = FieldPath::of("backups");
    let expected = "a daily schedule that works and covers what runs";
    let schedules: Vec<&Custom> = inventory.customs_of(Kind::VeleroSchedule).collect();
    let states: Vec<(&Custom, Vec<Fault>)> =
        schedules.iter().map(|schedule| (*schedule, faults(cx, schedule))).collect();
    let good: Vec<&Custom> = states.iter().filter(|(_, faults)| faults.is_empty()).map(|(one, _)| *one).collect();
    let missed: Vec<&str> = cx
        .workloads
        .iter()
        .map(|workload| workload.namespace())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .filter(|namespace| {
            !SYSTEM.contains(namespace) && !is_veleros(inventory.customs_of(Kind::VeleroLocation), namespace)
        })
        .filter(|namespace| !good.iter().any(|schedule| covers(schedule, namespace)))
        .collect();
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
    for fault in states.into_iter().flat_map(|(_, faults)| faults) {
        let (namespace, name) = &fault.name;
        let object = crate::model::ObjectRef::new(&fault.kind.api_version(), fault.kind.name(), Some(namespace), name);
        let hits = judge.reference(object);
        match fault.unread {
            Some(reason) => hits.unread(fault.path, reason, fault.expected),
            None => hits.fail(fault.path, fault.actual, fault.expected),
        }
        .message(fault.message);
    }
    if !missed.is_empty() && !good.is_empty() {
        let list = missed.join(", ");
        judge
            .cluster()
            .fail(path, list.as_str(), "no namespace without a schedule that works")
            .message(format!("no schedule that works covers {list}"));
    }
}

/// Velero's own namespace holds what a restore makes again.
fn is_veleros<'a>(mut locations: impl Iterator<Item = &'a Custom>, namespace: &str) -> bool {
    locations.any(|location| location.meta.namespace == namespace)
}

/// A list of the schedule's template.
fn list<'a>(schedule: &'a Custom, field: &str) -> Vec<&'a str> {
    let list = schedule.spec.pointer("/template").and_then(|template| template.get(field)).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Whether it leaves no namespace and no object out.
fn covers_all(schedule: &Custom) -> bool {
    let included = list(schedule, "includedNamespaces");
    (included.is_empty() || included.contains(&"*")) && list(schedule, "excludedNamespaces").is_empty()
}

fn covers(schedule: &Custom, namespace: &str) -> bool {
    let included = list(schedule, "includedNamespaces");
    let excluded = list(schedule, "excludedNamespaces");
    (included.is_empty() || included.contains(&"*") || included.contains(&namespace)) && !excluded.contains(&namespace)
}

/// Why a schedule does not count; none: it works.
fn faults(cx: &Cx<'_>, schedule: &Custom) -> Vec<Fault> {
    let name = &schedule.meta.name;
    let own = |path: &str, actual: Value, expected: &'static str, message: String| Fault {
        kind: Kind::VeleroSchedule,
        name: (schedule.meta.namespace.clone(), name.clone()),
        path: FieldPath::of(path),
        actual,
        expected,
        message,
        unread: None,
    };
    let mut faults = Vec::new();
    if schedule.spec.get("paused") == Some(&Value::Bool(true)) {
        faults.push(own(
            "spec.paused",
            true.into(),
            "false, or the field absent",
            format!("schedule {name} is paused"),
        ));
        return faults;
    }
    let cron = schedule.spec.get("schedule").and_then(Value::as_str).unwrap_or_default();
    match longest_gap(cron) {
        Some(gap) if gap <= DAY => {}
        Some(gap) => {
            let message = format!("schedule {name} leaves {} between two backups", ago(gap, 0));
            faults.push(own("spec.schedule", cron.into(), "at least once a day", message));
        }
        None => {
            let message = format!("schedule {name} has no time that Velero reads: {cron:?}");
            faults.push(own("spec.schedule", cron.into(), "five fields, @daily or @every 24h", message));
        }
    }
    let template = |field: &str| schedule.spec.pointer("/template").and_then(|template| template.get(field));
    let is = |field: &str, value: bool| template(field) == Some(&Value::Bool(value));
    let copied =
        is("defaultVolumesToFsBackup", true) || is("defaultVolumesToRestic", true) || is("snapshotMoveData", true);
    let claims = cx.inventory.count(Kind::PersistentVolumeClaim) > 0;
    let unread = cx.gap(Kind::PersistentVolumeClaim, None).filter(|_| !claims);
    if is("snapshotVolumes", false) && !copied && (claims || unread.is_some()) {
        let message = format!("schedule {name} leaves volumes out");
        let fault = own("spec.template.snapshotVolumes", false.into(), "true, or volumes copied by file", message);
        faults.push(Fault { unread, ..fault });
    }
    for field in ["labelSelector", "orLabelSelectors", "includedResources"] {
        let empty = |value: &Value| {
            value.is_null() || value.as_array().is_some_and(|l| l.is_empty() || l.contains(&"*".into()))
        };
        if template(field).is_some_and(|value| !empty(value)) {
            let message = format!("schedule {name} takes a part of the objects only");
            let path = format!("spec.template.{field}");
            faults.push(own(
                &path,
                template(field).cloned().unwrap_or_default(),
                "the field absent: all objects",
                message,
            ));
        }
    }
    faults.extend(backup_fault(cx, schedule));
    faults.extend(location_fault(cx, schedule));
    faults
}

/// The newest backup of a schedule, where it does not do.
fn backup_fault(cx: &Cx<'_>, schedule: &Custom) -> Option<Fault> {
    let made = |backup: &&Custom| {
        backup.meta.namespace == schedule.meta.namespace
            && backup.meta.labels.get("velero.io/schedule-name") == Some(&schedule.meta.name)
    };
    let begun =
        |backup: &&Custom| time(backup, "/status/startTimestamp").or(backup.meta.creation_timestamp.map(|t| t.seconds));
    let phase = |backup: &Custom| backup.at("/status/phase").and_then(Value::as_str).unwrap_or_default().to_owned();
    let running = |backup: &&Custom| {
        !matches!(phase(backup).as_str(), "" | "New" | "Queued" | "ReadyToStart" | "InProgress" | "Finalizing")
    };
    let newest = cx.inventory.customs_of(Kind::VeleroBackup).filter(made).filter(running).max_by_key(begun);
    let Some(newest) = newest else {
        return Some(Fault {
            kind: Kind::VeleroSchedule,
            name: (schedule.meta.namespace.clone(), schedule.meta.name.clone()),
            path: FieldPath::of("status.lastBackup"),
            actual: Value::Null,
            expected: "a Backup that completed within 26 hours",
            message: format!("no backup of schedule {} is there", schedule.meta.name),
            unread: cx.gap(Kind::VeleroBackup, None),
        });
    };
    let phase = phase(newest);
    let ended = time(newest, "/status/completionTimestamp").or_else(|| begun(&newest)).unwrap_or_default();
    let fault = |path: &str, actual: Value, expected, message| Fault {
        kind: Kind::VeleroBackup,
        name: (newest.meta.namespace.clone(), newest.meta.name.clone()),
        path: FieldPath::of(path),
        actual,
        expected,
        message,
        unread: None,
    };
    if phase != "Completed" {
        let message = format!("the newest backup of schedule {} is {phase}", schedule.meta.name);
        return Some(fault("status.phase", phase.into(), "Completed", message));
    }
    (cx.now - ended > FRESH).then(|| {
        let message = format!("the newest backup of schedule {} is {} old", schedule.meta.name, ago(cx.now, ended));
        let actual = newest.at("/status/completionTimestamp").cloned().unwrap_or_default();
        fault("status.completionTimestamp", actual, "within 26 hours", message)
    })
}

/// The location of a schedule, where it is not available.
fn location_fault(cx: &Cx<'_>, schedule: &Custom) -> Option<Fault> {
    let named =
        schedule.spec.pointer("/template/storageLocation").and_then(Value::as_str).filter(|name| !name.is_empty());
    let here = |location: &&Custom| location.meta.namespace == schedule.meta.namespace;
    let by_name: BTreeMap<&str, &Custom> =
        cx.inventory.customs_of(Kind::VeleroLocation).filter(here).map(|l| (l.meta.name.as_str(), l)).collect();
    let default = || by_name.values().find(|l| l.spec.get("default") == Some(&Value::Bool(true))).copied();
    let location = match named {
        Some(name) => by_name.get(name).copied(),
        None => default().or_else(|| by_name.get("default").copied()),
    };
    let Some(location) = location else {
        return Some(Fault {
            kind: Kind::VeleroSchedule,
            name: (schedule.meta.namespace.clone(), schedule.meta.name.clone()),
            path: FieldPath::of("spec.template.storageLocation"),
            actual: named.map_or(Value::Null, Value::from),
            expected: "a BackupStorageLocation that is Available",
            message: format!("schedule {} has no storage location", schedule.meta.name),
            unread: cx.gap(Kind::VeleroLocation, None),
        });
    };
    let phase = location.at("/status/phase").and_then(Value::as_str).unwrap_or_default();
    (phase != "Available").then(|| Fault {
        kind: Kind::VeleroLocation,
        name: (location.meta.namespace.clone(), location.meta.name.clone()),
        path: FieldPath::of("status.phase"),
        actual: phase.into(),
        expected: "Available",
        message: format!("storage location {} of schedule {} is not available", location.meta.name, schedule.meta.name),
        unread: None,
    })
}
