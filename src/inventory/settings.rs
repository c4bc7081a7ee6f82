//! What a user lays down for rules that cannot know it by themselves.

use super::image::Image;
use std::fmt;
use std::str::FromStr;

/// Everything that can be laid down; by default nothing is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Where images may come from; empty: nobody said.
    pub allowed_registries: Vec<AllowedRegistry>,
}

impl Settings {
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
    fn what_is_no_registry_is_refused() {
        for text in ["", "acme", "https://ghcr.io", "*", "*.io.*", "ghcr.io /x", "*.localhost"] {
            assert!(text.parse::<AllowedRegistry>().is_err(), "{text}");
        }
    }
}
