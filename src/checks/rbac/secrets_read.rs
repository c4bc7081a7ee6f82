use super::super::{Check, Cx, Judge, Run};
use super::rights::{self, NEEDS, OVER, Want};
use crate::inventory::Right;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// get, list or watch on core `secrets`, by subject; CIS 5.1.2. All three return the contents (pitfall 26).
pub static CHECK: Check = Check {
    id: "rbac.secrets-read",
    title: "Few subjects can read Secrets",
    severity: Severity::High,
    over: OVER,
    needs: NEEDS,
    aliases: &[
        "kubescape:C-0186",
        "kubescape:C-0015",
        "trivy:KSV-0041",
        "trivy:KSV-0113",
        "kube-linter:access-to-secrets",
        "kube-bench:5.1.2",
    ],
    why: "Secrets hold the passwords, keys and tokens of what runs beside them; list and watch return their contents \
          just as get does.",
    remedy: Remedy {
        advice: "Take secrets out of the rule, or leave get alone and name the Secrets in resourceNames.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Look in the audit log for which Secrets its holders read; a controller that watches Secrets stops \
                    without the right.",
    },
    run: Run::Objects(run),
};

pub(super) const WANT: Want = Want {
    doing: "reading Secrets",
    expected: "no get, list or watch on secrets; or get alone, on Secrets named in resourceNames",
    rights: &[(
        Right { verbs: &["get", "list", "watch"], groups: &[""], resources: &["secrets"], namespaced: true },
        Severity::High,
    )],
    named: Severity::Low,
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    rights::judge(cx, judge, &WANT);
}
