use super::super::{Check, Cx, Judge, Run};
use super::rights::{self, NEEDS, OVER, STREAM_BY_GET, Want};
use crate::inventory::Right;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// create on `pods/exec`, and get: a WebSocket opens with a GET, for which the API server asked nothing more before 1.35
/// (low from then on). `pods` does not cover `pods/exec`; `pods/*` and `*` do (pitfall 24).
pub static CHECK: Check = Check {
    id: "rbac.pods-exec",
    title: "Few subjects can run commands in pods",
    severity: Severity::Medium,
    over: OVER,
    needs: NEEDS,
    aliases: &[
        "kubescape:C-0002",
        "trivy:KSV-0053",
        "polaris:clusterrolePodExecAttach",
        "polaris:rolePodExecAttach",
        "polaris:clusterrolebindingPodExecAttach",
        "polaris:rolebindingClusterRolePodExecAttach",
        "polaris:rolebindingRolePodExecAttach",
    ],
    why: "Its holder has a shell in every pod that the rule covers: its files, its Secrets, its token and its network, past the \
          review that its image went through.",
    remedy: Remedy {
        advice: "Take pods/exec out of the everyday roles; keep a role for emergencies that is bound for an hour and logged.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "See in the audit log who uses it; kubectl debug and kubectl cp need it, or pods/ephemeralcontainers, as well.",
    },
    run: Run::Objects(run),
};

pub(super) const WANT: Want = Want {
    doing: "running commands in pods",
    expected: "no create or get on pods/exec",
    rights: &[
        (Right { verbs: &["create"], groups: &[""], resources: &["pods/exec"], namespaced: true }, Severity::Medium),
        (Right { verbs: STREAM_BY_GET, groups: &[""], resources: &["pods/exec"], namespaced: true }, Severity::Medium),
    ],
    named: Severity::Low,
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    rights::judge(cx, judge, &WANT);
}
