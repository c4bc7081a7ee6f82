use super::super::{Check, ContainerCx, Hits, Run};
use crate::inventory::Kind;
use crate::inventory::image::Image;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// No image comes from `k8s.gcr.io`, which was frozen in April 2023.
pub static CHECK: Check = Check {
    id: "container.image-registry-deprecated",
    title: "No image comes from the frozen k8s.gcr.io",
    severity: Severity::Low,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["kubescape:C-0253"],
    why: "The old registry of the Kubernetes project gets no new images, fixes for holes in these included, and may go away.",
    remedy: Remedy {
        advice: "Take the image of the same name from registry.k8s.io, and a version that is still supported.",
        // the rest of the name stays, so no constant can stand for it
        fix: Fix::Advice,
        disruption: Disruption::Restarts,
        try_first: "Check that nodes reach registry.k8s.io, which sends them on to other hosts for the layers.",
    },
    run: Run::EachContainer(run),
};

fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    let image = cx.container.image.as_str();
    if Image::parse(image).registry() == "k8s.gcr.io" {
        hits.fail(cx.at("image"), image, "registry.k8s.io/…")
            .message(format!("container {} takes {image} from a frozen registry", cx.container.name));
    }
}
