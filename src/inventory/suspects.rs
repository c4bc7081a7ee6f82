//! Credentials in the text of a ConfigMap: its value as a whole, its lines, its JSON. What was found is told by name;
//! values are compared and forgotten.

use super::credential;
pub use super::credential::Confidence;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// A value of a ConfigMap that looks like a credential; the value itself is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Suspect {
    /// Key in `data` or `binaryData`.
    pub key: String,
    /// Whether it stands in `binaryData`.
    pub binary: bool,
    /// The name that the text gives it; empty: the whole value.
    pub name: String,
    /// How sure that is.
    pub confidence: Confidence,
}

/// Suspects of the text under a key, in order and each once.
pub fn suspects(key: &str, text: &str, binary: bool) -> Vec<Suspect> {
    let mut found = Found::default();
    found.text(key, text);
    if found.0.is_empty() {
        // a key or a token that stands under no name of its own, as it is or in base64
        found.judge("", "", text);
        let decoded = decoded(text);
        found.judge("", "", decoded.as_deref().unwrap_or_default());
    }
    let mut list: Vec<Suspect> = found
        .0
        .into_iter()
        .map(|(name, confidence)| Suspect { key: key.to_owned(), binary, name, confidence })
        .collect();
    list.sort_by(|a, b| (&a.name, b.confidence).cmp(&(&b.name, a.confidence)));
    list.dedup_by(|a, b| a.name == b.name);
    list
}

/// Stands for the name of what has none.
const LINE: &str = "a line";

/// Stands for the name of what is commented out.
const COMMENT: &str = "a comment";

/// Name, and how sure it is.
#[derive(Default)]
struct Found(Vec<(String, Confidence)>);

impl Found {
    /// Judges a value; `shown` is the name that it is told by.
    fn judge(&mut self, shown: &str, name: &str, value: &str) {
        let confidence = if is_login(name, value) { Some(Confidence::High) } else { credential::judge(name, value) };
        self.0.extend(confidence.map(|confidence| (told(shown), confidence)));
    }

    fn text(&mut self, key: &str, text: &str) {
        let text = text.trim();
        if text.starts_with(['{', '['])
            && let Ok(value) = serde_json::from_str(text)
        {
            self.json(key, &value);
        } else if text.contains('\n') {
            self.lines(text);
        } else {
            self.judge("", key, text);
            self.line(text);
        }
    }

    fn json(&mut self, name: &str, value: &Value) {
        match value {
            Value::String(text) => self.judge(name, if is_word(text) { name } else { "" }, text),
            Value::Array(list) => list.iter().for_each(|value| self.json(name, value)),
            Value::Object(map) => {
                let text = |key: &str| map.get(key).and_then(Value::as_str);
                if let (Some(name), Some(value)) = (text("name").or_else(|| text("key")), text("value")) {
                    self.judge(name, name, value);
                }
                map.iter().for_each(|(name, value)| self.json(name, value));
            }
            _ => {}
        }
    }

    /// YAML, properties, INI, TOML, shell: what stands on a line of its own.
    fn lines(&mut self, text: &str) {
        let mut named = "";
        for line in text.lines().map(str::trim) {
            if line.starts_with(['#', ';']) || line.starts_with("//") {
                // what is commented out is an example, unless it has the shape of a credential
                self.judge(COMMENT, "", line);
                continue;
            }
            let before = self.0.len();
            match (self.line(line), named) {
                (Some(("name", value)), _) => named = value,
                (Some(("value", value)), name) if !name.is_empty() => self.judge(name, name, value),
                _ => {}
            }
            if self.0.len() == before {
                self.judge(LINE, "", line);
            }
        }
    }

    /// One line, with the parameters in its value: of a URL, of a connection string. Returns name and value.
    fn line<'t>(&mut self, line: &'t str) -> Option<(&'t str, &'t str)> {
        for part in line.split(['?', '&', ';', ' ']).filter(|part| *part != line) {
            if let Some((name, value)) = part.split_once('=') {
                self.pair(name, value);
            }
        }
        let line = ["- ", "export ", "set "]
            .iter()
            .fold(line, |line, word| line.strip_prefix(word).unwrap_or(line).trim_start());
        let (name, value) = match line.find(['=', ':']) {
            Some(at) => (line.get(..at)?, line.get(at + 1..)?),
            // `requirepass foobared`: two words are a setting only where the second is no word
            None => line.split_once(char::is_whitespace).filter(|(_, value)| credential::is_random(value.trim()))?,
        };
        self.pair(name, value)
    }

    fn pair<'t>(&mut self, name: &'t str, value: &'t str) -> Option<(&'t str, &'t str)> {
        let name = unquoted(name.trim());
        let value = value.split(" #").next().unwrap_or_default().trim().trim_end_matches([',', ';']);
        let plain = unquoted(value);
        let is_setting = is_name(name) && is_word(plain);
        self.judge(name, if is_setting { name } else { "" }, plain);
        Some((name, plain))
    }
}

/// Whether a text can be the name of a setting.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= 64 && text.chars().all(|c| c.is_ascii_alphanumeric() || "_.-/".contains(c))
}

/// Whether a text can be a value: sentences and calls of a program are none.
fn is_word(text: &str) -> bool {
    !text.contains(|c: char| c.is_whitespace() || "()[]".contains(c))
}

/// A name as it is told: what stands before a value may be a command line with a credential of its own.
fn told(name: &str) -> String {
    let plain = name.is_empty() || name == COMMENT || (is_name(name) && credential::judge("", name).is_none());
    if plain { name } else { LINE }.to_owned()
}

fn unquoted(text: &str) -> &str {
    text.trim_matches(['"', '\''])
}

/// `auth` of a registry or a package index: user and password in base64.
fn is_login(name: &str, value: &str) -> bool {
    let login = || decoded(value)?.split_once(':').map(|(user, password)| !user.is_empty() && !password.is_empty());
    matches!(name, "auth" | "_auth") && login().unwrap_or(false)
}

/// Text in base64, lines joined; None where it is none.
fn decoded(text: &str) -> Option<String> {
    let joined: String = text.split_whitespace().collect();
    String::from_utf8(STANDARD.decode(joined).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(key: &str, text: &str) -> Vec<String> {
        suspects(key, text, false).into_iter().map(|suspect| suspect.name).collect()
    }

    #[test]
    fn finds_names_in_the_formats_of_settings() {
        for (key, text, expected) in [
            ("DB_PASSWORD", "correct-horse", ""),
            ("app.env", "export DB_PASSWORD=correct-horse\nPORT=8080\n", "DB_PASSWORD"),
            ("app.properties", "db.password=correct-horse", "db.password"),
            ("app.yaml", "db:\n  user: app\n  password: \"correct-horse\" # production\n", "password"),
            ("app.json", r#"{"db": {"password": "correct-horse"}}"#, "password"),
            ("list.json", r#"[{"name": "API_TOKEN", "value": "correct-horse"}]"#, "API_TOKEN"),
            ("env.yaml", "- name: API_TOKEN\n  value: correct-horse\n", "API_TOKEN"),
            ("db", "Server=db;User=app;Password=correct-horse", "Password"),
            ("url", "url=jdbc:mysql://db/app?user=app&password=correct-horse", "password"),
            ("config.json", r#"{"auths": {"registry.example": {"auth": "YXBwOmh1bnRlcjI="}}}"#, "auth"),
            ("redis.conf", "port 6379\nmasterauth-token q8Zr2LxT5vNc7Kd1\n", "masterauth-token"),
        ] {
            assert_eq!(names(key, text), [expected], "{key}");
        }
    }

    #[test]
    fn shapes_need_no_name() {
        for text in [
            "-----BEGIN RSA PRIVATE KEY-----\nMHcCAQEE\n-----END RSA PRIVATE KEY-----\n",
            "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1IY0NBUUVFCi0tLS0tRU5EIFBSSVZBVEUgS0VZLS0tLS0K",
            "AKIAIOSFODNN7EXAMPLE",
        ] {
            let found = suspects("file", text, false);
            assert!(found.iter().any(|suspect| suspect.confidence == Confidence::High), "{text}: {found:?}");
        }
        let command = "mysqldump -u app -phunter2 --to ftp://app:hunter2@files/x\ntrue\n";
        assert_eq!(names("run.sh", command), ["a line"], "what stands before it may be one itself");
        assert_eq!(names("run.sh", "a\n# curl -u app AKIAIOSFODNN7EXAMPLE\n"), ["a comment"]);
    }

    /// Pitfall 55, and what ConfigMaps hold besides settings.
    #[test]
    fn what_is_none() {
        for (key, text) in [
            ("ca.crt", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"),
            ("TOKEN_TTL", "3600000000"),
            ("app.yaml", "secretName: payments-database\nexistingSecret: payments-database\n"),
            ("app.env", "PASSWORD_FILE=/run/secrets/db\nPASSWORD=$(cat /run/secrets/db)\n"),
            ("app.yaml", "password: {{ .Values.password }}\n# password: correct-horse\n"),
            ("app.py", "password = os.environ[\"DB_PASSWORD\"]\ntoken = read_token(\"payments\")\n"),
            ("app.js", "token: process.env.TOKEN\n"),
            ("app.properties", "token.provider.class=com.example.TokenProvider\n"),
            ("README", "token: the word that opens the door\nsecret management\n"),
            ("nginx.conf", "ssl_session_tickets off;\nproxy_set_header Host $host;\n"),
            ("app.json", r#"{"password": "", "token": null, "passwordPolicy": "at-least-twelve"}"#),
            ("mask", "password: ********\n"),
            ("help.json", r#"{"tokenHelp": "the word that opens the door"}"#),
        ] {
            assert_eq!(names(key, text), Vec::<String>::new(), "{key}: {text}");
        }
    }
}
