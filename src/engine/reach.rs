//! What makes a finding on a workload worse: for the order of the first screen, never for a verdict.

use crate::inventory::kinds::meta::Map;
use crate::inventory::{Inventory, Workload};
use std::collections::{BTreeMap, BTreeSet};

/// Answers for one evaluation.
pub struct Reach<'a> {
    inventory: &'a Inventory,
    /// ServiceAccounts that some binding names: (namespace, name).
    bound: BTreeSet<(&'a str, &'a str)>,
    /// Selectors of the Services that are reached from outside, by namespace.
    exposed: BTreeMap<&'a str, Vec<&'a Map>>,
}

impl<'a> Reach<'a> {
    /// Gathers what joins need.
    pub fn new(inventory: &'a Inventory) -> Self {
        let subjects = inventory.bindings.values().flat_map(|b| b.subjects.iter().map(move |s| (b, s)));
        let accounts = subjects.filter(|(_, s)| s.kind == "ServiceAccount").map(|(b, s)| {
            let namespace = if s.namespace.is_empty() { &b.meta.namespace } else { &s.namespace };
            (namespace.as_str(), s.name.as_str())
        });
        let mut exposed: BTreeMap<&str, Vec<&Map>> = BTreeMap::new();
        for service in inventory.services.values() {
            let selector = &service.spec.selector;
            if matches!(service.spec.r#type.as_str(), "LoadBalancer" | "NodePort") && !selector.is_empty() {
                exposed.entry(&service.meta.namespace).or_default().push(selector);
            }
        }
        Self { inventory, bound: accounts.collect(), exposed }
    }

    /// The words that apply to a workload.
    pub fn of(&self, workload: &Workload<'_>) -> Vec<&'static str> {
        let namespace = workload.namespace();
        let selects = |selector: &&Map| selector.iter().all(|(key, value)| workload.pod_labels.get(key) == Some(value));
        let exposed = self.exposed.get(namespace).into_iter().flatten().any(selects);
        let token = workload.specs().any(|spec| {
            let name = spec.service_account();
            let account = self.inventory.service_accounts.get(&(namespace.into(), name.into()));
            let automount = spec
                .automount_service_account_token
                .or_else(|| account.and_then(|a| a.automount_service_account_token))
                .unwrap_or(true);
            automount && self.bound.contains(&(namespace, name))
        });
        let node = workload.specs().any(|spec| {
            spec.host_network
                || spec.host_pid
                || spec.host_ipc
                || spec.volumes.iter().any(|v| v.source.host_path.is_some())
                || spec.each_container().any(|(_, _, c)| {
                    c.security_context.as_ref().is_some_and(|context| context.privileged == Some(true))
                })
        });
        [(exposed, "exposed"), (token, "token with grants"), (node, "touches the node")]
            .into_iter()
            .filter_map(|(applies, word)| applies.then_some(word))
            .collect()
    }
}
