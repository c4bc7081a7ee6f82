use super::super::{Check, ContainerCx, Hits, Run};
use crate::inventory::Kind;
use crate::inventory::image::Image;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// An image whose name floats is pulled on every start. For one that the pod fetches with a Secret any other policy is a note:
/// once it is on a node, every pod there can start it without the Secret. An absent policy is what the API server fills in.
pub static CHECK: Check = Check {
    id: "container.image-pull-policy",
    title: "Images that change under their name are pulled on every start",
    severity: Severity::Low,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["kubescape:C-0075", "polaris:pullPolicyNotAlways"],
    why: "A node that has an old latest keeps starting it: a fix that was pushed reaches some nodes and not others.",
    remedy: Remedy {
        advice: "Set imagePullPolicy: Always, or name the image by a version and a digest.",
        fix: Fix::Set("\"Always\""),
        disruption: Disruption::Restarts,
        try_first: "Check that the registry can be reached from every node: without it no pod starts any more.",
    },
    run: Run::EachContainer(run),
};

fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    let image = Image::parse(&cx.container.image);
    let written = cx.container.image_pull_policy.as_str();
    let policy = if written.is_empty() { image.default_pull_policy() } else { written };
    if policy == "Always" || cx.container.image.is_empty() {
        return;
    }
    let actual = if written.is_empty() { serde_json::Value::Null } else { written.into() };
    let (path, name) = (cx.at("imagePullPolicy"), &cx.container.name);
    if image.floats() {
        hits.fail(path, actual, "Always, or a version's tag").message(format!(
            "container {name} names its image {} and pulls it {policy}: nodes may run different ones",
            cx.container.image
        ));
    } else if !cx.pod.spec.image_pull_secrets.is_empty() {
        hits.review(path, actual, "Always, where not every pod of a node may start the image")
            .message(format!(
                "container {name} pulls its image {policy}: once it is on a node, pods there start it without the pull Secret"
            ))
            .severity(Severity::Info);
    }
}
