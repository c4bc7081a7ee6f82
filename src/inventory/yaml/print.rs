use super::scalar;
use crate::model::is_hostile;
use serde_json::{Map, Value};

/// YAML for a JSON value, in a form that kubectl's reader takes back as the same value: what every object has first,
/// the rest in the value's own order, two spaces a level, lists level with their field, text of several lines as `|`.
pub fn print(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => {
            const FIRST: [&str; 4] = ["apiVersion", "kind", "metadata", "spec"];
            let rank = |key: &str| FIRST.iter().position(|first| *first == key).unwrap_or(FIRST.len());
            let mut entries: Vec<(&String, &Value)> = map.iter().collect();
            entries.sort_by_key(|(key, _)| rank(key));
            for (key, value) in entries {
                entry(&mut out, key, value, 0);
            }
        }
        Value::Array(list) if !list.is_empty() => items(&mut out, list, 0),
        other => {
            scalar(&mut out, other, 1);
            out.push('\n');
        }
    }
    out
}

fn indent(out: &mut String, depth: usize) {
    out.extend(std::iter::repeat_n("  ", depth));
}

fn map(out: &mut String, map: &Map<String, Value>, depth: usize, first_inline: bool) {
    for (i, (key, value)) in map.iter().enumerate() {
        if i > 0 || !first_inline {
            indent(out, depth);
        }
        entry(out, key, value, depth);
    }
}

/// `key: value`, the key at the cursor.
fn entry(out: &mut String, key: &str, value: &Value, depth: usize) {
    string_inline(out, key);
    out.push(':');
    match value {
        Value::Object(inner) if !inner.is_empty() => {
            out.push('\n');
            map(out, inner, depth + 1, false);
        }
        Value::Array(list) if !list.is_empty() => {
            out.push('\n');
            items(out, list, depth);
        }
        other => {
            out.push(' ');
            scalar(out, other, depth + 1);
            out.push('\n');
        }
    }
}

fn items(out: &mut String, list: &[Value], depth: usize) {
    for value in list {
        indent(out, depth);
        item(out, value, depth);
    }
}

/// `- value`, the dash at the cursor.
fn item(out: &mut String, value: &Value, depth: usize) {
    out.push_str("- ");
    match value {
        Value::Object(inner) if !inner.is_empty() => map(out, inner, depth + 1, true),
        Value::Array(list) if !list.is_empty() => {
            for (i, value) in list.iter().enumerate() {
                if i > 0 {
                    indent(out, depth + 1);
                }
                item(out, value, depth + 1);
            }
        }
        other => {
            scalar(out, other, depth + 1);
            out.push('\n');
        }
    }
}

/// A scalar or an empty collection; `depth` is that of a block scalar's lines.
fn scalar(out: &mut String, value: &Value, depth: usize) {
    match value {
        Value::String(text) if block_fits(text) => block(out, text, depth),
        Value::String(text) => string_inline(out, text),
        Value::Array(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
        // JSON's null, true, false and numbers are YAML's
        other => out.push_str(&other.to_string()),
    }
}

fn string_inline(out: &mut String, text: &str) {
    if plain_fits(text) { out.push_str(text) } else { quoted(out, text) }
}

/// Whether the text means itself without quotes.
fn plain_fits(text: &str) -> bool {
    const INDICATORS: &[char] =
        &['-', '?', ':', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`'];
    let edges = text.starts_with(INDICATORS) || text.starts_with(' ') || text.ends_with([' ', ':']);
    let inner = text.contains(": ") || text.contains(" #") || text.starts_with("...") || text.chars().any(needs_escape);
    !edges && !inner && !scalar::ambiguous(text)
}

/// Whether the text is best read as lines.
fn block_fits(text: &str) -> bool {
    text.trim_end_matches('\n').contains('\n')
        && !text.starts_with([' ', '\n', '\t'])
        && !text.chars().any(|c| c != '\n' && needs_escape(c))
        && !text.lines().any(|line| !line.is_empty() && line.trim().is_empty())
}

fn block(out: &mut String, text: &str, depth: usize) {
    let body = text.trim_end_matches('\n');
    let ends = text.len() - body.len();
    out.push_str(match ends {
        0 => "|-",
        1 => "|",
        _ => "|+",
    });
    for line in body.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            indent(out, depth);
            out.push_str(line);
        }
    }
    out.extend(std::iter::repeat_n('\n', ends.saturating_sub(1)));
}

/// What is hostile to a terminal, and what is no printable character in YAML.
fn needs_escape(c: char) -> bool {
    is_hostile(c) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

fn quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if needs_escape(c) && u32::from(c) > 0xffff => out.push_str(&format!("\\U{:08x}", u32::from(c))),
            c if needs_escape(c) => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::super::{documents, parse};
    use super::*;
    use serde_json::json;

    fn round_trip(value: &Value) {
        let text = print(value);
        let parsed = parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(&parsed.value, value, "{text}");
        assert!(parsed.warnings.is_empty());
        assert_eq!(print(&parsed.value), text, "printing is stable");
    }

    #[test]
    fn looks_like_kubectl() {
        let object = json!({
            "spec": {"containers": [{"name": "a", "args": ["--x", "y: z"], "env": []}], "text": "one\ntwo\n"},
            "status": {}, "kind": "Pod", "metadata": {"name": "on", "labels": {"v": "1.0"}}, "apiVersion": "v1",
        });
        let wanted = "\
apiVersion: v1
kind: Pod
metadata:
  name: \"on\"
  labels:
    v: \"1.0\"
spec:
  containers:
  - name: a
    args:
    - \"--x\"
    - \"y: z\"
    env: []
  text: |
    one
    two
status: {}
";
        assert_eq!(print(&object), wanted);
        round_trip(&object);
    }

    #[test]
    fn hostile_text_is_escaped() {
        let text = print(&json!({"a": "x\u{1b}[31m\u{202e}y"}));
        assert_eq!(text, "a: \"x\\u001b[31m\\u202ey\"\n");
    }

    /// Values from a small generator (xorshift, fixed seed): everything that is hard to quote, at every place.
    #[test]
    fn any_value_round_trips() {
        const HARD: &[&str] = &[
            "",
            " ",
            "a",
            "yes",
            "No",
            "~",
            "null",
            "0644",
            "1e3",
            "-",
            "- a",
            "? a",
            "a: b",
            "a:",
            ":a",
            "#a",
            "a #b",
            "a#b",
            "&a",
            "*a",
            "!a",
            "|",
            ">",
            "'a'",
            "\"a\"",
            "%a",
            "@a",
            "`a`",
            "{a}",
            "[a]",
            "a, b",
            "---",
            "...",
            "--- a",
            "a\nb",
            "a\nb\n",
            "a\n\nb\n\n\n",
            "\na",
            " a\nb",
            "a\n  b\n",
            "a \nb",
            "a\n ",
            "\ta",
            "a\tb",
            "a\r\nb",
            "\u{1b}[0m",
            "\u{202e}x",
            "\u{feff}",
            "\u{85}",
            "é",
            "名",
            "🦀",
            "\\",
            "a\\nb",
            "=",
            "<<",
            "2001-01-01",
            "12:30:45",
            "0x1f",
            ".5",
            ".inf",
            "a\n---\nb",
            "\u{e0041}x",
            "\u{7f}",
            "x\u{a0}",
            "\u{3000}y",
            "a\n\tb\n",
        ];
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = move |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % below as u64) as usize
        };
        fn value(next: &mut impl FnMut(usize) -> usize, depth: usize) -> Value {
            let text = |next: &mut dyn FnMut(usize) -> usize| {
                let (a, b) = (HARD[next(HARD.len())], HARD[next(HARD.len())]);
                if next(3) == 0 { format!("{a}{b}") } else { a.to_owned() }
            };
            match next(if depth < 5 { 9 } else { 6 }) {
                0 => Value::Null,
                1 => json!(next(2) == 0),
                2 => json!(next(1000) as i64 - 500),
                3 => json!(next(1000) as f64 / 8.0 + 0.0625),
                4 | 5 => Value::String(text(next)),
                6 => (0..next(4)).map(|_| value(next, depth + 1)).collect(),
                _ => {
                    let pairs = (0..next(4)).map(|_| (text(next), value(next, depth + 1)));
                    Value::Object(pairs.collect())
                }
            }
        }
        for _ in 0..3000 {
            round_trip(&value(&mut next, 0));
        }
    }

    /// Every object of the corpus, where it lies beside the checkout.
    #[test]
    fn the_corpus_round_trips() {
        let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
        let corpus = [corpus, "/work/shared/corpus".into()].into_iter().find(|folder| folder.is_dir());
        let Some(corpus) = corpus else { return eprintln!("skipped: ../shared/corpus is not here") };
        let mut seen = 0;
        for file in std::fs::read_dir(corpus).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            // large definitions of custom resources add time, not cases
            for document in documents(&text).iter().filter(|document| document.text.len() < 64 << 10) {
                round_trip(&document.parse().unwrap().value);
                seen += 1;
            }
        }
        assert!(seen > 100, "{seen} documents");
    }
}
