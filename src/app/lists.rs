//! What findings have in common, looked up once for all that share it.

use crate::model::ObjectRef;
use crate::model::findings::Row;
use foldhash::HashMap;
use foldhash::fast::RandomState;
use indexmap::{IndexMap, IndexSet};
use std::hash::Hash;
use std::sync::Arc;

/// Lists of positions by what they have in common, which is looked up once for all that share it.
#[derive(Debug)]
pub(super) struct Lists<K>(IndexMap<K, Vec<usize>, RandomState>);

impl<K> Default for Lists<K> {
    fn default() -> Self {
        Self(IndexMap::default())
    }
}

impl<K: Eq + Hash> Lists<K> {
    /// The number of a list.
    pub(super) fn list(&mut self, key: K) -> usize {
        let entry = self.0.entry(key);
        let number = entry.index();
        entry.or_default();
        number
    }

    /// Adds a position to a list.
    pub(super) fn push(&mut self, list: usize, position: usize) {
        if let Some((_, list)) = self.0.get_index_mut(list) {
            list.push(position);
        }
    }

    /// All lists.
    pub(super) fn all(self) -> impl Iterator<Item = (K, Vec<usize>)> {
        self.0.into_iter()
    }
}

/// What is known of an owner.
#[derive(Clone, Copy)]
pub(super) struct KnownOwner {
    /// The list of its name.
    pub list: usize,
    /// Which object it is.
    pub object: usize,
    /// Which namespace it lives in.
    pub namespace: Option<usize>,
}

/// Owners by their numbers among the findings.
#[derive(Default)]
pub(super) struct Owners<'r> {
    known: HashMap<usize, KnownOwner>,
    objects: IndexSet<&'r ObjectRef, RandomState>,
    namespaces: IndexSet<&'r Arc<str>, RandomState>,
}

impl<'r> Owners<'r> {
    /// The owners that some findings have, by their numbers.
    pub(super) fn these<'k>(
        &'k self,
        numbers: impl Iterator<Item = &'k usize>,
    ) -> impl Iterator<Item = &'k KnownOwner> {
        numbers.filter_map(|number| self.known.get(number))
    }

    /// The owner of a finding; `list` finds the list of one that is not known yet.
    pub(super) fn of(&mut self, finding: &Row<'r>, list: impl FnOnce(&ObjectRef) -> usize) -> KnownOwner {
        let Self { known, objects, namespaces } = self;
        *known.entry(finding.owner_number()).or_insert_with(|| {
            let owner = finding.owner();
            KnownOwner {
                list: list(owner),
                object: objects.insert_full(owner).0,
                namespace: owner.namespace.as_ref().map(|namespace| namespaces.insert_full(namespace).0),
            }
        })
    }
}
