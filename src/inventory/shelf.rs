//! Objects of one kind, or of a few, by name.

use super::table::Put;
use std::collections::btree_map::{BTreeMap, Entry, Iter, Keys};
use std::ops::RangeBounds;

/// A tree of which the objects lie beside it: a node of a tree has room for eleven, of which half stay empty where they
/// came in order.
#[derive(Clone, Debug)]
pub struct Shelf<K, T>(BTreeMap<K, Box<T>>);

impl<K, T> Default for Shelf<K, T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord, T> Shelf<K, T> {
    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The object of a name.
    pub fn get(&self, key: &K) -> Option<&T> {
        self.0.get(key).map(|object| &**object)
    }

    /// Whether there is one of a name.
    pub fn contains_key(&self, key: &K) -> bool {
        self.0.contains_key(key)
    }

    /// The names, in order.
    pub fn keys(&self) -> Keys<'_, K, Box<T>> {
        self.0.keys()
    }

    /// The objects, in the order of their names.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &T> + Clone {
        self.0.values().map(|object| &**object)
    }

    /// Names and objects, in order.
    pub fn iter(&self) -> <&Self as IntoIterator>::IntoIter {
        self.into_iter()
    }

    /// Those of a range of names, in order.
    pub fn range(&self, names: impl RangeBounds<K>) -> impl Iterator<Item = (&K, &T)> + Clone {
        self.0.range(names).map(|(key, object)| (key, &**object))
    }

    /// Adds or replaces.
    pub fn put(&mut self, key: K, object: Box<T>) -> Put<Box<T>>
    where
        T: PartialEq,
    {
        match self.0.entry(key) {
            Entry::Occupied(known) if *known.get() == object => Put::Same,
            Entry::Occupied(mut known) => Put::Instead(known.insert(object)),
            Entry::Vacant(place) => {
                place.insert(object);
                Put::New
            }
        }
    }

    /// Takes one out.
    pub fn remove(&mut self, key: &K) -> Option<Box<T>> {
        self.0.remove(key)
    }

    /// Keeps some.
    pub fn retain(&mut self, keeps: impl Fn(&K, &T) -> bool) {
        self.0.retain(|key, object| keeps(key, object));
    }
}

impl<'s, K, T> IntoIterator for &'s Shelf<K, T> {
    type Item = (&'s K, &'s T);
    type IntoIter = std::iter::Map<Iter<'s, K, Box<T>>, fn((&'s K, &'s Box<T>)) -> Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(|(key, object)| (key, &**object))
    }
}
