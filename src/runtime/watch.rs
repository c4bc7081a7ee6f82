//! The user's files, read again when they change: a look at their times every two seconds, on a thread that may wait for
//! a slow home; what has not changed costs nothing more.

use crate::app::Configured;
use crate::config::{Config, Files, configured, stamp};
use crate::store::paths::Paths;
use crate::ui::Themes;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use tokio::time::{MissedTickBehavior, interval};

/// Time between two looks.
const BETWEEN: Duration = Duration::from_secs(2);

/// The files, as they are now.
#[derive(Debug)]
pub(super) struct Reread {
    pub(super) config: Config,
    pub(super) configured: Configured,
    pub(super) themes: Themes,
}

/// Watches; what is notified makes it read at once.
pub(super) fn watch(paths: Paths, current: Option<String>, now: Arc<Notify>) -> mpsc::UnboundedReceiver<Reread> {
    let (sender, reread) = mpsc::unbounded_channel();
    let mut known = stamp(&paths);
    tokio::spawn(async move {
        let mut clock = interval(BETWEEN);
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let asked = tokio::select! {
                _ = clock.tick() => false,
                () = now.notified() => true,
                () = sender.closed() => return,
            };
            let (paths, current, before) = (paths.clone(), current.clone(), known.clone());
            let look = move || {
                let stamp = stamp(&paths);
                let changed = asked || stamp != before;
                (stamp, changed.then(|| read(&paths, current)))
            };
            let Ok((stamp, reread)) = tokio::task::spawn_blocking(look).await else { return };
            known = stamp;
            if let Some(reread) = reread
                && sender.send(reread).is_err()
            {
                return;
            }
        }
    });
    reread
}

fn read(paths: &Paths, current: Option<String>) -> Reread {
    let files = Files::find(paths);
    let (config, configured) = configured(&files, |_| current);
    Reread { config, configured, themes: Themes::new(files.themes) }
}
