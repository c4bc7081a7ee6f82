use super::super::{Alike, Check, Cx, Hits, Run, SpecCx};
use super::powers;
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// A workload that carries the token (pitfall 17) of a ServiceAccount with a rule of every verb on every resource, of all
/// API groups or the core one: by a binding of its own or one of the groups that every account is in. Critical where the
/// rule holds cluster-wide or in kube-system.
pub static CHECK: Check = Check {
    id: "rbac.workload-admin",
    title: "No workload's token allows everything by RBAC",
    severity: Severity::Critical,
    over: Kind::POD_SPEC,
    needs: powers::NEEDS,
    aliases: &["kubescape:C-0272"],
    why: "Whoever gets into one of its containers reads the token from a file and is the cluster's administrator.",
    remedy: Remedy {
        advice: "Give the workload a ServiceAccount with a role that names what its program does; split off the part that \
                 needs most.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Gather what the account does from the audit log over a week that has a release in it.",
    },
    run: Run::EachAlike(run),
};

fn run(cx: &Cx<'_>, workload: &Alike<'_>, pod: &SpecCx<'_>, hits: &mut Hits) {
    powers::judge(cx, workload, pod, hits, "an account that holds what the program uses, or no token", |powers| {
        let (text, whole) = powers.admin.as_ref()?;
        Some((text, if *whole { Severity::Critical } else { Severity::High }))
    });
}
