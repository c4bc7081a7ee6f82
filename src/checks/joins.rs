use super::Cx;
use super::accounts::{self, Account, Accounts};
use super::alike;
use crate::inventory::control_plane::ControlPlane;
use crate::inventory::engines::Engines;
use crate::inventory::exposure::Exposure;
use crate::inventory::network::Network;
use crate::inventory::nodes::Nodes;
use crate::inventory::pod_labels::PodLabels;
use crate::inventory::scaling::Scaling;
use crate::inventory::services::Services;
use crate::inventory::{Inventory, Platform, platform};
use std::sync::OnceLock;
use std::sync::atomic::Ordering;

macro_rules! joins {
    ($($name:ident: $type:ident, $doc:literal;)*) => {
        /// What several rules join with, each worked out once, by the first that asks.
        #[derive(Debug)]
        pub struct Joins<'a> {
            inventory: &'a Inventory,
            now: i64,
            $($name: OnceLock<$type<'a>>,)*
            platform: OnceLock<Platform>,
            accounts: OnceLock<Accounts<'a>>,
            alike: OnceLock<Vec<u32>>,
        }

        impl<'a> Joins<'a> {
            /// Nothing worked out yet; `now` is when the scan began, in seconds since the epoch.
            pub fn new(inventory: &'a Inventory, now: i64) -> Self {
                $(let $name = OnceLock::new();)*
                Self { inventory, now, $($name,)* platform: OnceLock::new(), accounts: OnceLock::new(), alike: OnceLock::new() }
            }
        }

        impl<'a> Cx<'a> {
            $(#[doc = $doc]
            pub fn $name(&self) -> &'a $type<'a> {
                self.joins.$name.get_or_init(|| $type::new(self.joins.inventory))
            })*
        }
    };
}

joins! {
    network: Network, "Which policies isolate a pod.";
    engines: Engines, "Which policies refuse pods.";
    services: Services, "Which Services lead to a pod.";
    exposure: Exposure, "How a workload is reached from outside.";
    pod_labels: PodLabels, "What selectors can find.";
    nodes: Nodes, "The nodes, summed up.";
    control_plane: ControlPlane, "The control plane, as far as static pods show it.";
    scaling: Scaling, "Autoscalers of workloads, disruption budgets of pods.";
}

impl Cx<'_> {
    /// Of each workload the number of its like, counted from the first on.
    pub fn alike(&self) -> &[u32] {
        self.joins.alike.get_or_init(|| alike::groups(self.workloads))
    }

    /// When the scan began, seconds since the epoch: for what has an age or a day on which it ends.
    pub fn now(&self) -> i64 {
        self.asked_for_time.store(true, Ordering::Relaxed);
        self.joins.now
    }

    /// The platform, as its nodes show it.
    pub fn platform(&self) -> Platform {
        *self.joins.platform.get_or_init(|| platform::detect(self.inventory))
    }

    /// A ServiceAccount that a workload of the scope runs as.
    pub fn account<'s>(&'s self, namespace: &'s str, name: &'s str) -> Option<&'s Account<'s>> {
        self.joins.accounts.get_or_init(|| accounts::accounts(self)).get(&(namespace, name))
    }
}
