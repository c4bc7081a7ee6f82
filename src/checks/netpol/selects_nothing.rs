use super::super::{Check, Cx, Judge, Run};
use crate::inventory::Kind;
use crate::inventory::kinds_of;
use crate::inventory::network::{POLICY_KINDS, Policy};
use crate::model::{Disruption, FieldPath, Fix, GapReason, Remedy, Severity};
use std::collections::BTreeSet;

/// A policy that names labels selects a pod or a template of its namespace (matchLabels and matchExpressions, pitfall 33);
/// a cluster-wide one selects somewhere. An empty selector is a default for pods to come and is not judged; a selector
/// that is not read is taken to select.
pub static CHECK: Check = Check {
    id: "netpol.selects-nothing",
    title: "Every network policy selects a pod",
    severity: Severity::Low,
    over: POLICY_KINDS,
    needs: kinds_of!(&[Kind::Namespace], Kind::POD_SPEC),
    aliases: &["kubescape:C-0299", "kube-linter:dangling-networkpolicy", "popeye:POP-1200"],
    why: "A selector with a wrong label protects nothing, and its author believes that it does.",
    remedy: Remedy {
        advice: "Compare the selector with the labels of the pods that it is meant for, or delete the policy.",
        fix: Fix::Advice,
        disruption: Disruption::CutsTraffic,
        try_first: "kubectl get pods --show-labels in its namespace: once it selects them, what it does not allow is cut.",
    },
    run: Run::Objects(run),
};

fn run(cx: &Cx<'_>, judge: &mut Judge) {
    let inventory = cx.inventory;
    let (network, labels) = (cx.network(), cx.pod_labels());
    let natives = inventory.network_policies.keys().map(|(namespace, _)| &**namespace);
    let customs = inventory.customs.keys().map(|(_, (namespace, _))| &**namespace);
    let namespaces: BTreeSet<&str> = natives.chain(customs).filter(|namespace| !namespace.is_empty()).collect();
    let scope = &inventory.scope.namespaces;
    let own = namespaces.into_iter().filter(|n| scope.is_empty() || scope.iter().any(|scope| &**scope == *n));
    let wide = network.wide().iter().filter(|_| scope.is_empty());
    // Cilium's `specs` are policies of one object
    let mut policies: Vec<&Policy> = own.flat_map(|namespace| network.own(namespace)).chain(wide).collect();
    policies.sort_by(|a, b| a.object.cmp(&b.object));
    for parts in policies.chunk_by(|a, b| a.object == b.object) {
        let Some(first) = parts.first() else { continue };
        let hits = judge.reference(first.object.clone());
        if !parts.iter().all(|policy| network.selects_nothing(policy, labels)) {
            continue;
        }
        let field = if first.object.group() == "networking.k8s.io" { "spec.podSelector" } else { "spec" };
        let namespace = first.object.namespace.as_deref();
        // a policy of a namespace asks nothing of the others
        let needs = CHECK.needs.iter().filter(|kind| namespace.is_none() || **kind != Kind::Namespace);
        let gap: Option<GapReason> = needs.into_iter().find_map(|kind| cx.gap(*kind, namespace));
        let expected = "labels that a pod has";
        match gap {
            Some(reason) => {
                hits.unread(FieldPath::of(field), reason, expected).message("selects nothing that was read")
            }
            None => hits.fail(FieldPath::of(field), "no pod", expected).message(match namespace {
                Some(namespace) => format!("selects no pod and no template in namespace {namespace}"),
                None => "selects no pod and no template in the cluster".to_owned(),
            }),
        };
    }
}
