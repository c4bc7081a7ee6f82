//! Schedules of Velero: what they cover, and why one does not count.

use super::super::Cx;
use super::age::{ago, time};
use crate::inventory::Kind;
use crate::inventory::kinds::custom::Custom;
use crate::inventory::schedule::{DAY, longest_gap};
use crate::model::FieldPath;
use serde_json::Value;
use std::collections::BTreeMap;

/// A daily backup, and two hours for it to run.
const FRESH: i64 = 26 * 3600;

/// What is wrong with a schedule: where, what stands there, what would do, in a sentence.
pub(super) struct Fault {
    pub(super) kind: Kind,
    pub(super) name: (String, String),
    pub(super) path: FieldPath,
    pub(super) actual: Value,
    pub(super) expected: &'static str,
    pub(super) message: String,
}

/// A list of the schedule's template.
fn list<'a>(schedule: &'a Custom, field: &str) -> Vec<&'a str> {
    let list = schedule.spec.pointer("/template").and_then(|template| template.get(field)).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Whether it leaves no namespace and no object out.
pub(super) fn covers_all(schedule: &Custom) -> bool {
    let included = list(schedule, "includedNamespaces");
    (included.is_empty() || included.contains(&"*")) && list(schedule, "excludedNamespaces").is_empty()
}

pub(super) fn covers(schedule: &Custom, namespace: &str) -> bool {
    let included = list(schedule, "includedNamespaces");
    let excluded = list(schedule, "excludedNamespaces");
    (included.is_empty() || included.contains(&"*") || included.contains(&namespace)) && !excluded.contains(&namespace)
}

/// Why a schedule does not count; none: it works.
pub(super) fn faults(cx: &Cx<'_>, schedule: &Custom) -> Vec<Fault> {
    let name = &schedule.meta.name;
    let own = |path: &str, actual: Value, expected: &'static str, message: String| Fault {
        kind: Kind::VeleroSchedule,
        name: (schedule.meta.namespace.clone(), name.clone()),
        path: FieldPath::of(path),
        actual,
        expected,
        message,
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
    let claims =
        cx.inventory.count(Kind::PersistentVolumeClaim) > 0 || cx.gap(Kind::PersistentVolumeClaim, None).is_some();
    if is("snapshotVolumes", false) && !copied && claims {
        let message = format!("schedule {name} leaves volumes out");
        faults.push(own("spec.template.snapshotVolumes", false.into(), "true, or volumes copied by file", message));
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
    };
    if phase != "Completed" {
        let message = format!("the newest backup of schedule {} is {phase}", schedule.meta.name);
        return Some(fault("status.phase", phase.into(), "Completed", message));
    }
    (cx.now() - ended > FRESH).then(|| {
        let message = format!("the newest backup of schedule {} is {} old", schedule.meta.name, ago(cx.now(), ended));
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
    })
}
