use serde::{Serialize, Serializer};
use std::fmt;
use std::sync::Arc;

/// One step into an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A field: `securityContext`.
    Field(Arc<str>),
    /// A key of a free map (labels, annotations, data).
    Key(Arc<str>),
    /// An item of a list, by its merge key where the list has one, else by index.
    Item {
        /// Position when it was read; a hint where `key` is given.
        index: usize,
        /// Merge key and its value: `name`, `app`.
        key: Option<(&'static str, Arc<str>)>,
    },
    /// An item of a list of command-line words, by the flag that it gives: `--profiling`. It stays the same while other
    /// flags come and go.
    Flag {
        /// Position when it was read; a hint where the flag is given more than once.
        index: usize,
        /// The flag, without dashes.
        name: Arc<str>,
    },
}

/// The flag that a command-line word gives, as it is written: `audit-log-path` of `--audit-log-path=/x`.
pub fn flag_name(word: &str) -> Option<&str> {
    let name = word.trim_start_matches(['"', '\'']).strip_prefix('-')?;
    let name = name.strip_prefix('-').unwrap_or(name);
    let name = name.split(['=', ' ']).next().unwrap_or_default();
    name.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(name)
}

/// Which of a list's items a [`Step::Flag`] means: the one at its position if it gives the flag, else the last that
/// does, as for the component that reads them. Underscores are dashes.
pub fn flag_position<'w>(words: impl Iterator<Item = Option<&'w str>>, index: usize, name: &str) -> Option<usize> {
    let same = |word: &str| flag_name(word).is_some_and(|given| given == name || given.replace('_', "-") == name);
    let giving: Vec<usize> = words.enumerate().filter(|(_, word)| word.is_some_and(same)).map(|(at, _)| at).collect();
    giving.iter().find(|at| **at == index).or(giving.last()).copied()
}

/// Where in an object: typed, so that it is resolved by merge key first and can be printed, patched and compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(Vec<Step>);

impl FieldPath {
    /// The object itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// From plain dotted field names: `spec.template.spec`. Empty gives the root.
    pub fn of(dotted: &str) -> Self {
        Self::root().fields(dotted)
    }

    /// Extended by plain dotted field names.
    #[must_use]
    pub fn fields(mut self, dotted: &str) -> Self {
        let names = || dotted.split('.').filter(|s| !s.is_empty());
        self.0.reserve_exact(names().count());
        self.0.extend(names().map(|name| Step::Field(name.into())));
        self
    }

    /// Extended by a key of a free map.
    #[must_use]
    pub fn key(mut self, key: &str) -> Self {
        self.0.push(Step::Key(key.into()));
        self
    }

    /// Extended by a list item that has the merge key `name`.
    #[must_use]
    pub fn named(self, index: usize, name: &str) -> Self {
        self.item(index, "name", name)
    }

    /// Extended by a list item that has a merge key; an empty value falls back to the index.
    #[must_use]
    pub fn item(mut self, index: usize, key: &'static str, value: &str) -> Self {
        let key = (!value.is_empty()).then(|| (key, Arc::from(value)));
        self.0.push(Step::Item { index, key });
        self
    }

    /// Extended by a list item known by its position only.
    #[must_use]
    pub fn index(mut self, index: usize) -> Self {
        self.0.push(Step::Item { index, key: None });
        self
    }

    /// Extended by the item of a command line that gives a flag.
    #[must_use]
    pub fn flag(mut self, index: usize, name: &str) -> Self {
        self.0.push(Step::Flag { index, name: name.into() });
        self
    }

    /// This path with another one after it.
    #[must_use]
    pub fn join(&self, rest: &FieldPath) -> Self {
        Self(self.0.iter().chain(&rest.0).cloned().collect())
    }

    /// What of it comes after another path that it begins with.
    pub fn after(&self, start: &FieldPath) -> Option<Self> {
        self.0.strip_prefix(start.0.as_slice()).map(|rest| Self(rest.to_vec()))
    }

    /// The path of the thing that holds this one.
    pub fn parent(&self) -> Option<Self> {
        let (_, rest) = self.0.split_last()?;
        Some(Self(rest.to_vec()))
    }

    /// The steps from the root.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether it is the object itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Follows the path in a JSON value: by merge key first, by index only where there is none.
    pub fn resolve<'v>(&self, mut value: &'v serde_json::Value) -> Option<&'v serde_json::Value> {
        for step in &self.0 {
            value = match step {
                Step::Field(name) | Step::Key(name) => value.get(&**name)?,
                Step::Item { key: Some((key, wanted)), .. } => {
                    value.as_array()?.iter().find(|item| item.get(key).is_some_and(|v| v == &**wanted))?
                }
                Step::Item { index, key: None } => value.get(index)?,
                Step::Flag { index, name } => {
                    let list = value.as_array()?;
                    list.get(flag_position(list.iter().map(|item| item.as_str()), *index, name)?)?
                }
            };
        }
        Some(value)
    }

    /// As an RFC 6901 pointer into `object`, with merge keys resolved to the indexes that hold there. None: gone.
    pub fn pointer(&self, object: &serde_json::Value) -> Option<String> {
        let (mut pointer, mut value) = (String::new(), Some(object));
        for step in &self.0 {
            let token = match step {
                Step::Field(name) | Step::Key(name) => {
                    value = value.and_then(|v| v.get(&**name));
                    name.replace('~', "~0").replace('/', "~1")
                }
                Step::Item { index, key } => {
                    let list = value?.as_array()?;
                    let index = match key {
                        Some((key, wanted)) => {
                            list.iter().position(|item| item.get(key).is_some_and(|v| v == &**wanted))?
                        }
                        None => *index,
                    };
                    value = list.get(index);
                    index.to_string()
                }
                Step::Flag { index, name } => {
                    let list = value?.as_array()?;
                    let index = flag_position(list.iter().map(|item| item.as_str()), *index, name)?;
                    value = list.get(index);
                    index.to_string()
                }
            };
            pointer.push('/');
            pointer.push_str(&token);
        }
        Some(pointer)
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            match step {
                Step::Field(name) if i == 0 => f.write_str(name)?,
                Step::Field(name) => write!(f, ".{name}")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
                Step::Item { key: Some((key, value)), .. } => write!(f, "[{key}={value}]")?,
                Step::Item { index, key: None } => write!(f, "[{index}]")?,
                Step::Flag { name, .. } => write!(f, "[--{name}]")?,
            }
        }
        Ok(())
    }
}

impl Serialize for FieldPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn merge_keys_win_over_indexes() {
        let object = json!({"spec": {"containers": [{"name": "b", "x": 1}, {"name": "a", "x": 2}]}});
        let path = FieldPath::of("spec.containers").named(0, "a").fields("x");
        assert_eq!(path.to_string(), "spec.containers[name=a].x");
        assert_eq!(path.resolve(&object), Some(&json!(2)));
        assert_eq!(path.pointer(&object).as_deref(), Some("/spec/containers/1/x"));
        let gone = FieldPath::of("spec.containers").named(0, "c");
        assert_eq!(gone.resolve(&object), None, "an item that went away is never replaced by its neighbour");
    }

    #[test]
    fn a_flag_is_found_by_its_name() {
        let object = json!({"command": ["etcd", "--name=a", "--data_dir", "/x", "--name=b", "-v=2"]});
        let at = |index, name| FieldPath::of("command").flag(index, name);
        assert_eq!(at(9, "name").to_string(), "command[--name]");
        assert_eq!(at(9, "name").resolve(&object), Some(&json!("--name=b")), "the last one counts");
        assert_eq!(at(1, "name").resolve(&object), Some(&json!("--name=a")));
        assert_eq!(at(0, "data-dir").pointer(&object).as_deref(), Some("/command/2"));
        assert_eq!(at(0, "nam").resolve(&object), None);
        assert_eq!(
            (flag_name("--a=b=c"), flag_name("-v=2"), flag_name("-1"), flag_name("-")),
            (Some("a"), Some("v"), None, None)
        );
    }

    #[test]
    fn map_keys_are_quoted_and_escaped() {
        let path = FieldPath::of("metadata.labels").key("a/b~c");
        assert_eq!(path.to_string(), "metadata.labels[\"a/b~c\"]");
        assert_eq!(path.pointer(&json!({})).as_deref(), Some("/metadata/labels/a~1b~0c"));
    }
}
