//! What a user lays down for rules that cannot know it by themselves.

use super::Selector;
use super::image::Image;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Everything that can be laid down; by default nothing is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Where images may come from; empty: nobody said.
    pub allowed_registries: Vec<AllowedRegistry>,
    /// Labels whose value names the team of an object; the first that it has.
    pub team_labels: Vec<String>,
    /// Teams and what belongs to each, before those that labels name.
    pub teams: Vec<(Arc<str>, Vec<Selector>)>,
    /// What belongs to the platform besides the components that plimsoll knows: for folding, never for a verdict.
    pub platform: Vec<Selector>,
}

impl Settings {
    /// Whose an object is. `label` looks a label up in the object, its pods or its namespace.
    pub fn team<'l>(&self, namespace: &str, label: impl Fn(&str) -> Option<&'l str>) -> Option<Arc<str>> {
        let selected = |selectors: &[Selector]| selectors.iter().any(|selector| selector.selects(namespace, &label));
        let named = self.teams.iter().find(|(_, selectors)| selected(selectors)).map(|(name, _)| name.clone());
        named.or_else(|| self.team_labels.iter().find_map(|key| label(key)).map(Into::into))
    }

    /// Whether an object was laid down to be the platform's.
    pub fn is_platform<'l>(&self, namespace: &str, label: impl Fn(&str) -> Option<&'l str>) -> bool {
        self.platform.iter().any(|selector| selector.selects(namespace, &label))
    }

    /// Whether some entry allows an image.
    pub fn allows(&self, image: &Image<'_>) -> bool {
        self.allowed_registries.iter().any(|allowed| allowed.covers(image))
    }
}

/// A registry that images may come from, or a part of one: `quay.io`, `ghcr.io/acme`, `*.dkr.ecr.eu-west-1.amazonaws.com`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedRegistry(String);

impl AllowedRegistry {
    /// Whether an image is from there. Names are compared whole: `quay.io` does not stand for `quay.io.evil.example`, nor
    /// `ghcr.io/acme` for `ghcr.io/acme-fake`.
    pub fn covers(&self, image: &Image<'_>) -> bool {
        let repository = image.repository();
        let rest = match self.0.strip_prefix('*') {
            None => repository.strip_prefix(&self.0),
            // the star stands for labels in front of a domain, never for a part of a path
            Some(tail) => {
                let domain = tail.split('/').next().unwrap_or_default();
                let host = image.registry();
                let starred = host.strip_suffix(domain).filter(|head| !head.is_empty());
                starred.and_then(|head| repository.strip_prefix(head)?.strip_prefix(tail))
            }
        };
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl fmt::Display for AllowedRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AllowedRegistry {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let plain = text.trim().trim_end_matches('/');
        let host = plain.split('/').next().unwrap_or_default();
        let (starred, name) = host.strip_prefix("*.").map_or((false, host), |name| (true, name));
        let is_host = name.contains(['.', ':']) || (!starred && name == "localhost");
        if plain.contains("://") || !is_host || name.contains('*') || plain.contains(char::is_whitespace) {
            return Err(format!(
                "{text:?} is no registry: expected a host, such as ghcr.io, *.azurecr.io or ghcr.io/acme"
            ));
        }
        Ok(Self(match plain.strip_prefix("index.docker.io") {
            Some(rest) => format!("docker.io{rest}"),
            None => plain.to_owned(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_whole() {
        let covers =
            |allowed: &str, image: &str| allowed.parse::<AllowedRegistry>().unwrap().covers(&Image::parse(image));
        assert!(covers("docker.io", "nginx") && covers("docker.io/library", "nginx:1.27"));
        assert!(covers("index.docker.io", "acme/web") && covers("localhost:5000", "localhost:5000/a"));
        assert!(covers("ghcr.io/acme/", "ghcr.io/acme/web:1") && covers("ghcr.io/acme/web", "ghcr.io/acme/web:1"));
        assert!(covers("*.azurecr.io", "acme.azurecr.io/web") && covers("*.azurecr.io/team", "a.azurecr.io/team/web"));
        assert!(!covers("quay.io", "quay.io.evil.example/a") && !covers("ghcr.io/acme", "ghcr.io/acme-fake/web"));
        assert!(!covers("*.azurecr.io", "azurecr.io/web") && !covers("*.azurecr.io", "evilazurecr.io/web"));
        assert!(!covers("*.azurecr.io", "evil.example/a.azurecr.io/web"));
        assert!(!covers("*.azurecr.io/team", "a.azurecr.io/other/web") && !covers("docker.io/library", "acme/web"));
    }

    #[test]
    fn a_team_is_named_by_selector_or_else_by_label() {
        let selector = Selector { namespaces: vec!["pay-*".into()], labels: None };
        let settings = Settings {
            team_labels: vec!["owner".into(), "team".into()],
            teams: vec![("payments".into(), vec![selector.clone()])],
            platform: vec![selector],
            ..Settings::default()
        };
        let label = |key: &str| (key == "team").then_some("shop");
        assert_eq!(settings.team("pay-eu", label).as_deref(), Some("payments"));
        assert_eq!(settings.team("web", label).as_deref(), Some("shop"));
        assert_eq!(settings.team("web", |_| None), None);
        assert!(settings.is_platform("pay-eu", label) && !settings.is_platform("web", label));
    }

    #[test]
    fn what_is_no_registry_is_refused() {
        for text in ["", "acme", "https://ghcr.io", "*", "*.io.*", "ghcr.io /x", "*.localhost"] {
            assert!(text.parse::<AllowedRegistry>().is_err(), "{text}");
        }
    }
}
