//! Waiting for a condition, never for a time.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

const BETWEEN_LOOKS: Duration = Duration::from_millis(30);

/// Looks until `condition` holds; fails when it still does not after `limit`, or as soon as looking fails.
pub fn until(what: &str, limit: Duration, mut condition: impl FnMut() -> Result<bool>) -> Result<()> {
    let deadline = Instant::now() + limit;
    while !condition()? {
        if Instant::now() > deadline {
            bail!("waited {} s in vain until {what}", limit.as_secs());
        }
        pause();
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the one pause between two looks at a condition")]
fn pause() {
    std::thread::sleep(BETWEEN_LOOKS);
}
