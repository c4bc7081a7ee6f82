//! What findings have in common, looked up once for all that share it.

use crate::model::ObjectRef;
use crate::model::findings::Row;
use foldhash::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// Lists of positions by what they have in common, which is looked up once for all that share it.
#[derive(Debug)]
pub(super) struct Lists<K> {
    numbers: HashMap<K, usize>,
    lists: Vec<Vec<usize>>,
}

impl<K> Default for Lists<K> {
    fn default() -> Self {
        Self { numbers: HashMap::default(), lists: Vec::new() }
    }
}

impl<K: Eq + Hash> Lists<K> {
    /// The number of a list.
    pub(super) fn list(&mut self, key: K) -> usize {
        *self.numbers.entry(key).or_insert_with(|| {
            self.lists.push(Vec::new());
            self.lists.len() - 1
        })
    }

    /// Adds a position to a list.
    pub(super) fn push(&mut self, list: usize, position: usize) {
        if let Some(list) = self.lists.get_mut(list) {
            list.push(position);
        }
    }

    /// All lists.
    pub(super) fn all(mut self) -> impl Iterator<Item = (K, Vec<usize>)> {
        let mut take = move |list: usize| self.lists.get_mut(list).map(std::mem::take).unwrap_or_default();
        self.numbers.into_iter().map(move |(key, list)| (key, take(list)))
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
    objects: HashMap<&'r ObjectRef, usize>,
    namespaces: HashMap<&'r Arc<str>, usize>,
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
                object: number(objects, owner),
                namespace: owner.namespace.as_ref().map(|namespace| number(namespaces, namespace)),
            }
        })
    }
}

/// The number of a thing among those that are known.
fn number<K: Eq + Hash>(known: &mut HashMap<K, usize>, thing: K) -> usize {
    let next = known.len();
    *known.entry(thing).or_insert(next)
}
