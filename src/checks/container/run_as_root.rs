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
        "kube-bench:5.2.7",
    ],
    why: "Root in the container is root on the node for everything that crosses the boundary: a kernel bug, a mounted \
          path, a leaked socket.",
    remedy: Remedy {
        advice: "Set runAsNonRoot: true; where user 0 is asked for, or the image names its user by name, give a numeric \
                 runAsUser above 0 too.",
        fix: Fix::ByField(&[
            ("runAsUser", Fix::Set("65532")),
            ("runAsUserName", Fix::Set("\"ContainerUser\"")),
            ("", Fix::Set("true")),
        ]),
        disruption: Disruption::MayBreak,
        try_first: "Start one replica: the kubelet refuses an image whose user is root, and files that root owns or \
                    ports below 1024 may be out of reach.",
    },
    run: Run::EachSpec(run),
};

fn run(cx: &SpecCx<'_>, hits: &mut Hits) {
    // a pod's value that containers inherit is reported once, there
    let mut inherited = false;
    for container in cx.containers() {
        hits.about(Some(&container.container.name));
        inherited |= if cx.spec.is_windows() { windows(&container, hits) } else { linux(&container, hits) };
    }
    if !inherited {
        return;
    }
    hits.about(None);
    match cx.pod_context().windows_options.as_ref().and_then(|windows| windows.run_as_user_name.as_deref()) {
        Some(user) if cx.spec.is_windows() => hits
            .fail(FieldPath::of(WINDOWS_USER), user, "ContainerUser")
            .message(format!("{user} is set for every container of the pod that names no user")),
        _ => hits
            .fail(FieldPath::of(USER), 0, "above 0")
            .message("user 0 is set for every container of the pod that names no user"),
    };
}

const USER: &str = "securityContext.runAsUser";
const WINDOWS_USER: &str = "securityContext.windowsOptions.runAsUserName";

/// Whether the container is root only because the pod says so.
fn linux(cx: &ContainerCx<'_>, hits: &mut Hits) -> bool {
    let name = &cx.container.name;
    match (effective::run_as_user(cx), effective::run_as_non_root(cx)) {
        (Some(0), _) if cx.context().run_as_user.is_none() => return true,
        (Some(0), Some(true)) => {
            hits.fail(cx.at(USER), 0, "above 0")
                .message(format!("container {name} asks for user 0 and forbids root: it cannot start"));
        }
        (Some(0), _) => {
            hits.fail(cx.at(USER), 0, "above 0").message(format!("container {name} runs as user 0"));
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

/// Whether the container is the administrator only because the pod says so.
fn windows(cx: &ContainerCx<'_>, hits: &mut Hits) -> bool {
    let own = cx.context().windows_options.as_ref().is_some_and(|windows| windows.run_as_user_name.is_some());
    let is_administrator = |user: &&str| user.to_ascii_lowercase().ends_with("containeradministrator");
    match effective::windows_user(cx).filter(is_administrator) {
        Some(user) if own => {
            hits.fail(cx.at(WINDOWS_USER), user, "ContainerUser")
                .message(format!("container {} runs as {user}", cx.container.name));
            false
        }
        user => user.is_some(),
    }
}
