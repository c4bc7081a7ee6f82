use super::super::{Check, ContainerCx, Hits, Run};
use super::nginx::{is_controller, release};
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// No ingress-nginx controller older than 1.11.5, and none of 1.12.0: CVE-2025-1974. Versions are compared as numbers
/// (pitfall 54); a tag that names none is a candidate.
pub static CHECK: Check = Check {
    id: "ingress.nginx-cve-2025-1974",
    title: "No ingress-nginx controller that runs what it is sent",
    severity: Severity::Critical,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &[],
    why: "Whoever reaches the controller's webhook over the pod network makes it run code, without a name or a password, and \
          the controller can read every Secret that it serves from.",
    remedy: Remedy {
        advice: "Update to 1.12.1, 1.11.5 or later; until then switch its admission webhook off.",
        fix: Fix::Advice,
        disruption: Disruption::Restarts,
        try_first: "From 1.9 on snippets are off by default: Ingresses that need them are refused after the update.",
    },
    run: Run::EachContainer(run),
};

fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    let image = &cx.container.image;
    if !is_controller(image) {
        return;
    }
    let expected = "1.12.1, 1.11.5 or later";
    match release(image) {
        Some(version) if version < (1, 11, 5) || version == (1, 12, 0) => {
            let (major, minor, patch) = version;
            hits.fail(cx.at("image"), image.as_str(), expected).message(format!(
                "container {} is ingress-nginx {major}.{minor}.{patch}, which CVE-2025-1974 lets anybody on the pod network take over",
                cx.container.name
            ));
        }
        Some(_) => {}
        None => {
            hits.review(cx.at("image"), image.as_str(), expected)
                .message(format!("the tag of container {} does not say which ingress-nginx it is", cx.container.name))
                .severity(Severity::Medium);
        }
    }
}
