use super::super::{Check, Cx, Judge, Run};
use super::rights::{self, NEEDS, OVER, Want};
use crate::inventory::Right;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// delete or deletecollection on `events`, of the core group and of events.k8s.io.
pub static CHECK: Check = Check {
    id: "rbac.delete-events",
    title: "Few subjects can delete events",
    severity: Severity::Low,
    over: OVER,
    needs: NEEDS,
    aliases: &["kubescape:C-0031"],
    why: "Events are the first trace of what was started, killed or pulled; whoever deletes them covers his own. The audit log \
          keeps who did.",
    remedy: Remedy {
        advice: "Take delete and deletecollection on events out of the rule: they expire by themselves.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "See in the audit log whether anything deletes events; a controller that writes them needs create and patch only.",
    },
    run: Run::Objects(run),
};

const WANT: Want = Want {
    doing: "deleting events",
    expected: "no delete or deletecollection on events",
    rights: &[(
        Right {
            verbs: &["delete", "deletecollection"],
            groups: &["", "events.k8s.io"],
            resources: &["events"],
            namespaced: true,
        },
        Severity::Low,
    )],
    named: Severity::Low,
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    rights::judge(cx, judge, &WANT);
}
