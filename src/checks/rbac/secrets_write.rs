use super::super::{Check, Cx, Judge, Run};
use super::rights::{self, NEEDS, OVER, Want};
use crate::inventory::Right;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// create, update, patch, delete or deletecollection on core `secrets`. Names in resourceNames limit all but create and
/// deletecollection (pitfall 25).
pub static CHECK: Check = Check {
    id: "rbac.secrets-write",
    title: "Few subjects can change Secrets",
    severity: Severity::Medium,
    over: OVER,
    needs: NEEDS,
    aliases: &["trivy:KSV-0041", "trivy:KSV-0113"],
    why: "Its holder puts his own key or password where a workload reads one, makes a token of any ServiceAccount there with a \
          Secret of that type, or deletes what workloads cannot start without.",
    remedy: Remedy {
        advice: "Take the writing verbs out of the rule, or name the Secrets in resourceNames; create cannot be limited by name.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Certificate and secret managers write Secrets for a living: give them the namespaces that they serve.",
    },
    run: Run::Objects(run),
};

const WANT: Want = Want {
    doing: "changing Secrets",
    expected: "no create, update, patch or delete on secrets; or on Secrets named in resourceNames",
    rights: &[(
        Right {
            verbs: &["create", "update", "patch", "delete", "deletecollection"],
            groups: &[""],
            resources: &["secrets"],
            namespaced: true,
        },
        Severity::Medium,
    )],
    named: Severity::Low,
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    rights::judge(cx, judge, &WANT);
}
