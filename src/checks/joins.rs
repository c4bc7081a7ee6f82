use super::Cx;
use super::accounts::{self, Account, Accounts};
use crate::inventory::engines::Engines;
use crate::inventory::network::Network;
use crate::inventory::nodes::Nodes;
use crate::inventory::scaling::Scaling;
use crate::inventory::services::Services;
use crate::inventory::{Inventory, Platform, platform};
use std::cell::OnceCell;

/// What several rules join with, each worked out once, by the first that asks.
#[derive(Debug)]
pub struct Joins<'a> {
    inventory: &'a Inventory,
    network: OnceCell<Network<'a>>,
    engines: OnceCell<Engines<'a>>,
    services: OnceCell<Services<'a>>,
    nodes: OnceCell<Nodes<'a>>,
    scaling: OnceCell<Scaling<'a>>,
    platform: OnceCell<Platform>,
    accounts: OnceCell<Accounts<'a>>,
}

impl<'a> Joins<'a> {
    /// Nothing worked out yet.
    pub fn new(inventory: &'a Inventory) -> Self {
        Self {
            inventory,
            network: OnceCell::new(),
            engines: OnceCell::new(),
            services: OnceCell::new(),
            nodes: OnceCell::new(),
            scaling: OnceCell::new(),
            platform: OnceCell::new(),
            accounts: OnceCell::new(),
        }
    }

    pub(super) fn network(&self) -> &Network<'a> {
        self.network.get_or_init(|| Network::new(self.inventory))
    }

    pub(super) fn engines(&self) -> &Engines<'a> {
        self.engines.get_or_init(|| Engines::new(self.inventory))
    }

    pub(super) fn services(&self) -> &Services<'a> {
        self.services.get_or_init(|| Services::new(self.inventory))
    }

    pub(super) fn account<'s>(&'s self, cx: &Cx<'a>, namespace: &'s str, name: &'s str) -> Option<&'s Account<'s>> {
        self.accounts.get_or_init(|| accounts::accounts(cx)).get(&(namespace, name))
    }

    pub(super) fn nodes(&self) -> &Nodes<'a> {
        self.nodes.get_or_init(|| Nodes::new(self.inventory))
    }

    pub(super) fn scaling(&self) -> &Scaling<'a> {
        self.scaling.get_or_init(|| Scaling::new(self.inventory))
    }

    pub(super) fn platform(&self) -> Platform {
        *self.platform.get_or_init(|| platform::detect(self.inventory))
    }
}
