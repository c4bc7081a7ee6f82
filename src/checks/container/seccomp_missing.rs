use super::super::{Check, Hits, Run, SpecCx};
use super::effective::{CONFINED, SECCOMP};
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// A seccomp profile that confines, on the pod or on each container (pitfall 5); CIS 5.6.2, Pod Security Standards
/// restricted, which also refuse a pod's `Unconfined` that every container overrides.
pub static CHECK: Check = Check {
    id: "container.seccomp-missing",
    title: "Containers have a seccomp profile",
    severity: Severity::Medium,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["kubescape:C-0210", "trivy:KSV-0030", "kube-bench:5.6.2"],
    why: "Without a profile every system call of the kernel is open, unless the kubelet sets a default; those that \
          programs never make are the ones that exploits need.",
    remedy: Remedy {
        advice: "Set seccompProfile.type: RuntimeDefault on the pod.",
        fix: Fix::Set("\"RuntimeDefault\""),
        disruption: Disruption::Restarts,
        try_first: "Run one replica under it and watch for 'operation not permitted' and killed processes.",
    },
    run: Run::EachSpec(run),
};

fn run(cx: &SpecCx<'_>, hits: &mut Hits) {
    if !cx.linux_fields_apply() {
        return;
    }
    SECCOMP.fail_explicit(cx, hits);
    if (SECCOMP.of_pod)(cx.pod_context()).is_some() {
        return;
    }
    let without: Vec<&str> = cx
        .containers()
        .filter(|c| (SECCOMP.of_container)(c.context()).is_none())
        .map(|c| c.container.name.as_str())
        .collect();
    if !without.is_empty() {
        hits.about(None);
        hits.fail(FieldPath::of(&SECCOMP.path()), Value::Null, CONFINED)
            .message(format!("no seccomp profile for {}, unless the kubelet has a default", without.join(", ")));
    }
}
