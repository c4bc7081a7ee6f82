//! Runs the terminal: event loop, effects carried out, clipboard. All that touches the world is here.

mod clipboard;
mod desk;
mod events;
mod input;
#[cfg(feature = "live")]
mod live;
mod source;
mod sources;
mod terminal;
mod work;

pub use desk::Desk;
#[cfg(feature = "live")]
pub use live::Live;
pub use source::{Sink, Source};
pub use sources::Sources;

use crate::app::{Catalog, Target};
use crate::ui::Theme;
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
    /// Theme; None: dark, or mono where `NO_COLOR` is set.
    pub theme: Option<String>,
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

/// Runs the terminal until the user leaves. The screen is restored in every case, a panic and signals included.
///
/// # Errors
/// No terminal to draw on, or one that fails.
pub fn run(options: Options) -> anyhow::Result<Ended> {
    suitable(|name| std::env::var(name).ok(), std::io::stdin().is_terminal() && std::io::stdout().is_terminal())?;
    let theme = theme(options.theme.as_deref(), |name| std::env::var(name).ok())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("the worker threads cannot be started")?;
    let ended = runtime.block_on(events::run(options, theme));
    // What still reads is dropped, not awaited.
    runtime.shutdown_background();
    ended
}

/// Whether there is a terminal that can be drawn on.
fn suitable(env: impl Fn(&str) -> Option<String>, is_terminal: bool) -> anyhow::Result<()> {
    if !is_terminal {
        bail!("the screens need a terminal on standard input and output; `plimsoll scan` prints a report instead");
    }
    if env("TERM").is_none_or(|term| term.is_empty() || term == "dumb") {
        bail!("this terminal (TERM=dumb) cannot draw screens; `plimsoll scan` prints a report instead");
    }
    Ok(())
}

/// The theme that was asked for; else one that fits the environment.
fn theme(name: Option<&str>, env: impl Fn(&str) -> Option<String>) -> anyhow::Result<Theme> {
    let colourless = env("NO_COLOR").is_some_and(|value| !value.is_empty());
    let name = match name {
        _ if colourless => "mono",
        Some(name) => name,
        None => "dark",
    };
    Ok(Theme::load(name)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_that_cannot_draw_is_told_of_scan() {
        let told = |term: Option<&str>, tty| {
            suitable(|_| term.map(str::to_owned), tty).err().map(|e| e.to_string()).unwrap_or_default()
        };
        assert!(told(Some("dumb"), true).contains("plimsoll scan"));
        assert!(told(Some("xterm"), false).contains("plimsoll scan"));
        assert_eq!(told(Some("xterm"), true), "");
    }

    #[test]
    fn no_color_means_mono() {
        assert_eq!(theme(Some("light"), |_| Some("1".to_owned())).unwrap().name, "mono");
        assert_eq!(theme(Some("light"), |_| Some(String::new())).unwrap().name, "light", "an empty value is not set");
        assert_eq!(theme(None, |_| None).unwrap().name, "dark");
    }
}
