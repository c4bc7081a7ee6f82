//! Which keys do what: those of the table of actions, and what the user laid down over them.

use super::actions::{ACTIONS, Action, Entry};
use super::{Code, Key};
use std::collections::HashMap;

/// The keys of every action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    keys: HashMap<Action, Vec<Key>>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self::with(&[], &[])
    }
}

fn defaults(names: &[&str]) -> Vec<Key> {
    names.iter().filter_map(|name| name.parse().ok()).collect()
}

/// Whether the table gives a key to an action.
fn is_default(action: Action, key: Key) -> bool {
    ACTIONS.iter().any(|entry| entry.action == action && defaults(entry.keys).contains(&key))
}

impl Keymap {
    /// The table's keys, with these actions bound anew and without the keys that are `taken` for something else. A key
    /// that is bound here has one meaning, the first that claims it, but for those to which the table gives one in lists and
    /// one in texts.
    pub fn with(bound: &[(Action, Vec<Key>)], taken: &[Key]) -> Self {
        let mut map = Self { keys: HashMap::new() };
        for (action, keys) in bound.iter().cloned() {
            let shares =
                |key: &Key| map.actions(*key).iter().all(|other| is_default(*other, *key)) && is_default(action, *key);
            let free = |key: &Key| !taken.contains(key) && (map.action(*key).is_none() || shares(key));
            let keys = keys.into_iter().filter(free).collect();
            map.keys.insert(action, keys);
        }
        let claimed: Vec<Key> = map.keys.values().flatten().chain(taken).copied().collect();
        let anew = |entry: &&Entry| bound.iter().any(|(action, _)| *action == entry.action);
        for entry in ACTIONS.iter().filter(|entry| !anew(entry)) {
            let keys = defaults(entry.keys).into_iter().filter(|key| !claimed.contains(key)).collect();
            map.keys.insert(entry.action, keys);
        }
        map
    }

    /// The keys of an action, the one to show first.
    pub fn of(&self, action: Action) -> &[Key] {
        self.keys.get(&action).map_or(&[], Vec::as_slice)
    }

    /// What a key does, where it does something: the first of [`Self::actions`].
    pub fn action(&self, key: Key) -> Option<Action> {
        self.actions(key).first().copied()
    }

    /// What a key does in one place or another, in the order of the table.
    pub fn actions(&self, key: Key) -> Vec<Action> {
        ACTIONS.iter().map(|entry| entry.action).filter(|action| self.of(*action).contains(&key)).collect()
    }

    /// Whether a key may be bound to an action; else why not.
    ///
    /// # Errors
    /// The sentence's second half: what the key is needed for.
    pub fn may_bind(action: Action, key: Key) -> Result<(), &'static str> {
        match (action, key.code) {
            (Action::Quit, Code::Char('c')) if key.ctrl => Ok(()),
            (_, Code::Char('c')) if key.ctrl => Err("always leaves"),
            (Action::Namespace, Code::Char('0'..='9')) if !key.ctrl && !key.alt => Ok(()),
            (Action::Namespace, _) => Err("is no digit, and the digit says which namespace"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> Key {
        name.parse().unwrap()
    }

    #[test]
    fn what_is_bound_wins_over_the_table_and_the_first_over_the_second() {
        let bound = [(Action::Yaml, vec![key("d"), key("Y")]), (Action::Role, vec![key("Y"), key("ctrl-o")])];
        let map = Keymap::with(&bound, &[key("G")]);
        assert_eq!(map.action(key("d")), Some(Action::Yaml));
        assert_eq!(map.action(key("Y")), Some(Action::Yaml));
        assert_eq!(map.of(Action::Role), [key("ctrl-o")]);
        assert_eq!(map.action(key("y")), None, "its own keys are replaced");
        assert!(map.of(Action::Explain).is_empty(), "its only key was taken");
        assert_eq!(map.of(Action::Bottom), [key("end")], "G is taken");
        assert_eq!(map.of(Action::Open), Keymap::default().of(Action::Open));
    }

    #[test]
    fn names_of_actions_read_back() {
        for entry in ACTIONS {
            assert_eq!(Action::named(&entry.action.name()), Some(entry.action));
        }
        assert_eq!(Action::CopyFix.name(), "copy-fix");
    }

    #[test]
    fn some_keys_cannot_be_moved() {
        assert!(Keymap::may_bind(Action::Yaml, key("ctrl-c")).is_err());
        assert!(Keymap::may_bind(Action::Namespace, key("x")).is_err());
        assert!(Keymap::may_bind(Action::Quit, key("ctrl-q")).is_ok());
    }
}
