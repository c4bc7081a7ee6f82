use super::super::{Check, ContainerCx, Hits, Run};
use crate::inventory::Kind;
use crate::inventory::image::Image;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// Every image is named by its digest.
pub static CHECK: Check = Check {
    id: "container.image-digest",
    title: "Images are pinned by their digest",
    severity: Severity::Low,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["kubescape:C-0306"],
    why: "A tag can be moved to another image by whoever may push to the repository; a digest is the image.",
    remedy: Remedy {
        advice: "Append the digest to the name, as in app:1.4.2@sha256:…, and let a bot keep both up to date.",
        // the digest is known to the registry, not to the spec
        fix: Fix::Advice,
        disruption: Disruption::Restarts,
        try_first: "Read the digest that runs from status.containerStatuses[].imageID of its pods.",
    },
    run: Run::EachContainer(run),
};

fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    let image = cx.container.image.as_str();
    if !image.is_empty() && Image::parse(image).digest.is_none() {
        hits.fail(cx.at("image"), image, "a name with @sha256:…")
            .message(format!("container {} names {image} without a digest", cx.container.name));
    }
}
