//! Labels, annotations, selectors.

use bytes::{Buf, BufMut};
use prost::DecodeError;
use prost::encoding::{self, DecodeContext, WireType};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

/// A map of strings, in the order of its keys. It has few entries and there are many of it: a tree takes five times the
/// room.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Map(Vec<(String, String)>);

impl Map {
    /// Empty.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&String> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// Whether a key is there.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// How many entries.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entries.
    pub fn iter(&self) -> <&Self as IntoIterator>::IntoIter {
        self.into_iter()
    }

    /// The keys.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &String> + Clone {
        self.iter().map(|(key, _)| key)
    }

    /// The values, in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &String> + Clone {
        self.iter().map(|(_, value)| value)
    }

    /// Adds an entry or replaces the one of its key.
    pub fn insert(&mut self, key: String, value: String) {
        // they mostly come in order
        if self.0.last().is_none_or(|(last, _)| *last < key) {
            return self.0.push((key, value));
        }
        match self.0.binary_search_by(|(known, _)| known.cmp(&key)) {
            Ok(place) => {
                if let Some((_, known)) = self.0.get_mut(place) {
                    *known = value;
                }
            }
            Err(place) => self.0.insert(place, (key, value)),
        }
    }

    /// Keeps some of them.
    pub fn retain(&mut self, keeps: impl Fn(&str, &str) -> bool) {
        self.0.retain(|(key, value)| keeps(key, value));
    }

    /// The values, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// Gives back room to spare.
    pub fn shrink_to_fit(&mut self) {
        self.0.shrink_to_fit();
    }
}

impl Extend<(String, String)> for Map {
    fn extend<I: IntoIterator<Item = (String, String)>>(&mut self, entries: I) {
        entries.into_iter().for_each(|(key, value)| self.insert(key, value));
    }
}

impl FromIterator<(String, String)> for Map {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<const N: usize> From<[(String, String); N]> for Map {
    fn from(entries: [(String, String); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = (&'a String, &'a String);
    type IntoIter = std::iter::Map<std::slice::Iter<'a, (String, String)>, fn(&(String, String)) -> (&String, &String)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter().map(|(key, value)| (key, value))
    }
}

impl IntoIterator for Map {
    type Item = (String, String);
    type IntoIter = std::vec::IntoIter<(String, String)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Serialize for Map {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl<'de> Deserialize<'de> for Map {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(d).map(|map: BTreeMap<String, String>| Self(map.into_iter().collect()))
    }
}

/// An entry of a protobuf map is a message with a key and a value, in this order. All of them are merged into one: a key
/// begins an entry, the value after it ends it.
impl prost::Message for Map {
    fn encode_raw(&self, buf: &mut impl BufMut) {
        for (key, value) in &self.0 {
            encoding::string::encode(1, key, buf);
            encoding::string::encode(2, value, buf);
        }
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        cx: DecodeContext,
    ) -> Result<(), DecodeError> {
        match tag {
            1 => {
                let mut key = String::new();
                encoding::string::merge(wire_type, &mut key, buf, cx)?;
                self.0.push((key, String::new()));
                Ok(())
            }
            2 => {
                let (key, mut value) = self.0.pop().unwrap_or_default();
                encoding::string::merge(wire_type, &mut value, buf, cx)?;
                self.insert(key, value);
                Ok(())
            }
            _ => encoding::skip_field(wire_type, tag, buf, cx),
        }
    }

    fn encoded_len(&self) -> usize {
        let length = |(key, value): &(String, String)| {
            encoding::string::encoded_len(1, key) + encoding::string::encoded_len(2, value)
        };
        self.0.iter().map(length).sum()
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message;

    #[derive(Clone, PartialEq, Message)]
    struct Tree {
        #[prost(btree_map = "string, string", tag = "11")]
        labels: BTreeMap<String, String>,
    }

    #[derive(Clone, PartialEq, Message)]
    struct List {
        #[prost(message, required, tag = "11")]
        labels: Map,
    }

    /// All lists of so many entries of a few keys and values.
    fn lists(length: u32) -> impl Iterator<Item = Vec<(String, String)>> {
        let entry = |code: u32| (char::from_digit(code % 3, 10), char::from_digit(code / 3, 10));
        let entry = move |code| (format!("k{:?}", entry(code).0), format!("v{:?}", entry(code).1));
        (0..6u32.pow(length)).map(move |code| (0..length).map(|i| entry(code / 6u32.pow(i) % 6)).collect())
    }

    #[test]
    fn it_is_what_a_tree_is() {
        for pairs in (0..5).flat_map(lists) {
            let tree: BTreeMap<_, _> = pairs.iter().cloned().collect();
            let mut map: Map = pairs.into_iter().collect();
            assert!(map.iter().eq(tree.iter()));
            let wire = Tree { labels: tree.clone() }.encode_to_vec();
            assert_eq!(List::decode(&*wire).unwrap().labels, map);
            let wire = List { labels: map.clone() }.encode_to_vec();
            assert_eq!(List::decode(&*wire).unwrap().labels, map);
            for key in tree.keys() {
                assert_eq!(map.get(key), tree.get(key));
                map.retain(|known, _| known != key);
                assert_eq!(map.get(key), None);
            }
            assert!(map.is_empty());
        }
    }

    #[test]
    fn entries_without_a_value_or_a_key_lose_no_other() {
        let mut wire = Vec::new();
        for (key, value) in [("b", None), ("a", Some("1")), ("c", None)] {
            let mut entry = Vec::new();
            encoding::string::encode(1, &key.to_owned(), &mut entry);
            value.iter().for_each(|value: &&str| encoding::string::encode(2, &(*value).to_owned(), &mut entry));
            encoding::bytes::encode(11, &entry, &mut wire);
        }
        let map = List::decode(&*wire).unwrap().labels;
        let value = |key| map.get(key).map(String::as_str);
        assert_eq!((value("a"), value("b"), value("c")), (Some("1"), Some(""), Some("")));
    }

    #[test]
    fn of_a_key_that_comes_twice_the_last_counts() {
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let map: Map = [pair("b", "1"), pair("a", "2"), pair("b", "3")].into();
        assert_eq!(
            map.iter().collect::<Vec<_>>(),
            [(&"a".to_owned(), &"2".to_owned()), (&"b".to_owned(), &"3".to_owned())]
        );
    }
}
