use super::super::{Check, Cx, Judge, Run};
use super::rights::{self, NEEDS, OVER, Want};
use crate::inventory::Right;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// update, patch, delete or deletecollection on `nodes` and `nodes/status`. Kubelets write their own node by the Node
/// authorizer, which is no RBAC.
pub static CHECK: Check = Check {
    id: "rbac.nodes-write",
    title: "Few subjects can change or delete nodes",
    severity: Severity::Medium,
    over: OVER,
    needs: NEEDS,
    aliases: &[],
    why: "Its holder draws pods to a node of his choice by labels and taints, keeps them off all others, or removes nodes with \
          what runs on them.",
    remedy: Remedy {
        advice: "Take the writing verbs out of the rule, or name the nodes in resourceNames.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Autoscalers, cloud controllers and drain scripts need it: see in the audit log which fields they write.",
    },
    run: Run::Objects(run),
};

const WANT: Want = Want {
    doing: "changing nodes",
    expected: "no update, patch or delete on nodes and nodes/status",
    rights: &[(
        Right {
            verbs: &["update", "patch", "delete", "deletecollection"],
            groups: &[""],
            resources: &["nodes", "nodes/status"],
            namespaced: false,
        },
        Severity::Medium,
    )],
    named: Severity::Low,
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    rights::judge(cx, judge, &WANT);
}
