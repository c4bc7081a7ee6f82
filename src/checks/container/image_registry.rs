use super::super::{Alike, Check, Cx, Hits, Judge, Run, SpecCx};
use crate::inventory::image::Image;
use crate::inventory::{Kind, Workload};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use std::collections::BTreeMap;

/// Every image comes from a registry that the user allows (`--allowed-registry`), where `nginx` is docker.io/library/nginx.
/// Without such a list the registries in use are shown and a person decides.
pub static CHECK: Check = Check {
    id: "container.image-registry",
    title: "Images come from approved registries",
    severity: Severity::Medium,
    over: Kind::POD_SPEC,
    needs: &[],
    aliases: &["kubescape:C-0078", "kubescape:C-0001", "trivy:KSV-0125", "popeye:POP-113"],
    why: "Whoever can push to a registry that pods pull from runs programs in the cluster; of a public one that is anybody, \
          under a name that looks right.",
    remedy: Remedy {
        advice: "Copy the image to an approved registry, where it is scanned and signed, and name it there.",
        // where it will lie is not known from here
        fix: Fix::Advice,
        disruption: Disruption::Restarts,
        try_first: "Copy it with its digest and compare the two; nodes need a pull Secret for a registry that asks for one.",
    },
    run: Run::Configured { is_set: |settings| !settings.allowed_registries.is_empty(), each, unset },
};

fn each(cx: &Cx<'_>, _: &Alike<'_>, pod: &SpecCx<'_>, hits: &mut Hits) {
    for container in pod.containers().filter(|container| !container.container.image.is_empty()) {
        let image = Image::parse(&container.container.image);
        if !cx.settings().allows(&image) {
            let name = container.container.name.as_str();
            hits.about(Some(name));
            hits.fail(container.at("image"), container.container.image.as_str(), "an image from an allowed registry")
                .message(format!("container {name} takes {}, which no allowed registry holds", image.repository()));
        }
    }
}

fn unset(cx: &Cx<'_>, judge: &mut Judge) {
    let mut workloads: BTreeMap<&str, usize> = BTreeMap::new();
    // those of each group of workloads that are alike
    let mut known: Vec<Vec<&str>> = Vec::new();
    for (workload, group) in cx.workloads.iter().zip(cx.alike()) {
        if known.len() <= *group as usize {
            known.push(registries(workload));
        }
        let registries = known.get(*group as usize).into_iter().flatten();
        registries.for_each(|registry| *workloads.entry(registry).or_default() += 1);
    }
    let hits = judge.cluster();
    if workloads.is_empty() {
        return;
    }
    let path = FieldPath::of("registries");
    let message = match workloads.len() {
        1 => "images come from 1 registry, and nobody said whether it is approved".to_owned(),
        n => format!("images come from {n} registries, and nobody said which are approved"),
    };
    let hit = hits.review(path.clone(), workloads.len(), "approved ones: --allowed-registry").message(message);
    for (registry, count) in workloads {
        let workloads = if count == 1 { "1 workload".to_owned() } else { format!("{count} workloads") };
        hit.also(path.clone().named(0, registry), workloads, "approved");
    }
}

/// Registries that a workload's images come from, each once.
fn registries<'w>(workload: &'w Workload<'_>) -> Vec<&'w str> {
    let containers = workload.specs().flat_map(|spec| spec.each_container());
    let images = containers.map(|(_, _, container)| container.image.as_str()).filter(|image| !image.is_empty());
    let mut registries: Vec<&str> = images.map(|image| Image::parse(image).registry()).collect();
    registries.sort_unstable();
    registries.dedup();
    registries
}
