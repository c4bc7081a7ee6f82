//! How fast the API server is asked: so many requests a second, and a burst before that counts.

use std::time::{Duration, Instant};

/// Requests at once before the rate counts: a scan of all frameworks asks for about a hundred kinds.
const BURST: u32 = 200;

/// A rate, as the generic cell rate algorithm keeps it: one time instead of a bucket that something has to fill.
#[derive(Debug)]
pub(super) struct Pace {
    /// Between two requests at the rate.
    every: Duration,
    /// When the next request would be due without a burst.
    due: Option<Instant>,
}

impl Pace {
    /// Requests a second; below 1 counts as 1.
    pub(super) fn new(a_second: u32) -> Self {
        Self { every: Duration::from_secs(1) / a_second.max(1), due: None }
    }

    /// How long a request that comes now has to wait.
    pub(super) fn wait(&mut self, now: Instant) -> Duration {
        let due = self.due.map_or(now, |due| due.max(now));
        self.due = Some(due + self.every);
        due.saturating_duration_since(now).saturating_sub(self.every * BURST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_and_then_the_rate_counts() {
        let mut pace = Pace::new(50);
        let start = Instant::now();
        for _ in 0..=BURST {
            assert_eq!(pace.wait(start), Duration::ZERO);
        }
        assert_eq!(pace.wait(start), Duration::from_millis(20));
        assert_eq!(pace.wait(start), Duration::from_millis(40));
        // what is not used comes back, and never beyond a burst
        let later = start + Duration::from_secs(3600);
        let free = (0..1000).take_while(|_| pace.wait(later) == Duration::ZERO).count();
        assert_eq!(free, BURST as usize + 1);
    }

    #[test]
    fn nothing_divides_by_zero() {
        assert_eq!(Pace::new(0).every, Duration::from_secs(1));
    }
}
