use super::super::{Check, Hits, Run, SpecCx};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// An explicit `runAsUser: 0` on pod or container; Pod Security Standards restricted, from 1.23 on, and from 1.35 on not
/// where the pod has a user namespace of its own.
pub static CHECK: Check = Check {
    id: "container.run-as-user-zero",
    title: "No container asks for user 0",
    severity: Severity::High,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["trivy:KSV-0105"],
    why: "User 0 is root on both sides of every boundary that breaks: a kernel bug, a mounted path, a leaked socket.",
    remedy: Remedy {
        advice: "Ask for a user above 0 that may read the image's files; 65532 is what many minimal images use.",
        fix: Fix::Set("65532"),
        disruption: Disruption::MayBreak,
        try_first: "Start one replica with it: files that root owns and ports below 1024 may be out of reach.",
    },
    run: Run::EachSpec(run),
};

const FIELD: &str = "securityContext.runAsUser";

fn run(cx: &SpecCx<'_>, hits: &mut Hits) {
    if !cx.version.at_least(23) || cx.user_namespace_excuses() {
        return;
    }
    if cx.pod_context().run_as_user == Some(0) {
        hits.fail(FieldPath::of(FIELD), 0, "above 0, or the field absent").message("the pod asks for user 0");
    }
    for container in cx.containers().filter(|c| c.context().run_as_user == Some(0)) {
        let name = container.container.name.as_str();
        hits.about(Some(name));
        hits.fail(container.at(FIELD), 0, "above 0, or the field absent")
            .message(format!("container {name} asks for user 0"));
    }
}
