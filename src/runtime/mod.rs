//! Runs the terminal: event loop, effects carried out, clipboard. All that touches the world is here.

mod background;
mod clipboard;
mod desk;
mod editor;
mod events;
mod input;
#[cfg(feature = "live")]
mod live;
mod look;
mod plain;
mod source;
mod sources;
mod terminal;
mod watch;
mod work;

pub use desk::Desk;
#[cfg(feature = "live")]
pub use live::Live;
pub use look::Look;
pub use plain::{Printed, print};
pub use source::{Sink, Source};
pub use sources::Sources;

use crate::app::{Catalog, Configured, Target};
use crate::store::paths::Paths;
use crate::ui::Themes;
use anyhow::{Context as _, bail};
use std::io::IsTerminal;
use std::sync::Arc;

/// What the terminal starts with.
pub struct Options {
    /// What is looked at first.
    pub target: Target,
    /// Where results come from.
    pub source: Arc<dyn Source>,
    /// Titles and reasons from the packs.
    pub catalog: Catalog,
    /// The settings, as they were read.
    pub configured: Configured,
    /// The themes that there are.
    pub themes: Themes,
    /// How it looks.
    pub look: Look,
    /// The command to begin with.
    pub command: Option<String>,
    /// Where the settings stand, to be read again when they change.
    pub paths: Option<Paths>,
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options").field("target", &self.target).finish_non_exhaustive()
    }
}

/// How the terminal ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The user left.
    Quit,
    /// A signal: its number.
    Signal(i32),
}

fn threads() -> anyhow::Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().context("the worker threads cannot be started")
}

/// Runs the terminal until the user leaves. The screen is restored in every case, a panic and signals included.
///
/// # Errors
/// No terminal to draw on, or one that fails; a theme that was named on the command line and cannot be used.
pub fn run(options: Options) -> anyhow::Result<Ended> {
    if !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        bail!(
            "the screens need a terminal on standard input and output; `plimsoll --plain` prints them as text, \
             `plimsoll scan` a report"
        );
    }
    let runtime = threads()?;
    let ended = runtime.block_on(events::run(options));
    // What still reads is dropped, not awaited.
    runtime.shutdown_background();
    ended
}

/// For the tests that a panic gives the terminal back: `PLIMSOLL_PANIC` names the place where one happens.
#[cfg(debug_assertions)]
#[allow(clippy::panic)]
fn panic_if_asked(place: &str) {
    if std::env::var("PLIMSOLL_PANIC").is_ok_and(|asked| asked == place) {
        panic!("PLIMSOLL_PANIC asked for it");
    }
}

#[cfg(not(debug_assertions))]
fn panic_if_asked(_: &str) {}
