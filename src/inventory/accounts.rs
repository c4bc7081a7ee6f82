//! Who runs as which ServiceAccount, and which of them hold grants.

use super::{Inventory, Workload};
use std::collections::{HashMap, HashSet};

/// ServiceAccounts, by namespace and name.
#[derive(Debug, Default)]
pub struct Accounts<'a> {
    /// How many workloads run as it.
    users: HashMap<(&'a str, &'a str), usize>,
    /// Those that some binding names.
    granted: HashSet<(&'a str, &'a str)>,
}

impl<'a> Accounts<'a> {
    /// Those of an inventory.
    pub fn new(inventory: &'a Inventory, workloads: &'a [Workload<'a>]) -> Self {
        let mut users: HashMap<_, usize> = HashMap::new();
        for workload in workloads {
            let mut names: Vec<&str> = workload.specs().map(|spec| spec.service_account()).collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                *users.entry((workload.namespace(), name)).or_default() += 1;
            }
        }
        let subjects = inventory.bindings.values().flat_map(|binding| &binding.subjects);
        let accounts = subjects.filter(|subject| subject.kind == "ServiceAccount");
        let granted = accounts.map(|subject| (subject.namespace.as_str(), subject.name.as_str())).collect();
        Self { users, granted }
    }

    /// How many workloads run as an account.
    pub fn users(&self, namespace: &str, name: &str) -> usize {
        self.users.get(&(namespace, name)).copied().unwrap_or_default()
    }

    /// Whether some binding names an account.
    pub fn is_granted(&self, namespace: &str, name: &str) -> bool {
        self.granted.contains(&(namespace, name))
    }
}
