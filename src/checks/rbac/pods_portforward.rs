use super::super::{Check, Cx, Judge, Run};
use super::rights::{self, NEEDS, OVER, STREAM_BY_GET, Want};
use crate::inventory::Right;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// create on `pods/portforward`, and get as for `rbac.pods-exec`.
pub static CHECK: Check = Check {
    id: "rbac.pods-portforward",
    title: "Few subjects can forward ports to pods",
    severity: Severity::Medium,
    over: OVER,
    needs: NEEDS,
    aliases: &["kubescape:C-0063"],
    why: "Its holder reaches every port of the pod, those that listen on localhost included, and no NetworkPolicy applies: the \
          connection is made inside the pod.",
    remedy: Remedy {
        advice: "Take pods/portforward out of the rule; publish what people need through a Service and an Ingress that asks who they are.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Developers reach databases and dashboards this way: ask them which, before it is gone.",
    },
    run: Run::Objects(run),
};

const WANT: Want = Want {
    doing: "forwarding ports to pods",
    expected: "no create or get on pods/portforward",
    rights: &[
        (
            Right { verbs: &["create"], groups: &[""], resources: &["pods/portforward"], namespaced: true },
            Severity::Medium,
        ),
        (
            Right { verbs: STREAM_BY_GET, groups: &[""], resources: &["pods/portforward"], namespaced: true },
            Severity::Medium,
        ),
    ],
    named: Severity::Low,
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    rights::judge(cx, judge, &WANT);
}
