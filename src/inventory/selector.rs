//! Selectors by label and namespace, as kubectl and the configuration write them.

use std::fmt;
use std::str::FromStr;

/// Whether a label selector (`a=b,c!=d,e,!f`) selects what has these labels.
pub(super) fn selects<'l>(selector: &str, label: impl Fn(&str) -> Option<&'l str>) -> bool {
    selector.split(',').map(str::trim).filter(|term| !term.is_empty()).all(|term| {
        let get = |key: &str| label(key.trim());
        if let Some((key, value)) = term.split_once("!=") {
            get(key).is_none_or(|v| v != value.trim())
        } else if let Some((key, value)) = term.split_once("==").or_else(|| term.split_once('=')) {
            get(key).is_some_and(|v| v == value.trim())
        } else if let Some(key) = term.strip_prefix('!') {
            get(key).is_none()
        } else {
            get(term).is_some()
        }
    })
}

/// A label selector that is known to make sense.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelSelector(String);

impl LabelSelector {
    /// Whether it selects what has these labels.
    pub fn selects<'l>(&self, label: impl Fn(&str) -> Option<&'l str>) -> bool {
        selects(&self.0, label)
    }
}

impl fmt::Display for LabelSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for LabelSelector {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        // the set-based form would be read as names of labels, and select nothing without a word
        let plain = |term: &str| {
            let name = term.strip_prefix('!').unwrap_or(term).split(['=', '!']).next().unwrap_or_default().trim();
            !name.is_empty() && !term.contains(['(', ')']) && !name.contains(char::is_whitespace)
        };
        if text.split(',').map(str::trim).all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(format!("{text:?} is no selector of labels: expected a=b,c!=d,e,!f"))
        }
    }
}

/// Which objects: those in any of the namespaces, with the labels. What is left out does not narrow it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector {
    /// Names of namespaces; a star at the end stands for any rest.
    pub namespaces: Vec<String>,
    /// Labels of the object, of its pods or of its namespace.
    pub labels: Option<LabelSelector>,
}

impl Selector {
    /// Whether it selects an object of this namespace with these labels; one that says nothing selects nothing.
    pub fn selects<'l>(&self, namespace: &str, label: impl Fn(&str) -> Option<&'l str>) -> bool {
        let named = |pattern: &String| match pattern.strip_suffix('*') {
            Some(head) => namespace.starts_with(head),
            None => *pattern == namespace,
        };
        let here = self.namespaces.is_empty() || (!namespace.is_empty() && self.namespaces.iter().any(named));
        let labelled = self.labels.as_ref().is_none_or(|labels| labels.selects(label));
        here && labelled && !(self.namespaces.is_empty() && self.labels.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(key: &str) -> Option<&'static str> {
        [("team", "pay"), ("tier", "app")].into_iter().find_map(|(k, v)| (k == key).then_some(v))
    }

    #[test]
    fn labels_as_kubectl_writes_them() {
        let selects = |text: &str| text.parse::<LabelSelector>().unwrap().selects(label);
        assert!(selects("team=pay") && selects("team==pay, tier") && selects("tier!=db,!owner"));
        assert!(!selects("team=shop") && !selects("owner") && !selects("!team"));
        for text in ["", "a=b,", "team in (a, b)", "=x", "two words"] {
            assert!(text.parse::<LabelSelector>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn namespaces_and_labels_both_hold() {
        let selector = |namespaces: &[&str], labels: &str| Selector {
            namespaces: namespaces.iter().map(|n| (*n).to_owned()).collect(),
            labels: labels.parse().ok(),
        };
        assert!(selector(&["shop", "pay-*"], "").selects("pay-eu", label));
        assert!(!selector(&["pay-*"], "").selects("pay", label) && !selector(&["*"], "").selects("", label));
        assert!(selector(&["pay"], "team=pay").selects("pay", label));
        assert!(!selector(&["pay"], "team=shop").selects("pay", label));
        assert!(!Selector::default().selects("pay", label));
    }
}
