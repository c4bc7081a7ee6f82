use super::super::{Check, Cx, Judge, Run};
use super::rights::{self, NEEDS, OVER, Want};
use crate::inventory::Right;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// delete or deletecollection on `pods/log`. The API server serves get alone there: the verb does nothing today, and says
/// that somebody wanted it, or copied more than was meant.
pub static CHECK: Check = Check {
    id: "rbac.pod-log-delete",
    title: "No role holds the deletion of pod logs",
    severity: Severity::Low,
    over: OVER,
    needs: NEEDS,
    aliases: &["trivy:KSV-0042"],
    why: "The logs of a pod show what was done in it. Nothing serves their deletion through the API, so a rule that names it is \
          broader than anybody needs.",
    remedy: Remedy {
        advice: "Write get for pods/log, or take it out.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Nothing uses it: reading logs needs get alone.",
    },
    run: Run::Objects(run),
};

const WANT: Want = Want {
    doing: "deleting pod logs",
    expected: "get alone on pods/log",
    rights: &[(
        Right { verbs: &["delete", "deletecollection"], groups: &[""], resources: &["pods/log"], namespaced: true },
        Severity::Low,
    )],
    named: Severity::Low,
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    rights::judge(cx, judge, &WANT);
}
