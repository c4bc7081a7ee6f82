//! What is known without any scan: titles of sections, reasons of controls.

use crate::frameworks::{Analysis, Pack};
use crate::inventory::Version;
use crate::model::ControlResult;
use std::collections::HashMap;
use std::sync::Arc;

/// What a pack says of a control beside its result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlFacts {
    /// What goes wrong without it.
    pub why: Arc<str>,
    /// How a person collects the evidence.
    pub collect: Vec<Arc<str>>,
    /// Criteria and controls elsewhere that it relates to, by plimsoll's mapping.
    pub relates: Vec<Arc<str>>,
    /// Where a number or a quotation is another one's.
    pub note: Option<Arc<str>>,
    /// What plimsoll checks of it, collects, and leaves to others.
    pub analysis: Analysis,
}

/// Framework, its version, and the id of a section or control in it.
type Key = (Arc<str>, Arc<str>, Arc<str>);

/// Titles and reasons, of every version: an id means different things in different versions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {
    sections: HashMap<Key, Arc<str>>,
    /// Titles of what sections come together under: framework and the first part of their numbers.
    groups: HashMap<(Arc<str>, Arc<str>), Arc<str>>,
    controls: HashMap<Key, ControlFacts>,
}

impl Catalog {
    /// From the packs.
    pub fn of(packs: &[Pack]) -> Self {
        let mut catalog = Self::default();
        for pack in packs {
            for (id, title) in &pack.groups {
                catalog.groups.insert((pack.id.clone(), id.clone()), title.clone());
            }
            for version in &pack.versions {
                let edition = pack.edition(version, Version::NEWEST);
                let key = |id: &Arc<str>| (edition.framework.clone(), edition.version.clone(), id.clone());
                for section in &edition.sections {
                    catalog.sections.insert(key(&section.id), section.title.clone());
                }
                for (section, control) in edition.controls() {
                    // A section that older versions number differently has the title of the one it is part of.
                    let title = edition.sections.iter().find(|s| s.controls.iter().any(|c| c.id == control.id));
                    if let Some(title) = title {
                        catalog.sections.entry(key(&section)).or_insert_with(|| title.title.clone());
                    }
                    let facts = ControlFacts {
                        why: control.why.clone(),
                        collect: control.collect.clone(),
                        relates: control.relates.clone(),
                        note: control.note.clone(),
                        analysis: Analysis::of(control),
                    };
                    catalog.controls.insert(key(&control.id), facts);
                }
            }
        }
        catalog
    }

    /// The title of the section that a control stands in; empty where it is not known.
    pub fn section(&self, control: &ControlResult) -> &str {
        let key = (control.framework.clone(), control.version.clone(), control.section.clone());
        self.sections.get(&key).map_or("", |title| title)
    }

    /// What the section of a control comes under, and its title: `5`, `Policies`; None where sections stand by themselves.
    pub fn group<'a>(&'a self, control: &'a ControlResult) -> Option<(&'a str, &'a str)> {
        let first = control.section.split('.').next()?;
        let title = self.groups.get(&(control.framework.clone(), first.into()))?;
        Some((first, title))
    }

    /// Facts on a control, where they are known.
    pub fn control(&self, control: &ControlResult) -> Option<&ControlFacts> {
        self.controls.get(&(control.framework.clone(), control.version.clone(), control.id.clone()))
    }
}
