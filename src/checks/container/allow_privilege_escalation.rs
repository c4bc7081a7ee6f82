use super::super::{Check, ContainerCx, Hits, Run};
use super::capabilities;
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};
use serde_json::Value;

/// `allowPrivilegeEscalation` is false; absent means true, and no pod-level field stands in (pitfall 4). CIS 5.2.6, Pod
/// Security Standards restricted.
pub static CHECK: Check = Check {
    id: "container.allow-privilege-escalation",
    title: "Containers cannot gain privileges",
    severity: Severity::Medium,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &[
        "kubescape:C-0016",
        "trivy:KSV-0001",
        "polaris:privilegeEscalationAllowed",
        "kube-linter:privilege-escalation-container",
        "kube-bench:5.2.6",
    ],
    why: "Unless the field is false, a setuid program in the image hands its caller more rights than the process that \
          started it had.",
    remedy: Remedy {
        advice: "Set allowPrivilegeEscalation: false; a privileged container and one with SYS_ADMIN must lose those first.",
        fix: Fix::Set("false"),
        disruption: Disruption::Restarts,
        try_first: "Look for sudo, ping and other setuid programs that the container calls.",
    },
    run: Run::EachContainer(run),
};

fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    let value = cx.context().allow_privilege_escalation;
    if value == Some(false) || !cx.pod.linux_fields_apply() {
        return;
    }
    let name = &cx.container.name;
    let sys_admin = cx.added().iter().any(|c| matches!(capabilities::normal(c).as_str(), "SYS_ADMIN" | "ALL"));
    let message = match value {
        _ if cx.context().privileged == Some(true) => format!("container {name} is privileged, which forces it on"),
        _ if sys_admin => format!("container {name} adds SYS_ADMIN, which forces it on"),
        Some(_) => format!("container {name} may gain privileges"),
        None => format!("container {name} may gain privileges: unset means allowed"),
    };
    hits.fail(cx.at("securityContext.allowPrivilegeEscalation"), value.map_or(Value::Null, Value::Bool), "false")
        .message(message);
}
