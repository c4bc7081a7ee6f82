use super::super::{Check, ContainerCx, Hits, Run};
use crate::inventory::Kind;
use crate::inventory::image::Image;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// Every image has a tag other than `latest`, or a digest.
pub static CHECK: Check = Check {
    id: "container.image-latest",
    title: "Images are named by a version",
    severity: Severity::Medium,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &[
        "kubescape:C-0075",
        "trivy:KSV-0013",
        "polaris:tagNotSpecified",
        "kube-linter:latest-tag",
        "popeye:POP-100",
        "popeye:POP-101",
    ],
    why: "What latest means changes without a trace: two replicas run different programs, a rollback brings the same image \
          back, and nobody can say what ran last week.",
    remedy: Remedy {
        advice: "Name the version that runs now, by its tag or better by its digest, and change it through a review.",
        // which version runs is not in the spec
        fix: Fix::Advice,
        disruption: Disruption::Restarts,
        try_first: "Read the digest that runs from status.containerStatuses[].imageID of its pods.",
    },
    run: Run::EachContainer(run),
};

fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    let text = cx.container.image.as_str();
    let image = Image::parse(text);
    if text.is_empty() || !image.floats() {
        return;
    }
    let how = if image.tag.is_some() { "by the tag latest" } else { "without a tag, which means latest" };
    hits.fail(cx.at("image"), text, "a version's tag, or a digest")
        .message(format!("container {} names its image {how}", cx.container.name));
}
