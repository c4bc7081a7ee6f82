use super::super::{Check, Cx, Judge, Run};
use crate::inventory::kinds::meta::Meta;
use crate::inventory::kinds_of;
use crate::inventory::{Inventory, Kind, Medium};
use crate::model::{Disruption, FieldPath, Fix, GapReason, ObjectRef, Remedy, Severity};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Nothing but the API's own objects lives in `default`; CIS 5.6.4. ConfigMaps and Secrets are judged where they were
/// asked for. Network and admission policies do not count: they guard the namespace, and other checks demand them. What
/// a controller made is its owner's, the slices of a Service among it; a label that says so is anybody's to set.
pub static CHECK: Check = Check {
    id: "ns.default-used",
    title: "Nothing runs or is kept in namespace default",
    severity: Severity::Low,
    over: kinds_of!(
        Kind::POD_SPEC,
        &[
            Kind::ServiceAccount,
            Kind::Role,
            Kind::RoleBinding,
            Kind::Service,
            Kind::Ingress,
            Kind::PersistentVolumeClaim,
            Kind::HorizontalPodAutoscaler,
            Kind::PodDisruptionBudget,
            Kind::EndpointSlice,
            Kind::PodTemplate,
            Kind::CsiStorageCapacity,
            Kind::ExternalSecret,
            Kind::SecretProviderClass,
            Kind::VaultStaticSecret
        ]
    ),
    needs: &[Kind::ConfigMap, Kind::Secret],
    aliases: &["kubescape:C-0212", "kubescape:C-0061", "trivy:KSV-0110", "kube-bench:5.6.4"],
    why: "What lands in default lands there by accident, outside the rules made for the namespace it belongs to.",
    remedy: Remedy {
        advice: "Create it in a namespace of its own and delete it here.",
        fix: Fix::Advice,
        disruption: Disruption::MayBreak,
        try_first: "Its Service gets another DNS name, and Secrets, claims and grants stay behind: move them together.",
    },
    run: Run::Objects(run),
};

/// What the API server and its controllers keep in every namespace, or in this one.
const SYSTEM: [(Kind, &str); 5] = [
    (Kind::Service, "kubernetes"),
    (Kind::EndpointSlice, "kubernetes"),
    (Kind::ServiceAccount, "default"),
    (Kind::ConfigMap, "kube-root-ca.crt"),
    // of OpenShift
    (Kind::ConfigMap, "openshift-service-ca.crt"),
];

const DEFAULT: &str = "default";

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let inventory = cx.inventory;
    let (found, unplaced) = objects(cx);
    for (object, system) in found {
        let message = format!("{} lives in namespace default", object.kind_name());
        let hits = judge.reference(object);
        if !system {
            hits.fail(FieldPath::of("metadata.namespace"), DEFAULT, "a namespace of its own").message(message);
        }
    }
    // the namespace itself takes what keeps the rest from being known
    let hits = judge.reference(ObjectRef::new("v1", "Namespace", None, DEFAULT));
    let path = FieldPath::root();
    let scope = &inventory.scope.namespaces;
    if unplaced > 0 {
        hits.unread(path, GapReason::SourceCannotHoldIt, "objects that name their namespace")
            .message(format!("{unplaced} objects name no namespace: where they land is decided when they are applied"));
    } else if !scope.is_empty() && !scope.iter().any(|n| &**n == DEFAULT) {
        hits.unread(path, GapReason::SourceCannotHoldIt, "a scope that holds it")
            .message("namespace default is outside the scope");
    } else if inventory.medium == Medium::Cluster {
        let asked = [Kind::ConfigMap, Kind::Secret].into_iter().filter(|kind| inventory.opted_in(*kind));
        if let Some(reason) = asked.into_iter().find_map(|kind| cx.gap(kind, Some(DEFAULT))) {
            hits.unread(path, reason, "all that lives in it");
        }
    }
}

/// What lives in namespace default, with whether it is the system's; and how many objects only may: manifests that
/// name no namespace.
fn objects(cx: &Cx<'_>) -> (BTreeSet<(Arc<ObjectRef>, bool)>, usize) {
    let inventory: &Inventory = cx.inventory;
    let (mut found, mut unplaced) = (BTreeSet::new(), 0);
    let placed = |kind: Kind, name: &str| !inventory.unplaced.contains(&(kind, (DEFAULT.into(), name.into())));
    for workload in cx.workloads.iter().filter(|workload| workload.namespace() == DEFAULT) {
        let owner = &workload.owner;
        if Kind::of(owner.group(), &owner.kind).is_none_or(|kind| placed(kind, &owner.name)) {
            found.insert((owner.clone(), false));
        } else {
            unplaced += 1;
        }
    }
    let mut add = |kind: Kind, meta: &Meta| {
        if meta.namespace != DEFAULT || !cx.in_scope(kind, meta) || meta.controller().is_some() {
            return;
        }
        if !placed(kind, &meta.name) {
            unplaced += 1;
            return;
        }
        let system = SYSTEM.iter().any(|(k, name)| *k == kind && *name == meta.name)
            || (kind == Kind::Secret && meta.annotations.contains_key("kubernetes.io/service-account.name"));
        let object = ObjectRef::new(&kind.api_version(), kind.name(), meta.namespace(), &meta.name);
        found.insert((object.into(), system));
    };
    inventory.roles.values().for_each(|o| add(Kind::Role, &o.meta));
    inventory.bindings.values().for_each(|o| add(Kind::RoleBinding, &o.meta));
    let asked = CHECK.needs.iter().filter(|kind| inventory.opted_in(**kind));
    for kind in CHECK.over.iter().chain(asked) {
        inventory.metas_of(*kind).for_each(|meta| add(*kind, meta));
    }
    (found, unplaced)
}
