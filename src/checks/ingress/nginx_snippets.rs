use super::super::{Check, Cx, Judge, Run};
use super::nginx::{Release, is_controller, may_be_controller, release};
use crate::inventory::kinds::config::ConfigMap;
use crate::inventory::kinds::ingress::IngressClass;
use crate::inventory::kinds_of;
use crate::inventory::{Kind, Medium, Workload};
use crate::model::{Disruption, FieldPath, Fix, Remedy, Severity};
use foldhash::{HashMap, HashMapExt};

/// Nobody writes configuration of NGINX by annotation (CVE-2021-25742): no `*-snippet` annotation on an Ingress, no
/// `allow-snippet-annotations: "true"` and no `annotations-risk-level: Critical` in a ConfigMap, and no ingress-nginx that
/// takes snippets by default (before 1.9) in a namespace whose ConfigMaps do not say no; before 0.49.1, and in 1.0.0, none
/// can. ConfigMaps are read on request only.
pub static CHECK: Check = Check {
    id: "ingress.nginx-snippets",
    title: "Ingresses carry no snippets of NGINX configuration",
    severity: Severity::High,
    over: kinds_of!(&[Kind::Ingress], Kind::POD_SPEC),
    needs: &[Kind::ConfigMap, Kind::IngressClass],
    aliases: &["kubescape:C-0059", "trivy:KCV-0093"],
    why: "A snippet runs inside the controller: whoever may write an Ingress in one namespace reads with it the Secrets of all \
          namespaces that the controller serves.",
    remedy: Remedy {
        advice: "Say it with the controller's own annotations, set allow-snippet-annotations to \"false\", and update a \
                 controller that is older than 1.9.",
        fix: Fix::ByField(&[("annotations", Fix::Remove), ("data", Fix::Advice), ("image", Fix::Advice)]),
        disruption: Disruption::MayBreak,
        try_first: "Read what the snippet does first: without it headers, redirects or limits are missing.",
    },
    run: Run::Objects(run),
};

/// Whose annotations they are.
const PREFIXES: [&str; 2] = ["nginx.ingress.kubernetes.io/", "nginx.org/"];

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let inventory = cx.inventory;
    for ingress in inventory.ingresses.values().filter(|i| cx.in_scope(Kind::Ingress, &i.meta)) {
        let hits = judge.object(Kind::Ingress, &ingress.meta);
        for (key, value) in &ingress.meta.annotations {
            let name = PREFIXES.iter().find_map(|prefix| key.strip_prefix(prefix));
            if let Some(name) = name.filter(|name| name.ends_with("-snippet") || name.ends_with("-snippets")) {
                // the text may hold a credential
                let lines = value.lines().count();
                let actual = if lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") };
                hits.fail(FieldPath::of("metadata.annotations").key(key), actual, "absent")
                    .message(format!("{name} is written into the controller's configuration"));
            }
        }
    }
    for map in inventory.config_maps.values().filter(|m| cx.in_scope(Kind::ConfigMap, &m.meta)) {
        for (key, wanted) in [("allow-snippet-annotations", "true"), ("annotations-risk-level", "critical")] {
            let Some(value) = map.data.get(key).filter(|value| value.eq_ignore_ascii_case(wanted)) else { continue };
            let hits = judge.object(Kind::ConfigMap, &map.meta);
            hits.fail(FieldPath::of("data").key(key), value.as_str(), "absent")
                .message(format!("{key}: {value} lets Ingresses write the controller's configuration"));
        }
    }
    let mut controllers = 0;
    let mut known = HashMap::new();
    for workload in cx.workloads {
        controllers += usize::from(controller(cx, workload, &mut known, judge));
    }
    if controllers == 0 {
        elsewhere(cx, judge);
    }
}

/// No controller was recognised in a cluster; one may run all the same, and its ConfigMap switch snippets on.
fn elsewhere(cx: &Cx<'_>, judge: &mut Judge) {
    let inventory = cx.inventory;
    let Some(reason) = cx.gap(Kind::ConfigMap, None).filter(|_| inventory.medium == Medium::Cluster) else { return };
    let nginx = |class: &IngressClass| {
        matches!(class.spec.controller.as_str(), "k8s.io/ingress-nginx" | "nginx.org/ingress-controller")
    };
    let classes = inventory.ingress_classes.values().any(nginx);
    let unread = cx.gap(Kind::IngressClass, None).is_some() && !inventory.ingresses.is_empty();
    if classes || unread {
        judge
            .cluster()
            .unread(FieldPath::of("configmaps"), reason, "no ConfigMap that switches snippets on")
            .message("an NGINX controller may run here; its ConfigMap was not read");
    }
}

/// The controller, or by a less certain name one that is so old that no ConfigMap helps.
fn vulnerable_or_known(image: &str) -> bool {
    is_controller(image) || (may_be_controller(image) && release(image).is_some_and(cannot_refuse))
}

fn cannot_refuse(version: Release) -> bool {
    version < (0, 49, 1) || version == (1, 0, 0)
}

/// A controller that takes snippets whatever the Ingresses of today say; `known` are images that were looked at.
fn controller<'w>(
    cx: &Cx<'_>,
    workload: &'w Workload<'_>,
    known: &mut HashMap<&'w str, bool>,
    judge: &mut Judge,
) -> bool {
    let mut is_one = |image: &'w str| *known.entry(image).or_insert_with(|| vulnerable_or_known(image));
    let mut seen: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for spec in workload.specs() {
        for (list, index, container) in spec.each_container().filter(|(_, _, c)| is_one(&c.image)) {
            if !seen.contains(&container.name.as_str()) {
                seen.push(&container.name);
                found.push((list, index, container));
            }
        }
    }
    if found.is_empty() {
        return false;
    }
    let namespace = workload.namespace();
    let refuses = |map: &ConfigMap| {
        map.meta.namespace == namespace && map.data.get("allow-snippet-annotations").is_some_and(|v| v == "false")
    };
    let refused = cx.inventory.config_maps.values().any(refuses);
    let hits = judge.reference(workload.owner.clone());
    for (list, index, container) in found {
        let path = FieldPath::of(workload.prefix).fields(list.field()).named(index, &container.name).fields("image");
        let image = container.image.as_str();
        let name = &container.name;
        let version = release(image);
        if version.is_some_and(cannot_refuse) {
            hits.fail(path, image, "1.9 or later")
                .message(format!("container {name} is an ingress-nginx that cannot refuse snippets"));
        } else if refused {
            continue;
        } else if let Some(reason) = cx.gap(Kind::ConfigMap, Some(namespace)) {
            // from 1.9 on it could be switched on there, before it could be switched off
            hits.unread(path, reason, "a ConfigMap with allow-snippet-annotations: \"false\"")
                .message(format!("container {name} may take snippets: its ConfigMap was not read"));
        } else if version.is_some_and(|version| version < (1, 9, 0)) {
            hits.fail(path, image, "1.9 or later, or a ConfigMap with allow-snippet-annotations: \"false\"")
                .message(format!("container {name} is an ingress-nginx that takes snippets by default"));
        } else if version.is_none() {
            hits.review(path, image, "1.9 or later")
                .message(format!("the tag of container {name} does not say whether it takes snippets by default"));
        }
    }
    true
}
