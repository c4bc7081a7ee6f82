use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, ObjectRef, Remedy, Severity};
use serde_json::Value;

/// Every CronJob, with when it runs and as whom: for a person to compare with what is meant to run. A suspended one counts
/// (pitfall 11).
pub static CHECK: Check = Check {
    id: "cronjob.inventory",
    title: "Every CronJob is known to somebody",
    severity: Severity::Info,
    over: &[Kind::CronJob],
    needs: &[],
    aliases: &["kubescape:C-0026"],
    why: "A CronJob starts pods again and again, long after whoever made it is gone: an intruder uses one to come back.",
    remedy: Remedy {
        advice: "Compare each with what is meant to run; suspend what nobody knows, and delete it when nobody misses it.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Look at its last Jobs and their logs, and for who created it in the audit log.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    for row in cx.inventory.controllers_of(Kind::CronJob).filter(|row| cx.in_scope(Kind::CronJob, &row.meta)) {
        let meta = &row.meta;
        let owner = ObjectRef::new(&Kind::CronJob.api_version(), Kind::CronJob.name(), meta.namespace(), &meta.name);
        let cron = row.detail.cron.as_ref();
        let schedule = cron.map_or(Value::Null, |cron| cron.schedule.as_str().into());
        let suspended = if cron.is_some_and(|cron| cron.suspend) { ", suspended" } else { "" };
        let message = match (&row.template, meta.controller()) {
            (Some(spec), _) => {
                let images: Vec<&str> = spec.containers.iter().map(|container| container.image.as_str()).collect();
                format!("runs {} as ServiceAccount {}{suspended}", images.join(", "), spec.service_account())
            }
            (None, Some(maker)) => format!("made by {} {}{suspended}", maker.kind, maker.name),
            (None, None) => format!("has no pod template{suspended}"),
        };
        judge
            .reference(owner)
            .review(FieldPath::of("spec.schedule"), schedule, "a schedule that somebody knows")
            .message(message);
    }
}
