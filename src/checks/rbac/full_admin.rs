use super::super::{Check, Cx, Judge, Run};
use super::rights::{self, NEEDS, OVER, Question};
use crate::inventory::GrantScope;
use crate::inventory::kinds::rbac::Rule;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// A rule with every verb on every resource of every API group, or of the core group, in somebody's hands; `cluster-admin`
/// is one. The core group alone is not everything (pitfall 24), but holds Secrets, pods and tokens, which lead to the rest.
pub static CHECK: Check = Check {
    id: "rbac.full-admin",
    title: "Few subjects hold every right by wildcard",
    severity: Severity::High,
    over: OVER,
    needs: NEEDS,
    aliases: &["kubescape:C-0035", "kubescape:C-0187", "trivy:KSV-0044", "trivy:KSV-0046", "trivy:KSV-0112"],
    why: "One credential of such a holder is the cluster, or all that is in the namespace; what it did cannot be told from \
          what it was meant to do.",
    remedy: Remedy {
        advice: "Write a role that names what the holder does, bind that one, and take this binding away.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Bind the narrower role beside this one and watch the audit log for what it would have refused.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    ask(cx, judge, "every verb on every resource", &|rule| rule.is_everything());
    let core_alone = |rule: &Rule| rule.is_all_of_core() && !rule.is_everything();
    ask(cx, judge, "every verb on every resource of the core group", &core_alone);
}

fn ask(cx: &Cx<'_>, judge: &mut Judge, doing: &'static str, counts: &dyn Fn(&Rule) -> bool) {
    let severity = |rule: &Rule, scope: GrantScope<'_>| {
        counts(rule).then_some(if scope == GrantScope::Cluster { Severity::High } else { Severity::Medium })
    };
    let question = Question::new(doing, "named verbs on named resources", &severity);
    rights::ask(cx, judge, &Question { of_admin: Severity::High, ..question });
}
