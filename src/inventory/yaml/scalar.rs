//! Scalars as kubectl reads them: YAML 1.1 by the rules of go.yaml.in/yaml/v2, then JSON.

use serde_json::{Number, Value};

/// A plain scalar's value: null, boolean, number or string. Timestamps and base-60 numbers are strings. None: a value
/// that JSON does not have (`.inf`, `.nan`).
pub(super) fn plain(text: &str) -> Option<Value> {
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf"
        | "-.INF" => return None,
        _ => number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number),
    })
}

/// A number: decimal, `0x`, `0b`, octal as `0644` or `0o644`, underscores allowed, or a float.
fn number(text: &str) -> Option<Number> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return None;
    }
    let plain = text.replace('_', "");
    integer(&plain).or_else(|| float(&plain))
}

fn integer(text: &str) -> Option<Number> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let prefixed = |prefixes: [&str; 2]| prefixes.into_iter().find_map(|prefix| digits.strip_prefix(prefix));
    let (radix, digits) = if let Some(rest) = prefixed(["0x", "0X"]) {
        (16, rest)
    } else if let Some(rest) = prefixed(["0o", "0O"]) {
        (8, rest)
    } else if let Some(rest) = prefixed(["0b", "0B"]) {
        (2, rest)
    } else if let Some(rest) = digits.strip_prefix('0').filter(|rest| !rest.is_empty()) {
        (8, rest)
    } else {
        (10, digits)
    };
    if !digits.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let size = u64::from_str_radix(digits, radix).ok()?;
    if negative { 0_i64.checked_sub_unsigned(size).map(Number::from) } else { Some(Number::from(size)) }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`; whole values become integers, as Go's JSON writes them.
fn float(text: &str) -> Option<Number> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let well_formed = digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|e| !e.is_empty() && digits(e));
    let value: f64 = text.parse().ok().filter(|_| well_formed)?;
    // beyond 2^53 a float does not hold every integer
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[allow(clippy::cast_possible_truncation)]
    if value.fract() == 0.0 && value.abs() <= EXACT {
        Some(Number::from(value as i64))
    } else {
        Number::from_f64(value)
    }
}

/// Whether this string, written without quotes, would be read as something else by some YAML reader.
pub(super) fn ambiguous(text: &str) -> bool {
    let timestamp =
        || text.len() >= 8 && text.bytes().take(4).all(|b| b.is_ascii_digit()) && text.as_bytes().get(4) == Some(&b'-');
    let base_60 = || {
        text.contains(':') && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b':' | b'.' | b'_' | b'+' | b'-'))
    };
    matches!(text, "<<" | "=") || !matches!(plain(text), Some(Value::String(_))) || timestamp() || base_60()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn as_kubectl_reads_them() {
        let table = [
            ("yes", json!(true)),
            ("Off", json!(false)),
            ("n", json!(false)),
            ("~", json!(null)),
            ("", json!(null)),
            ("0644", json!(420)),
            ("0o644", json!(420)),
            ("089", json!(89)),
            ("0x1F", json!(31)),
            ("0b101", json!(5)),
            ("-0b11", json!(-3)),
            ("1_000", json!(1000)),
            ("-9223372036854775808", json!(i64::MIN)),
            ("18446744073709551615", json!(u64::MAX)),
            ("1e3", json!(1000)),
            ("1.0", json!(1)),
            (".5", json!(0.5)),
            ("1.25", json!(1.25)),
            ("1e400", json!("1e400")),
            ("1.2.3", json!("1.2.3")),
            ("2001-12-14", json!("2001-12-14")),
            ("12:30", json!("12:30")),
            ("10m", json!("10m")),
            ("-", json!("-")),
            ("+", json!("+")),
            ("0x", json!("0x")),
            ("yEs", json!("yEs")),
            ("nginx:1.27", json!("nginx:1.27")),
        ];
        for (text, value) in table {
            assert_eq!(plain(text), Some(value), "{text:?}");
        }
        assert_eq!(plain(".inf"), None);
    }

    #[test]
    fn strings_that_look_like_something_else() {
        for text in ["yes", "on", "0644", "1e3", "null", "", "12:30:45", "2001-12-14", "<<", "="] {
            assert!(ambiguous(text), "{text:?}");
        }
        for text in ["app", "v1", "10m", "nginx:1.27", "a=b", "1.2.3"] {
            assert!(!ambiguous(text), "{text:?}");
        }
    }
}
