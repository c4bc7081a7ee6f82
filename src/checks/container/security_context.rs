use super::super::{Check, ContainerCx, Hits, Run};
use crate::inventory::Kind;
use crate::inventory::kinds::pod::{PodSecurityContext, SecurityContext};
use crate::model::{Disruption, Fix, Remedy, Severity};
use serde_json::{Value, json};

/// A security context on the container or on the pod; fails only where both are empty (pitfall 7). CIS 5.6.3.
pub static CHECK: Check = Check {
    id: "container.security-context",
    title: "A security context is applied",
    severity: Severity::Medium,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["kubescape:C-0211", "trivy:KSV-0118", "kube-bench:5.6.3"],
    why: "Without one a container gets every default: the image's user, which is often root, a dozen capabilities, a \
          writable file system and no seccomp profile.",
    remedy: Remedy {
        advice: "Apply a restrictive security context and take back only what the program proves to need.",
        fix: Fix::Set(
            r#"{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}}"#,
        ),
        disruption: Disruption::MayBreak,
        try_first: "Start one replica with it: an image that runs as root is refused at start.",
    },
    run: Run::EachContainer(run),
};

fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    if *cx.context() == SecurityContext::default() && *cx.pod.pod_context() == PodSecurityContext::default() {
        let actual = if cx.container.security_context.is_some() { json!({}) } else { Value::Null };
        hits.fail(cx.at("securityContext"), actual, "a security context here or on the pod")
            .message(format!("neither container {} nor its pod has a security context", cx.container.name));
    }
}
