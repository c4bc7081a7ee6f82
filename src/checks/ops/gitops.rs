use super::super::{Check, Cx, Judge, Run};
use crate::inventory::kinds::custom::Custom;
use crate::inventory::kinds::meta::{Map, Meta};
use crate::inventory::kinds_of;
use crate::inventory::{Kind, Workload};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Argo CD or Flux is there, and which of the top-level workloads it tracks: by Argo CD's list of resources, its tracking
/// annotation, the instance label of an Application, or the labels of a Kustomization or HelmRelease. It passes where all
/// outside `kube-system` are and every Application is in sync; the rest is listed for a person, who knows what comes from
/// Git by another way.
pub static CHECK: Check = Check {
    id: "ops.gitops",
    title: "What runs comes from a repository",
    severity: Severity::Low,
    over: &[],
    needs: NEEDS,
    aliases: &[],
    why: "What is changed by hand has no author, no review and no way back; and the next rollout silently undoes it.",
    remedy: Remedy {
        advice: "Bring the listed workloads under an Application or a Kustomization, and look at why some are out of sync.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Add them with pruning and self-healing off, and compare until there is no difference.",
    },
    run: Run::Cluster(run),
};

const NEEDS: &[Kind] =
    kinds_of!(Kind::POD_SPEC, &[Kind::ArgoApplication, Kind::FluxKustomization, Kind::FluxHelmRelease]);

/// Most workloads that are listed.
const LISTED: usize = 50;

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let inventory = cx.inventory;
    let hits = judge.cluster();
    let path = FieldPath::of("workloads");
    let expected = "workloads that Argo CD or Flux tracks";
    let tools =
        [Kind::ArgoApplication, Kind::FluxKustomization, Kind::FluxHelmRelease].map(|kind| inventory.count(kind));
    let gap = NEEDS.iter().find_map(|kind| cx.gap(*kind, None));
    if let Some(reason) = gap {
        hits.unread(path, reason, expected)
            .message("not every workload, or not every tool that may track it, was read");
        return;
    }
    if tools.iter().sum::<usize>() == 0 {
        hits.review(path, 0, expected).message(
            "neither Argo CD nor Flux is here: a pipeline, or another tool, that applies from a repository is not seen",
        );
        return;
    }
    let tracked = Tracked::new(cx);
    let (mut all, mut system, mut loose) = (0usize, (0usize, 0usize), Vec::new());
    for workload in cx.workloads.iter().filter(|workload| !workload.mirror) {
        let is = tracked.has(workload, meta(cx, workload));
        if workload.namespace() == "kube-system" {
            system = (system.0 + 1, system.1 + usize::from(is));
            continue;
        }
        all += 1;
        if !is {
            loose.push(workload);
        }
    }
    let out = out_of_sync(inventory.customs_of(Kind::ArgoApplication));
    if loose.is_empty() && out.is_empty() {
        return;
    }
    let of = all - loose.len();
    let share = (of * 100).checked_div(all).unwrap_or(100);
    let sync = match out.len() {
        0 => String::new(),
        n => format!("; {n} of {} Applications are out of sync", tools[0]),
    };
    let hit = hits
        .review(path.clone(), format!("{share} %"), expected)
        .message(format!("{of} of {all} workloads outside kube-system ({share} %) are tracked{sync}"))
        .severity(if loose.is_empty() { Severity::Info } else { Severity::Low });
    hit.also(
        path.clone().key("kube-system"),
        format!("{} of {} tracked", system.1, system.0),
        "not counted in the share",
    );
    for name in &out {
        hit.also(FieldPath::of("applications").key(name), "OutOfSync", "Synced");
    }
    for workload in loose.iter().take(LISTED) {
        hit.also(
            path.clone().key(&format!("{}/{}", workload.namespace(), workload.owner.kind_name())),
            "not tracked",
            expected,
        );
    }
    if loose.len() > LISTED {
        hit.also(path, format!("{} more", loose.len() - LISTED), expected);
    }
}

/// Metadata of the owner, where it was read.
fn meta<'a>(cx: &Cx<'a>, workload: &Workload<'_>) -> Option<&'a Meta> {
    let owner = &workload.owner;
    let kind = Kind::of(owner.group(), &owner.kind)?;
    cx.inventory.controllers.get(&(kind, (workload.namespace().into(), owner.name.clone()))).map(|row| &row.meta)
}

/// Argo CD's Applications that differ from their repository.
fn out_of_sync<'a>(applications: impl Iterator<Item = &'a Custom>) -> Vec<String> {
    let differs = |custom: &&Custom| custom.at("/status/sync/status").and_then(Value::as_str) == Some("OutOfSync");
    applications.filter(differs).map(|custom| format!("{}/{}", custom.meta.namespace, custom.meta.name)).collect()
}

/// What Argo CD and Flux say that they made.
struct Tracked<'a> {
    /// Kind, namespace, name, by Argo CD's own list.
    listed: BTreeSet<(&'a str, &'a str, &'a str)>,
    applications: BTreeSet<&'a str>,
    /// Kustomizations and HelmReleases, by namespace and name.
    flux: BTreeMap<&'static str, BTreeSet<(&'a str, &'a str)>>,
}

const KUSTOMIZE: &str = "kustomize.toolkit.fluxcd.io";
const HELM: &str = "helm.toolkit.fluxcd.io";

impl<'a> Tracked<'a> {
    fn new(cx: &Cx<'a>) -> Self {
        let inventory = cx.inventory;
        let applications = || inventory.customs_of(Kind::ArgoApplication);
        let resources = applications().filter_map(|custom| custom.at("/status/resources")?.as_array()).flatten();
        let listed = resources.map(|resource| {
            let text = |field: &str| resource.get(field).and_then(Value::as_str).unwrap_or_default();
            (text("kind"), text("namespace"), text("name"))
        });
        let names =
            |kind| inventory.customs_of(kind).map(|custom| (custom.meta.namespace.as_str(), custom.meta.name.as_str()));
        let flux = [(KUSTOMIZE, Kind::FluxKustomization), (HELM, Kind::FluxHelmRelease)];
        Self {
            listed: listed.collect(),
            applications: applications().map(|custom| custom.meta.name.as_str()).collect(),
            flux: flux.into_iter().map(|(group, kind)| (group, names(kind).collect())).collect(),
        }
    }

    fn has(&self, workload: &Workload<'_>, meta: Option<&Meta>) -> bool {
        let owner = &workload.owner;
        let annotated = meta.is_some_and(|meta| meta.annotations.contains_key("argocd.argoproj.io/tracking-id"));
        let listed = self.listed.contains(&(&*owner.kind, workload.namespace(), &*owner.name));
        annotated || listed || self.labelled(workload.labels)
    }

    fn labelled(&self, labels: &Map) -> bool {
        let argo = ["app.kubernetes.io/instance", "argocd.argoproj.io/instance"];
        let label = |key: &str| labels.get(key).map(String::as_str);
        let of_flux = |(group, made): (&&str, &BTreeSet<(&str, &str)>)| {
            let (name, namespace) = (label(&format!("{group}/name")), label(&format!("{group}/namespace")));
            namespace.zip(name).is_some_and(|found| made.contains(&found))
        };
        argo.iter().filter_map(|key| label(key)).any(|name| self.applications.contains(name))
            || self.flux.iter().any(of_flux)
    }
}
