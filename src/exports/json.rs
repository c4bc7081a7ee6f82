use crate::model::{Report, is_hostile};
use std::fmt::Write;

/// `scan -o json`: the report as `assets/schema/report.schema.json` describes it. Characters that act on a terminal are
/// escaped: the values stay the same for a reader of JSON.
///
/// # Errors
/// A value that JSON cannot hold.
pub fn json(report: &Report) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(report).map(|text| escaped(text) + "\n")
}

/// Outside of strings JSON is plain ASCII, and inside no newline stands as it is: what is hostile here is in a string.
fn escaped(text: String) -> String {
    let hostile = |c: char| c != '\n' && is_hostile(c);
    if !text.contains(hostile) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if hostile(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_characters_are_escaped_and_mean_the_same() {
        let value = serde_json::json!({"a": "x\u{9b}31m\u{202e}\u{e0041}\u{7f} ü 名\n"});
        let text = escaped(serde_json::to_string_pretty(&value).unwrap());
        assert!(text.chars().all(|c| c == '\n' || !is_hostile(c)), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
