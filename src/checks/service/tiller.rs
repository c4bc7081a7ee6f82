use super::super::{Alike, Check, Cx, Hits, Run, SpecCx};
use crate::inventory::{Kind, image};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};

/// No container of Tiller, the server of Helm 2: by the name of its image, or of its Deployment.
pub static CHECK: Check = Check {
    id: "service.tiller",
    title: "Tiller does not run",
    severity: Severity::Critical,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["trivy:KSV-0102"],
    why: "Tiller installs whatever it is sent, most often with cluster-admin, asks nobody for a name by default, and has had \
          no fixes since 2020.",
    remedy: Remedy {
        advice: "Move the releases to Helm 3 (helm 2to3), then delete Tiller, its Service, its ServiceAccount and its binding.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "helm ls with Helm 2 lists what it still manages; pipelines that call it stop working.",
    },
    run: Run::EachAlike(run),
};

/// What Helm 2 called its Deployment.
pub(in crate::checks) const NAME: &str = "tiller-deploy";

fn run(_: &Cx<'_>, workload: &Alike<'_>, pod: &SpecCx<'_>, hits: &mut Hits) {
    for container in pod.containers() {
        let written = &container.container.image;
        let repository = image::repository(written);
        if repository.rsplit('/').next().is_some_and(|name| name.contains("tiller")) {
            hits.about(Some(&container.container.name));
            hits.fail(container.at("image"), written.as_str(), "nothing of Helm 2")
                .message(format!("container {} is Tiller", container.container.name));
        }
    }
    if hits.list.is_empty() && workload.telling_name() == NAME {
        hits.fail(FieldPath::root(), NAME, "nothing of Helm 2").message("has the name of Tiller, from another image");
    }
}
