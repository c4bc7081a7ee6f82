//! Times in custom resources, and how long ago they were.

use crate::inventory::kinds::custom::Custom;
use crate::inventory::schedule::DAY;
use serde_json::Value;

/// A time in the object outside its spec, in seconds since the epoch.
pub(super) fn time(object: &Custom, pointer: &str) -> Option<i64> {
    let text = object.at(pointer)?.as_str()?;
    text.parse::<jiff::Timestamp>().ok().map(|time| time.as_second())
}

/// `6 hours`, `12 days`; what lies ahead is `0 hours`.
pub(super) fn ago(now: i64, then: i64) -> String {
    let hours = (now - then).max(0) / 3600;
    match (hours / 24, hours) {
        (0 | 1, 1) => "1 hour".to_owned(),
        (0 | 1, hours) => format!("{hours} hours"),
        (days, _) => format!("{days} days"),
    }
}

/// As it is written: `2026-01-01T00:00:00Z`.
pub(super) fn stamp(time: i64) -> Value {
    jiff::Timestamp::from_second(time).map_or(Value::Null, |time| time.to_string().into())
}

/// Whether it was within so many days.
pub(super) fn within(now: i64, then: i64, days: i64) -> bool {
    now - then <= days * DAY
}
