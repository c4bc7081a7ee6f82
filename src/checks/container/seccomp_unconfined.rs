use super::super::{Check, Hits, Run, SpecCx};
use super::effective::{CONFINED, SECCOMP};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// A seccomp profile that is set and does not confine; Pod Security Standards baseline. Annotations count before 1.19.
pub static CHECK: Check = Check {
    id: "container.seccomp-unconfined",
    title: "Seccomp is not switched off",
    severity: Severity::High,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["trivy:KSV-0104"],
    why: "Unconfined opens every system call that the kernel has, even where the kubelet would have set a default.",
    remedy: Remedy {
        advice: "Set seccompProfile.type: RuntimeDefault, or Localhost with a profile of your own.",
        // before 1.19 an annotation says it, where no path from the PodSpec leads
        fix: Fix::ByField(&[("type", Fix::Set("\"RuntimeDefault\""))]),
        disruption: Disruption::MayBreak,
        try_first: "Somebody switched it off for a reason: run one replica under RuntimeDefault and watch for \
                    'operation not permitted'.",
    },
    run: Run::EachSpec(run),
};

fn run(cx: &SpecCx<'_>, hits: &mut Hits) {
    if cx.version.at_least(19) {
        return SECCOMP.fail_explicit(cx, hits);
    }
    for (key, value) in &cx.spec.annotations {
        let confines =
            matches!(value.as_str(), "runtime/default" | "docker/default") || value.starts_with("localhost/");
        if key.contains("seccomp.security.alpha.kubernetes.io/") && !confines {
            hits.fail(FieldPath::of("securityContext.seccompProfile"), value.as_str(), CONFINED)
                .message(format!("annotation {key} is {value:?}"));
        }
    }
}
