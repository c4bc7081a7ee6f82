use crate::inventory::Inventory;

/// The built-in exemptions that hold for an inventory. (First version: `nsnet` replaces it.)
///
/// # Errors
/// Data that does not parse.
pub fn exemptions(_: &Inventory) -> Result<crate::engine::NoExemptions, String> {
    Ok(crate::engine::NoExemptions)
}
