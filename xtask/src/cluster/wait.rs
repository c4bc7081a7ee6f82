//! Waiting for a condition, never for a time.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

const BETWEEN_LOOKS: Duration = Duration::from_millis(30);

/// Looks until `condition` holds, more rarely the longer it takes; fails when it still does not after `limit`, or as
/// soon as looking fails.
pub fn until(what: &str, limit: Duration, mut condition: impl FnMut() -> Result<bool>) -> Result<()> {
    let begin = Instant::now();
    while !condition()? {
        let waited = begin.elapsed();
        if waited > limit {
            bail!("waited {} s in vain until {what}", limit.as_secs());
        }
        pause(BETWEEN_LOOKS.max(waited / 30));
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the one pause between two looks at a condition")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}
