use super::Exempt;
use crate::frameworks::{Components, Exemption, PackError, Platform, exemptions};
use crate::inventory::{Inventory, platform};
use crate::model::{ObjectRef, Waiver};
use std::sync::LazyLock;

/// The exemptions and the table of platform components that the program carries, on the platform of an inventory.
#[derive(Clone, Copy, Debug)]
pub struct BuiltIn<'a> {
    inventory: &'a Inventory,
    /// The platform that was detected.
    pub platform: Platform,
    exemptions: &'static [Exemption],
    components: &'static Components,
}

impl<'a> BuiltIn<'a> {
    /// For an inventory.
    ///
    /// # Errors
    /// The files that the program carries do not parse; a test makes sure that they do.
    pub fn new(inventory: &'a Inventory) -> Result<Self, &'static PackError> {
        static DATA: LazyLock<Result<(Vec<Exemption>, Components), PackError>> =
            LazyLock::new(|| Ok((exemptions::built_in()?, Components::built_in()?)));
        let (exemptions, components) = DATA.as_ref()?;
        Ok(Self { inventory, platform: platform::detect(inventory), exemptions, components })
    }
}

impl Exempt for BuiltIn<'_> {
    fn waiver(&self, check: &str, owner: &ObjectRef, images: &[&str]) -> Option<Waiver> {
        exemptions::waiver(self.exemptions, self.inventory, self.platform, check, owner, images)
    }

    fn concerns(&self, check: &str) -> bool {
        self.exemptions.iter().any(|exemption| exemption.concerns(self.platform, check))
    }

    fn runs_platform(&self, images: &[&str]) -> bool {
        self.components.has_images(images)
    }

    fn is_platform(&self, object: &ObjectRef) -> bool {
        self.components.has(object)
    }
}
