use super::super::{Check, Cx, Judge, Run};
use super::rights::{self, NEEDS, OVER, STREAM_BY_GET, Want};
use crate::inventory::Right;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// create on `pods/attach`, and get as for `rbac.pods-exec`; update and patch on `pods/ephemeralcontainers`, which put a
/// container of the holder's own into a running pod.
pub static CHECK: Check = Check {
    id: "rbac.pods-attach",
    title: "Few subjects can attach to running containers",
    severity: Severity::Medium,
    over: OVER,
    needs: NEEDS,
    aliases: &[
        "trivy:KSV-0054",
        "polaris:clusterrolePodExecAttach",
        "polaris:rolePodExecAttach",
        "polaris:clusterrolebindingPodExecAttach",
        "polaris:rolebindingClusterRolePodExecAttach",
        "polaris:rolebindingRolePodExecAttach",
    ],
    why: "Attaching reads and writes the streams of a running process; an ephemeral container brings a shell and tools of its \
          own into the pod.",
    remedy: Remedy {
        advice: "Take pods/attach and pods/ephemeralcontainers out of the everyday roles; keep them for emergencies.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "See in the audit log who uses it: kubectl debug attaches to the container that it adds.",
    },
    run: Run::Objects(run),
};

const WANT: Want = Want {
    doing: "attaching to containers",
    expected: "no create or get on pods/attach, no update or patch on pods/ephemeralcontainers",
    rights: &[
        (Right { verbs: &["create"], groups: &[""], resources: &["pods/attach"], namespaced: true }, Severity::Medium),
        (
            Right { verbs: STREAM_BY_GET, groups: &[""], resources: &["pods/attach"], namespaced: true },
            Severity::Medium,
        ),
        (
            Right {
                verbs: &["update", "patch"],
                groups: &[""],
                resources: &["pods/ephemeralcontainers"],
                namespaced: true,
            },
            Severity::Medium,
        ),
    ],
    named: Severity::Low,
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    rights::judge(cx, judge, &WANT);
}
