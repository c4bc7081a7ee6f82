use super::super::{Alike, Check, Cx, Hits, Run, SpecCx};
use super::powers;
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// A workload that carries the token (pitfall 17) of a ServiceAccount which can read Secrets, create pods or run commands
/// in them, hand out or borrow rights, or change what guards the cluster: cluster-wide, or in kube-system, whose accounts
/// and pods are the cluster's own. A right that resourceNames limits does not count. Whether the program needs the right
/// changes nothing in what its token is worth: the platform's own are exempt by name, yours by waiver.
pub static CHECK: Check = Check {
    id: "rbac.workload-takeover",
    title: "No workload's token leads to the whole cluster by RBAC",
    severity: Severity::High,
    over: Kind::POD_SPEC,
    needs: powers::NEEDS,
    aliases: &["kubescape:C-0267"],
    why: "Whoever gets into one of its containers has the token, and with any of these rights makes himself whatever the \
          cluster has.",
    remedy: Remedy {
        advice: "Grant the right in the namespaces that the program serves, or name the objects in resourceNames; split off \
                 the part that needs it cluster-wide.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Look in the audit log for where the account uses the right; bind a Role there first.",
    },
    run: Run::EachAlike(run),
};

fn run(cx: &Cx<'_>, workload: &Alike<'_>, pod: &SpecCx<'_>, hits: &mut Hits) {
    powers::judge(cx, workload, pod, hits, "an account without such a right, or no token", |powers| {
        Some((powers.takeover.as_deref()?, Severity::High))
    });
}
