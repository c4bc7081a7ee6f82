use super::super::{Check, ContainerCx, Hits, Run};
use super::nginx::is_controller;
use crate::inventory::Kind;
use crate::model::{Disruption, Fix, Remedy, Severity};

/// No container of the community's ingress-nginx controller, which its project retired in March 2026; NGINX's own
/// controller is another program and is not meant.
pub static CHECK: Check = Check {
    id: "ingress.nginx-eol",
    title: "The retired ingress-nginx controller does not run",
    severity: Severity::Medium,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["kubescape:C-0292"],
    why: "It stands in front of everything that is public, and after March 2026 nobody fixes what is found in it.",
    remedy: Remedy {
        advice: "Move to the Gateway API, or to an ingress controller that is maintained.",
        fix: Fix::Advice,
        disruption: Disruption::CutsTraffic,
        try_first: "Run the new controller beside the old one under a class of its own, and move one host at a time; \
                    annotations of ingress-nginx mean nothing elsewhere.",
    },
    run: Run::EachContainer(run),
};

fn run(cx: &ContainerCx<'_>, hits: &mut Hits) {
    let image = &cx.container.image;
    if is_controller(image) {
        hits.fail(cx.at("image"), image.as_str(), "a controller that is maintained")
            .message(format!("container {} is ingress-nginx, which gets no fixes after March 2026", cx.container.name));
    }
}
