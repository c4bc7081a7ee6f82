//! What is known without any scan: titles of sections, reasons of controls. The runtime fills it from the packs.

use std::collections::HashMap;
use std::sync::Arc;

/// What a pack says of a control beside its result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ControlFacts {
    /// What goes wrong without it.
    pub why: Arc<str>,
    /// How a person collects the evidence.
    pub collect: Vec<Arc<str>>,
    /// Criteria and controls elsewhere that it relates to, by plimsoll's mapping.
    pub relates: Vec<Arc<str>>,
    /// Where a number or a quotation is another one's.
    pub note: Option<Arc<str>>,
}

/// Framework id and the id of a section or control in it.
type Key = (Arc<str>, Arc<str>);

/// Titles and reasons.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {
    /// Title of a section.
    pub sections: HashMap<Key, Arc<str>>,
    /// Facts on a control.
    pub controls: HashMap<Key, ControlFacts>,
}

impl Catalog {
    /// A section's title; empty where it is not known.
    pub fn section(&self, framework: &Arc<str>, section: &Arc<str>) -> &str {
        self.sections.get(&(framework.clone(), section.clone())).map_or("", |title| title)
    }

    /// Facts on a control, where they are known.
    pub fn control(&self, framework: &Arc<str>, id: &Arc<str>) -> Option<&ControlFacts> {
        self.controls.get(&(framework.clone(), id.clone()))
    }
}
