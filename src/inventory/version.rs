use std::fmt;
use std::str::FromStr;

/// A Kubernetes version: `v1.36.3`, compared as numbers, never as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Always 1 so far.
    pub major: u32,
    /// `36`.
    pub minor: u32,
    /// `3`; 0 where it was not said.
    pub patch: u32,
}

impl Version {
    /// The newest that plimsoll knows: assumed for files that say nothing.
    pub const NEWEST: Version = Version { major: 1, minor: 36, patch: 0 };

    /// Whether it is 1.`minor` or later.
    pub fn at_least(self, minor: u32) -> bool {
        (self.major, self.minor) >= (1, minor)
    }

    /// `1.36`.
    pub fn short(self) -> String {
        format!("{}.{}", self.major, self.minor)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for Version {
    type Err = String;
    /// Reads `v1.29`, `1.29`, `1.29.3`, and what providers append: `v1.29.3-eks-a1b2`, `1.29+`.
    fn from_str(text: &str) -> Result<Self, String> {
        let error = || format!("{text:?} is no Kubernetes version: expected v1.29, 1.29 or 1.29.3");
        let plain = text.trim().trim_start_matches('v');
        let plain = plain.split(['-', '+']).next().unwrap_or_default();
        let numbers: Vec<u32> =
            plain.split('.').map(|part| part.parse().map_err(|_| error())).collect::<Result<_, _>>()?;
        match *numbers.as_slice() {
            [major, minor] => Ok(Self { major, minor, patch: 0 }),
            [major, minor, patch] => Ok(Self { major, minor, patch }),
            _ => Err(error()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers() {
        let v = |text: &str| text.parse::<Version>().unwrap();
        assert!(v("v1.9") < v("1.10.0-eks-1"));
        assert_eq!(v("1.29").to_string(), "v1.29.0");
        assert_eq!(v("1.28+").minor, 28);
        assert!("one".parse::<Version>().is_err() && "1".parse::<Version>().is_err());
    }
}
