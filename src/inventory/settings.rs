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
    /// How old what was seen on nodes may be.
    pub max_age: MaxAge,
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

/// How old a look at a node may be and still pass: `7d`, `12h`, `30m`. A failure that was seen stands however old it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxAge {
    seconds: i64,
}

impl Default for MaxAge {
    fn default() -> Self {
        Self { seconds: 7 * DAY }
    }
}

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// Seconds between a time and now; None: that is no time.
fn age(now: i64, time: &str) -> Option<i64> {
    time.parse::<jiff::Timestamp>().ok().map(|time| now - time.as_second())
}

/// `3 days ago`, of the largest unit that fits.
pub fn age_in_words(now: i64, time: &str) -> String {
    let Some(age) = age(now, time) else { return "at a time that is none".to_owned() };
    if age < 0 {
        return "in the future".to_owned();
    }
    let (number, unit) = match age {
        _ if age >= 2 * DAY => (age / DAY, "days"),
        _ if age >= 2 * HOUR => (age / HOUR, "hours"),
        _ if age >= 120 => (age / 60, "minutes"),
        _ => return "just now".to_owned(),
    };
    format!("{number} {unit} ago")
}

impl MaxAge {
    /// Whether a time is too long ago; clocks may differ by an hour, and no more.
    pub fn refuses(self, now: i64, time: &str) -> bool {
        age(now, time).is_none_or(|age| age > self.seconds || age < -HOUR)
    }
}

impl fmt::Display for MaxAge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.seconds {
            s if s % DAY == 0 => write!(f, "{}d", s / DAY),
            s if s % HOUR == 0 => write!(f, "{}h", s / HOUR),
            s => write!(f, "{}m", s / 60),
        }
    }
}

impl FromStr for MaxAge {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no age: expected 7d, 12h or 30m");
        let unit = text.chars().last().ok_or_else(wrong)?;
        let number: i64 = text.trim_end_matches(unit).parse().map_err(|_| wrong())?;
        let factor = match unit {
            'd' => DAY,
            'h' => HOUR,
            'm' => 60,
            _ => return Err(wrong()),
        };
        let seconds = number.checked_mul(factor).filter(|seconds| *seconds > 0).ok_or_else(wrong)?;
        Ok(Self { seconds })
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
    fn what_is_too_old_or_of_the_future_is_refused() {
        let now = "2026-01-10T00:00:00Z".parse::<jiff::Timestamp>().unwrap().as_second();
        let week = MaxAge::default();
        assert!(!week.refuses(now, "2026-01-03T00:00:00Z") && week.refuses(now, "2026-01-02T23:59:59Z"));
        assert!(!week.refuses(now, "2026-01-10T00:59:00Z"), "clocks differ");
        assert!(week.refuses(now, "2026-01-10T02:00:00Z") && week.refuses(now, "yesterday"));
        let hours: MaxAge = "36h".parse().unwrap();
        assert!(hours.refuses(now, "2026-01-08T00:00:00Z") && !hours.refuses(now, "2026-01-09T00:00:00Z"));
        assert_eq!((week.to_string(), hours.to_string()), ("7d".to_owned(), "36h".to_owned()));
        assert_eq!(age_in_words(now, "2026-01-02T00:00:00Z"), "8 days ago");
        assert_eq!(age_in_words(now, "2026-01-09T21:00:00Z"), "3 hours ago");
        for text in ["", "d", "7", "-1d", "0h", "7w", "9223372036854775807d"] {
            assert!(text.parse::<MaxAge>().is_err(), "{text}");
        }
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
