use super::super::{Check, Cx, Judge, Run};
use super::rights::{self, NEEDS, OVER, Want};
use crate::inventory::Right;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// Any verb that reaches the kubelet through `nodes/proxy`: get is enough to run commands over a WebSocket; CIS 5.1.10.
pub static CHECK: Check = Check {
    id: "rbac.nodes-proxy",
    title: "Few subjects reach the kubelets through nodes/proxy",
    severity: Severity::High,
    over: OVER,
    needs: NEEDS,
    aliases: &["kubescape:C-0279", "trivy:KSV-0047", "kube-bench:5.1.10"],
    why: "nodes/proxy is the kubelet's own API: its holder runs commands in every pod of the node, past RBAC and past admission.",
    remedy: Remedy {
        advice: "Grant nodes/metrics, nodes/stats, nodes/log or nodes/configz, whichever is meant, in its place.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Monitoring agents ask for it from habit: give them the finer resource on one node's kubelet first (Kubernetes 1.32 and later).",
    },
    run: Run::Objects(run),
};

pub(super) const WANT: Want = Want {
    doing: "reaching kubelets through nodes/proxy",
    expected: "no nodes/proxy; nodes/metrics, nodes/stats or nodes/log where they are meant",
    rights: &[(
        Right {
            verbs: &["get", "list", "watch", "create", "connect"],
            groups: &[""],
            resources: &["nodes/proxy"],
            namespaced: false,
        },
        Severity::High,
    )],
    named: Severity::Medium,
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    rights::judge(cx, judge, &WANT);
}
