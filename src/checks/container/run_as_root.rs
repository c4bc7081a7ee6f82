use super::super::{Check, ContainerCx, Hits, Run, SpecCx};
use super::effective;
use crate::inventory::Kind;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;

/// The user in force, container's before pod's: not root if `runAsNonRoot` is true or the user is above 0; user 0 fails
/// either way (pitfalls 1–3). On Windows the user's name decides (pitfall 43). CIS 5.2.7.
pub static CHECK: Check = Check {
    id: "container.run-as-root",
    title: "Containers do not run as root",
    severity: Severity::Medium,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &[
        "kubescape:C-0013",
        "trivy:KSV-0012",
        "polaris:runAsRootAllowed",
        "kube-linter:run-as-non-root",
        "popeye:POP-302",
        "popeye:POP-306",
    ],
    why: "Root in the container is root on the node for everything that crosses the boundary: a kernel bug, a mounted \
          path, a leaked socket.",
    remedy: Remedy {
        advice: "Set runAsNonRoot: true; where user 0 is asked for, or the image names its user by name, give a numeric \
                 runAsUser above 0 too.",
        fix: Fix::SetAt("securityContext.runAsNonRoot", "true"),
        disruption: Disruption::MayBreak,
        try_first: "Start one replica: the kubelet refuses an image whose user is root, and files that root owns or \
                    ports below 1024 may be out of reach.",
    },
    run: Run::EachSpec(run),
};

fn run(cx: &SpecCx<'_>, hits: &mut Hits) {
    let mut inherits_root = false;
    for container in cx.containers() {
        hits.about(Some(&container.container.name));
        if cx.spec.is_windows() {
            windows(&container, hits);
        } else {
            inherits_root |= linux(&container, hits);
        }
    }
    if inherits_root {
        hits.about(None);
        hits.fail(FieldPath::of("securityContext.runAsUser"), 0, "above 0")
            .message("user 0 is set for every container of the pod that names no user");
    }
}

/// Whether the container is root only because the pod says so: reported once, there.
fn linux(cx: &ContainerCx<'_>, hits: &mut Hits) -> bool {
    let name = &cx.container.name;
    match (effective::run_as_user(cx), effective::run_as_non_root(cx)) {
        (Some(0), non_root) => {
            if cx.context().run_as_user.is_none() {
                return true;
            }
            let message = match non_root {
                Some(true) => format!("container {name} asks for user 0 and forbids root: it cannot start"),
                _ => format!("container {name} runs as user 0"),
            };
            hits.fail(cx.at("securityContext.runAsUser"), 0, "above 0").message(message);
        }
        (Some(_), _) | (None, Some(true)) => {}
        (None, non_root) => {
            hits.fail(
                cx.at("securityContext.runAsNonRoot"),
                non_root.map_or(Value::Null, Value::Bool),
                "true, or runAsUser above 0, here or on the pod",
            )
            .message(format!("container {name} may run as root: its image decides"));
        }
    }
    false
}

fn windows(cx: &ContainerCx<'_>, hits: &mut Hits) {
    let administrator =
        |user: &&str| user.rsplit('\\').next().is_some_and(|u| u.eq_ignore_ascii_case("ContainerAdministrator"));
    if let Some(user) = effective::windows_user(cx).filter(administrator) {
        hits.fail(cx.at("securityContext.windowsOptions.runAsUserName"), user, "ContainerUser")
            .message(format!("container {} runs as {user}", cx.container.name));
    }
}
