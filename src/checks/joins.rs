use crate::inventory::control_plane::ControlPlane;
use crate::inventory::engines::Engines;
use crate::inventory::network::Network;
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
    control_plane: OnceCell<ControlPlane<'a>>,
    platform: OnceCell<Platform>,
}

impl<'a> Joins<'a> {
    /// Nothing worked out yet.
    pub fn new(inventory: &'a Inventory) -> Self {
        Self {
            inventory,
            network: OnceCell::new(),
            engines: OnceCell::new(),
            services: OnceCell::new(),
            control_plane: OnceCell::new(),
            platform: OnceCell::new(),
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

    pub(super) fn control_plane(&self) -> &ControlPlane<'a> {
        self.control_plane.get_or_init(|| ControlPlane::new(self.inventory))
    }

    pub(super) fn platform(&self) -> Platform {
        *self.platform.get_or_init(|| platform::detect(self.inventory))
    }
}
