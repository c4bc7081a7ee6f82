//! Does a value look like a credential? By its name, by its shape; it never leaves this module (pitfall 55).

/// How sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// A password by its name, and a value too short for any other kind of credential.
    Low,
    /// A telling name and a plausible value.
    Medium,
    /// The value has the shape of a known kind of credential, or a telling name and the randomness of a key.
    High,
}

impl Confidence {
    /// The word of a message.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// Judges a named value.
pub(crate) fn judge(name: &str, value: &str) -> Option<Confidence> {
    let value = value.trim();
    if has_known_shape(value) {
        Some(Confidence::High)
    } else if names_a_credential(name) && is_plausible(value) {
        Some(if is_random(value) { Confidence::High } else { Confidence::Medium })
    } else {
        (is_short_password(value) && names_a_password(name)).then_some(Confidence::Low)
    }
}

/// Whether a name's last word is a password: people choose short ones, as no program does.
fn names_a_password(name: &str) -> bool {
    let name = words(name).concat().to_ascii_lowercase();
    ["password", "passwd", "passphrase", "pwd"].iter().any(|word| name.ends_with(word))
}

/// Whether a value of four to seven characters may be a password.
fn is_short_password(value: &str) -> bool {
    let setting = ["true", "false", "none", "null", "empty", "unset", "never", "always"];
    (4..8).contains(&value.chars().count())
        && may_be_one(value)
        && !setting.iter().any(|word| value.eq_ignore_ascii_case(word))
}

/// Words that say what a credential is, without separators.
const WORDS: [&str; 12] = [
    "accesskey",
    "apikey",
    "bearer",
    "credential",
    "jwt",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "pwd",
    "secret",
    "token",
];

/// Last words of names that say something about a credential and hold none: `TOKEN_TTL`, `PASSWORD_FILE`.
const ABOUT: [&str; 35] = [
    "ALGORITHM",
    "AUDIENCE",
    "BACKEND",
    "CLASS",
    "COUNT",
    "DIR",
    "ENABLED",
    "ENDPOINT",
    "EXPIRATION",
    "EXPIRY",
    "FILE",
    "FORMAT",
    "HEADER",
    "HOST",
    "ID",
    "ISSUER",
    "LENGTH",
    "LIFETIME",
    "METHOD",
    "MODE",
    "NAME",
    "NAMESPACE",
    "PATH",
    "POLICY",
    "PORT",
    "PREFIX",
    "PROVIDER",
    "REF",
    "SELECTOR",
    "STORE",
    "TIMEOUT",
    "TTL",
    "TYPE",
    "URI",
    "URL",
];

/// Whether a name says that its value is a credential. Words end where the name's words end: TOKENIZER is none.
fn names_a_credential(name: &str) -> bool {
    if !may_name_one(name) {
        return false;
    }
    let words = words(name);
    let about = words.last().is_some_and(|last| ABOUT.contains(&last.as_str()))
        || words.iter().any(|word| matches!(word.as_str(), "EXISTING" | "PUBLIC"));
    // a credential's word may be two words of the name (API_KEY) or the end of one (DBPASSWORD)
    let ends =
        (0..words.len()).map(|last| words.iter().take(last + 1).map(|w| w.to_ascii_lowercase()).collect::<String>());
    !about
        && ends
            .into_iter()
            .any(|end| WORDS.iter().any(|word| end.trim_end_matches('s').ends_with(word.trim_end_matches('s'))))
}

/// Whether the letters of a name have one of the words anywhere: most names do not, and need no closer look.
fn may_name_one(name: &str) -> bool {
    let letters: Vec<u8> = name.bytes().filter(u8::is_ascii_alphabetic).map(|b| b.to_ascii_lowercase()).collect();
    let has = |word: &str| letters.windows(word.len()).any(|part| part == word.as_bytes());
    WORDS.iter().any(|word| has(word.trim_end_matches('s')))
}

/// The words of SNAKE_CASE, kebab-case, dotted.names and camelCase, in capitals.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower_before = false;
    for c in name.chars() {
        let breaks = !c.is_ascii_alphabetic() || (lower_before && c.is_ascii_uppercase());
        if breaks && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_ascii_alphabetic(), words.last_mut()) {
            word.push(c.to_ascii_uppercase());
        }
        lower_before = c.is_ascii_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a value may be a credential of any kind: long enough, and nothing else.
fn is_plausible(value: &str) -> bool {
    value.chars().count() >= 8 && may_be_one(value)
}

/// Whether a value is neither a reference nor a path, a number, a word of a setting.
fn may_be_one(value: &str) -> bool {
    let templated = ["$(", "${", "{{"].iter().any(|mark| value.contains(mark)) || value.starts_with(['<', '$']);
    let reference = ["vault:", "arn:", "ref+"].iter().any(|scheme| value.starts_with(scheme)) || value.contains("://");
    let path = value.starts_with(['/', '~', '.']) || value.as_bytes().get(1..3) == Some(b":\\");
    let number = value.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        && value
            .trim_end_matches(|c: char| c.is_ascii_alphabetic())
            .chars()
            .all(|c| c.is_ascii_digit() || "-.,:_".contains(c));
    let setting = ["disabled", "required", "optional", "undefined"].iter().any(|word| value.eq_ignore_ascii_case(word));
    // `process.env.TOKEN`, `com.example.TokenProvider`: a name of a program's
    let dotted = value.contains('.') && value.chars().all(|c| c.is_ascii_alphabetic() || "._".contains(c));
    let masked = value.chars().all(|c| value.starts_with(c));
    let public = ["-----BEGIN CERTIFICATE", "-----BEGIN PUBLIC", "ssh-"].iter().any(|mark| value.starts_with(mark));
    !(templated || reference || path || number || setting || dotted || masked || public)
}

/// Whether it is made of random characters: 16 or more, of two kinds at least, 3 bits of entropy each.
pub(crate) fn is_random(value: &str) -> bool {
    let kinds: [fn(&u8) -> bool; 3] = [u8::is_ascii_lowercase, u8::is_ascii_uppercase, u8::is_ascii_digit];
    let bytes = value.as_bytes();
    let kinds = kinds.into_iter().filter(|kind| bytes.iter().any(*kind)).count();
    let mut counts = std::collections::BTreeMap::<u8, usize>::new();
    for byte in bytes {
        *counts.entry(*byte).or_default() += 1;
    }
    let share = |count: usize| count as f64 / bytes.len() as f64;
    let entropy: f64 = counts.into_values().map(|count| -share(count) * share(count).log2()).sum();
    bytes.len() >= 16 && kinds >= 2 && entropy >= 3.0
}

/// Prefix, least number of characters behind it, and what they may be.
type Shape = (&'static str, usize, fn(char) -> bool);

/// Credentials that can be told by their shape.
const SHAPES: [Shape; 14] = [
    ("AKIA", 16, |c| c.is_ascii_uppercase() || c.is_ascii_digit()),
    ("AIza", 35, url_safe),
    ("ghp_", 36, |c| c.is_ascii_alphanumeric()),
    ("gho_", 36, |c| c.is_ascii_alphanumeric()),
    ("ghu_", 36, |c| c.is_ascii_alphanumeric()),
    ("ghs_", 36, |c| c.is_ascii_alphanumeric()),
    ("ghr_", 36, |c| c.is_ascii_alphanumeric()),
    ("github_pat_", 22, url_safe),
    ("glpat-", 20, url_safe),
    ("xoxb-", 10, url_safe),
    ("xoxa-", 10, url_safe),
    ("xoxp-", 10, url_safe),
    ("xoxr-", 10, url_safe),
    ("xoxs-", 10, url_safe),
];

fn url_safe(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

/// A private key, a token of a known service, a JWT, or a URL with a password.
fn has_known_shape(value: &str) -> bool {
    let private_key = value.contains("-----BEGIN ") && value.contains("PRIVATE KEY-----");
    let long_enough = |(prefix, least, _): &&Shape| value.len() >= prefix.len() + least;
    let token = SHAPES.iter().filter(long_enough).any(|(prefix, least, allowed)| {
        value.match_indices(prefix).any(|(at, _)| {
            let (before, rest) = value.split_at(at);
            let tail = rest.trim_start_matches(prefix).chars().take_while(|c| allowed(*c)).count();
            !before.ends_with(|c: char| c.is_ascii_alphanumeric()) && tail >= *least
        })
    });
    private_key || token || is_jwt(value) || has_password(value) || is_authorization(value)
}

/// What stands in the header of that name: `Bearer abc123def`, with a token that is no template.
fn is_authorization(value: &str) -> bool {
    let Some((scheme, token)) = value.split_once(' ') else { return false };
    let scheme = ["bearer", "basic"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let token = token.trim();
    let digit = token.contains(|c: char| c.is_ascii_digit());
    scheme && digit && token.len() >= 8 && token.chars().all(|c| url_safe(c) || "._~+/=".contains(c))
}

/// Two JSON objects in base64, with a dot between them.
fn is_jwt(value: &str) -> bool {
    value.split_whitespace().any(|word| {
        let mut parts = word.split('.');
        let mut object = || parts.next().is_some_and(|part| part.starts_with("eyJ") && part.chars().all(url_safe));
        object() && object()
    })
}

/// `scheme://user:password@host`, with a password that is no template.
fn has_password(value: &str) -> bool {
    let Some((_, rest)) = value.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let password = authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':')).map(|(_, password)| password);
    password.is_some_and(|p| !p.is_empty() && !p.contains(['$', '{', '<']) && p.chars().any(|c| c != '*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_what_is_about_them() {
        for name in [
            "PASSWORD",
            "DB_PASSWORD",
            "DBPASSWORD",
            "dbPassword",
            "API_KEY",
            "api-key",
            "TOKENS",
            "JWT_SECRET",
            "PASSWORD_PROD",
            "aws_secret_access_key",
            "client.secret",
        ] {
            assert!(names_a_credential(name), "{name}");
        }
        for name in [
            "TOKENIZER",
            "TOKEN_TTL",
            "SECRET_NAME",
            "PASSWORD_FILE",
            "KEY_PREFIX",
            "JWT_PUBLIC_KEY",
            "CLIENT_SECRET_ID",
            "USER",
            "SECRETARY",
            "",
        ] {
            assert!(!names_a_credential(name), "{name}");
        }
    }

    #[test]
    fn values_that_cannot_be_credentials() {
        for value in [
            "",
            "true",
            "disabled",
            "/run/secrets/db",
            "3600",
            "86400s",
            "$(DB_PASSWORD)",
            "{{ .password }}",
            "<change-me>",
            "https://vault.example.com",
            "vault:secret/data/db#password",
            "yes",
            "none",
        ] {
            assert_eq!(judge("DB_PASSWORD", value), None, "{value}");
        }
    }

    #[test]
    fn confidence_follows_shape_and_randomness() {
        assert_eq!(judge("DB_PASSWORD", "correcthorse"), Some(Confidence::Medium));
        assert_eq!(judge("DB_PASSWORD", "q8Zr2LxT5vNc7Kd1"), Some(Confidence::High));
        // people choose short passwords, programs no short tokens
        assert_eq!(judge("DB_PASSWORD", "hunter2"), Some(Confidence::Low));
        assert_eq!((judge("API_TOKEN", "hunter2"), judge("PASSWORD_AGE", "short")), (None, None));
        let shaped = [
            "AKIAIOSFODNN7EXAMPLE",
            "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
            "-----BEGIN RSA PRIVATE KEY-----\nMIIB",
            "postgres://app:hunter2@db:5432/app",
            "ghp_0123456789abcdefghijABCDEFGHIJ456789",
            "bearer abc123def",
        ];
        for value in shaped {
            assert_eq!(judge("HARMLESS", value), Some(Confidence::High), "{value}");
        }
        for value in [
            "postgres://app@db/app",
            "postgres://app:$(PASSWORD)@db/app",
            "XAKIAIOSFODNN7EXAMPLE",
            "eyJhbGciOiJIUzI1NiJ9",
            "Bearer $(TOKEN_1)",
            "basic settings-of-the-app",
        ] {
            assert_eq!(judge("HARMLESS", value), None, "{value}");
        }
    }
}
