use super::super::{Check, Cx, Judge, Run};
use crate::inventory::kinds::meta::Meta;
use crate::inventory::{Inventory, Kind};
use crate::model::{Disruption, FieldPath, Fix, GapReason, ObjectRef, Remedy, Severity};
use std::collections::BTreeSet;

/// Nothing but the API's own objects lives in `default`; CIS 5.6.4. ConfigMaps and Secrets are judged where they were
/// asked for. Network and admission policies do not count: they guard the namespace, and other checks demand them.
pub static CHECK: Check = Check {
    id: "ns.default-used",
    title: "Nothing runs or is kept in namespace default",
    severity: Severity::Low,
    over: &[
        Kind::Pod,
        Kind::Deployment,
        Kind::StatefulSet,
        Kind::DaemonSet,
        Kind::ReplicaSet,
        Kind::ReplicationController,
        Kind::Job,
        Kind::CronJob,
        Kind::ServiceAccount,
        Kind::Role,
        Kind::RoleBinding,
        Kind::Service,
        Kind::Ingress,
        Kind::PersistentVolumeClaim,
        Kind::ExternalSecret,
        Kind::SecretProviderClass,
        Kind::VaultStaticSecret,
    ],
    needs: &[Kind::ConfigMap, Kind::Secret],
    aliases: &["kubescape:C-0212", "trivy:KSV-0110"],
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
const SYSTEM: [(Kind, &str); 4] = [
    (Kind::Service, "kubernetes"),
    (Kind::ServiceAccount, "default"),
    (Kind::ConfigMap, "kube-root-ca.crt"),
    // of OpenShift
    (Kind::ConfigMap, "openshift-service-ca.crt"),
];

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let inventory = cx.inventory;
    let place = |namespace: &str| namespace == "default";
    let (found, nowhere) = objects(cx, &place);
    for (object, system) in found {
        let message = format!("{} lives in namespace default", object.kind_name());
        let hits = judge.reference(object);
        if !system {
            hits.fail(FieldPath::of("metadata.namespace"), "default", "a namespace of its own").message(message);
        }
    }
    let scoped_out =
        !inventory.scope.namespaces.is_empty() && !inventory.scope.namespaces.iter().any(|n| &**n == "default");
    let opted = [Kind::ConfigMap, Kind::Secret].into_iter().filter(|kind| inventory.opted_in(*kind));
    let gap = match scoped_out || nowhere > 0 {
        true => Some(GapReason::SourceCannotHoldIt),
        // in manifests a kind that is not there is no gap: whatever is there is judged
        false if inventory.medium == crate::inventory::Medium::Files => None,
        false => opted.into_iter().find_map(|kind| cx.gap(kind, Some("default"))),
    };
    let namespace = judge.reference(ObjectRef::new("v1", "Namespace", None, "default"));
    if let Some(reason) = gap {
        let hit = namespace.unread(FieldPath::root(), reason, "all that lives in it");
        if nowhere > 0 {
            hit.message(format!(
                "{nowhere} objects name no namespace: where they land is decided when they are applied"
            ));
        } else if scoped_out {
            hit.message("namespace default is outside the scope");
        }
    }
}

/// What lives in the place, with whether it is the system's; and how much names no namespace.
fn objects(cx: &Cx<'_>, place: &dyn Fn(&str) -> bool) -> (BTreeSet<(ObjectRef, bool)>, usize) {
    let inventory: &Inventory = cx.inventory;
    let (mut found, mut nowhere) = (BTreeSet::new(), 0);
    for workload in cx.workloads {
        if place(workload.namespace()) {
            found.insert((workload.owner.clone(), false));
        } else if workload.namespace().is_empty() {
            nowhere += 1;
        }
    }
    let mut add = |kind: Kind, meta: &Meta| {
        if meta.namespace.is_empty() {
            nowhere += usize::from(kind.info().namespaced);
        } else if place(&meta.namespace) && cx.in_scope(kind, meta) && meta.controller().is_none() {
            let system = SYSTEM.iter().any(|(k, name)| *k == kind && *name == meta.name)
                || (kind == Kind::Secret && meta.annotations.contains_key("kubernetes.io/service-account.name"));
            found.insert((ObjectRef::new(&kind.api_version(), kind.name(), meta.namespace(), &meta.name), system));
        }
    };
    inventory.services.values().for_each(|o| add(Kind::Service, &o.meta));
    inventory.service_accounts.values().for_each(|o| add(Kind::ServiceAccount, &o.meta));
    for (key, role) in &inventory.roles {
        add(if key.0.is_empty() { Kind::ClusterRole } else { Kind::Role }, &role.meta);
    }
    for (key, binding) in &inventory.bindings {
        add(if key.0.is_empty() { Kind::ClusterRoleBinding } else { Kind::RoleBinding }, &binding.meta);
    }
    let judged = |kind: &Kind| CHECK.over.contains(kind) || CHECK.needs.contains(kind);
    for ((kind, _), meta) in inventory.metas.iter().filter(|((kind, _), _)| judged(kind) && inventory.opted_in(*kind)) {
        add(*kind, meta);
    }
    for ((kind, _), custom) in inventory.customs.iter().filter(|((kind, _), _)| judged(kind)) {
        add(*kind, &custom.meta);
    }
    (found, nowhere)
}
