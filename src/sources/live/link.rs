//! How far the server is away. Watch-lists are not packed before Kubernetes 1.37, and what is a second on the server's own
//! network is a minute through a thin or a long line: there, plimsoll asks for packed pages.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

/// From this round trip on, the server is far away. A busy one that is near takes tens of milliseconds as well, and packing
/// would cost it more than it saves us: measured, ten times the time of a scan.
const FAR: Duration = Duration::from_millis(50);
/// From this round trip on, it may be behind a thin line.
const NOT_HERE: Duration = Duration::from_millis(20);
/// Bytes a second under which unpacking is faster than waiting: packed, lists are a tenth.
const THIN: f64 = 1e6;
/// Bytes after which a rate means something.
const ENOUGH: u64 = 64 << 10;

/// Whether lists are asked for packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Packed {
    /// Where the line is slow.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl std::str::FromStr for Packed {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "always" => Ok(Self::Always),
            "never" => Ok(Self::Never),
            other => Err(format!("{other:?}: expected auto, always or never")),
        }
    }
}

/// What is known of the line.
#[derive(Debug, Default)]
pub(super) struct Link {
    asked: Packed,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    /// What the first request, which opened the connection, says of a round trip.
    opening: Option<Duration>,
    /// The shortest time from a later request to its answer.
    round_trip: Option<Duration>,
    /// The highest rate of an answer that was long enough.
    rate: Option<f64>,
}

impl Link {
    pub(super) fn new(asked: Packed) -> Self {
        Self { asked, seen: Mutex::default() }
    }

    /// A request was answered. The first on a connection opens that: three round trips, with TLS.
    pub(super) fn answered(&self, after: Duration, opened: bool) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if opened {
            seen.opening = Some(after / 3);
        } else {
            seen.round_trip = Some(seen.round_trip.map_or(after, |known| known.min(after)));
        }
    }

    /// An answer came whole, so many bytes in this time.
    pub(super) fn came(&self, bytes: u64, within: Duration) {
        if bytes >= ENOUGH {
            let rate = bytes as f64 / within.as_secs_f64().max(1e-6);
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.rate = Some(seen.rate.map_or(rate, |known| known.max(rate)));
        }
    }

    /// Whether the server is as good as here, so that its line need not be measured first.
    pub(super) fn is_near(&self) -> bool {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        self.asked != Packed::Always && seen.round_trip.or(seen.opening).is_some_and(|time| time < NOT_HERE)
    }

    /// Whether what is large is asked for packed.
    pub(super) fn is_slow(&self) -> bool {
        match self.asked {
            Packed::Always => true,
            Packed::Never => false,
            Packed::Auto => {
                let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
                let round_trip = seen.round_trip.or(seen.opening).unwrap_or_default();
                round_trip >= FAR || (round_trip >= NOT_HERE && seen.rate.is_some_and(|rate| rate < THIN))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_far_server_or_a_thin_line_is_slow() {
        let link = Link::default();
        assert!(!link.is_slow() && !link.is_near(), "nothing is known");
        link.answered(Duration::from_millis(240), true);
        assert!(link.is_slow());
        // one quick answer shows that the first waited for something else
        link.answered(Duration::from_millis(2), false);
        assert!(!link.is_slow() && link.is_near());
        link.came(500, Duration::from_secs(1));
        assert!(!link.is_slow(), "too little to tell");
        link.came(200_000, Duration::from_millis(250));
        assert!(!link.is_slow(), "it is near: its server is busy");
        let link = Link::default();
        link.answered(Duration::from_millis(25), false);
        link.came(200_000, Duration::from_millis(250));
        assert!(link.is_slow(), "0.8 MB a second, and not from here");
        assert!(!Link::new(Packed::Never).is_slow() && Link::new(Packed::Always).is_slow());
    }
}
