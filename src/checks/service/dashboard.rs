use super::super::{Alike, Check, Cx, Hits, Run, SpecCx};
use crate::inventory::Kind;
use crate::inventory::exposure::EXPOSURE_KINDS;
use crate::inventory::image::Image;
use crate::inventory::kinds_of;
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// The Kubernetes Dashboard does not run, and nothing else runs as its ServiceAccount. High where the Dashboard is reached
/// from outside the cluster or its account is bound to cluster-admin.
pub static CHECK: Check = Check {
    id: "service.dashboard",
    title: "The Kubernetes Dashboard does not run",
    severity: Severity::High,
    over: Kind::POD_SPEC,
    needs: NEEDS,
    aliases: &["kubescape:C-0014"],
    why: "It acts with the rights of its account or of whoever gives it a token, and has been the way into clusters that \
          exposed it; the project is archived.",
    remedy: Remedy {
        advice: "Delete it with its Service, ServiceAccount and bindings, and look at the cluster with a program that runs at \
                 the user's desk and has the user's rights.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Ask who opens it, and for what; a workload that borrows its account needs one of its own first.",
    },
    run: Run::EachAlike(run),
};

const NEEDS: &[Kind] = kinds_of!(EXPOSURE_KINDS, &[Kind::RoleBinding, Kind::ClusterRoleBinding]);

/// Its own, and its ServiceAccount's.
pub(in crate::checks) const NAME: &str = "kubernetes-dashboard";

fn run(cx: &Cx<'_>, workload: &Alike<'_>, pod: &SpecCx<'_>, hits: &mut Hits) {
    let own = |image: &str| {
        let image = Image::parse(image);
        image.repository().contains("/kubernetesui/") || image.is_called("kubernetes-dashboard-amd64")
    };
    let account = pod.spec.service_account();
    let container = pod.containers().find(|container| own(&container.container.image));
    if container.is_none() && !workload.telling_name().starts_with(NAME) {
        if account == NAME {
            hits.fail(FieldPath::of("serviceAccountName"), NAME, "a ServiceAccount of its own")
                .message("runs as the ServiceAccount of the Kubernetes Dashboard")
                .severity(Severity::Medium);
        }
        return;
    }
    let namespace = workload.namespace();
    let ways = cx.exposure().of(namespace, workload.pod_labels(), pod.spec);
    let admin =
        cx.rbac.granted_to_account(namespace, account).any(|grant| grant.binding.role_ref.name == "cluster-admin");
    let (path, actual) = match &container {
        Some(container) => (container.at("image"), container.container.image.as_str()),
        None => (FieldPath::root(), workload.telling_name()),
    };
    if let Some(container) = &container {
        hits.about(Some(&container.container.name));
    }
    let hit = hits.fail(path, actual, "no Dashboard");
    match (ways.first(), admin) {
        (Some(way), true) => {
            hit.message(format!("is the Kubernetes Dashboard, reached through {way}, and is cluster-admin"))
        }
        (Some(way), false) => hit.message(format!("is the Kubernetes Dashboard, reached through {way}")),
        (None, true) => hit.message("is the Kubernetes Dashboard, and is cluster-admin"),
        (None, false) => hit.message("is the Kubernetes Dashboard").severity(Severity::Medium),
    };
}
